//! What can be asked of every set: the formulas of the worlds and of the ELBO, as one function of a set and clocks.

use crate::numbers::Scalar;
use crate::objectives::elbo::RunningCost;
use crate::worlds::{Clock, WrongScore};

/// One set of parameters.
#[derive(Debug, Clone, Copy)]
pub struct Set<S> {
    /// Data, score and prior.
    pub world: WrongScore<S>,
    /// The data point.
    pub x: S,
}

/// A quantity, in nats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// `log q(x)` of the data law.
    LogLikelihood,
    /// `KL(q_T ‖ π)`.
    PriorKl,
    /// `KL(q_T ‖ π) + ½ ∫ G E_q|s − ∇log q|²`, the mean of `log q(X) − ELBO(X)`, in closed form.
    Gap,
    /// The same by an integral over time.
    GapIntegral,
    /// `ELBO(x) = E[log π(Y_T) | x] − ∫ E[∇·μ + ½ G|s|² | x] dt`, by an integral over time; `μ = G s − f`, `λ = 0`.
    Elbo,
}

impl Quantity {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("log-likelihood", Self::LogLikelihood),
        ("prior-kl", Self::PriorKl),
        ("gap", Self::Gap),
        ("gap-integral", Self::GapIntegral),
        ("elbo", Self::Elbo),
    ];

    /// The part that needs no integral, from the clock at the end and the integral of the noise until then.
    #[inline(always)]
    pub(super) fn closed<S: Scalar>(self, set: &Set<S>, end: &Clock<S>, noise_integral: S) -> S {
        let world = &set.world;
        match self {
            Self::LogLikelihood => world.log_likelihood(set.x),
            Self::PriorKl | Self::GapIntegral => world.prior_kl(end),
            Self::Gap => world.prior_kl(end) + world.score_gap(end, noise_integral),
            Self::Elbo => world.prior.expected_log_density(&end.given(set.x)),
        }
    }

    /// What is integrated over time and added, if anything is.
    #[inline(always)]
    pub(super) fn rate<S: Scalar>(self, set: &Set<S>, clock: &Clock<S>) -> S {
        match self {
            Self::Elbo => {
                let score = set.world.score(clock);
                let divergence = clock.noise * score.slope - clock.alpha;
                -RunningCost::new(divergence, clock, &score, &clock.given(set.x), S::zero()).total()
            }
            _ => set.world.gap_rate(clock),
        }
    }

    /// Whether there is an integral.
    pub fn has_integral(self) -> bool {
        matches!(self, Self::GapIntegral | Self::Elbo)
    }
}

impl<S: Scalar> Set<S> {
    /// In another reading.
    #[inline(always)]
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Set<R> {
        Set { world: self.world.map(&f), x: f(self.x) }
    }
}
