//! N balls in step around double-words: a centre of two doubles, about 31 digits, and a radius that counts every error.
//!
//! The centres are computed by the algorithms of Joldes, Muller and Popescu (2017), without fused operations: a sum errs by at most
//! `3u²(1 + 5u)` of itself (their Algorithm 6), a product by `7u²` (10), a quotient by `15u² + 56u³` (17), a root by `3.2u²` (Lefèvre, Louvet, Muller, Picot and Rideau 2023), `u = 2⁻⁵³`.
//! These bounds hold without underflow; where a partial product underflows it errs by a few `η = 2⁻¹⁰⁷⁴` more, of which every operation
//! allows [`UNDERFLOW`]. A radius is a sum of products of non-negative numbers in fewer than ten roundings, and is raised by `16u`.
//! Overflow makes a centre that is no number, and the ball becomes the whole line, which absorbs.

use super::intervals::two_sum;
use super::{Ball, EndPoint, Field, Interval, Rational};
use f256::f256;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// N balls: all numbers within `radius` of `high + low`.
///
/// ```
/// use ouracle::numbers::{Ball, DoubleWords, Field, Scalar};
/// let x = DoubleWords::<2>::points([0.5, 3.0]);
/// let third = (x / 3).lane(0);
/// assert!(third.overlaps(&Ball::ratio(1, 6)) && third.radius().to_f64() < 1e-31);
/// assert!((x - x).ln().lane(1).is_whole());
/// # use ouracle::numbers::EndPoint;
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DoubleWords<const N: usize> {
    pub(super) high: [f64; N],
    pub(super) low: [f64; N],
    pub(super) radius: [f64; N],
}

/// One lane: `(high, low, radius)`.
pub(super) type Word = (f64, f64, f64);

/// `u²`.
pub(super) const UNIT_SQUARED: f64 = f64::EPSILON * f64::EPSILON / 4.0;

/// `2⁻¹⁰⁶⁰`, more than a thousand times what an operation can lose to underflow.
const UNDERFLOW: f64 = f64::from_bits(1 << 14);

/// `1 + 16u`.
const RAISED: f64 = 1.0 + 8.0 * f64::EPSILON;

/// `(s, e)` with `s + e = a + b` exactly, if `|a| ≥ |b|` (Dekker).
#[inline(always)]
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// `(p, e)` with `p + e = ab` exactly, but for underflow (Dekker, Veltkamp). Too large a factor gives what is no number.
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let halves = |x: f64| {
        let c = x * 134_217_729.0;
        let high = c - (c - x);
        (high, x - high)
    };
    let p = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    (p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low)
}

#[inline(always)]
fn sum((xh, xl, xr): Word, (yh, yl, yr): Word) -> Word {
    let (sh, sl) = two_sum(xh, yh);
    let (th, tl) = two_sum(xl, yl);
    let (vh, vl) = fast_two_sum(sh, sl + th);
    let (zh, zl) = fast_two_sum(vh, tl + vl);
    (zh, zl, (xr + yr + 4.0 * UNIT_SQUARED * zh.abs()) * RAISED)
}

#[inline(always)]
fn product((xh, xl, xr): Word, (yh, yl, yr): Word) -> Word {
    let (ch, cl) = two_product(xh, yh);
    let (zh, zl) = fast_two_sum(ch, cl + (xh * yl + xl * yh));
    let spread = xh.abs() * yr + yh.abs() * xr + xr * yr;
    (zh, zl, (spread + 8.0 * UNIT_SQUARED * zh.abs() + UNDERFLOW) * RAISED)
}

#[inline(always)]
fn quotient((xh, xl, xr): Word, (yh, yl, yr): Word) -> Word {
    let th = xh / yh;
    let (ch, cl) = two_product(yh, th);
    let (sh, sl) = fast_two_sum(ch, yl * th);
    let (rh, rl) = fast_two_sum(sh, sl + cl);
    let (zh, zl) = fast_two_sum(th, ((xh - rh) + (xl - rl)) / yh);
    // x/y − z′ with |x| off by xr and |y| by yr, over the smallest divisor, 4u below |y_h|; none is left if that is not positive.
    let least = yh.abs() * (1.0 - 2.0 * f64::EPSILON) - yr;
    let spread = (xr + zh.abs() * yr + UNDERFLOW) / least;
    let none = if least > 0.0 { 0.0 } else { f64::INFINITY };
    (zh, zl, (spread + 16.0 * UNIT_SQUARED * zh.abs() + UNDERFLOW) * RAISED + none)
}

#[inline(always)]
pub(super) fn root((xh, xl, xr): Word) -> Word {
    let sh = xh.sqrt();
    let (p, e) = two_product(sh, sh);
    let (zh, zl) = fast_two_sum(sh, ((xh - p) - e + xl) / (2.0 * sh));
    // |√x − √x′| ≤ |x − x′|/√x.
    let inside = if xh * (1.0 - 2.0 * f64::EPSILON) - xr > 0.0 { 0.0 } else { f64::INFINITY };
    (zh, zl, ((xr + UNDERFLOW) / sh + 4.0 * UNIT_SQUARED * zh + UNDERFLOW) * RAISED + inside)
}

