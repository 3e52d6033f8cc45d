//! The law of a model's score over the data: all that averages and variances of the losses depend on.

use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{MultivariateGaussian, ScoreModel};

/// The text of a point about a [`ScoreLaw`], and what a statement says beyond it.
macro_rules! at_score_law {
    (plane $($more:literal)?) => {
        concat!("K=[[0.9,-0.31],[-0.31,1.7]] a=[0.37,-0.61] W=[[1.3,0.45],[0.45,0.71]]", $($more)?)
    };
    (space $($more:literal)?) => {
        concat!(
            "K=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] a=[-0.535,1.415,-0.65] \
             W=[[0.94725,-0.1275,0.09275],[-0.1275,2.135,0.3125],[0.09275,0.3125,0.4305]]",
            $($more)?
        )
    };
    (indefinite $($more:literal)?) => {
        concat!("K=[[-0.7,0.2],[0.2,31.9]] a=[41.3,-0.19] W=[[1,0.99999999],[0.99999999,1.1]]", $($more)?)
    };
}
pub(crate) use at_score_law;

/// Points of statements about a [`ScoreLaw`]: generic ones of three sizes, that of three dimensions over the data of
/// [`SCORE_MODELS`](crate::worlds::SCORE_MODELS), and one whose entries are nearly the same with an indefinite precision.
pub const SCORE_LAWS: &[&str] =
    &[at_score_law!(plane), at_score_law!(space), "K=[[1.9]] a=[-0.41] W=[[2.3]]", at_score_law!(indefinite)];

/// A model score with Jacobian `−K` whose value over the data is `N(a, W)`.
#[derive(Debug, Clone)]
pub struct ScoreLaw<S> {
    /// The model's precision `K`, symmetric, `d × d`.
    pub precision: Matrix<S>,
    /// `a`, the mean of the score, `d` entries.
    pub mean: Vector<S>,
    /// `W`, the covariance of the score, `d × d`.
    pub covariance: Matrix<S>,
}

impl<S: Field> ScoreLaw<S> {
    /// Of the model that is right, `a = 0` and `W = K`.
    pub fn at_the_truth(precision: Matrix<S>) -> Self {
        Self { mean: Vector(vec![S::zero(); precision.rows()]), covariance: precision.clone(), precision }
    }

    /// `E ssᵀ = W + aaᵀ`.
    pub fn second_moment(&self) -> Matrix<S> {
        &self.covariance + &self.mean.outer(&self.mean)
    }

    /// `E|s|² = tr W + |a|²`.
    pub fn mean_square(&self) -> S {
        self.covariance.trace() + self.mean.dot(&self.mean)
    }

    /// `G = −K + ½(W + aaᵀ)`: over the data, sliced score matching is `vᵀGv` on average.
    pub fn mean_form(&self) -> Matrix<S> {
        &self.second_moment().scale(S::ratio(1, 2)) - &self.precision
    }
}

impl<S: Scalar> ScoreLaw<S> {
    /// `N(a, W)` itself, for a `W` that is positive definite.
    pub fn gaussian(&self) -> MultivariateGaussian<S> {
        MultivariateGaussian { mean: self.mean.clone(), covariance: Covariance::new(self.covariance.clone()) }
    }
}

impl<S: Scalar> From<&ScoreModel<S>> for ScoreLaw<S> {
    fn from(model: &ScoreModel<S>) -> Self {
        Self { precision: model.precision.clone(), mean: model.mean_score(), covariance: model.score_covariance() }
    }
}

impl<S: Scalar> Parameters<S> for ScoreLaw<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.symmetric("K", "precision of the model: minus the Jacobian of its score")?;
        let mean = source.vector("a", "mean of the model's score over the data")?;
        let covariance = source.symmetric("W", "covariance of the model's score over the data")?;
        source.same_dimension(&["K", "a", "W"])?;
        Ok(Self { precision, mean, covariance })
    }
}
