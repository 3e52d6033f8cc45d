//! The network inside EDM's denoiser, and the weight of its loss. Source: `karras2022`.

use crate::numbers::Scalar;
use crate::worlds::Affine;

/// `D(y; σ) = c_skip y + c_out F(c_in y; c_noise)` at a level `y = x + σε`, trained with the weight `λ(σ)` on `(x − D)²`.
#[derive(Debug, Clone, Copy)]
pub struct Preconditioning<S> {
    /// `c_skip = d/(σ² + d)`, for data of variance `d`.
    pub skip: S,
    /// `c_out = σ√d/√(σ² + d)`.
    pub out: S,
    /// `c_in = 1/√(σ² + d)`.
    pub input: S,
    /// `c_noise = ¼ ln σ`, by which the network knows the level.
    pub label: S,
    /// `λ = (σ² + d)/(σ²d) = 1/c_out²`.
    pub weight: S,
}

impl<S: Scalar> Preconditioning<S> {
    /// For noise of standard deviation `σ` on data believed to have the standard deviation `σ_data`.
    pub fn edm(noise: S, data: S) -> Self {
        let (both, variance) = (noise.square() + data.square(), data.square());
        let root = both.sqrt();
        Self {
            skip: variance / both,
            out: noise * data / root,
            input: root.recip(),
            label: noise.ln() / 4,
            weight: both / (noise * data).square(),
        }
    }

    /// The denoiser around a network, as a function of `y`.
    pub fn denoiser(&self, network: &Affine<S>) -> Affine<S> {
        let inner = Affine { slope: network.slope * self.input, offset: network.offset };
        Affine { slope: self.skip, offset: S::zero() }.plus(&inner.scale(self.out))
    }

    /// The network inside a denoiser, as a function of `c_in y`.
    pub fn network(&self, denoiser: &Affine<S>) -> Affine<S> {
        Affine { slope: (denoiser.slope - self.skip) / (self.out * self.input), offset: denoiser.offset / self.out }
    }
}

/// The slope of the network around which the best denoiser of `N(μ, s)` is built, in `c_in y`: `σ(s − d)/(√d(s + σ²))`. It vanishes for
/// the variance `d = s`.
pub fn best_slope<S: Scalar>(noise: S, data: S, s: S) -> S {
    noise * (s - data.square()) / (data * (s + noise.square()))
}
