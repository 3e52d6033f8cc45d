//! `ln x` and `ln (1 + x)` at one 237-bit number, enclosed. u = 2⁻²³⁷ is the unit roundoff.

use super::constants::CONSTANTS;
use super::exponential::{is_tiny, widened};
use super::{Ball, Elementary, EndPoint, Field, Interval};
use f256::f256;

/// Below this distance from 1 the series is taken directly, so that the relative error is small too.
const NEAR_ONE: f64 = 1.0 / 64.0;

/// `1 + w/3 + w²/5 + … + w^{terms−1}/(2 terms − 1)`: artanh s = s times this, w = s². Errs by less than (1 + w) u if w < 2⁻¹³.
fn artanh_series(w: f256, terms: usize) -> f256 {
    let inverse_odd = &CONSTANTS.inverse_odd;
    let mut sum = inverse_odd[terms - 1];
    for n in (0..terms - 1).rev() {
        sum = sum * w + inverse_odd[n];
    }
    sum
}

/// `ln x` for a finite `x > 0`.
///
/// Near 1 by [`ln_1p`]. Elsewhere x = 2ᵉ m with m in [0.7, 1.42], n is the integer nearest to 4096 ln m, z = m e^{−n/4096} − 1,
/// and ln x = e ln 2 + n/4096 + ln (1 + z). Two table entries, their product and the product with m err by 4.01 u, the
/// difference from 1 is exact; ln (1 + z) adds 2⁻¹³·5 u; the sums err by u/4 + u/4 + u |ln x|. Together 4.6 u + u |ln x|, and
/// 15 u max(1, |ln x|) are allowed. As |ln x| > 2⁻⁶·0.99, the relative width is below 2⁻²²⁶.
pub(super) fn ln(x: f256) -> Ball {
    let distance = x - f256::ONE;
    if distance.to_f64().abs() <= NEAR_ONE {
        // Numbers within a factor 2 of each other have an exact difference.
        return ln_1p(distance);
    }
    let (mantissa, exponent) = split(x);
    let n = (core_math::log(mantissa.to_f64()) * 4096.0).round() as i32;
    let (coarse, fine) = CONSTANTS.exp_factors(-n);
    let z = mantissa * (coarse * fine) - f256::ONE;
    // |z| ≤ 1.01·2⁻¹³, so w ≤ 2⁻²⁷·⁹ and nine terms leave 2⁻²⁵⁵.
    let s = z / (f256::TWO + z);
    let correction = s.mul2() * artanh_series(s * s, 9);
    let fraction = f256::from(n).div_pow2(12) + correction;
    let power = f256::from(exponent);
    let value = CONSTANTS.ln_2.high * power + (fraction + CONSTANTS.ln_2.low * power);
    let magnitude = value.abs();
    let margin = if magnitude > f256::ONE { magnitude } else { f256::ONE }.div_pow2(233);
    Interval::enclosing((value - margin).next_down(), (value + margin).next_up())
}

/// `ln (1 + x)` for a finite `x > −1`, with relative width below 2⁻²²⁵.
///
/// For |x| ≤ 1/64: s = x/(2 + x), w = s² ≤ 2⁻¹³·⁹, ln (1 + x) = 2 artanh s; eighteen terms leave 2⁻²⁵⁵; the quotient errs by
/// 2 u, the series by 1.1 u, the product by u: ≤ 4.2 u, and 15 u are allowed. Elsewhere 1 + x is enclosed first, which costs
/// at most 2⁻²³⁵/ln (1 + 1/64).
pub(super) fn ln_1p(x: f256) -> Ball {
    if x == f256::ZERO {
        return Ball::zero();
    }
    if is_tiny(x) {
        // x − x² < ln (1 + x) < x.
        return Interval::enclosing(x.next_down(), x);
    }
    if x.to_f64().abs() > NEAR_ONE {
        return (Interval::point(x) + Ball::one()).increasing(f256::enclose_ln);
    }
    let s = x / (f256::TWO + x);
    widened(s.mul2() * artanh_series(s * s, 18))
}

/// `(m, e)` with x = 2ᵉ m, exactly, and m in [0.7, 1.42].
fn split(x: f256) -> (f256, i32) {
    let (significand, exponent) = x.decompose();
    // Subnormal numbers have a shorter significand.
    let length = 256
        - if significand.0 == 0 { 128 + significand.1.leading_zeros() } else { significand.0.leading_zeros() } as i32;
    let power = exponent + length - 1;
    let scaled = if power >= 0 { x.div_pow2(power.unsigned_abs()) } else { x.mul_pow2(power.unsigned_abs()) };
    if scaled.to_f64() > std::f64::consts::SQRT_2 { (scaled.div2(), power + 1) } else { (scaled, power) }
}
