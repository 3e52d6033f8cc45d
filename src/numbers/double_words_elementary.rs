//! Elementary functions of double-words: reduced by an exact power of two, then series in the balls themselves, so that only what a
//! series leaves out is bounded here. Arguments beyond ±700, or known to fewer than about ten digits, give the whole line.

use super::decay::exponential_parts;
use super::double_words::{Word, root};
use super::intervals_elementary::approximate_ln_1p;
use super::scalar::exp_minus_1_minus;
use super::{Ball, DoubleWords, Field, Scalar};
use std::sync::LazyLock;

/// `1/n!`, and `ln 2` and `π`.
struct Constants {
    over_factorial: Vec<DoubleWords<1>>,
    ln_2: DoubleWords<1>,
    pi: DoubleWords<1>,
}

/// Terms of the series of `φₖ`, and its largest `k` in step.
const TERMS: usize = 28;
const LAST_ORDER: usize = 3;

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| {
    let mut factorial = Ball::one();
    let mut over = vec![factorial];
    for n in 1..(TERMS + LAST_ORDER) as i64 {
        factorial = factorial / n;
        over.push(factorial);
    }
    Constants {
        over_factorial: over.into_iter().map(DoubleWords::of_ball).collect(),
        ln_2: DoubleWords::of_ball(Ball::int(2).ln()),
        pi: DoubleWords::of_ball(Ball::pi()),
    }
});

/// Halvings of the reduced argument.
const HALVINGS: i32 = 6;

/// Nothing where the ball lies within `reach` of 0, else infinite.
#[inline(always)]
fn unless_within(reach: f64, (high, _, radius): Word) -> f64 {
    // The low part is below the last place of the high one, for which the reaches below have room.
    if high.abs() + radius <= reach { 0.0 } else { f64::INFINITY }
}

/// `(2ᵏ, e^r − 1)` with `x = k ln 2 + r`.
///
/// `r` is halved six times, to `|t| ≤ 0.0055`; a ball that does not lie within 0.006 is given up. `eᵗ − 1` by its series to `t¹¹/11!`, which leaves at
/// most `0.006¹¹/12!·1.01 < 8·10⁻³⁴` of `t`; then `e²ᵗ − 1 = (eᵗ − 1)² + 2(eᵗ − 1)` six times.
#[inline(always)]
fn parts<const N: usize>(x: DoubleWords<N>) -> ([f64; N], DoubleWords<N>) {
    const LEFT_OUT: f64 = 8e-34;
    let constants = &*CONSTANTS;
    let reach = |x: f64| {
        let x = if x < 700.0 { x } else { 700.0 };
        if x > -700.0 { x } else { -700.0 }
    };
    let power: [f64; N] = std::array::from_fn(|i| exponential_parts(reach(x.high[i])).0);
    // A small integer in the last bits of 2⁵² is that integer, once 2⁵² is taken away.
    const SHIFT: u64 = 0x4330_0000_0000_0000;
    let exponent = |power: f64| f64::from_bits(SHIFT | power.to_bits() >> 52) - (f64::from_bits(SHIFT) + 1023.0);
    let k = DoubleWords::points(power.map(exponent));
    let t = (x - k * DoubleWords::splat(constants.ln_2)) / (1 << HALVINGS);
    let mut series = DoubleWords::splat(constants.over_factorial[11]);
    for n in (1..11).rev() {
        series = series * t + DoubleWords::splat(constants.over_factorial[n]);
    }
    let mut rest = (series * t).with_error(left_out(&t, LEFT_OUT, 0.006));
    for _ in 0..HALVINGS {
        rest = rest * rest + rest * 2;
    }
    (power, rest)
}

/// What a series leaves out: this share of its argument, if that lies within `reach` of 0, and else no bound.
#[inline(always)]
fn left_out<const N: usize>(z: &DoubleWords<N>, share: f64, reach: f64) -> [f64; N] {
    std::array::from_fn(|i| (z.high[i].abs() + z.radius[i]) * (share * 1.01) + unless_within(reach, z.word(i)))
}

/// `ln (1 + z)` for a ball within 2⁻³⁰ of 0: `z − z²/2 + z³/3`, which leaves less than `|z|⁴`.
#[inline(always)]
fn ln_near_one<const N: usize>(z: DoubleWords<N>) -> DoubleWords<N> {
    const NEAR: f64 = 1.0 / (1 << 30) as f64;
    let series = z - z * z / 2 + z * z * z / 3;
    series.with_error(left_out(&z, NEAR * NEAR * NEAR, NEAR))
}

impl<const N: usize> Scalar for DoubleWords<N> {
    fn sign(self) -> Self {
        self / (self * self).sqrt()
    }

    #[inline(always)]
    fn pi() -> Self {
        Self::splat(CONSTANTS.pi)
    }

    #[inline(always)]
    fn exp(self) -> Self {
        let (power, rest) = parts(self);
        (rest + 1).times_power(power)
    }

    #[inline(always)]
    fn exp_m1(self) -> Self {
        let (power, rest) = parts(self);
        rest.times_power(power) + (Self::points(power) - 1)
    }

    /// `y + ln (1 + z)` with a double `y` near the logarithm, and `z = x e^{−y} − 1`.
    #[inline(always)]
    fn ln(self) -> Self {
        let near = Self::points(self.high.map(|x| approximate_ln_1p(x - 1.0, x)));
        near + ln_near_one(self * (-near).exp() - 1)
    }

    /// The same with `z = (x − (eʸ − 1)) e^{−y}`, which has the digits of a small `x`.
    #[inline(always)]
    fn ln_1p(self) -> Self {
        let near = Self::points(self.high.map(|x| approximate_ln_1p(x, 1.0 + x)));
        near + ln_near_one((self - near.exp_m1()) * (-near).exp())
    }

    #[inline(always)]
    fn minus_ln_1p(self) -> Self {
        exp_minus_1_minus(self.ln_1p())
    }

    #[inline(always)]
    fn minus_1_minus_ln(self) -> Self {
        exp_minus_1_minus(self.ln())
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::each(|i| root(self.word(i)))
    }

    /// Lane by lane, with 237 bits.
    fn sin_cos(self) -> (Self, Self) {
        let lanes: [_; N] = std::array::from_fn(|i| self.lane(i).sin_cos());
        let of = |pick: fn(&(Ball, Ball)) -> Ball| Self::each(|i| DoubleWords::<1>::of_ball(pick(&lanes[i])).word(0));
        (of(|both| both.0), of(|both| both.1))
    }

    /// Up to `φ₃` in step; further up lane by lane, with 237 bits.
    #[inline(always)]
    fn phi(self, k: u32) -> Self {
        let order = k as usize;
        if order == 0 {
            return self.exp();
        }
        if order > LAST_ORDER {
            return Self::each(|i| DoubleWords::<1>::of_ball(self.lane(i).phi(k)).word(0));
        }
        let constants = &*CONSTANTS;
        let coefficient = |n: usize| Self::splat(constants.over_factorial[n]);
        let mut series = coefficient(order + TERMS - 1);
        for n in (order..order + TERMS - 1).rev() {
            series = series * self + coefficient(n);
        }
        // Σ_{n ≥ 28} |z|ⁿ/(n + 1)! < 1.05/29! for |z| ≤ 1.
        let series = series.with_error(std::array::from_fn(|i| 1.2e-31 + unless_within(1.0, self.word(i))));
        let mut far = self.exp_m1() / self;
        for j in 1..order {
            far = (far - coefficient(j)) / self;
        }
        series.where_or(std::array::from_fn(|i| self.high[i].abs() <= 0.99), far)
    }
}
