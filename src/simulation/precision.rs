//! Doubles or singles: standard normals in either, by the transform of Box and Muller.
//!
//! `u ∈ (0, 1]` is made of all bits `h` of a word but the last, `(2h + 1)/2ʷ` rounded, so that the tail reaches as far as the word does (9.4 for
//! doubles, 6.7 for singles). `ln u = k ln 2 + ln(1 + f)` with `√½ ≤ 1 + f < √2`, and `−2 ln(1 + f) = f² − 2f + f³P(f)`: longer than the usual
//! quotient, but the divider of the machine is busy with square roots. Sine and cosine of an eighth of a turn are minimax polynomials,
//! three more bits choose the eighth. Nothing branches, and no approximate instruction is used, of which each maker has its own.

use super::stream::Generator;
use crate::numbers::{Bits, Machine, Reals, horner};
use std::f64::consts::{FRAC_PI_2, LN_2};

/// `f64` or `f32`.
pub trait Precision: Copy + Default + Send + Sync + Into<f64> + 'static {
    /// A vector of them.
    type Vector<M: Machine>: Reals<Machine = M>;
    /// How many there are in a vector.
    const LANES: usize;
    /// Bits of a number, and of its stored significand.
    const FORMAT: (u32, u32);
    /// Even and odd powers of `P` of the logarithm, highest first: two short chains of operations instead of a long one.
    const LOGARITHM: [&'static [f64]; 2];
    /// `ln 2` rounded, and what is left of it.
    const LN_2: [f64; 2];
    /// Even and odd powers of `(eʸ − 1 − y)/y²` for `|y| ≤ ½ ln 2`, highest first.
    const EXPONENTIAL: [&'static [f64]; 2];
    /// `(sin y − y)/y³` in powers of `y²`, highest first.
    const SINE: &'static [f64];
    /// `(cos y − 1 + y²/2)/y⁴`.
    const COSINE: &'static [f64];

    /// The next bits of every lane.
    fn draw<M: Machine>(generator: &mut Generator<M>) -> Word<Self, M>;
    /// A vector from memory; of fewer numbers, filled up with zeros.
    fn load<M: Machine>(machine: M, numbers: &[Self]) -> Self::Vector<M>;
    /// Writes as many numbers as there is room for.
    fn store<M: Machine>(machine: M, vector: Self::Vector<M>, room: &mut [Self]);
    /// Rounds a double.
    fn rounded(x: f64) -> Self;

    /// Two vectors of standard normals.
    #[inline(always)]
    fn normals<M: Machine>(machine: M, generator: &mut Generator<M>) -> (Self::Vector<M>, Self::Vector<M>) {
        let [square, sine, cosine] = Self::polar(machine, generator);
        let radius = square.sqrt(machine);
        (radius.times(machine, sine), radius.times(machine, cosine))
    }

    /// Two independent standard normals `√ρ sin φ` and `√ρ cos φ`, as `ρ`, `sin φ`, `cos φ`: for a root of something else besides.
    #[inline(always)]
    fn polar<M: Machine>(machine: M, generator: &mut Generator<M>) -> [Self::Vector<M>; 3] {
        let uniform = Self::uniform(machine, Self::draw(generator));
        let square = minus_two_log::<Self, M>(machine, uniform);
        let (sine, cosine) = turn::<Self, M>(machine, Self::draw(generator));
        [square, sine, cosine]
    }

    /// A vector of uniforms on `(0, 1)`, by as many bits as a significand has: the middles of equal cells.
    #[inline(always)]
    fn cell<M: Machine>(m: M, word: Word<Self, M>) -> Self::Vector<M> {
        let (width, stored) = Self::FORMAT;
        let one = Self::Vector::<M>::same(m, 1.0);
        let from_one = Self::Vector::<M>::of_bits(word.right(m, width - stored).or(m, one.bits()));
        from_one.minus(m, Self::Vector::<M>::same(m, 1.0 - 0.5_f64.powi(stored as i32 + 1)))
    }

    /// A vector of uniforms on `(0, 1]`, by all bits `h` of a word but the last: `(2h + 1)/2ʷ`, rounded.
    #[inline(always)]
    fn uniform<M: Machine>(m: M, word: Word<Self, M>) -> Self::Vector<M> {
        let (width, stored) = Self::FORMAT;
        let one = Self::Vector::<M>::same(m, 1.0);
        let magic = Self::Vector::<M>::same(m, magic(stored));
        let high = Self::Vector::<M>::of_bits(word.right(m, width - stored).or(m, one.bits())).minus(m, one);
        let rest = Word::<Self, M>::same(m, (1 << (width - stored)) - 1);
        // The last bit is set: never zero, and in the middle of a cell.
        let last = Word::<Self, M>::same(m, 1);
        let low = Self::Vector::<M>::of_bits(word.and(m, rest).or(m, magic.bits().or(m, last)));
        let cell = Self::Vector::<M>::same(m, 0.5_f64.powi(width as i32));
        low.minus(m, magic).times_plus(m, cell, high)
    }
}

/// The bits of a vector.
pub type Word<P, M> = <<P as Precision>::Vector<M> as Reals>::Bits;

/// A number in whose last bits small integers stand: one and a half times the power of two at which the last place is 1.
pub(super) fn magic(stored: u32) -> f64 {
    1.5 * 2_f64.powi(stored as i32)
}

/// `−2 ln u` for positive normal numbers.
#[inline(always)]
pub(super) fn minus_two_log<P: Precision, M: Machine>(m: M, u: P::Vector<M>) -> P::Vector<M> {
    let (_, stored) = P::FORMAT;
    let one = P::Vector::<M>::same(m, 1.0);
    let root = P::Vector::<M>::same(m, std::f64::consts::FRAC_1_SQRT_2).bits();
    // The exponent field of u/√½, and its significand back on [√½, √2).
    let minus_one = Word::<P, M>::same(m, u64::MAX);
    let minus_root = root.xor(m, minus_one).plus(m, Word::<P, M>::same(m, 1));
    let shifted = u.bits().plus(m, one.bits()).plus(m, minus_root);
    let magic = P::Vector::<M>::same(m, magic(stored));
    let field = |bits: Word<P, M>| bits.right(m, stored).or(m, magic.bits());
    let k = P::Vector::<M>::of_bits(field(shifted)).minus(m, P::Vector::<M>::of_bits(field(one.bits())));
    let fraction = Word::<P, M>::same(m, (1 << stored) - 1);
    let f = P::Vector::<M>::of_bits(shifted.and(m, fraction).plus(m, root)).minus(m, one);
    let square = f.times(m, f);
    let [even, odd] = P::LOGARITHM;
    let polynomial = f.times_plus(m, horner(m, square, odd), horner(m, square, even));
    // −2 ln(1 + f) and −2k ln 2.
    let log = f.times_plus(m, P::Vector::<M>::same(m, -2.0), square);
    let log = square.times(m, f).times_plus(m, polynomial, log);
    k.times_plus(m, P::Vector::<M>::same(m, -2.0 * LN_2), log)
}

/// An angle in `[−π/4, π/4)`.
#[inline(always)]
fn eighth<P: Precision, M: Machine>(m: M, word: Word<P, M>) -> P::Vector<M> {
    let (width, stored) = P::FORMAT;
    let one = P::Vector::<M>::same(m, 1.0).bits();
    let fraction = P::Vector::<M>::of_bits(word.right(m, width - stored).or(m, one));
    fraction.minus(m, P::Vector::<M>::same(m, 1.5)).times(m, P::Vector::<M>::same(m, FRAC_PI_2))
}

/// Sine and cosine of a random angle.
#[inline(always)]
fn turn<P: Precision, M: Machine>(m: M, word: Word<P, M>) -> (P::Vector<M>, P::Vector<M>) {
    let (width, _) = P::FORMAT;
    let one = P::Vector::<M>::same(m, 1.0);
    let y = eighth::<P, M>(m, word);
    let square = y.times(m, y);
    let sine = y.times(m, square).times_plus(m, horner(m, square, P::SINE), y).bits();
    let half = square.times_plus(m, P::Vector::<M>::same(m, -0.5), one);
    let cosine = square.times(m, square).times_plus(m, horner(m, square, P::COSINE), half).bits();
    // Of the lowest bits, which the angle does not use, one exchanges them and two choose their signs.
    let bit = word.left(m, width - 3).right(m, width - 1);
    let mask = bit.xor(m, Word::<P, M>::same(m, u64::MAX)).plus(m, Word::<P, M>::same(m, 1));
    let exchange = mask.and(m, sine.xor(m, cosine));
    let sign = P::Vector::<M>::same(m, -0.0).bits();
    let first = sine.xor(m, exchange).xor(m, word.left(m, width - 1));
    let second = cosine.xor(m, exchange).xor(m, word.left(m, width - 2).and(m, sign));
    (P::Vector::<M>::of_bits(first), P::Vector::<M>::of_bits(second))
}

impl Precision for f64 {
    type Vector<M: Machine> = M::Doubles;
    const LANES: usize = 8;
    const FORMAT: (u32, u32) = (64, 52);
    // The logarithm by Chebyshev, a third of a last place; sine and cosine with the coefficients of fdlibm.
    const LOGARITHM: [&'static [f64]; 2] = [
        &[
            -5.410_615_178_467_281e-2,
            -1.272_405_060_603_730_7e-1,
            -1.141_322_734_891_816_5e-1,
            -1.336_069_649_576_584_8e-1,
            -1.538_348_227_967_035_2e-1,
            -1.818_184_215_207_793_2e-1,
            -2.222_222_201_757_435_8e-1,
            -2.857_142_857_126_963_6e-1,
            -4.000_000_000_000_696_3e-1,
            -6.666_666_666_666_666e-1,
        ],
        &[
            1.191_834_603_788_620_9e-1,
            1.127_171_478_921_434_2e-1,
            1.242_665_098_279_743e-1,
            1.429_384_522_216_397e-1,
            1.666_622_128_599_912_8e-1,
            2.000_001_318_085_278_5e-1,
            2.499_999_979_686_515_2e-1,
            3.333_333_333_473_198_5e-1,
            4.999_999_999_999_719e-1,
        ],
    ];
    const LN_2: [f64; 2] = [LN_2, 2.319_046_813_846_299_6e-17];
    const EXPONENTIAL: [&'static [f64]; 2] = [
        &[
            2.762_007_599_981_065e-7,
            2.480_152_132_211_682_5e-5,
            1.388_888_891_719_688e-3,
            4.166_666_666_662_416_4e-2,
            5.000_000_000_000_001e-1,
        ],
        &[
            2.510_037_592_470_971_7e-8,
            2.755_726_848_011_633_3e-6,
            1.984_126_986_304_067e-4,
            8.333_333_333_330_065e-3,
            1.666_666_666_666_666_8e-1,
        ],
    ];
    const SINE: &'static [f64] = &[
        1.589_690_995_211_55e-10,
        -2.505_076_025_340_686_3e-8,
        2.755_731_370_707_006_8e-6,
        -1.984_126_982_985_795e-4,
        8.333_333_333_322_49e-3,
        -1.666_666_666_666_663_2e-1,
    ];
    const COSINE: &'static [f64] = &[
        -1.135_853_652_138_768_2e-11,
        2.087_570_084_197_473e-9,
        -2.755_731_417_929_674e-7,
        2.480_158_728_885_170_5e-5,
        -1.388_888_888_887_305_6e-3,
        4.166_666_666_666_659e-2,
    ];

    #[inline(always)]
    fn draw<M: Machine>(generator: &mut Generator<M>) -> M::Words {
        generator.words()
    }

    #[inline(always)]
    fn load<M: Machine>(machine: M, numbers: &[Self]) -> M::Doubles {
        let mut full = [0.0; 8];
        for (place, x) in full.iter_mut().zip(numbers) {
            *place = *x;
        }
        machine.doubles(full)
    }

    #[inline(always)]
    fn store<M: Machine>(machine: M, vector: M::Doubles, room: &mut [Self]) {
        for (place, x) in room.iter_mut().zip(machine.to_doubles(vector)) {
            *place = x;
        }
    }

    #[inline(always)]
    fn rounded(x: f64) -> Self {
        x
    }
}

