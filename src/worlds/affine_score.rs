//! The scaled-score world moved away from the origin: a score wrong by a factor and in its centre, any prior mean.

use super::{Affine, Clock, Gaussian, ScaledScore};
use crate::numbers::Scalar;

/// The score `(1 + δ)∇log r_t`, where `r_t` is the law of the noising process started from the *reference* `N(c, v₀)`;
/// prior `N(m_π, v_π)`, member `λ` of the plug-in family. Source: `huang2021`.
///
/// The reference is what the network believes the data to be. With the data themselves for reference it is the score wrong
/// by a factor; with `δ = 0` the exact score of another Gaussian; in general any affine error `(1 + δ)` and
/// `b_t = (1 + δ) φ_t (c − m₀)/v_t` at once. The inference process has drift `f − (λ/2) G ∇log r`.
///
/// A linear process moves with its mean, so everything is [`ScaledScore`] seen from `c_t = φ_t c + φ_t ∫ offset/φ`.
#[derive(Debug, Clone, Copy)]
pub struct AffineScore<S> {
    /// Reference variance, `δ`, `λ` and prior variance.
    pub scaled: ScaledScore<S>,
    /// The mean `c` of the reference.
    pub centre: S,
    /// The prior mean `m_π`.
    pub prior_mean: S,
}

impl<S: Scalar> AffineScore<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> AffineScore<R> {
        AffineScore { centre: f(self.centre), prior_mean: f(self.prior_mean), scaled: self.scaled.map(f) }
    }

    /// The reference law `r_t = N(c_t, φ² v₀ + w)` at this time.
    pub fn reference(&self, clock: &Clock<S>) -> Gaussian<S> {
        Gaussian { mean: clock.mean(self.centre), ..self.scaled.data(clock) }
    }

    /// The model's score `(1 + δ)∇log r_t`.
    pub fn score(&self, clock: &Clock<S>) -> Affine<S> {
        self.reference(clock).score().scale(self.scaled.delta + 1)
    }

    /// The prior `N(m_π, v_π)`.
    pub fn prior(&self) -> Gaussian<S> {
        Gaussian { mean: self.prior_mean, ..self.scaled.prior() }
    }

    /// The model's law at inference time `t`: mean `c_t + (φ_t/φ_T) ρ^{−k/2} (m_π − c_T)`, variance as of [`ScaledScore`].
    pub fn model(&self, t: &Clock<S>, end: &Clock<S>) -> Gaussian<S> {
        let displaced = self.prior_mean - end.mean(self.centre);
        let mean = t.mean(self.centre) + self.scaled.transfer(t, end) * displaced;
        Gaussian { mean, ..self.scaled.model(t, end) }
    }

    /// The law of the inference process `Y_t | Y_0 = x`.
    pub fn inference(&self, x: S, clock: &Clock<S>) -> Gaussian<S> {
        let centred = self.scaled.inference(x - self.centre, clock);
        Gaussian { mean: centred.mean + clock.mean(self.centre), ..centred }
    }

    /// The running cost up to this time, in nats.
    pub fn cost(&self, x: S, clock: &Clock<S>) -> S {
        self.scaled.cost(x - self.centre, clock)
    }

    /// `ELBO_λ(x)`, in nats; `λ < 1`.
    pub fn elbo(&self, x: S, end: &Clock<S>) -> S {
        self.prior().expected_log_density(&self.inference(x, end)) - self.cost(x, end)
    }
}
