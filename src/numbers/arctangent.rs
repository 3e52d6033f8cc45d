//! The inverse of the tangent.

use super::verified_root::verified_root;
use super::{Ball, Field, Scalar};
use f256::f256;

/// `arctan x`, with the relative precision of a ball however small or large `x` is.
///
/// ```
/// use ouracle::numbers::{Ball, Field, Scalar, arctan};
/// assert!((arctan(Ball::one()) * 4).overlaps(&Ball::pi()));
/// ```
pub fn arctan(x: Ball) -> Ball {
    if !x.is_finite() || x.contains_zero() && !x.is_point() {
        return Ball::whole();
    }
    if x.lo() < f256::ZERO {
        return -arctan(-x);
    }
    if x.lo() > f256::ONE {
        // Never above π/2, though rounding the difference outward may say so.
        let right_angle = Ball::pi() / 2;
        let angle = right_angle - arctan(x.recip());
        return angle.intersect(&Ball::enclosing(f256::ZERO, right_angle.hi())).unwrap_or(angle);
    }
    // sin θ = x cos θ, with the derivative cos θ + x sin θ.
    verified_root(x.to_f64().atan(), |angle| {
        let (sin, cos) = angle.sin_cos();
        (sin - x * cos, cos + x * sin)
    })
}
