//! Sine and cosine at one 237-bit number, enclosed. u = 2⁻²³⁷ is the unit roundoff.

use super::constants::CONSTANTS;
use super::exponential::widened;
use super::{Ball, EndPoint, Field, Interval};
use f256::f256;

/// Larger arguments are not reduced: the quarter turns must be fewer than 2¹⁹.
const LARGEST: f64 = 800_000.0;

/// `(sin x, cos x)` for a finite `x`; `[−1, 1]` if it is very large.
///
/// x = n π/2 + r, |r| ≤ 0.7855. n·(high part of π/2) is exact and two subtractions err by u/2 each; Taylor polynomials to degree 58
/// leave 2⁻²⁷⁰. With w = r², sin r = r + r w S, |wS| ≤ 0.103, errs by 1.8 u |sin r|, and cos r = 1 − w/2 + w² C by 2 u. In all less than
/// 4 u, and 15 u are allowed; where n = 0, relative to sin x.
pub(super) fn sin_cos(x: f256) -> (Ball, Ball) {
    if x == f256::ZERO {
        return (Ball::zero(), Ball::one());
    }
    let near = x.to_f64();
    let unit = Interval::enclosing(-f256::ONE, f256::ONE);
    if near.abs() > LARGEST {
        return (unit, unit);
    }
    let n = (near * std::f64::consts::FRAC_2_PI).round() as i32;
    let r = if n == 0 { x } else { x - CONSTANTS.half_pi.high * f256::from(n) - CONSTANTS.half_pi.low * f256::from(n) };
    let w = r * r;
    // Alternating series in w with the inverse factorials of one parity.
    let series = |first: usize| {
        let mut sum = f256::ZERO;
        for index in (first..=first + 54).rev().filter(|index| index % 2 == first % 2) {
            sum = CONSTANTS.inverse_factorial[index] - sum * w;
        }
        sum
    };
    let sine = r - r * w * series(3);
    let cosine = f256::ONE - (w.div2() - w * w * series(4));
    let absolute = |y: f256| {
        let margin = f256::ONE.div_pow2(233);
        Interval::enclosing(y - margin, y + margin).intersect(&unit).unwrap_or(unit)
    };
    let sine_ball = if n == 0 { widened(sine) } else { absolute(sine) };
    let cosine_ball = absolute(cosine);
    match n.rem_euclid(4) {
        0 => (sine_ball, cosine_ball),
        1 => (cosine_ball, -sine_ball),
        2 => (-sine_ball, -cosine_ball),
        _ => (-cosine_ball, sine_ball),
    }
}