impl Precision for f32 {
    type Vector<M: Machine> = M::Singles;
    const LANES: usize = 16;
    const FORMAT: (u32, u32) = (32, 23);
    // The same in singles.
    const LOGARITHM: [&'static [f64]; 2] = [
        &[
            -2.524_463_969_845_675_6e-1,
            -2.842_899_184_789_592_4e-1,
            -4.000_209_018_832_136e-1,
            -6.666_666_145_638_135e-1,
        ],
        &[1.580_548_754_478_688e-1, 2.599_636_752_730_306e-1, 3.328_256_292_621_279e-1, 5.000_061_284_513_959e-1],
    ];
    const LN_2: [f64; 2] = [0.693_147_182_464_599_6, LN_2 - 0.693_147_182_464_599_6];
    const EXPONENTIAL: [&'static [f64]; 2] = [
        &[1.392_617_619_115_031_2e-3, 4.166_655_466_162_291e-2, 0.5],
        &[8.363_173_131_523_51e-3, 1.666_657_702_525_567_7e-1],
    ];
    const SINE: &'static [f64] = &[-1.951_529_589_1e-4, 8.332_160_873_6e-3, -1.666_665_461_1e-1];
    const COSINE: &'static [f64] = &[2.443_315_711_809_948e-5, -1.388_731_625_493_765e-3, 4.166_664_568_298_827e-2];

