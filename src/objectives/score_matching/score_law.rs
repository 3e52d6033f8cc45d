//! The law of a model's score over the data: all that averages and variances of the losses depend on.

use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::ScoreModel;

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
