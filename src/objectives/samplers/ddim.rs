//! DDIM with any amount of noise.

use super::{Form, law};
use crate::numbers::Scalar;
use crate::worlds::{Descent, Oracle, Rung, Transition};

/// `τ = η√β̃`.
pub fn ddim_std<S: Scalar>(rung: &Rung<S>, eta: S) -> S {
    eta * rung.forward.variance.sqrt() * (rung.clean.sigma / rung.noisy.sigma)
}

/// `√(σ_b² − τ²)`, what is left for the predicted noise once noise of this standard deviation is drawn, `0 ≤ η ≤ 1`:
/// `(σ_b/σ_a)√(α²_{a|b}σ_b² + (1 − η²)σ²_{a|b})`, in which nothing cancels.
pub fn ddim_direction<S: Scalar>(rung: &Rung<S>, eta: S) -> S {
    let Transition { factor, variance, .. } = rung.forward;
    let left = (factor * rung.clean.sigma).square() + (S::int(1) - eta.square()) * variance;
    left.sqrt() * (rung.clean.sigma / rung.noisy.sigma)
}

/// `z_b = α_b x̂ + direction·ε̂ + std·ξ`. Source: `song2021ddim`.
pub fn ddim_step<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>, direction: S, std: S) -> Form<S> {
    let data = z.through(&oracle.denoised(&rung.noisy));
    let noise = z.through(&oracle.noise(&rung.noisy));
    data.scale(rung.clean.alpha).plus(&noise.scale(direction)).drawn(std)
}

/// What DDIM(η) returns given its start, `0 ≤ η ≤ 1`.
pub fn ddim<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>, eta: S) -> Transition<S> {
    law(descent, oracle, |z, rung| ddim_step(z, rung, oracle, ddim_direction(rung, eta), ddim_std(rung, eta)))
}