    #[inline(always)]
    fn draw<M: Machine>(generator: &mut Generator<M>) -> M::Halves {
        let machine = generator.machine();
        machine.halves(generator.words())
    }

    #[inline(always)]
    fn load<M: Machine>(machine: M, numbers: &[Self]) -> M::Singles {
        let mut full = [0.0; 16];
        for (place, x) in full.iter_mut().zip(numbers) {
            *place = *x;
        }
        machine.singles(full)
    }

    #[inline(always)]
    fn store<M: Machine>(machine: M, vector: M::Singles, room: &mut [Self]) {
        for (place, x) in room.iter_mut().zip(machine.to_singles(vector)) {
            *place = x;
        }
    }

    #[inline(always)]
    fn rounded(x: f64) -> Self {
        x as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Float, Instructions, Kernel, Scalar};
    use crate::simulation::Seed;

    /// Uniform, squared radius, angle, sine and cosine of many words.
    struct Parts<P>(std::marker::PhantomData<P>);

    impl<P: Precision> Kernel for Parts<P> {
        type Output = Vec<[f64; 5]>;

        fn run<M: Machine>(self, m: M) -> Self::Output {
            let mut generator = Seed::new(1, "parts").generator(0, m);
            let mut parts = Vec::new();
            for _ in 0..2000 {
                let word = P::draw(&mut generator);
                let (sine, cosine) = turn::<P, M>(m, word);
                let u = P::uniform(m, word);
                let vectors = [u, minus_two_log::<P, M>(m, u), eighth::<P, M>(m, word), sine, cosine];
                let stored = vectors.map(|vector| {
                    let mut numbers = vec![P::default(); P::LANES];
                    P::store(m, vector, &mut numbers);
                    numbers
                });
                parts.extend((0..P::LANES).map(|lane| std::array::from_fn(|part| stored[part][lane].into())));
            }
            parts
        }
    }

