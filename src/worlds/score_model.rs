//! Gaussian data beside a Gaussian model of which only the score is used.

use super::{AffineField, MultivariateGaussian};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};

/// The text of a point about a [`ScoreModel`], and what a statement says beyond it.
macro_rules! at_score_model {
    (plane $($more:literal)?) => {
        concat!("Sigma=[[1.3,0.45],[0.45,0.71]] K=[[0.9,-0.31],[-0.31,1.7]] m=[0.31,-0.83] mu=[-0.17,0.29]", $($more)?)
    };
    (space $($more:literal)?) => {
        concat!(
            "Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] K=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] \
             m=[0.3,-0.7,1.1] mu=[0.1,0.2,-0.4]",
            $($more)?
        )
    };
    (indefinite $($more:literal)?) => {
        concat!(
            "Sigma=[[1,0.99999999],[0.99999999,1.1]] K=[[-0.7,0.2],[0.2,811.9]] m=[17.3,-0.9] mu=[-0.41,0.37]",
            $($more)?
        )
    };
}
pub(crate) use at_score_model;

/// Points of statements about a [`ScoreModel`]: generic ones of three sizes, one that is right but for the twelfth digit, and one of
/// nearly singular data with an indefinite precision.
pub const SCORE_MODELS: &[&str] = &[
    at_score_model!(plane),
    at_score_model!(space),
    "Sigma=[[0.61]] K=[[1.9]] m=[0.31] mu=[-0.43]",
    "Sigma=[[1.7,0.4],[0.4,0.9]] K=[[0.656934306569,-0.291970802920],[-0.291970802920,1.240875912409]] m=[0.3,-0.7] \
     mu=[0.300000000001,-0.700000000002]",
    at_score_model!(indefinite),
];

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
