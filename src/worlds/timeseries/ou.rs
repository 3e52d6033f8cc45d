//! The Ornstein–Uhlenbeck process: stationary, Gaussian, and Markov in itself.

use super::StateSpace;
use crate::numbers::{Matrix, Scalar};
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{Gaussian, MatrixTransition, Transition};

/// `dX = −θ(X − μ)dt + √(2θs) dW` with its stationary law `N(μ, s)`: covariance `k(τ) = s e^{−θ|τ|}`. Source `uhlenbeck1930`.
#[derive(Debug, Clone, Copy)]
pub struct OrnsteinUhlenbeck<S> {
    /// Stationary variance, `> 0`.
    pub s: S,
    /// Rate of return, `> 0`, per time.
    pub theta: S,
    /// Mean of the process.
    pub mu: S,
}

impl<S: Scalar> Parameters<S> for OrnsteinUhlenbeck<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self {
            s: source.real("s", Domain::Positive, "stationary variance")?,
            theta: source.real("theta", Domain::Positive, "rate of return theta, 1/time")?,
            mu: source.real("mu", Domain::Real, "mean of the process")?,
        })
    }
}

/// What two noise-free neighbours at distances `a` before and `b` after say of the state between them: it has the mean
/// `μ + before·(x_a − μ) + after·(x_b − μ)`.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<S> {
    /// `sinh θb / sinh θ(a + b)`, the weight of the neighbour before.
    pub before: S,
    /// `sinh θa / sinh θ(a + b)`, the weight of the neighbour after.
    pub after: S,
    /// `2s sinh θa sinh θb / sinh θ(a + b)`.
    pub variance: S,
}

impl<S: Scalar> Neighbours<S> {
    /// For a process with noise `q = 2θs` and rate `θ ≥ 0`; `θ = 0` is the Brownian bridge. With `1 − e^{−2θx} = 2θx φ₁(−2θx)`
    /// nothing cancels for short gaps, and no exponential of a long one is formed.
    pub fn new(q: S, theta: S, a: S, b: S) -> Self {
        let share = |x: S| x * (theta * x * -2).phi(1);
        let whole = share(a + b);
        Self {
            before: (-(theta * a)).exp() * share(b) / whole,
            after: (-(theta * b)).exp() * share(a) / whole,
            variance: q * share(a) * share(b) / whole,
        }
    }

    /// The law between neighbours with these values, of a process with this mean.
    pub fn law(&self, mu: S, before: S, after: S) -> Gaussian<S> {
        Gaussian::new(mu + self.before * (before - mu) + self.after * (after - mu), self.variance)
    }
}

impl<S: Scalar> OrnsteinUhlenbeck<S> {
    /// The transition over a gap: factor `e^{−θΔ}`, variance `−s expm1(−2θΔ)`, in which a short gap keeps all digits.
    pub fn step(&self, gap: S) -> Transition<S> {
        let factor = (-(self.theta * gap)).exp();
        let variance = -(self.s * (self.theta * gap * -2).exp_m1());
        Transition { factor, offset: self.mu * (S::one() - factor), variance }
    }

    /// Between two noise-free neighbours.
    pub fn between(&self, a: S, b: S) -> Neighbours<S> {
        Neighbours::new(self.theta * self.s * 2, self.theta, a, b)
    }
}

impl<S: Scalar> StateSpace<S> for OrnsteinUhlenbeck<S> {
    fn mean(&self) -> S {
        self.mu
    }

    fn kernel(&self, lag: S) -> S {
        self.s * (-(self.theta * lag)).exp()
    }

    fn stationary(&self) -> Matrix<S> {
        Matrix::from_fn(1, 1, |_, _| self.s)
    }

    fn transition(&self, gap: S) -> MatrixTransition<S> {
        let step = self.step(gap);
        let only = |entry: S| Matrix::from_fn(1, 1, |_, _| entry);
        MatrixTransition { factor: only(step.factor), covariance: only(step.variance) }
    }
}