    /// Errors in units of the roundoff: below 8 is as good as exact.
    fn is_accurate<P: Precision>(roundoff: f64) {
        for [u, square, y, sine, cosine] in Instructions::widest().run(Parts::<P>(std::marker::PhantomData)) {
            assert!(u > 0.0 && u <= 1.0, "{u}");
            let exact = -2.0 * Float(u).ln().0;
            assert!((square - exact).abs() <= 8.0 * roundoff * exact, "-2 ln {u} = {square}, not {exact}");
            let (s, c) = Float(y).sin_cos();
            let straight = (sine.abs() - s.0.abs()).abs() <= 8.0 * roundoff * s.0.abs()
                && (cosine.abs() - c.0).abs() <= 8.0 * roundoff * c.0;
            let exchanged = (cosine.abs() - s.0.abs()).abs() <= 8.0 * roundoff * s.0.abs()
                && (sine.abs() - c.0).abs() <= 8.0 * roundoff * c.0;
            assert!(straight || exchanged, "angle {y}: {sine}, {cosine}");
        }
    }

    #[test]
    fn logarithm_and_angle_are_accurate_in_both_precisions() {
        is_accurate::<f64>(f64::EPSILON / 2.0);
        is_accurate::<f32>(f64::from(f32::EPSILON) / 2.0);
    }
}
