//! Expectations under a Gaussian law, enclosed: panels where the law lives, a majorant where it does not.
//!
//! `E f(Z)` for `Z ~ N(0, 1)` is the integral of `f φ` over `[−z, z]` by [`integrate`], and at most what [`Majorant::tail`]
//! says beyond. The integrand is one formula in three readings, so neither remainder nor tail is stated by hand.

use super::{Ball, Dual, Field, Interval, Majorant, Scalar, Special, Taylor, integrate};

/// A reading in which an integral over the line is enclosed: numbers, power series over panels, majorants.
pub trait OverLine: Special {
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
    between(f, None, None, radius)
}

/// Encloses `E[f(Z); Z < kink]`: half of the mean of a function that has another formula beyond the kink.
///
/// ```
/// use ouracle::numbers::{Ball, Field, Integrand, OverLine, Scalar, gaussian_mean_above, gaussian_mean_below};
/// struct Identity;
/// impl Integrand for Identity {
///     fn value<S: OverLine>(&self, z: S) -> S {
///         z
///     }
/// }
/// // E|Z| = √(2/π), with a kink at 0.
/// let [below, above] = [gaussian_mean_below, gaussian_mean_above].map(|part| part(&Identity, Ball::zero(), 1e-30));
/// assert!((above - below).overlaps(&(Ball::int(2) / Ball::pi()).sqrt()));
/// ```
pub fn gaussian_mean_below(f: &impl Integrand, kink: Ball, radius: f64) -> Ball {
    between(f, None, Some(kink), radius)
}

/// Encloses `E[f(Z); Z > kink]`.
pub fn gaussian_mean_above(f: &impl Integrand, kink: Ball, radius: f64) -> Ball {
    between(f, Some(kink), None, radius)
}

fn between(f: &impl Integrand, from: Option<Ball>, to: Option<Ball>, radius: f64) -> Ball {
    /// Beyond, the density is below the smallest double.
    const FARTHEST: f64 = 38.0;

    let majorant = f.value(Majorant::variable());
    let Some(reach) = (6..).map(f64::from).take_while(|z| *z <= FARTHEST).find(|z| majorant.tail(*z) <= radius / 4.0)
    else {
        return Ball::whole();
    };
    let tail = Ball::from(Interval::point(majorant.tail(reach))) * (-Ball::one()).hull(&Ball::one());
    let end = Ball::point(reach.into());
    // An end beyond the reach of the law leaves the law or nothing; an end that is not sharp is integrated to, whichever side it is.
    let (from, to) = (from.unwrap_or(-end), to.unwrap_or(end));
    if end.certainly_le(&from) || to.certainly_le(&-end) {
        return tail;
    }
    let from = if from.certainly_le(&-end) { -end } else { from };
    let to = if end.certainly_le(&to) { end } else { to };
    // √2π > 2 makes the radius of the quotient smaller than that of the integral.
    let inside = integrate(&|z| weighted(f, z), &|z| weighted(f, z), from, to, radius);
    inside / (Ball::pi() * 2).sqrt() + tail
}

/// `f(z) e^{−z²/2}`.
fn weighted<S: OverLine>(f: &impl Integrand, z: S) -> S {
    f.value(z) * (-z.square() / 2).exp()
}
