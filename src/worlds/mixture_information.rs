//! Means of functions of a mixture, enclosed: entropy, Fisher information and others without closed form.

use super::{Clock, Gaussian, Mixture, MixtureAtTime};
use crate::numbers::{Ball, Dual, EndPoint, Field, Integrand, OverLine, Scalar, enclosed_dual, gaussian_mean, rate};

/// A function of some laws and a point. It must not change if all are moved along the line together.
pub trait OfLaws<const N: usize>: Copy {
    /// Its value at `y`.
    fn value<S: OverLine>(self, laws: &[Mixture<S>; N], y: S) -> S;
}

/// Such a function of `Y = m + √v Z`, with all laws seen from `m`: so a narrow component far from the origin costs no digits.
struct Seen<F, const N: usize> {
    laws: [Mixture<Ball>; N],
    deviation: Ball,
    function: F,
}

impl<F: OfLaws<N>, const N: usize> Integrand for Seen<F, N> {
    fn value<S: OverLine>(&self, z: S) -> S {
        let laws = self.laws.each_ref().map(|law| law.map(S::enclosed));
        self.function.value(&laws, S::enclosed(self.deviation) * z)
    }
}

impl Mixture<Ball> {
    /// `E f(Y)` for `Y` with the law of this mixture, to about this radius.
    pub fn expectation<const N: usize>(&self, laws: [&Self; N], function: impl OfLaws<N>, radius: f64) -> Ball {
        let terms = self.components().map(|(weight, law)| {
            let laws = laws.map(|other| other.seen_from(law.mean));
            weight * gaussian_mean(&Seen { laws, deviation: law.variance.sqrt(), function }, radius)
        });
        terms.fold(Ball::zero(), |sum, term| sum + term)
    }

    /// The differential entropy `H(q) = −E log q(Y)`, in nats.
    pub fn entropy(&self, radius: f64) -> Ball {
        -self.expectation([self], LogDensity, radius)
    }

    /// The Fisher information `J(q) = E l(Y)²` of the score `l = ∇ log q`.
    pub fn fisher_information(&self, radius: f64) -> Ball {
        self.expectation([self], SquaredScore, radius)
    }
}

/// `log q(y)`.
#[derive(Clone, Copy)]
pub struct LogDensity;

impl OfLaws<1> for LogDensity {
    fn value<S: OverLine>(self, [q]: &[Mixture<S>; 1], y: S) -> S {
        q.log_density(y)
    }
}

/// `l(y)²`.
#[derive(Clone, Copy)]
pub struct SquaredScore;

impl OfLaws<1> for SquaredScore {
    fn value<S: OverLine>(self, [q]: &[Mixture<S>; 1], y: S) -> S {
        q.score(y).square()
    }
}

/// `d/dt log q_t(m_t + √v_t Z)`: the state moves with its law.
struct Moving {
    mixture: Mixture<Dual<Ball>>,
    mean: Dual<Ball>,
    deviation: Dual<Ball>,
}

impl Integrand for Moving {
    fn value<S: OverLine>(&self, z: S) -> S {
        let y = enclosed_dual::<S>(self.mean) + enclosed_dual(self.deviation) * Dual::constant(z);
        rate(self.mixture.map(enclosed_dual).log_density(y))
    }
}

impl Mixture<Dual<Ball>> {
    /// `d/dt E log q_t(Y_t)` where `Y_t ~ N(m_t, v_t)`, differentiated under the integral.
    pub fn expected_log_density_rate(&self, law: &Gaussian<Dual<Ball>>, radius: f64) -> Ball {
        let origin = Dual::constant(law.mean.re);
        let (mixture, mean) = (self.seen_from(origin), law.mean - origin);
        gaussian_mean(&Moving { mixture, mean, deviation: law.variance.sqrt() }, radius)
    }

    /// `dH(q_t)/dt` for weights that do not move, differentiated under the integral.
    pub fn entropy_rate(&self, radius: f64) -> Ball {
        let terms = self.components().map(|(weight, law)| weight.re * self.expected_log_density_rate(&law, radius));
        -terms.fold(Ball::zero(), |sum, term| sum + term)
    }
}

/// `Var(Y_0 | Y_t = m + √v Z)`, by Bayes' rule.
struct PosteriorVariance {
    start: Mixture<Ball>,
    clock: Clock<Ball>,
    law: Gaussian<Ball>,
}

impl Integrand for PosteriorVariance {
    fn value<S: OverLine>(&self, z: S) -> S {
        let law = self.law.map(S::enclosed);
        let y = law.mean + law.variance.sqrt() * z;
        self.start.map(S::enclosed).posterior(&self.clock.map(S::enclosed), y).variance()
    }
}

impl MixtureAtTime<Ball> {
    /// `E Var(Y_0 | Y_t)`, the least mean squared error with which the data can be told from the noisy state.
    pub fn minimal_error(&self, radius: f64) -> Ball {
        let terms: Vec<_> = self
            .law()
            .components()
            .map(|(weight, law)| {
                let (start, clock) = (self.data.start.clone(), self.clock());
                weight * gaussian_mean(&PosteriorVariance { start, clock, law }, radius)
            })
            .collect();
        terms.into_iter().fold(Ball::zero(), |sum, term| sum + term)
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
    if enough || size == 0.0 { first } else { enclose(size * relative / 10.0) }
}
