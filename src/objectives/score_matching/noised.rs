//! Denoising score matching on Gaussian data: the loss of a linear score at data with noise `N(0, σ²I)`. Source: `vincent2011`.
//!
//! The residual `r = s(x̃) + (x̃ − x)/σ²` is Gaussian for an affine score: `N(a, W + σ²(I/σ² − K)²)` with the mean `a` and the
//! covariance `W` of the score over data without noise.

use super::{ScoreLaw, data_variance};
use crate::numbers::{Matrix, Scalar};
use crate::worlds::ScoreModel;

/// `T = Σ + σ²I`: the same model beside data with noise of this variance, `N(m, T)`.
pub fn noised<S: Scalar>(model: &ScoreModel<S>, variance: S) -> ScoreModel<S> {
    ScoreModel { data: model.data.noised(variance), ..model.clone() }
}

/// `N(a, W + σ²(I/σ² − K)²)`, the law of the residual in place of that of the score, whose Jacobian at the data it has.
pub fn residual_law<S: Scalar>(model: &ScoreModel<S>, variance: S) -> ScoreLaw<S> {
    let (clean, noise) = (ScoreLaw::from(model), noise_slope(model, variance));
    ScoreLaw { covariance: &clean.covariance + &(&noise * &noise).scale(variance), ..clean }
}

/// `E ½|r|²`: a sum of squares, in which nothing cancels.
pub fn mean_denoising<S: Scalar>(model: &ScoreModel<S>, variance: S) -> S {
    residual_law(model, variance).mean_square() / 2
}

/// `Var ½|r|²`, as that of `½|s|²` over data without noise.
pub fn denoising_variance<S: Scalar>(model: &ScoreModel<S>, variance: S) -> S {
    data_variance(&residual_law(model, variance))
}

/// `R = I/σ² − T⁻¹ = ΣT⁻¹/σ²`, the covariance of the residual where the model has the score of the noised data; half its trace
/// is what denoising score matching returns beyond explicit score matching of the noised data, whatever the model.
pub fn least_covariance<S: Scalar>(model: &ScoreModel<S>, variance: S) -> Matrix<S> {
    let precision = noised(model, variance).data.covariance.precision().scale(variance.recip());
    model.data.covariance.matrix() * &precision
}

/// `I/σ² − K`, what multiplies the noise in the residual.
fn noise_slope<S: Scalar>(model: &ScoreModel<S>, variance: S) -> Matrix<S> {
    &Matrix::identity(model.precision.rows()).scale(variance.recip()) - &model.precision
}
