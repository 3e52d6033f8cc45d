//! Plain numbers, which any machine has.

use super::super::simd::Plain;
use super::{Bits, Machine, Reals};

macro_rules! plain {
    ($($real:ty, $word:ty;)*) => {$(
        impl Bits for $word {
            type Machine = Plain;
            #[inline(always)]
            fn same(_: Plain, word: u64) -> Self {
                word as $word
            }
            #[inline(always)]
            fn and(self, _: Plain, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, _: Plain, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, _: Plain, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn plus(self, _: Plain, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn left(self, _: Plain, by: u32) -> Self {
                self << by
            }
            #[inline(always)]
            fn right(self, _: Plain, by: u32) -> Self {
                self >> by
            }
        }

        impl Reals for $real {
            type Machine = Plain;
            type Bits = $word;
            #[inline(always)]
            fn same(_: Plain, x: f64) -> Self {
                x as $real
            }
            #[inline(always)]
            fn plus(self, _: Plain, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn minus(self, _: Plain, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn times(self, _: Plain, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn over(self, _: Plain, other: Self) -> Self {
                self / other
            }
            #[inline(always)]
            fn times_plus(self, _: Plain, factor: Self, term: Self) -> Self {
                self.mul_add(factor, term)
            }
            #[inline(always)]
            fn sqrt(self, _: Plain) -> Self {
                <$real>::sqrt(self)
            }
            #[inline(always)]
            fn bits(self) -> $word {
                self.to_bits()
            }
            #[inline(always)]
            fn of_bits(bits: $word) -> Self {
                <$real>::from_bits(bits)
            }
        }
    )*};
}

plain! { f64, u64; f32, u32; }

type Twice<T> = [T; 2];

impl Machine for Plain {
    type Words = Twice<Twice<Twice<u64>>>;
    type Doubles = Twice<Twice<Twice<f64>>>;
    type Halves = Twice<Twice<Twice<Twice<u32>>>>;
    type Singles = Twice<Twice<Twice<Twice<f32>>>>;
    const REGISTERS: usize = 4;
    #[inline(always)]
    fn words(self, words: [u64; 8]) -> Self::Words {
        pulp::cast(words)
    }
    #[inline(always)]
    fn to_words(self, words: Self::Words) -> [u64; 8] {
        pulp::cast(words)
    }
    #[inline(always)]
    fn halves(self, words: Self::Words) -> Self::Halves {
        // Spelt out, lest the order of bytes of the machine matters.
        let words = self.to_words(words);
        let halves: [u32; 16] = std::array::from_fn(|i| (words[i / 2] >> (32 * (i % 2))) as u32);
        pulp::cast(halves)
    }
    #[inline(always)]
    fn doubles(self, doubles: [f64; 8]) -> Self::Doubles {
        pulp::cast(doubles)
    }
    #[inline(always)]
    fn to_doubles(self, doubles: Self::Doubles) -> [f64; 8] {
        pulp::cast(doubles)
    }
    #[inline(always)]
    fn singles(self, singles: [f32; 16]) -> Self::Singles {
        pulp::cast(singles)
    }
    #[inline(always)]
    fn to_singles(self, singles: Self::Singles) -> [f32; 16] {
        pulp::cast(singles)
    }
}
