//! N enclosures in step: the interval reading as a structure of arrays, which the compiler turns into vector instructions.
//!
//! The two laws are those of [`Interval`]: inclusion, and absorption by the whole line. What differs: an interval that is not bounded on
//! both sides is the whole line here, at once. No rounding mode is switched. A sum tells its own rounding error exactly (Knuth); any
//! other result `y` to nearest is moved outward by `|y| u(1 + 2u) + η`, which reaches at least the next number (Rump, Zimmermann,
//! Boldo, Melquiond 2009, Algorithm 1); `u = 2⁻⁵³`, `η = 2⁻¹⁰⁷⁴`. Nothing is fused, so that all instructions give the same bits.

use super::{Field, Interval, Rational};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// N intervals of doubles, the lower ends beside each other and the upper ends beside each other.
///
/// ```
/// use ouracle::numbers::{Field, Intervals, Scalar};
/// let x = Intervals::<4>::points([0.5, 1.0, 2.0, 1e308]);
/// let y = (x * 3 - 1).exp().ln();
/// assert!(y.lane(0).contains(&ouracle::numbers::parse_rational("0.5")?));
/// assert!(y.lane(3).is_whole());
/// # Ok::<(), ouracle::numbers::NumeralError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Intervals<const N: usize> {
    lo: [f64; N],
    hi: [f64; N],
}

/// `|x| u(1 + 2u) + η`: from `x` by this far lies at least the next number.
#[inline(always)]
fn step(x: f64) -> f64 {
    x.abs() * BEYOND_HALF_A_PLACE + SMALLEST
}

/// A number at most the one before `x`.
#[inline(always)]
pub(super) fn below(x: f64) -> f64 {
    x - step(x)
}

/// A number at least the one after `x`.
#[inline(always)]
pub(super) fn above(x: f64) -> f64 {
    x + step(x)
}

/// `u(1 + 2u)`.
const BEYOND_HALF_A_PLACE: f64 = f64::EPSILON / 2.0 * (1.0 + f64::EPSILON);
const SMALLEST: f64 = f64::from_bits(1);

/// `(s, e)` with `s = a + b` to nearest and `s + e = a + b` exactly, unless a sum overflows; then `e` is no number.
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

#[inline(always)]
fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn greatest(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The ends, or those of the whole line unless both are finite and the second is not smaller.
#[inline(always)]
fn settled(lo: f64, hi: f64) -> (f64, f64) {
    let bounded = hi - lo < f64::INFINITY;
    (if bounded { lo } else { f64::NEG_INFINITY }, if bounded { hi } else { f64::INFINITY })
}

impl<const N: usize> Intervals<N> {
    /// A pair of ends for each lane.
    #[inline(always)]
    pub(super) fn each(ends: impl Fn(usize) -> (f64, f64)) -> Self {
        let (mut lo, mut hi) = ([0.0; N], [0.0; N]);
        for i in 0..N {
            let (below, above) = ends(i);
            (lo[i], hi[i]) = settled(below, above);
        }
        Self { lo, hi }
    }

    /// Single numbers; the whole line where one is infinite or NaN.
    #[inline(always)]
    pub fn points(x: [f64; N]) -> Self {
        Self::each(|i| (x[i], x[i]))
    }

    /// The same interval in every lane.
    #[inline(always)]
    pub fn splat(interval: Interval<f64>) -> Self {
        Self::each(|_| (interval.lo(), interval.hi()))
    }

    /// The intervals `[−rᵢ, rᵢ]`; the whole line where a radius is negative, infinite or NaN.
    #[inline(always)]
    pub fn around_zero(radius: [f64; N]) -> Self {
        Self::each(|i| if radius[i] >= 0.0 { (-radius[i], radius[i]) } else { (f64::NEG_INFINITY, f64::INFINITY) })
    }

    /// The interval in one lane.
    #[inline(always)]
    pub fn lane(&self, i: usize) -> Interval<f64> {
        Interval::new(self.lo[i], self.hi[i]).unwrap_or_else(Interval::whole)
    }

    /// The lower ends.
    #[inline(always)]
    pub fn lo(&self) -> &[f64; N] {
        &self.lo
    }

    /// The upper ends.
    #[inline(always)]
    pub fn hi(&self) -> &[f64; N] {
        &self.hi
    }

    /// The largest `|x|` in each lane.
    #[inline(always)]
    pub fn mag(&self) -> [f64; N] {
        std::array::from_fn(|i| greatest(-self.lo[i], self.hi[i]))
    }

    /// In each lane `self` where asked for, and `other` elsewhere.
    #[inline(always)]
    pub fn where_or(self, asked: [bool; N], other: Self) -> Self {
        Self::each(|i| if asked[i] { (self.lo[i], self.hi[i]) } else { (other.lo[i], other.hi[i]) })
    }

    /// The smallest intervals that contain both.
    #[inline(always)]
    pub fn hull(self, other: Self) -> Self {
        Self::each(|i| (least(self.lo[i], other.lo[i]), greatest(self.hi[i], other.hi[i])))
    }

    /// What lies in both. They must overlap, as enclosures of the same number do; the whole line where they do not.
    #[inline(always)]
    pub(super) fn meet(self, other: Self) -> Self {
        Self::each(|i| {
            let (lo, hi) = (greatest(self.lo[i], other.lo[i]), least(self.hi[i], other.hi[i]));
            let apart = if lo <= hi { 0.0 } else { f64::INFINITY };
            (lo - apart, hi + apart)
        })
    }

    /// With an integer that is a double.
    #[inline(always)]
    fn integer(n: i64) -> Self {
        if n.unsigned_abs() >> 53 == 0 { Self::points([n as f64; N]) } else { Self::rational(&n.into()) }
    }
}

impl<const N: usize> Neg for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::each(|i| (-self.hi[i], -self.lo[i]))
    }
}

