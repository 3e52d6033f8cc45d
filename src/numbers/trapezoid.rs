//! The trapezoidal rule on the whole line, with the error bound of functions that are analytic in a strip.
//!
//! If `f` is analytic for `|Im z| < a`, vanishes at infinity there, and `∫|f(x ± ib)| dx ≤ M` for all `b < a`, then
//! `|∫f − h Σ f(kh)| ≤ 2M/(e^{2πa/h} − 1)`. Source: `trefethen2014`, Theorem 5.1.

use super::{Ball, Field, Interval, Scalar, Special};

/// The error `± 2M/(e^{2πa/h} − 1)` of the rule with this step, where `a` is the half-width of the strip and `M` the bound.
///
/// ```
/// use ouracle::numbers::{Ball, EndPoint, Field, Scalar, strip_error};
/// // ∫ e^{−x²/2} dx = √2π: |e^{−z²/2}| = e^{−x²/2} e^{a²/2} on the edge of any strip; here a = 6, h = 1/2.
/// let (height, step) = (Ball::int(6), Ball::ratio(1, 2));
/// let root = (Ball::pi() * 2).sqrt();
/// let sum = (-40..=40).fold(Ball::zero(), |sum, k| sum + (-(step * k).square() / 2).exp() * step);
/// let error = strip_error((height.square() / 2).exp() * root, height, step);
/// assert!((sum + error).encloses(&root) && error.radius().to_f64() < 1e-24);
/// ```
pub fn strip_error(bound: Ball, half_width: Ball, step: Ball) -> Ball {
    bound * 2 / (Ball::pi() * 2 * half_width / step).exp_m1() * (-Ball::one()).hull(&Ball::one())
}

/// `(a, h)`: the half-width to use, at most `widest`, and the step at which the error of an integral against the standard
/// normal density is about `e^{−nats}`, for a factor that is bounded in the strip. The density contributes `e^{a²/2}` to the
/// bound, so that `2πa/h − a²/2` is what counts. This is a choice and not a bound: [`strip_error`] is.
pub fn strip_step(nats: f64, widest: f64) -> (f64, f64) {
    let half_width = (2.0 * nats).sqrt().min(widest);
    (half_width, 2.0 * std::f64::consts::PI * half_width / (nats + half_width * half_width / 2.0))
}

/// How many steps from zero until the standard normal density has fallen by about `nats`, and a bound of what the rule
/// leaves out beyond, on both sides together, for a factor between 0 and 1: `erfc((m − 1)h/√2)`, because the sum of a
/// decreasing function is at most its integral from one step before.
pub fn normal_reach(nats: f64, step: Ball) -> (i64, Ball) {
    let last = ((2.0 * nats).sqrt() / step.to_f64()).ceil() as i64 + 1;
    let rest = (step * last / Ball::int(2).sqrt()).erfc();
    (last, Ball::zero().hull(&Ball::point(rest.hi())))
}

/// A double as a ball.
impl From<f64> for Ball {
    fn from(x: f64) -> Self {
        Self::from(Interval::point(x))
    }
}
