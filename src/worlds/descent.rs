//! The noise levels that a sampler goes down, pair by pair.

use super::{Affine, Level, Transition};
use crate::numbers::{Field, Scalar};

/// Two neighbouring levels, and the step of the noising process from the cleaner one up to the noisier one.
#[derive(Debug, Clone, Copy)]
pub struct Rung<S> {
    /// Where a step of the sampler starts.
    pub noisy: Level<S>,
    /// Where it ends.
    pub clean: Level<S>,
    /// `z_noisy | z_clean`: the factor `α_{a|b} = α_a/α_b` and the variance `σ²_{a|b} = σ_a² − α²_{a|b}σ_b²`; of a discrete
    /// variance-preserving process `√(1 − β)` and `β`.
    pub forward: Transition<S>,
}

impl<S: Field> Rung<S> {
    /// The rung between two levels.
    pub fn between(noisy: Level<S>, clean: Level<S>) -> Self {
        let factor = noisy.alpha / clean.alpha;
        let variance = noisy.sigma.square() - (factor * clean.sigma).square();
        Self { noisy, clean, forward: Transition { factor, offset: S::zero(), variance } }
    }

    /// The variance of `z_clean` given `z_noisy` and the data, `β̃ = σ²_{a|b}σ_b²/σ_a²`.
    pub fn posterior_variance(&self) -> S {
        self.forward.variance * (self.clean.sigma / self.noisy.sigma).square()
    }

    /// `α_bσ²_{a|b}/σ_a²`, the weight of the data in the mean of `q(z_clean | z_noisy, x)`.
    pub fn data_weight(&self) -> S {
        self.clean.alpha * self.forward.variance / self.noisy.sigma.square()
    }

    /// `q(z_clean | z_noisy, x)`: the factor `α_{a|b}σ_b²/σ_a²`, the offset `x α_bσ²_{a|b}/σ_a²`, the posterior variance.
    pub fn posterior(&self, x: S) -> Transition<S> {
        self.model(&Affine { slope: S::zero(), offset: x })
    }

    /// A model's step `p(z_clean | z_noisy) = q(z_clean | z_noisy, x̂(z_noisy))` with this denoiser. Source: `kingma2021`.
    pub fn model(&self, denoiser: &Affine<S>) -> Transition<S> {
        let (kept, weight) = (self.forward.factor * (self.clean.sigma / self.noisy.sigma).square(), self.data_weight());
        Transition {
            factor: kept + weight * denoiser.slope,
            offset: weight * denoiser.offset,
            variance: self.posterior_variance(),
        }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Rung<R> {
        Rung { noisy: self.noisy.map(&f), clean: self.clean.map(&f), forward: self.forward.map(&f) }
    }
}

impl<S: Scalar> Rung<S> {
    /// The rung above a level: `z_noisy = factor·z_clean + √variance ε`. No difference is taken, and nothing cancels.
    pub fn above(clean: Level<S>, factor: S, variance: S) -> Self {
        let sigma = ((factor * clean.sigma).square() + variance).sqrt();
        let noisy = Level { alpha: factor * clean.alpha, sigma };
        Self { noisy, clean, forward: Transition { factor, offset: S::zero(), variance } }
    }

    /// `h = λ_b − λ_a > 0`, the step in the half log-signal-to-noise ratio.
    pub fn log_step(&self) -> S {
        self.clean.half_log_snr() - self.noisy.half_log_snr()
    }
}

/// The rungs from noise towards the data, all at levels with noise, and perhaps the last step from a level to the data.
///
/// No formula may ask whether a level is without noise, so that the last step is told by its place.
#[derive(Debug, Clone)]
pub struct Descent<S> {
    /// From the noisiest down.
    pub rungs: Vec<Rung<S>>,
    /// The level from which the last step goes to the data themselves, `α = 1` and `σ = 0`.
    pub last: Option<Level<S>>,
}

impl<S: Field> Descent<S> {
    /// Down these levels, the noisiest first.
    pub fn new(levels: &[Level<S>]) -> Self {
        Self { rungs: levels.windows(2).map(|pair| Rung::between(pair[0], pair[1])).collect(), last: None }
    }

    /// Down these levels, the noisiest first, and from the last one to the data.
    pub fn to_data(levels: &[Level<S>]) -> Self {
        Self { last: levels.last().copied(), ..Self::new(levels) }
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.rungs.len() + usize::from(self.last.is_some())
    }
}