impl<const N: usize> Add for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::each(|i| {
            let (lo, lo_error) = two_sum(self.lo[i], other.lo[i]);
            let (hi, hi_error) = two_sum(self.hi[i], other.hi[i]);
            // An error that is no number fails both comparisons. The step is chosen and not its result, which could become a branch.
            let down = if lo_error >= 0.0 { 0.0 } else { step(lo) };
            let up = if hi_error <= 0.0 { 0.0 } else { step(hi) };
            (lo - down, hi + up)
        })
    }
}

impl<const N: usize> Sub for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<const N: usize> Mul for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::each(|i| {
            let (a, b, c, d) = (self.lo[i], self.hi[i], other.lo[i], other.hi[i]);
            // Only the whole line has infinite ends; with it at least one product is infinite or none is a number.
            let lo = least(least(a * c, a * d), least(b * c, b * d));
            let hi = greatest(greatest(a * c, a * d), greatest(b * c, b * d));
            let sign = if a >= 0.0 && c >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
            (greatest(below(lo), sign), above(hi))
        })
    }
}

impl<const N: usize> Div for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self::each(|i| {
            let flip = other.hi[i] < 0.0;
            let (a, b) = if flip { (-self.hi[i], -self.lo[i]) } else { (self.lo[i], self.hi[i]) };
            let (c, d) = if flip { (-other.hi[i], -other.lo[i]) } else { (other.lo[i], other.hi[i]) };
            let lo = below(a / if a >= 0.0 { d } else { c });
            let hi = above(b / if b >= 0.0 { c } else { d });
            let lo = greatest(lo, if a >= 0.0 { 0.0 } else { f64::NEG_INFINITY });
            // An infinite quotient, or none (∞/∞), is unbounded; so is every quotient by what may be 0.
            (lo - if c > 0.0 { 0.0 } else { f64::INFINITY }, hi)
        })
    }
}

impl<const N: usize> Add<i64> for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, n: i64) -> Self {
        self + Self::integer(n)
    }
}

impl<const N: usize> Sub<i64> for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, n: i64) -> Self {
        self - Self::integer(n)
    }
}

impl<const N: usize> Mul<i64> for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, n: i64) -> Self {
        if n > 0 && (n as u64).is_power_of_two() {
            // Exact, but for overflow.
            return Self::each(|i| (self.lo[i] * n as f64, self.hi[i] * n as f64));
        }
        self * Self::integer(n)
    }
}

impl<const N: usize> Div<i64> for Intervals<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, n: i64) -> Self {
        if n > 0 && (n as u64).is_power_of_two() {
            // Exact, but where the last places of a small number are lost, which the way back shows.
            let by = n as f64;
            return Self::each(|i| {
                let (lo, hi) = (self.lo[i] / by, self.hi[i] / by);
                let down = if lo * by == self.lo[i] { 0.0 } else { step(lo) };
                let up = if hi * by == self.hi[i] { 0.0 } else { step(hi) };
                (lo - down, hi + up)
            });
        }
        self / Self::integer(n)
    }
}

impl<const N: usize> Field for Intervals<N> {
    fn rational(q: &Rational) -> Self {
        Self::splat(Interval::rational(q))
    }

    #[inline(always)]
    fn ratio(p: i64, q: u32) -> Self {
        Self::integer(p) / i64::from(q)
    }

    #[inline(always)]
    fn int(n: i64) -> Self {
        Self::integer(n)
    }

    #[inline(always)]
    fn square(self) -> Self {
        Self::each(|i| {
            let largest = greatest(-self.lo[i], self.hi[i]);
            let smallest = greatest(0.0, greatest(self.lo[i], -self.hi[i]));
            (greatest(below(smallest * smallest), 0.0), above(largest * largest))
        })
    }
}
