//! The λ-family of generative SDEs that a score model is plugged into.

use super::{Affine, Clock, Gaussian};
use crate::numbers::Scalar;

/// The plug-in reverse SDE at one time: `dX = μ_λ dτ + σ_λ dB` with `μ_λ = (1 − λ/2) G s − f`, `σ_λ² = (1 − λ) G`, `λ ≤ 1`.
/// `λ = 0` is Anderson's reversal, `λ = 1` the probability-flow ODE. Source: `huang2021`, `song2021sde`.
#[derive(Debug, Clone, Copy)]
pub struct ReverseSde<S> {
    /// The generative drift `μ_λ`, affine for an affine score.
    pub drift: Affine<S>,
    /// The squared diffusion coefficient `σ_λ²`.
    pub noise: S,
}

impl<S: Scalar> ReverseSde<S> {
    /// The reversal of the process at this time with the score `s`.
    pub fn plug_in(clock: &Clock<S>, score: &Affine<S>, lambda: S) -> Self {
        let forward = Affine { slope: clock.alpha, offset: clock.offset };
        let pull = score.scale((S::int(1) - lambda / 2) * clock.noise);
        Self { drift: pull.minus(&forward), noise: (S::int(1) - lambda) * clock.noise }
    }

    /// The rate of the model's mean in *inference* time, `M′ = −(μ-slope·M + μ-offset)`.
    pub fn mean_rate(&self, law: &Gaussian<S>) -> S {
        -self.drift.value(law.mean)
    }

    /// The rate of the model's variance in *inference* time, `V′ = −2 μ-slope·V − σ²`.
    pub fn variance_rate(&self, law: &Gaussian<S>) -> S {
        -(self.drift.slope * law.variance * 2 + self.noise)
    }
}
