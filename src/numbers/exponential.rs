//! `eˣ`, `eˣ − 1` and `φₖ` at one 237-bit number, enclosed.
//!
//! u = 2⁻²³⁷ is the unit roundoff. The argument is split as x = k ln 2 + n/4096 + r, |r| ≤ 2⁻¹³ (1 + 2⁻³⁰); `e^{n/4096}` is
//! a product of two table entries and `eʳ − 1` a Taylor polynomial of degree 15.

use super::constants::{CONSTANTS, FACTORIALS};
use super::elementary::phi_by_series_or_recurrence;
use super::{Ball, EndPoint, Field, Interval};
use f256::f256;

/// `e^x` overflows above and vanishes below this; beyond, the exponent is not even looked at.
const BEYOND: f64 = 182_000.0;

/// `y (1 ± 2⁻²³³)` and one number further on either side: covers a relative error of 15 u, also of subnormal numbers.
pub(super) fn widened(y: f256) -> Ball {
    let margin = y.abs().div_pow2(233);
    Interval::enclosing((y - margin).next_down(), (y + margin).next_up())
}

/// Whether `|x| < 2⁻²⁴⁰`, so that x² is less than an eighth of the distance to either neighbour of x.
pub(super) fn is_tiny(x: f256) -> bool {
    x.decompose().1 < -240 - 236
}

/// `(eʳ − 1)` for |r| ≤ 2⁻¹³ (1 + 2⁻³⁰). The first omitted term is r·2⁻¹⁹⁵⁻⁴⁴ < r u/4; all but the last addition err by at most
/// 2⁻¹³·4u of r. Relative error ≤ 1.3 u.
fn exp_m1_of_residue(r: f256) -> f256 {
    let inverse_factorial = &CONSTANTS.inverse_factorial;
    let mut series = inverse_factorial[15];
    for n in (2..15).rev() {
        series = series * r + inverse_factorial[n];
    }
    r + r * r * series
}

/// n and r with x = n/4096 + r; exact, because r is a multiple of the last place of x and not larger than x (if n ≠ 0).
fn split(x: f256) -> (i32, f256) {
    let n = (x.to_f64() * 4096.0).round() as i32;
    (n, x - f256::from(n).div_pow2(12))
}

/// `2^k y` for y in [1/2, 2], rounded outward when it is subnormal or too large.
fn scaled(y: Ball, k: i32) -> Ball {
    if k >= 0 {
        let scale = |end: f256| end.mul_pow2(k.unsigned_abs());
        let lo = scale(y.lo());
        return Interval::enclosing(if lo.is_finite() { lo } else { f256::MAX }, scale(y.hi()));
    }
    let scale = |end: f256| end.div_pow2(k.unsigned_abs());
    let (lo, hi) = (scale(y.lo()), scale(y.hi()));
    if k > -262_000 {
        return Interval::enclosing(lo, hi);
    }
    // The shift rounds below 2⁻²⁶²¹⁴², by less than one smallest number.
    Interval::enclosing(if lo == f256::ZERO { lo } else { lo.next_down() }, hi.next_up())
}

/// `eˣ`, with relative width below 2⁻²³⁰.
///
/// The errors relative to eˣ: table entries u + u, their product u, the final addition u, the product with eʳ − 1 and that
/// factor 2⁻¹³·2.3u; the argument: k·(high part of ln 2) is exact, two subtractions of numbers below 1/2 err by u/4 each, the
/// low part by less than 2⁻⁴³⁰. Together < 4.7 u, and 15 u are allowed.
pub(super) fn exp(x: f256) -> Ball {
    if x == f256::ZERO {
        return Ball::one();
    }
    let near = x.to_f64();
    if near > BEYOND {
        return Interval::enclosing(f256::MAX, f256::INFINITY);
    }
    if near < -BEYOND {
        return Interval::enclosing(f256::ZERO, f256::MIN_GT_ZERO);
    }
    let k = (near * std::f64::consts::LOG2_E).round() as i32;
    let residue = if k == 0 { x } else { x - CONSTANTS.ln_2.high * f256::from(k) - CONSTANTS.ln_2.low * f256::from(k) };
    let (n, r) = split(residue);
    let (coarse, fine) = CONSTANTS.exp_factors(n);
    let node = coarse * fine;
    scaled(widened(node + node * exp_m1_of_residue(r)), k)
}

/// `eˣ − 1`, with relative width below 2⁻²²⁹ also near 0.
///
/// For |x| < 0.34, with a = e^{i/64} − 1, b = e^{j/4096} − 1 of one sign and m = a + b + ab, p = eʳ − 1: the result is m + p (1 + m). The
/// entries and their sum err by 2u, the product by 3u of |ab| ≤ |m|/60, the sum by u: 3.2 u of |m|. |p| (1 + m) ≤ 0.51 |m| has 2.5 u
/// more; at worst they cancel to 0.49 |m|, which doubles both, and the last addition adds u: ≤ 11.5 u, and 15 u are allowed.
pub(super) fn exp_m1(x: f256) -> Ball {
    if x == f256::ZERO {
        return Ball::zero();
    }
    if is_tiny(x) {
        // x < eˣ − 1 < x + x².
        return Interval::enclosing(x, x.next_up());
    }
    let near = x.to_f64();
    if near.abs() > 0.34 {
        // At most a factor 3.4 of cancellation; never below −1, though rounding outward may say so.
        let value = exp(x) - Ball::one();
        return value.intersect(&Interval::enclosing(-f256::ONE, <f256 as EndPoint>::INFINITY)).unwrap_or(value);
    }
    let (n, r) = split(x);
    let p = exp_m1_of_residue(r);
    if n == 0 {
        return widened(p);
    }
    let (coarse, fine) = CONSTANTS.exp_m1_terms(n);
    let node = coarse + fine + coarse * fine;
    widened(node + (p + p * node))
}

/// `φₖ(z)`: positive and increasing in z for every k.
///
/// Relative width 2⁻²²⁹ where |z| ≤ 1 and k ≤ 32, or k ≤ 1; elsewhere the recurrence loses log₂ max(1, k!/zᵏ) bits.
pub(super) fn phi(z: f256, k: u32) -> Ball {
    match k {
        0 => return exp(z),
        1 if z != f256::ZERO && z.is_finite() => return exp_m1(z) / Interval::point(z),
        _ => {}
    }
    let order = k as usize;
    let near = z.to_f64().abs();
    if near > 1.0 || z == f256::ZERO || order + 56 > FACTORIALS || is_tiny(z) {
        return phi_by_series_or_recurrence(z, k);
    }
    // Let c(n) = 1/n!. Horner's partial sums satisfy s(n) = c(n) + z s(n+1) ≤ 1.72 c(n), and if s(n+1) errs by η u c(n+1), then s(n) errs
    // by ((η + 1.72)/(n+1) + 2.72) u c(n): η ≤ 7.2 throughout. As φₖ(z) ≥ φₖ(−1) ≥ c(k)/2, that is 14.4 u of the result. The omitted
    // terms are below |z|^N k!/(k+N)! c(k) ≤ u/8 c(k): for N = 56 because 57! > 2²⁵⁴, and for smaller z because |z|^N ≤ 2⁻²⁴⁴.
    let terms = if near > 0.01 { 56 } else { (245.0 / -near.log2()).ceil() as usize };
    let inverse_factorial = &CONSTANTS.inverse_factorial;
    let mut sum = inverse_factorial[order + terms - 1];
    for n in (order..order + terms - 1).rev() {
        sum = sum * z + inverse_factorial[n];
    }
    widened(sum)
}
