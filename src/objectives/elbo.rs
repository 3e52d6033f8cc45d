//! The continuous-time ELBO of a plug-in model, rate by rate, in nats per unit of time. Source: `huang2021`.

use crate::numbers::Scalar;
use crate::worlds::{Affine, Clock, Gaussian, ScaledScore};

/// The control of the inference SDE with drift `f − (λ/2) G ∇log q` and diffusion `√(1−λ) g`, in units of `g/√(1−λ)`:
/// `c = (1 − λ/2) s − (λ/2) ∇log q`, so that `a = g c/√(1−λ)`. At `λ = 0` it is the score itself.
pub fn control<S: Scalar>(score: &Affine<S>, data_score: &Affine<S>, lambda: S) -> Affine<S> {
    score.scale(S::int(1) - lambda / 2).minus(&data_score.scale(lambda / 2))
}

/// The [`control`] of the scaled-score family at this time.
pub fn scaled_control<S: Scalar>(world: &ScaledScore<S>, clock: &Clock<S>) -> Affine<S> {
    control(&world.score(clock), &world.data(clock).score(), world.lambda)
}

/// `C_λ = (1 − λ/2)²/(1 − λ)`: what the average bound of the member `λ < 1` multiplies the score error with.
pub fn family_factor<S: Scalar>(lambda: S) -> S {
    (S::int(1) - lambda / 2).square() / (S::int(1) - lambda)
}

/// What the bound pays per unit of time, under one law of the inference state.
#[derive(Debug, Clone, Copy)]
pub struct RunningCost<S> {
    /// `∇·μ`, the divergence of the generative drift.
    pub divergence: S,
    /// `E|a|²`, the control energy; the bound pays half of it.
    pub energy: S,
}

impl<S: Scalar> RunningCost<S> {
    /// The cost of a generative drift with this divergence and the control `c` of [`control`], under `law`.
    #[inline(always)]
    pub fn new(divergence: S, clock: &Clock<S>, control: &Affine<S>, law: &Gaussian<S>, lambda: S) -> Self {
        Self { divergence, energy: clock.noise * control.mean_square(law) / (S::int(1) - lambda) }
    }

    /// `∇·μ + ½ E|a|²`.
    #[inline(always)]
    pub fn total(&self) -> S {
        self.divergence + self.energy / 2
    }
}

/// `E|δ|²` with `δ = a − σ∇log u`, the squared mismatch between the control and the model's own score, under `law`.
pub fn squared_mismatch<S: Scalar>(
    clock: &Clock<S>,
    control: &Affine<S>,
    model_score: &Affine<S>,
    law: &Gaussian<S>,
    lambda: S,
) -> S {
    let rest = S::int(1) - lambda;
    clock.noise * control.minus(&model_score.scale(rest)).mean_square(law) / rest
}
