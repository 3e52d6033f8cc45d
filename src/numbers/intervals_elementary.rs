//! Elementary functions of N intervals in step: plain arithmetic without tables or branches at both ends, each moved outward by a bound
//! of its error that is counted below. `u = 2⁻⁵³`.

use super::decay::exponential_parts;
use super::intervals::{above, below};
use super::scalar::exp_minus_1_minus;
use super::{Field, Interval, Intervals, Scalar};

/// Where `eˣ` would leave the normal numbers.
const LARGEST_ARGUMENT: f64 = 709.0;
const SMALLEST_ARGUMENT: f64 = -700.0;

#[inline(always)]
fn within_reach(x: f64) -> f64 {
    let x = if x < LARGEST_ARGUMENT { x } else { LARGEST_ARGUMENT };
    if x > SMALLEST_ARGUMENT { x } else { SMALLEST_ARGUMENT }
}

/// `y − n u |y|` and `y + n u |y|`, and a number further on either side for the rounding of that. Of a number that is not normal every
/// step may have lost half a last place, `½η`: nine of them are allowed, and none of the functions here has as many.
#[inline(always)]
fn within(y: f64, units: f64) -> (f64, f64) {
    const LAST_PLACES: f64 = f64::from_bits(5);
    let margin = y.abs() * (units * f64::EPSILON / 2.0) + LAST_PLACES;
    (below(y - margin), above(y + margin))
}

/// An increasing function in every lane, given bounds at single numbers; the whole line where `x` is it, or not above `least`.
///
/// What has no bound is taken away, and not chosen instead: a choice could become a branch, and the lanes would part.
#[inline(always)]
fn increasing<const N: usize>(x: Intervals<N>, least: f64, bounds: impl Fn(f64) -> (f64, f64)) -> Intervals<N> {
    Intervals::each(|i| {
        let (lo, hi) = (x.lo()[i], x.hi()[i]);
        let outside = if lo > least && hi < f64::INFINITY { 0.0 } else { f64::INFINITY };
        (bounds(lo).0 - outside, bounds(hi).1)
    })
}

/// Bounds of `eˣ`. `1 + (e^r − 1)` errs by `u + u` of at least 0.7: `2.9u`, and `4u` are allowed.
#[inline(always)]
fn exp(x: f64) -> (f64, f64) {
    let (power, rest) = exponential_parts(within_reach(x));
    let (lo, hi) = within(power * (1.0 + rest), 4.0);
    // Further down the bound at the smallest argument falls below 0.
    let fall = if x < SMALLEST_ARGUMENT { f64::INFINITY } else { 0.0 };
    let lo = lo - fall;
    (if lo > 0.0 { lo } else { 0.0 }, hi + beyond(x))
}

/// Infinite where `eˣ` is too large, else nothing.
#[inline(always)]
fn beyond(x: f64) -> f64 {
    if x > LARGEST_ARGUMENT { f64::INFINITY } else { 0.0 }
}

/// Bounds of `eˣ − 1 = 2ᵏ(e^r − 1) + (2ᵏ − 1)`. If `k = 0` it errs by `1.9u`. If `k ≥ 1` the result is at least 0.41·2ᵏ⁻¹ and the first
/// part errs by `2ᵏu`; if `k ≤ −1` the result is at most −0.29, the first part errs by `u/2`, and where `2ᵏ` is lost to the 1 by `u` more:
/// `4.9u` and one rounding more, and `8u` are allowed. Never below −1.
#[inline(always)]
fn exp_m1(x: f64) -> (f64, f64) {
    let (power, rest) = exponential_parts(within_reach(x));
    let (lo, hi) = within(power * rest + (power - 1.0), 8.0);
    (if lo > -1.0 { lo } else { -1.0 }, hi + beyond(x))
}

