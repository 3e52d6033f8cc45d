//! Ancestral sampling: the mean of the reverse step from the predicted noise, and one of several variances.

use super::{Form, law};
use crate::numbers::Scalar;
use crate::worlds::{Descent, Oracle, Rung, Transition};

/// The variance of an ancestral step. In the last step, to the data, none of them adds noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// `β̃ = σ²_{a|b}σ_b²/σ_a²`, right for data without spread; also the variance of VDM.
    Posterior,
    /// `β = σ²_{a|b}`, right for data of unit variance on a variance-preserving process.
    Forward,
}

/// The standard deviation of a step.
pub fn reverse_std<S: Scalar>(rung: &Rung<S>, spread: Spread) -> S {
    let forward = rung.forward.variance.sqrt();
    match spread {
        // The root of a product of squares: no root of zero, whose derivative is infinite.
        Spread::Posterior => forward * (rung.clean.sigma / rung.noisy.sigma),
        Spread::Forward => forward,
    }
}

/// `z_b = (z_a − (σ²_{a|b}/σ_a) ε̂)/α_{a|b} + std·ξ`; in DDPM `α_{a|b} = √(1 − β)` and `σ²_{a|b} = β`. Source: `ho2020`, `kingma2021`.
pub fn ancestral_step<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>, std: S) -> Form<S> {
    let Transition { factor, variance, .. } = rung.forward;
    let noise = z.through(&oracle.noise(&rung.noisy));
    z.minus(&noise.scale(variance / rung.noisy.sigma)).scale(factor.recip()).drawn(std)
}

/// What ancestral sampling returns given its start.
pub fn ancestral<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>, spread: Spread) -> Transition<S> {
    law(descent, oracle, |z, rung| ancestral_step(z, rung, oracle, reverse_std(rung, spread)))
}
