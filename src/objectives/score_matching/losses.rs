//! One value of each loss, at a sample and a projection, with the ½ of Hyvärinen throughout. Sources: `hyvarinen2005`,
//! `vincent2011`, `song2020sliced`.

use crate::numbers::{Field, Matrix, Vector};

/// Implicit score matching: `tr ∇s + ½|s|²`.
pub fn implicit<S: Field>(jacobian: &Matrix<S>, score: &Vector<S>) -> S {
    jacobian.trace() + score.dot(score) / 2
}

/// Explicit score matching: `½|s − s_p|²` with the score `s_p` of the data.
pub fn explicit<S: Field>(score: &Vector<S>, of_data: &Vector<S>) -> S {
    let error = score - of_data;
    error.dot(&error) / 2
}

/// Sliced score matching: `vᵀ∇s v + ½(vᵀs)²` for a projection with `E v vᵀ = I`.
pub fn sliced<S: Field>(jacobian: &Matrix<S>, score: &Vector<S>, v: &Vector<S>) -> S {
    jacobian.bilinear(v, v) + v.dot(score).square() / 2
}

/// Sliced score matching with the square integrated (SSM-VR): `vᵀ∇s v + ½|s|²`.
pub fn sliced_reduced<S: Field>(jacobian: &Matrix<S>, score: &Vector<S>, v: &Vector<S>) -> S {
    jacobian.bilinear(v, v) + score.dot(score) / 2
}

/// Denoising score matching: `½|s(x̃) + (x̃ − x)/σ²|²` with the noise `x̃ − x` and its variance `σ²`.
pub fn denoising<S: Field>(score: &Vector<S>, noise: &Vector<S>, variance: S) -> S {
    let residual = score + &noise.scale(variance.recip());
    residual.dot(&residual) / 2
}