/// `(m, k)` with `x = 2ᵏ m` and `m` between `√½` and `√2`, for a normal `x > 0`.
#[inline(always)]
fn significand_near_one(x: f64) -> (f64, f64) {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    // A small integer in the last bits of 2⁵² is that integer, once 2⁵² is taken away; 2048 keeps it positive.
    const SHIFT: u64 = 0x4330_0000_0000_0000;
    let bits = x.to_bits();
    let raised = bits.wrapping_sub(ROOT_HALF).wrapping_add(2048 << 52) >> 52;
    let k = f64::from_bits(SHIFT | raised) - (f64::from_bits(SHIFT) + 2048.0);
    (f64::from_bits(bits.wrapping_sub(raised.wrapping_sub(2048) << 52)), k)
}

/// `k ln 2 + ln (1 + f)`, `|f| ≤ 0.42`. With `s = f/(2 + f)`, `s² ≤ 0.0295`, it is `2s(1 + s²/3 + …)` to `s²⁰/21`, which leaves `0.01u` of it. `s`
/// errs by `2u`, the series by `1.2u`, the product by `u`: `4.3u`, and that is all if `k = 0`. Else the result is at least 0.34 and that
/// was `1.5u`; `k ln 2` in two parts, of which the first is exact, adds less, and two sums round: `6.4u`.
#[inline(always)]
fn logarithm(f: f64, k: f64) -> f64 {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    let s = f / (2.0 + f);
    let w = s * s;
    let mut series = OVER_ODD[10];
    for n in (0..10).rev() {
        series = series * w + OVER_ODD[n];
    }
    k * LN2_HIGH + (2.0 * s * series + k * LN2_LOW)
}

/// `1/(2n + 1)`.
const OVER_ODD: [f64; 11] = {
    let (mut table, mut n) = ([0.0; 11], 0);
    while n < 11 {
        table[n] = 1.0 / (2 * n + 1) as f64;
        n += 1;
    }
    table
};

/// Bounds of `ln x`, `x > 0`: `8u` are allowed. All subnormal numbers have the same.
#[inline(always)]
fn ln(x: f64) -> (f64, f64) {
    let normal = if x > f64::MIN_POSITIVE { x } else { f64::MIN_POSITIVE };
    let (m, k) = significand_near_one(normal);
    let (lo, hi) = within(logarithm(m - 1.0, k), 8.0);
    // ln 2⁻¹⁰⁷⁴ > ln 2⁻¹⁰²² − 37.
    (lo - if x < f64::MIN_POSITIVE { 37.0 } else { 0.0 }, hi)
}

/// Bounds of `ln (1 + x)`, `x > −1`. Where `1 + x` is near 1 the logarithm is taken of `x` itself; elsewhere its rounding adds `u` to a
/// result of at least 0.34: `9.4u`, and `12u` are allowed.
#[inline(always)]
fn ln_1p(x: f64) -> (f64, f64) {
    let (m, k) = significand_near_one(1.0 + x);
    within(logarithm(if k == 0.0 { x } else { m - 1.0 }, k), 12.0)
}

/// `ln (1 + x)` to a few units, for a normal `1 + x > 0`, of which the nearest double is `y`. No bound.
#[inline(always)]
pub(super) fn approximate_ln_1p(x: f64, y: f64) -> f64 {
    let (m, k) = significand_near_one(if y > f64::MIN_POSITIVE { y } else { f64::MIN_POSITIVE });
    logarithm(if k == 0.0 { x } else { m - 1.0 }, k)
}

/// Terms of the series of `φₖ`, and the largest `k` for which all factorials in it are exact.
const TERMS: usize = 19;
const LAST_ORDER: usize = 3;

/// `1/n!`, rounded once.
const OVER_FACTORIALS: [f64; TERMS + LAST_ORDER] = {
    let (mut table, mut factorial, mut n) = ([1.0; TERMS + LAST_ORDER], 1.0, 1);
    while n < TERMS + LAST_ORDER {
        factorial *= n as f64;
        table[n] = 1.0 / factorial;
        n += 1;
    }
    table
};

