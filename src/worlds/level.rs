//! Noise levels as samplers see them, and what an exact network predicts there.

use super::{Affine, Clock, Gaussian, Transition};
use crate::numbers::{Field, Scalar};

/// A noise level `z = αx + σε`. Two levels with one ratio `n = σ/α` differ by the scale of the state alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level<S> {
    /// What multiplies the data, `α > 0`.
    pub alpha: S,
    /// What multiplies the standard normal noise, `σ ≥ 0`.
    pub sigma: S,
}

impl<S: Field> Level<S> {
    /// The level of a variance-exploding process, `α = 1`: EDM's `σ`.
    pub fn exploding(sigma: S) -> Self {
        Self { alpha: S::one(), sigma }
    }

    /// The same ratio at another scale of the state.
    pub fn scaled(&self, by: S) -> Self {
        Self { alpha: self.alpha * by, sigma: self.sigma * by }
    }

    /// `n = σ/α`, EDM's `σ`.
    pub fn ratio(&self) -> S {
        self.sigma / self.alpha
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Level<R> {
        Level { alpha: f(self.alpha), sigma: f(self.sigma) }
    }
}

impl<S: Scalar> Level<S> {
    /// The variance-preserving level, `α² + σ² = 1`, of the half log-signal-to-noise ratio `λ = ln(α/σ)`.
    pub fn variance_preserving(lambda: S) -> Self {
        let alpha = ((lambda * -2).exp() + 1).sqrt().recip();
        Self { alpha, sigma: alpha * (-lambda).exp() }
    }

    /// `λ = ln(α/σ)`, HALF the log-signal-to-noise ratio.
    pub fn half_log_snr(&self) -> S {
        (self.alpha / self.sigma).ln()
    }

    /// The law of `z` if the data has this law.
    pub fn law(&self, data: &Gaussian<S>) -> Gaussian<S> {
        Gaussian::new(self.alpha * data.mean, self.alpha.square() * data.variance + self.sigma.square())
    }
}

impl<S: Scalar> From<&Clock<S>> for Level<S> {
    fn from(clock: &Clock<S>) -> Self {
        Self { alpha: clock.phi, sigma: clock.w.sqrt() }
    }
}

/// The exact network on Gaussian data: what it should predict is affine in `z` at every level.
#[derive(Debug, Clone, Copy)]
pub struct Oracle<S> {
    /// The law of the data.
    pub data: Gaussian<S>,
}

impl<S: Scalar> Oracle<S> {
    /// The exact network on `N(mean, variance)`.
    pub fn new(mean: S, variance: S) -> Self {
        Self { data: Gaussian::new(mean, variance) }
    }

    /// `x̂ = E[x | z] = μ + αs(z − αμ)/(α²s + σ²)`.
    pub fn denoised(&self, level: &Level<S>) -> Affine<S> {
        let law = level.law(&self.data);
        let slope = level.alpha * self.data.variance / law.variance;
        Affine { slope, offset: self.data.mean - slope * law.mean }
    }

    /// `ε̂ = E[ε | z] = (z − αx̂)/σ = σ(z − αμ)/(α²s + σ²)`, also at `σ = 0`.
    pub fn noise(&self, level: &Level<S>) -> Affine<S> {
        self.score(level).scale(-level.sigma)
    }

    /// The score `∂ log p(z) = −(z − αμ)/(α²s + σ²)`.
    pub fn score(&self, level: &Level<S>) -> Affine<S> {
        level.law(&self.data).score()
    }

    /// `E[aε + bx | z]`: the velocity `α′x + σ′ε` of a path, or the `v = αε − σx` of v-prediction.
    pub fn combination(&self, level: &Level<S>, noise: S, data: S) -> Affine<S> {
        self.noise(level).scale(noise).plus(&self.denoised(level).scale(data))
    }

    /// The exact probability flow between two levels, a map of `z`: `z_b − α_bμ = √(v_b/v_a) (z_a − α_aμ)`.
    pub fn flow(&self, from: &Level<S>, to: &Level<S>) -> Affine<S> {
        let (start, end) = (from.law(&self.data), to.law(&self.data));
        let slope = (end.variance / start.variance).sqrt();
        Affine { slope, offset: end.mean - slope * start.mean }
    }

    /// `q(x | z)`: the denoiser, and what it leaves of the variance, `sσ²/(α²s + σ²)`.
    pub fn posterior(&self, level: &Level<S>) -> Transition<S> {
        let mean = self.denoised(level);
        let left = self.data.variance * level.sigma.square() / level.law(&self.data).variance;
        Transition { factor: mean.slope, offset: mean.offset, variance: left }
    }

    /// The exact reverse transition `q(z_b | z_a)` to a less noisy level: with `v = α²s + σ²`, the regression slope
    /// `α_a v_b/(α_b v_a)` and the variance `v_b (σ_a² − α_a²σ_b²/α_b²)/v_a`.
    pub fn reverse(&self, from: &Level<S>, to: &Level<S>) -> Transition<S> {
        let (start, end) = (from.law(&self.data), to.law(&self.data));
        let share = end.variance / start.variance;
        let factor = from.alpha / to.alpha * share;
        let noise = from.sigma.square() - (from.alpha / to.alpha * to.sigma).square();
        Transition { factor, offset: end.mean - factor * start.mean, variance: share * noise }
    }
}
