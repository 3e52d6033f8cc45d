//! Where steps along the exact score of two mirrored classes stop. Source: `yoon2021`.

use super::step_along_centres;
use crate::numbers::{Ball, Dual, Field, Float, Scalar, derivative, value_and_derivative, verified_root};

/// `z coth z − 1`, without cancellation near 0, where it is `z²/3`: `2z²(φ₂(2z) − 2φ₃(2z))/φ₁(2z)`.
fn beyond_critical<S: Scalar>(z: S) -> S {
    let w = z * 2;
    z.square() * (w.phi(2) - w.phi(3) * 2) / w.phi(1) * 2
}

/// The root `t` in `(0, 1)` of `t = tanh(rt)`, given `r − 1 > 0`; there is one, for `tanh` is concave on the right. The fixed points of
/// steps along the score of `½N(μ, τ²I) + ½N(−μ, τ²I)` are 0 and `±tμ`, with `r = |μ|²/τ²`.
///
/// Near the critical `r = 1` it is `√(3(r − 1))`, and keeps as many digits as `r − 1` has. The whole line if no root is found.
///
/// ```
/// use ouracle::{numbers::{Ball, Field}, objectives::purification::mixture_fixed_point};
/// let t = mixture_fixed_point(Ball::ratio(6, 10));
/// assert!(t.to_decimal(20).starts_with("0.89064347856110050655"));
/// ```
pub fn mixture_fixed_point(excess: Ball) -> Ball {
    if !excess.certainly_positive() {
        return Ball::whole();
    }
    let ratio = excess + 1;
    if Ball::one().certainly_le(&excess) {
        // Far from critical the fixed point is near 1, and the slope of its equation too.
        let guess = (0..60).fold(Float(1.0), |t, _| (t * Float(ratio.to_f64())).tanh());
        return verified_root(guess.0, |t| value_and_derivative(|t| t - (t * Dual::constant(ratio)).tanh(), t));
    }
    let guess = (0..8).fold(Float((excess * 3).sqrt().to_f64()), |z, _| {
        let (value, slope) = value_and_derivative(beyond_critical, z);
        z - (value - Float(excess.to_f64())) / slope
    });
    let argument = verified_root(guess.0, |z| {
        let (value, slope) = value_and_derivative(beyond_critical, z);
        (value - excess, slope)
    });
    argument / ratio
}

/// The slope of [`step_along_centres`] at `u`, by which a step multiplies a small change of `u`: below 1 in size where a fixed point attracts.
///
/// ```
/// use ouracle::{numbers::Float, objectives::purification::slope_along_centres};
/// // At 0 it is 1 + c(|μ|²/τ² − 1): two modes part what lies between them.
/// assert!((slope_along_centres(Float(1.5), Float(0.5), Float(0.3), Float(0.0)).0 - 2.05).abs() < 1e-14);
/// ```
pub fn slope_along_centres<S: Scalar>(norm: S, variance: S, c: S, u: S) -> S {
    let [norm, variance, c] = [norm, variance, c].map(Dual::constant);
    derivative(|u| step_along_centres(norm, variance, c, u), u)
}