/// Bounds of `φₖ(z)` by its series, `|z| ≤ 1`, `1 ≤ k ≤ 3`. As in the 237-bit function (there for any unit roundoff), Horner's sums err by `14.4u`
/// of the result; the terms that are left out are below `2 k!/(k + 19)! < 0.01u` of it, and `16u` are allowed.
#[inline(always)]
fn phi_near_zero(z: f64, k: usize) -> (f64, f64) {
    let mut sum = OVER_FACTORIALS[k + TERMS - 1];
    for n in (k..k + TERMS - 1).rev() {
        sum = sum * z + OVER_FACTORIALS[n];
    }
    within(sum, 16.0)
}

impl<const N: usize> Scalar for Intervals<N> {
    fn sign(self) -> Self {
        let nothing = std::array::from_fn(|i| self.mag()[i] == 0.0);
        self.where_or(nothing, self / self.square().sqrt())
    }

    #[inline(always)]
    fn pi() -> Self {
        Self::each(|_| (std::f64::consts::PI, std::f64::consts::PI.next_up()))
    }

    #[inline(always)]
    fn exp(self) -> Self {
        increasing(self, f64::NEG_INFINITY, exp)
    }

    #[inline(always)]
    fn exp_m1(self) -> Self {
        increasing(self, f64::NEG_INFINITY, exp_m1)
    }

    #[inline(always)]
    fn ln(self) -> Self {
        increasing(self, 0.0, ln)
    }

    #[inline(always)]
    fn ln_1p(self) -> Self {
        increasing(self, -1.0, ln_1p)
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
        // The square root of a negative number is none, and makes the lane the whole line.
        Self::each(|i| {
            let (lo, hi) = (below(self.lo()[i].sqrt()), above(self.hi()[i].sqrt()));
            let negative = if self.lo()[i] >= 0.0 { 0.0 } else { f64::INFINITY };
            (if lo > 0.0 { lo } else { 0.0 } - negative, hi)
        })
    }

    /// Lane by lane: not by vector instructions.
    fn sin_cos(self) -> (Self, Self) {
        let (sines, cosines) = (0..N).map(|i| self.lane(i).sin_cos()).unzip::<_, _, Vec<_>, Vec<_>>();
        let of = |lanes: &[Interval<f64>]| Self::each(|i| (lanes[i].lo(), lanes[i].hi()));
        (of(&sines), of(&cosines))
    }

    /// Up to `φ₃` in step; further up lane by lane.
    #[inline(always)]
    fn phi(self, k: u32) -> Self {
        let order = k as usize;
        if order == 0 {
            return self.exp();
        }
        if order > LAST_ORDER {
            let lanes: [_; N] = std::array::from_fn(|i| self.lane(i).phi(k));
            return Self::each(|i| (lanes[i].lo(), lanes[i].hi()));
        }
        let (lower, upper) = (phi_at(self.lo(), order), phi_at(self.hi(), order));
        Self::each(|i| (lower.lo()[i], upper.hi()[i]))
    }
}

/// `φₖ`, `1 ≤ k ≤ 3`, at single numbers: by its series near 0, elsewhere by `φⱼ₊₁ = (φⱼ − 1/j!)/z` from `φ₁ = (eᶻ − 1)/z`.
#[inline(always)]
fn phi_at<const N: usize>(ends: &[f64; N], order: usize) -> Intervals<N> {
    let point = Intervals::points(*ends);
    let mut far = point.exp_m1() / point;
    for j in 1..order {
        far = (far - Intervals::ratio(1, [1, 1, 2][j])) / point;
    }
    let near: [bool; N] = std::array::from_fn(|i| ends[i].abs() <= 1.0);
    let series = Intervals::each(|i| phi_near_zero(if near[i] { ends[i] } else { 0.0 }, order));
    series.where_or(near, far)
}
