//! Expectations under a Gaussian law, enclosed: panels where the law lives, a majorant where it does not.
//!
//! `E f(Z)` for `Z ~ N(0, 1)` is the integral of `f φ` over `[−z, z]` by [`integrate`], and at most what [`Majorant::tail`]
//! says beyond. The integrand is one formula in three readings, so neither remainder nor tail is stated by hand.

use super::{Ball, Dual, Field, Interval, Majorant, Scalar, Taylor, integrate};

/// A reading in which an integral over the line is enclosed: numbers, power series over panels, majorants.
pub trait OverLine: Scalar {
    /// A constant of which only an enclosure is known.
    fn enclosed(x: Ball) -> Self;
}

impl OverLine for Ball {
    fn enclosed(x: Ball) -> Self {
        x
    }
}

impl<const N: usize> OverLine for Taylor<Interval<f64>, N> {
    fn enclosed(x: Ball) -> Self {
        Self::constant(x.to_f64_interval())
    }
}

impl OverLine for Majorant {
    fn enclosed(x: Ball) -> Self {
        Self::Constant(x.to_f64_interval())
    }
}

/// A constant that moves: its value and its rate.
pub fn enclosed_dual<S: OverLine>(x: Dual<Ball>) -> Dual<S> {
    Dual { re: S::enclosed(x.re), eps: S::enclosed(x.eps) }
}

/// A function on the line. Its constants are enclosures, brought into a reading by [`OverLine::enclosed`].
pub trait Integrand {
    /// The value at `z`.
    fn value<S: OverLine>(&self, z: S) -> S;
}

/// Encloses `E f(Z)`, `Z ~ N(0, 1)`, to about the radius asked for. The result is wider, or the whole line, where `f` grows
/// too fast or is not smooth; it is never wrong.
///
/// ```
/// use ouracle::numbers::{Ball, EndPoint, Field, Integrand, OverLine, gaussian_mean};
/// struct Square;
/// impl Integrand for Square {
///     fn value<S: OverLine>(&self, z: S) -> S {
///         z.square()
///     }
/// }
/// let variance = gaussian_mean(&Square, 1e-30);
/// assert!(variance.contains(&1.into()) && variance.radius().to_f64() < 1e-29);
/// ```
pub fn gaussian_mean(f: &impl Integrand, radius: f64) -> Ball {
    /// Beyond, the density is below the smallest double.
    const FARTHEST: f64 = 38.0;

    let majorant = f.value(Majorant::variable());
    let Some(reach) = (6..).map(f64::from).take_while(|z| *z <= FARTHEST).find(|z| majorant.tail(*z) <= radius / 4.0)
    else {
        return Ball::whole();
    };
    let tail = Ball::from(Interval::point(majorant.tail(reach)));
    let end = Ball::point(reach.into());
    // √2π > 2 makes the radius of the quotient smaller than that of the integral.
    let inside = integrate(&|z| weighted(f, z), &|z| weighted(f, z), -end, end, radius);
    inside / (Ball::pi() * 2).sqrt() + tail * (-Ball::one()).hull(&Ball::one())
}

/// `f(z) e^{−z²/2}`.
fn weighted<S: OverLine>(f: &impl Integrand, z: S) -> S {
    f.value(z) * (-z.square() / 2).exp()
}