/// Everything is possible where the centre or the radius is no finite number.
#[inline(always)]
fn settled((high, low, radius): Word) -> Word {
    let bounded = high.abs() + radius < f64::INFINITY;
    (if bounded { high } else { 0.0 }, if bounded { low } else { 0.0 }, if bounded { radius } else { f64::INFINITY })
}

impl<const N: usize> DoubleWords<N> {
    #[inline(always)]
    pub(super) fn each(word: impl Fn(usize) -> Word) -> Self {
        let (mut high, mut low, mut radius) = ([0.0; N], [0.0; N], [0.0; N]);
        for i in 0..N {
            (high[i], low[i], radius[i]) = settled(word(i));
        }
        Self { high, low, radius }
    }

    #[inline(always)]
    pub(super) fn word(&self, i: usize) -> Word {
        (self.high[i], self.low[i], self.radius[i])
    }

    /// Single numbers; the whole line where one is infinite or NaN.
    #[inline(always)]
    pub fn points(x: [f64; N]) -> Self {
        Self::each(|i| (x[i], 0.0, 0.0))
    }

    /// The first lane of another, in every lane.
    #[inline(always)]
    pub fn splat(one: DoubleWords<1>) -> Self {
        Self { high: [one.high[0]; N], low: [one.low[0]; N], radius: [one.radius[0]; N] }
    }

    /// A ball that contains this one, in every lane.
    pub fn of_ball(ball: Ball) -> Self {
        let middle = ball.midpoint();
        let high = middle.to_f64();
        let low = (middle - f256::from_f64(high)).to_f64();
        let centre = Ball::from(high) + Ball::from(low);
        let radius = Ball::point((ball - centre).mag()).to_f64_interval().hi();
        // Both are nearest doubles, so that |low| ≤ u |high|.
        Self::each(|_| (high, low, radius))
    }

    /// The ball in one lane.
    pub fn lane(&self, i: usize) -> Ball {
        let radius = Interval::new(-self.radius[i], self.radius[i]).unwrap_or_else(Interval::whole);
        if self.radius[i] < f64::INFINITY {
            Ball::from(self.high[i]) + Ball::from(self.low[i]) + Ball::from(radius)
        } else {
            Ball::whole()
        }
    }

    /// One lane alone.
    pub fn only(&self, i: usize) -> DoubleWords<1> {
        DoubleWords { high: [self.high[i]], low: [self.low[i]], radius: [self.radius[i]] }
    }

    /// The radii.
    #[inline(always)]
    pub fn radius(&self) -> &[f64; N] {
        &self.radius
    }

    /// The centres, to the nearest double.
    #[inline(always)]
    pub fn centre(&self) -> &[f64; N] {
        &self.high
    }

    /// With an error of at most this in either direction; the whole line where that is no number.
    #[inline(always)]
    pub fn with_error(self, error: [f64; N]) -> Self {
        Self::each(|i| (self.high[i], self.low[i], (self.radius[i] + error[i]) * RAISED))
    }

    /// In each lane `self` where asked for, and `other` elsewhere.
    #[inline(always)]
    pub fn where_or(self, asked: [bool; N], other: Self) -> Self {
        Self::each(|i| if asked[i] { self.word(i) } else { other.word(i) })
    }

    /// Times `2^k`, given as the power: exact but for underflow.
    #[inline(always)]
    pub(super) fn times_power(self, power: [f64; N]) -> Self {
        Self::each(|i| (self.high[i] * power[i], self.low[i] * power[i], self.radius[i] * power[i] + UNDERFLOW))
    }
}

impl<const N: usize> Neg for DoubleWords<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::each(|i| (-self.high[i], -self.low[i], self.radius[i]))
    }
}

impl<const N: usize> Sub for DoubleWords<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $of_words:ident),+) => {$(
        impl<const N: usize> $trait for DoubleWords<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self::each(|i| $of_words(self.word(i), other.word(i)))
            }
        }
    )+};
}

operators!(Add add sum, Mul mul product, Div div quotient);

macro_rules! integer_operators {
    ($($trait:ident $method:ident),+) => {$(
        impl<const N: usize> $trait<i64> for DoubleWords<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, n: i64) -> Self {
                $trait::$method(self, Self::int(n))
            }
        }
    )+};
}

integer_operators!(Add add, Sub sub);

impl<const N: usize> Mul<i64> for DoubleWords<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, n: i64) -> Self {
        if n > 0 && (n as u64).is_power_of_two() { self.times_power([n as f64; N]) } else { self * Self::int(n) }
    }
}

impl<const N: usize> Div<i64> for DoubleWords<N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, n: i64) -> Self {
        if n > 0 && (n as u64).is_power_of_two() { self.times_power([1.0 / n as f64; N]) } else { self / Self::int(n) }
    }
}

impl<const N: usize> Field for DoubleWords<N> {
    fn rational(q: &Rational) -> Self {
        Self::of_ball(Ball::rational(q))
    }

    #[inline(always)]
    fn ratio(p: i64, q: u32) -> Self {
        Self::int(p) / i64::from(q)
    }

    #[inline(always)]
    fn int(n: i64) -> Self {
        if n.unsigned_abs() >> 53 == 0 { Self::points([n as f64; N]) } else { Self::rational(&n.into()) }
    }
}
