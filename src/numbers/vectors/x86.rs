//! The registers of AVX2 and of AVX-512.

use super::{Bits, Machine, Reals};
use pulp::Simd;

macro_rules! registers {
    ($($machine:ident: $bits:ident, $reals:ident, $word:ty, $real:ty, [$($bit:ident)*], [$($shift:ident)*], [$($operation:ident)*], $same_bits:ident, $same:ident;)*) => {$(
        impl Bits for pulp::$bits {
            type Machine = pulp::x86::$machine;
            #[inline(always)]
            fn same(machine: Self::Machine, word: u64) -> Self {
                machine.$same_bits(word as $word)
            }
            registers!(@bits and or xor plus; $($bit)*);
            registers!(@shifts left right; $($shift)*);
        }

        impl Reals for pulp::$reals {
            type Machine = pulp::x86::$machine;
            type Bits = pulp::$bits;
            #[inline(always)]
            fn same(machine: Self::Machine, x: f64) -> Self {
                machine.$same(x as $real)
            }
            registers!(@reals plus minus times over; $($operation)*);
            #[inline(always)]
            fn bits(self) -> Self::Bits {
                pulp::cast(self)
            }
            #[inline(always)]
            fn of_bits(bits: Self::Bits) -> Self {
                pulp::cast(bits)
            }
        }
    )*};
    (@bits $($name:ident)*; $($call:ident)*) => {$(
        #[inline(always)]
        fn $name(self, machine: Self::Machine, other: Self) -> Self {
            Simd::$call(machine, self, other)
        }
    )*};
    (@shifts $($name:ident)*; $($call:ident)*) => {$(
        #[inline(always)]
        fn $name(self, machine: Self::Machine, by: u32) -> Self {
            machine.$call(self, Self::same(machine, by.into()))
        }
    )*};
    (@reals $($name:ident)*; $first:ident $second:ident $third:ident $fourth:ident $fused:ident $root:ident) => {
        registers!(@bits $($name)*; $first $second $third $fourth);
        #[inline(always)]
        fn times_plus(self, machine: Self::Machine, factor: Self, term: Self) -> Self {
            Simd::$fused(machine, self, factor, term)
        }
        #[inline(always)]
        fn sqrt(self, machine: Self::Machine) -> Self {
            Simd::$root(machine, self)
        }
    };
}

registers! {
    V4: u64x8, f64x8, u64, f64, [and_u64s or_u64s xor_u64s add_u64s], [shl_dyn_u64x8 shr_dyn_u64x8],
        [add_f64s sub_f64s mul_f64s div_f64s mul_add_f64s sqrt_f64s], splat_u64x8, splat_f64x8;
    V3: u64x4, f64x4, u64, f64, [and_u64s or_u64s xor_u64s add_u64s], [shl_dyn_u64x4 shr_dyn_u64x4],
        [add_f64s sub_f64s mul_f64s div_f64s mul_add_f64s sqrt_f64s], splat_u64x4, splat_f64x4;
    V4: u32x16, f32x16, u32, f32, [and_u32s or_u32s xor_u32s add_u32s], [shl_dyn_u32x16 shr_dyn_u32x16],
        [add_f32s sub_f32s mul_f32s div_f32s mul_add_f32s sqrt_f32s], splat_u32x16, splat_f32x16;
    V3: u32x8, f32x8, u32, f32, [and_u32s or_u32s xor_u32s add_u32s], [shl_dyn_u32x8 shr_dyn_u32x8],
        [add_f32s sub_f32s mul_f32s div_f32s mul_add_f32s sqrt_f32s], splat_u32x8, splat_f32x8;
}

macro_rules! machine {
    ($($machine:ident: $registers:literal, $words:ty, $doubles:ty, $halves:ty, $singles:ty;)*) => {$(
        impl Machine for pulp::x86::$machine {
            type Words = $words;
            type Doubles = $doubles;
            type Halves = $halves;
            type Singles = $singles;
            const REGISTERS: usize = $registers;
            #[inline(always)]
            fn words(self, words: [u64; 8]) -> $words {
                pulp::cast(words)
            }
            #[inline(always)]
            fn to_words(self, words: $words) -> [u64; 8] {
                pulp::cast(words)
            }
            #[inline(always)]
            fn halves(self, words: $words) -> $halves {
                pulp::cast(words)
            }
            #[inline(always)]
            fn doubles(self, doubles: [f64; 8]) -> $doubles {
                pulp::cast(doubles)
            }
            #[inline(always)]
            fn to_doubles(self, doubles: $doubles) -> [f64; 8] {
                pulp::cast(doubles)
            }
            #[inline(always)]
            fn singles(self, singles: [f32; 16]) -> $singles {
                pulp::cast(singles)
            }
            #[inline(always)]
            fn to_singles(self, singles: $singles) -> [f32; 16] {
                pulp::cast(singles)
            }
        }
    )*};
}

machine! {
    V4: 32, pulp::u64x8, pulp::f64x8, pulp::u32x16, pulp::f32x16;
    V3: 8, [pulp::u64x4; 2], [pulp::f64x4; 2], [pulp::u32x8; 2], [pulp::f32x8; 2];
}
