//! What the bound of a model with a score wrong by a factor loses on average over Gaussian data, in nats: by cause, and by effect.
//! Source: `huang2021`.

use super::elbo::family_factor;
use crate::numbers::Scalar;
use crate::worlds::{Clock, ScaledScore};

/// `E_q[log q(X) − ELBO_λ(X)]`, split twice: `prior + score` is where it comes from, `model + slack` is what became of it.
#[derive(Debug, Clone, Copy)]
pub struct ElboGap<S> {
    /// `KL(q_T ‖ π) ≥ 0`: the noise at the end is not the prior.
    pub prior: S,
    /// `C_λ ½∫₀ᵀ G E_q|s − ∇log q_t|² dt ≥ 0`: the score is wrong.
    pub score: S,
    /// `KL(q_0 ‖ p_θ) ≥ 0`: the model is not the data. The bound cannot know.
    pub model: S,
}

impl<S: Scalar> ElboGap<S> {
    /// Of one axis, between the clocks at 0 and at the end; `λ < 1`.
    pub fn of(world: &ScaledScore<S>, start: &Clock<S>, end: &Clock<S>) -> Self {
        Self {
            prior: world.data(end).kl(&world.prior()),
            score: family_factor(world.lambda) * world.score_error(end),
            model: world.kl(start, end),
        }
    }

    /// Nothing lost, on no axis.
    pub fn zero() -> Self {
        Self { prior: S::zero(), score: S::zero(), model: S::zero() }
    }

    /// Of this and `n` more independent axes that are alike.
    pub fn plus(&self, other: &Self, n: u32) -> Self {
        let add = |a: S, b: S| a + b * i64::from(n);
        Self {
            prior: add(self.prior, other.prior),
            score: add(self.score, other.score),
            model: add(self.model, other.model),
        }
    }

    /// `E_q[log q − ELBO_λ]`.
    pub fn total(&self) -> S {
        self.prior + self.score
    }

    /// `E_q[log p_θ − ELBO_λ] ≥ 0`, the average variational gap: the bound is not tight.
    pub fn slack(&self) -> S {
        self.total() - self.model
    }
}
