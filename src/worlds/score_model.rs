//! Gaussian data beside a Gaussian model of which only the score is used.

use super::{AffineField, MultivariateGaussian};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};

/// Data `x ~ N(m, Σ)` and the model score `s(x) = −K(x − μ)`: `K` is symmetric of any sign, for a score needs no normaliser.
#[derive(Debug, Clone)]
pub struct ScoreModel<S> {
    /// The law of the data, `N(m, Σ)`.
    pub data: MultivariateGaussian<S>,
    /// The model's precision `K`, `d × d`.
    pub precision: Matrix<S>,
    /// The model's centre `μ`, `d` entries.
    pub centre: Vector<S>,
}

impl<S: Scalar> ScoreModel<S> {
    /// The model that is right: `K = Σ⁻¹` and `μ = m`.
    pub fn at_the_truth(data: MultivariateGaussian<S>) -> Self {
        Self { precision: data.covariance.precision().clone(), centre: data.mean.clone(), data }
    }

    /// The model's log-density `−½(x − μ)ᵀK(x − μ)` but for its constant: what the score is the gradient of.
    pub fn log_density(&self, x: &Vector<S>) -> S {
        let shift = x - &self.centre;
        -(self.precision.bilinear(&shift, &shift) / 2)
    }

    /// The model's score `x ↦ −K(x − μ)`.
    pub fn score(&self) -> AffineField<S> {
        AffineField { slope: -&self.precision, offset: &self.precision * &self.centre }
    }

    /// `a = −K(m − μ)`, the mean of the model's score over the data; 0 at the truth.
    pub fn mean_score(&self) -> Vector<S> {
        self.score().value(&self.data.mean)
    }

    /// `W = KΣK`, the covariance of the model's score over the data; `K` at the truth.
    pub fn score_covariance(&self) -> Matrix<S> {
        &(&self.precision * self.data.covariance.matrix()) * &self.precision
    }

    /// `D = K − Σ⁻¹`, what is wrong with the precision.
    pub fn precision_error(&self) -> Matrix<S> {
        &self.precision - self.data.covariance.precision()
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> ScoreModel<R> {
        ScoreModel { data: self.data.map(&f), precision: self.precision.map(&f), centre: self.centre.map(&f) }
    }
}

impl<S: Scalar> Parameters<S> for ScoreModel<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let covariance = source.covariance("Sigma", "covariance of the data")?;
        let precision = source.symmetric("K", "precision of the model: its score is -K(x - mu)")?;
        let mean = source.vector("m", "mean of the data")?;
        let centre = source.vector("mu", "centre of the model")?;
        source.same_dimension(&["Sigma", "K", "m", "mu"])?;
        Ok(Self { data: MultivariateGaussian { mean, covariance }, precision, centre })
    }
}
