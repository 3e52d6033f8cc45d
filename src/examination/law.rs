//! The laws of the cases: Gaussian in any dimension, or a mixture on the line.

use crate::numbers::{Covariance, Matrix, Scalar, Vector};
use crate::parameters::{InputError, Source};
use crate::worlds::{Clock, Gaussian, Mixture, MultivariateGaussian};

/// A law of the data, of a model, or of a noised state.
#[derive(Debug, Clone)]
pub enum Law<S> {
    /// `N(m, Σ)`.
    Gaussian(MultivariateGaussian<S>),
    /// `Σ ωᵢ N(mᵢ, vᵢ)` on the line.
    Mixture(Mixture<S>),
}

/// The names of the parameters of a mixture.
pub(super) struct Names {
    pub(super) weights: &'static str,
    pub(super) means: &'static str,
    pub(super) variances: &'static str,
}

impl<S: Scalar> Law<S> {
    /// Reads `N(mean, cov)`.
    pub(super) fn gaussian(
        source: &mut dyn Source<S>,
        mean: &'static str,
        covariance: &'static str,
    ) -> Result<MultivariateGaussian<S>, InputError> {
        let law = MultivariateGaussian {
            mean: source.vector(mean, "the mean, d entries")?,
            covariance: source.covariance(covariance, "the covariance, d x d")?,
        };
        source.same_dimension(&[mean, covariance])?;
        if law.covariance.matrix().rows() == law.mean.dimension() {
            return Ok(law);
        }
        let (rows, d) = (law.covariance.matrix().rows(), law.mean.dimension());
        Err(InputError::Condition(format!("`{covariance}` has {rows} rows, but `{mean}` has {d} entries")))
    }

    /// Reads a mixture on the line.
    pub(super) fn mixture(source: &mut dyn Source<S>, names: &Names) -> Result<Self, InputError> {
        let weights = source.weights(names.weights, "the weights of the components")?;
        let means = source.vector(names.means, "their means")?;
        let variances = source.positives(names.variances, "their variances, not standard deviations")?;
        source.same_dimension(&[names.weights, names.means, names.variances])?;
        let laws = means.0.into_iter().zip(variances.0).map(|(mean, variance)| Gaussian::new(mean, variance));
        Ok(Self::Mixture(Mixture::new(weights.0.into_iter().zip(laws))))
    }

    /// Its dimension.
    pub fn dimension(&self) -> usize {
        match self {
            Self::Gaussian(law) => law.mean.dimension(),
            Self::Mixture(_) => 1,
        }
    }

    /// The law of `Y_t` if `Y_0` has this law.
    pub fn diffuse(&self, clock: &Clock<S>) -> Self {
        match self {
            Self::Gaussian(law) => Self::Gaussian(MultivariateGaussian {
                mean: Vector(law.mean.0.iter().map(|m| clock.mean(*m)).collect()),
                covariance: Covariance::new(law.covariance.matrix().scale(clock.phi.square()).plus_identity(clock.w)),
            }),
            Self::Mixture(law) => Self::Mixture(law.diffuse(clock)),
        }
    }

    /// `log q(y)`, in nats.
    pub fn log_density(&self, y: &Vector<S>) -> S {
        match self {
            Self::Gaussian(law) => law.log_density(y),
            Self::Mixture(law) => law.log_density(y.0[0]),
        }
    }

    /// `∇ log q(y)`.
    pub fn score(&self, y: &Vector<S>) -> Vector<S> {
        match self {
            Self::Gaussian(law) => law.covariance.precision() * &(&law.mean - y),
            Self::Mixture(law) => Vector(vec![law.score(y.0[0])]),
        }
    }

    /// `div ∇ log q(y)`.
    pub fn score_divergence(&self, y: &Vector<S>) -> S {
        match self {
            Self::Gaussian(law) => -law.covariance.precision().trace(),
            Self::Mixture(law) => law.score_slope(y.0[0]),
        }
    }

    /// The mean, `d` entries.
    pub fn mean(&self) -> Vector<S> {
        match self {
            Self::Gaussian(law) => law.mean.clone(),
            Self::Mixture(law) => Vector(vec![law.mean()]),
        }
    }

    /// The covariance, `d × d`.
    pub fn covariance(&self) -> Matrix<S> {
        match self {
            Self::Gaussian(law) => law.covariance.matrix().clone(),
            Self::Mixture(law) => Matrix::from_fn(1, 1, |_, _| law.variance()),
        }
    }

    /// In another reading, number by number.
    pub(super) fn map<R: Scalar>(&self, f: &impl Fn(S) -> R) -> Law<R> {
        match self {
            Self::Gaussian(law) => Law::Gaussian(law.map(f)),
            Self::Mixture(law) => {
                Law::Mixture(Mixture::new(law.components().map(|(weight, law)| (f(weight), law.map(f)))))
            }
        }
    }

    /// The Gaussian law with the same mean and covariance.
    pub fn moment_matched(&self) -> MultivariateGaussian<S> {
        MultivariateGaussian { mean: self.mean(), covariance: Covariance::new(self.covariance()) }
    }
}
