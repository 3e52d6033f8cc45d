//! Gaussian data, and a score that is wrong by a factor and by a constant: the world that many sets of parameters are asked about at once.

use super::{Affine, Clock, Gaussian};
use crate::numbers::Scalar;

/// Data `N(m₀, v₀)`, model score `s_t = k ∇log q_t + b`, prior `N(m_π, v_π)`. Source: `song2021scoreflow`.
///
/// On average over the data the bound loses `KL(q_T ‖ π) + ½ ∫ G E_q|s_t − ∇log q_t|² dt` of the entropy of the data, and that is closed form
/// because `∫ G/v = ln R_T`.
#[derive(Debug, Clone, Copy)]
pub struct WrongScore<S> {
    /// The law of the data.
    pub data: Gaussian<S>,
    /// `k`.
    pub scale: S,
    /// `b`.
    pub shift: S,
    /// The prior.
    pub prior: Gaussian<S>,
}

impl<S: Scalar> WrongScore<S> {
    /// `s_t = k ∇log q_t + b`.
    #[inline(always)]
    pub fn score(&self, clock: &Clock<S>) -> Affine<S> {
        clock.diffuse(&self.data).score().scale(self.scale).plus(&Affine { slope: S::zero(), offset: self.shift })
    }

    /// `E_q|s_t − ∇log q_t|² = (k − 1)²/v_t + b²`: the score has the mean 0 and the mean square `1/v`.
    #[inline(always)]
    pub fn squared_error(&self, clock: &Clock<S>) -> S {
        (self.scale - 1).square() / clock.variance(self.data.variance) + self.shift.square()
    }

    /// `½ G E_q|s_t − ∇log q_t|²`, in nats per unit of time.
    #[inline(always)]
    pub fn gap_rate(&self, clock: &Clock<S>) -> S {
        clock.noise * self.squared_error(clock) / 2
    }

    /// `½ ∫₀ᵗ G E_q|s − ∇log q|² = ½[(k − 1)² ln R_t + b² ∫₀ᵗ G]`, in nats, from the integral of `G`.
    #[inline(always)]
    pub fn score_gap(&self, clock: &Clock<S>, noise_integral: S) -> S {
        let scaled = (self.scale - 1).square() * clock.log_ratio(self.data.variance);
        (scaled + self.shift.square() * noise_integral) / 2
    }

    /// `KL(q_T ‖ π)`, in nats.
    #[inline(always)]
    pub fn prior_kl(&self, end: &Clock<S>) -> S {
        end.diffuse(&self.data).kl(&self.prior)
    }

    /// `log q(x)` of the data, in nats.
    #[inline(always)]
    pub fn log_likelihood(&self, x: S) -> S {
        self.data.log_density(x)
    }

    /// In another reading.
    #[inline(always)]
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> WrongScore<R> {
        WrongScore { data: self.data.map(&f), scale: f(self.scale), shift: f(self.shift), prior: self.prior.map(&f) }
    }
}
