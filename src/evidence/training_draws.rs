//! Draws of a training example: a series from its joint law, noise on the targets, and what predictors make of it.

use super::matrix_path::affine;
use super::{Noise, WIDTH};
use crate::numbers::{Float, Lanes, Matrix};
use crate::objectives::imputation::TrainingExample;
use crate::worlds::AffineField;

/// A training example, ready to be drawn from.
pub struct TrainingDraws {
    example: TrainingExample<Float>,
    factor: Matrix<Float>,
}

/// One draw in every lane: the noise, and all that a network sees.
pub struct Drawn {
    /// `ε`.
    pub noise: Vec<Lanes<WIDTH>>,
    /// `y = (x_t, x_co)`.
    pub inputs: Vec<Lanes<WIDTH>>,
}

impl TrainingDraws {
    /// Of this example.
    pub fn new(example: TrainingExample<Float>) -> Self {
        let factor = example.clean.covariance.matrix().cholesky();
        Self { example, factor }
    }

    /// One draw.
    pub fn draw(&self, noise: &mut Noise) -> Drawn {
        let n = self.factor.rows();
        let normals: Vec<_> = (0..n).map(|_| noise.normal()).collect();
        let clean = affine(&self.factor, &self.example.clean.mean, &normals);
        let added: Vec<_> = (0..self.example.targets).map(|_| noise.normal()).collect();
        let [signal, deviation] = [self.example.level.alpha, self.example.level.sigma].map(Lanes::splat);
        let inputs = clean.into_iter().enumerate().map(|(i, entry)| match added.get(i) {
            Some(noise) => signal * entry + deviation * *noise,
            None => entry,
        });
        Drawn { inputs: inputs.collect(), noise: added }
    }
}

impl Drawn {
    /// The value of an affine field of the inputs.
    pub fn value(&self, field: &AffineField<Float>) -> Vec<Lanes<WIDTH>> {
        affine(&field.slope, &field.offset, &self.inputs)
    }

    /// What a predictor leaves of the noise.
    pub fn residual(&self, predictor: &AffineField<Float>) -> Vec<Lanes<WIDTH>> {
        self.noise.iter().zip(self.value(predictor)).map(|(noise, predicted)| *noise - predicted).collect()
    }
}
