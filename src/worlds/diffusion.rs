//! Diffusions at a point: what Fokker–Planck and Anderson say about any density, linear or not.

use crate::numbers::{Jet, Matrix, Scalar, VectorJet};
use crate::parameters::{InputError, Parameters, Source};

/// The SDE `dX = μ(X, t) dt + σ(t) dB` at one point and time. Source: `anderson1982`.
#[derive(Debug, Clone)]
pub struct Diffusion<S> {
    /// The drift `μ` with its Jacobian.
    pub drift: VectorJet<S>,
    /// The diffusion factor `σ`, `d` rows, any number of columns; it does not depend on the point.
    pub factor: Matrix<S>,
}

/// Any diffusion: drift, Jacobian and factor at the point are free.
impl<S: Scalar> Parameters<S> for Diffusion<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let drift = VectorJet {
            value: source.vector("f", "the drift at the point, d entries")?,
            jacobian: source.matrix("Df", "the Jacobian of the drift, d x d")?,
        };
        let diffusion = Self { drift, factor: source.matrix("L", "the diffusion factor, d rows")? };
        source.same_dimension(&["f", "Df", "L"])?;
        Ok(diffusion)
    }
}

/// Any log-density: gradient and Hessian at the point are free.
impl<S: Scalar> Parameters<S> for Jet<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let gradient = source.vector("F", "the gradient of the log-density, d entries")?;
        let hessian = source.symmetric("H", "the Hessian of the log-density, d x d")?;
        source.same_dimension(&["F", "H"])?;
        Ok(Self { gradient, hessian })
    }
}

impl<S: Scalar> Diffusion<S> {
    /// `D = σσᵀ`.
    pub fn noise(&self) -> Matrix<S> {
        &self.factor * &self.factor.transpose()
    }

    /// Fokker–Planck for `log q`: its rate in the process's own time,
    /// `∂_t log q = −μ·∇log q − ∇·μ + ½ tr(D∇²log q) + ½ ∇log qᵀ D ∇log q`.
    pub fn log_density_rate(&self, log_density: &Jet<S>) -> S {
        let (score, noise) = (&log_density.gradient, self.noise());
        let spread = (&noise * &log_density.hessian).trace() + noise.bilinear(score, score);
        spread / 2 - self.drift.value.dot(score) - self.drift.divergence()
    }

    /// The generative SDE of this noising process with the score `s`, a member of the λ-family:
    /// drift `(1 − λ/2) D s − f`, diffusion `√(1−λ) σ`, `λ ≤ 1`. `λ = 0` is Anderson's reversal.
    pub fn plug_in(&self, score: &VectorJet<S>, lambda: S) -> Self {
        let pull = score.transformed(&self.noise()).scale(S::int(1) - lambda / 2);
        Self { drift: pull.minus(&self.drift), factor: self.factor.scale((S::int(1) - lambda).sqrt()) }
    }

    /// The noising process with the same marginals and other paths: drift `f − (λ/2) D ∇log q`, diffusion `√(1−λ) σ`.
    pub fn equivalent(&self, score: &VectorJet<S>, lambda: S) -> Self {
        let pull = score.transformed(&self.noise()).scale(lambda / 2);
        Self { drift: self.drift.minus(&pull), factor: self.factor.scale((S::int(1) - lambda).sqrt()) }
    }
}

/// The score `∇log q` as a vector field, from the jet of `log q`.
pub fn score_field<S: Scalar>(log_density: &Jet<S>) -> VectorJet<S> {
    VectorJet { value: log_density.gradient.clone(), jacobian: log_density.hessian.clone() }
}
