//! Mixtures of Gaussian laws: data that are not Gaussian, and still known exactly.

use super::{Clock, Gaussian};
use crate::numbers::{Dual, Scalar, derivative};

/// The law `Σ ωᵢ N(mᵢ, vᵢ)` on the line: weights `> 0` with sum 1, variances `> 0`, at least one component.
#[derive(Debug, Clone)]
pub struct Mixture<S> {
    components: Vec<Component<S>>,
}

/// One component: its weight `ω`, its law, and `log ω N(m; m, v)`, which is the same at every point.
#[derive(Debug, Clone, Copy)]
struct Component<S> {
    weight: S,
    law: Gaussian<S>,
    log_peak: S,
}

impl<S: Scalar> Mixture<S> {
    /// The mixture of these laws with these weights.
    pub fn new(components: impl IntoIterator<Item = (S, Gaussian<S>)>) -> Self {
        let component =
            |(weight, law): (S, Gaussian<S>)| Component { weight, law, log_peak: weight.ln() + law.log_peak() };
        Self { components: components.into_iter().map(component).collect() }
    }

    /// A Gaussian law, as the mixture of nothing else.
    pub fn single(law: Gaussian<S>) -> Self {
        Self::new([(S::one(), law)])
    }

    /// Weights and laws of the components.
    pub fn components(&self) -> impl Iterator<Item = (S, Gaussian<S>)> {
        self.components.iter().map(|component| (component.weight, component.law))
    }

    /// `log Σ ωᵢ N(y; mᵢ, vᵢ)`, in nats, without loss of digits however far in the tails.
    pub fn log_density(&self, y: S) -> S {
        log_sum(self.log_shares(y))
    }

    /// `log ωᵢ N(y; mᵢ, vᵢ)`.
    fn log_shares(&self, y: S) -> impl Iterator<Item = S> {
        let at = Gaussian::new(y, S::zero());
        self.components.iter().map(move |component| component.log_peak - component.law.exponent(&at))
    }

    /// The score `∇ log q`, by differentiation.
    pub fn score(&self, y: S) -> S {
        let still = self.map(Dual::constant);
        derivative(|y| still.log_density(y), y)
    }

    /// The derivative `∇² log q` of the score.
    pub fn score_slope(&self, y: S) -> S {
        let still = self.map(Dual::constant);
        derivative(|y| still.score(y), y)
    }

    /// The probability of each component given `y`.
    pub fn responsibilities(&self, y: S) -> Vec<S> {
        let shares: Vec<_> = self.log_shares(y).collect();
        let of = |i: usize| {
            let others: Vec<_> = shares.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, share)| *share).collect();
            if others.is_empty() { S::one() } else { (shares[i] - log_sum(others.into_iter())).logistic() }
        };
        (0..shares.len()).map(of).collect()
    }

    /// `Σ ωᵢ mᵢ`.
    pub fn mean(&self) -> S {
        self.average(|law| law.mean)
    }

    /// `Σ ωᵢ (vᵢ + (mᵢ − m)²)`.
    pub fn variance(&self) -> S {
        let mean = self.mean();
        self.average(|law| law.variance + (law.mean - mean).square())
    }

    /// The Gaussian law with the same mean and variance.
    pub fn moment_matched(&self) -> Gaussian<S> {
        Gaussian::new(self.mean(), self.variance())
    }

    fn average(&self, f: impl Fn(Gaussian<S>) -> S) -> S {
        self.components().fold(S::zero(), |sum, (weight, law)| sum + weight * f(law))
    }

    /// The law of `Y_t` if `Y_0` has this law: each component diffuses by itself.
    pub fn diffuse(&self, clock: &Clock<S>) -> Self {
        Self::new(self.components().map(|(weight, law)| (weight, clock.diffuse(&law))))
    }

    /// The law of `Y_0` given `Y_t = y`, by Bayes' rule: the components given `y`, with their responsibilities.
    pub fn posterior(&self, clock: &Clock<S>, y: S) -> Self {
        let weights = self.diffuse(clock).responsibilities(y);
        let laws = self.components().map(|(_, law)| {
            let noisy = clock.diffuse(&law);
            let gain = clock.phi * law.variance / noisy.variance;
            Gaussian::new(law.mean + gain * (y - noisy.mean), law.variance * clock.w / noisy.variance)
        });
        Self::new(weights.into_iter().zip(laws))
    }

    /// The law of the sum of independent draws from this law and another: each pair of components convolved.
    pub fn convolved(&self, other: &Self) -> Self {
        let pairs = self.components().flat_map(|(w1, a)| {
            other.components().map(move |(w2, b)| (w1 * w2, Gaussian::new(a.mean + b.mean, a.variance + b.variance)))
        });
        Self::new(pairs)
    }

    /// With the origin of the line at another place.
    pub fn seen_from(&self, origin: S) -> Self {
        let moved = |component: &Component<S>| Component {
            law: Gaussian::new(component.law.mean - origin, component.law.variance),
            ..*component
        };
        Self { components: self.components.iter().map(moved).collect() }
    }
}

impl<S: Copy> Mixture<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Mixture<R> {
        let mapped = |component: &Component<S>| Component {
            weight: f(component.weight),
            law: Gaussian { mean: f(component.law.mean), variance: f(component.law.variance) },
            log_peak: f(component.log_peak),
        };
        Mixture { components: self.components.iter().map(mapped).collect() }
    }
}

/// `ln Σ e^{aᵢ}`; of nothing `ln 0` is not a number, and no mixture is empty.
fn log_sum<S: Scalar>(terms: impl Iterator<Item = S>) -> S {
    terms.reduce(S::log_add_exp).unwrap_or_else(|| S::zero().ln())
}
