//! Two classes of data that a classifier has to tell apart, each Gaussian, one the mirror image of the other.

use super::MultivariateGaussian;
use crate::numbers::{Covariance, Matrix, Scalar};
use crate::parameters::{InputError, Parameters, Source};

/// Labels `y = ±1`, equally likely, and data `x | y ~ N(yμ, Σ)`.
#[derive(Debug, Clone)]
pub struct TwoClasses<S> {
    /// The law `N(μ, Σ)` of the class `y = 1`.
    pub positive: MultivariateGaussian<S>,
}

impl<S: Scalar> TwoClasses<S> {
    /// `Σ + μμᵀ`, the covariance of the data without their labels, whose mean is 0. They are not Gaussian.
    pub fn covariance(&self) -> Matrix<S> {
        self.positive.covariance.matrix() + &self.positive.mean.outer(&self.positive.mean)
    }

    /// `P = (Σ + μμᵀ + σ²I)⁻¹`, the precision of the Gaussian energy that denoising score matching finds at noise of this variance.
    pub fn energy(&self, noise: S) -> Matrix<S> {
        Covariance::new(self.covariance().plus_identity(noise)).precision().clone()
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> TwoClasses<R> {
        TwoClasses { positive: self.positive.map(f) }
    }
}

impl<S: Scalar> Parameters<S> for TwoClasses<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mean = source.vector("mu", "mean of the class +1; that of the class -1 is -mu")?;
        let covariance = source.covariance("Sigma", "covariance within each class")?;
        source.same_dimension(&["mu", "Sigma"])?;
        Ok(Self { positive: MultivariateGaussian { mean, covariance } })
    }
}
