//! Entropy and Fisher information of a mixture, enclosed: integrals over the line without closed form.

use super::{Gaussian, Mixture};
use crate::numbers::{Ball, EndPoint, Field, Integrand, OverLine, Scalar, gaussian_mean};

/// A function of `Y` for `Y ~ N(m, v)`, where the mixture is seen from `m`: so a narrow component far from the origin costs
/// no digits.
struct Seen<F> {
    mixture: Mixture<Ball>,
    deviation: Ball,
    function: F,
}

/// What is averaged: a function of the mixture and of the state.
pub trait OfMixture: Copy {
    /// Its value at `y`.
    fn value<S: OverLine>(self, mixture: &Mixture<S>, y: S) -> S;
}

impl<F: OfMixture> Integrand for Seen<F> {
    fn value<S: OverLine>(&self, z: S) -> S {
        self.function.value(&self.mixture.map(S::enclosed), S::enclosed(self.deviation) * z)
    }
}

impl Mixture<Ball> {
    /// `E f(Y)` for `Y ~ under`, where `f` depends on this mixture and does not change if both are moved along the line.
    pub fn mean_under(&self, under: &Gaussian<Ball>, function: impl OfMixture, radius: f64) -> Ball {
        let seen = Seen { mixture: self.seen_from(under.mean), deviation: under.variance.sqrt(), function };
        gaussian_mean(&seen, radius)
    }

    /// The same for `Y` with the law of the mixture itself.
    pub fn mean_of(&self, function: impl OfMixture, radius: f64) -> Ball {
        let terms = self.components().map(|(weight, law)| weight * self.mean_under(&law, function, radius));
        terms.fold(Ball::zero(), |sum, term| sum + term)
    }

    /// The differential entropy `H(q) = −E log q(Y)`, in nats.
    pub fn entropy(&self, radius: f64) -> Ball {
        -self.mean_of(LogDensity, radius)
    }

    /// The Fisher information `J(q) = E l(Y)²` of the score `l = ∇ log q`.
    pub fn fisher_information(&self, radius: f64) -> Ball {
        self.mean_of(SquaredScore, radius)
    }
}

/// `log q(y)`.
#[derive(Clone, Copy)]
pub struct LogDensity;

impl OfMixture for LogDensity {
    fn value<S: OverLine>(self, mixture: &Mixture<S>, y: S) -> S {
        mixture.log_density(y)
    }
}

/// `l(y)²`.
#[derive(Clone, Copy)]
pub struct SquaredScore;

impl OfMixture for SquaredScore {
    fn value<S: OverLine>(self, mixture: &Mixture<S>, y: S) -> S {
        mixture.score(y).square()
    }
}

/// Encloses a number to so many significant digits, given how to enclose it to a radius, and its order of magnitude. A
/// number much smaller than that is enclosed once more; the number 0 to as many digits after the point.
pub fn to_digits(digits: usize, magnitude: f64, enclose: impl Fn(f64) -> Ball) -> Ball {
    // Beyond 60 digits the arithmetic itself has no more to give.
    let relative = 10_f64.powi(-(digits.min(60) as i32));
    let first = enclose(magnitude * relative / 100.0);
    let size = first.to_f64_interval().mig();
    let enough = first.radius().to_f64() <= size * relative;
    if enough || size == 0.0 { first } else { enclose(size * relative / 2.0) }
}
