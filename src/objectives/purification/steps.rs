//! Steps of one length along the score of a Gaussian energy, with or without noise: the laws after `k` of them. Source: `yoon2021`.

use crate::numbers::{Field, Matrix, Vector};

/// `k` steps `x ← x + αs(x) + √q z` along `s(x) = −P(x − μ_E)`.
#[derive(Debug, Clone)]
pub struct Steps<S> {
    /// `P`, the precision of the energy.
    pub precision: Matrix<S>,
    /// `α`, the length of a step.
    pub length: S,
    /// `q ≥ 0`, the variance of the noise that each step adds; 0 for purification, `2α` for Langevin steps.
    pub noise: S,
    /// `k`, how many.
    pub count: u32,
}

impl<S: Field> Steps<S> {
    /// Steps without noise.
    pub fn without_noise(precision: Matrix<S>, length: S, count: u32) -> Self {
        Self { precision, length, noise: S::zero(), count }
    }

    /// `B = I − αP`, what one step does to a displacement from the mode.
    pub fn one(&self) -> Matrix<S> {
        &Matrix::identity(self.precision.rows()) - &self.precision.scale(self.length)
    }

    /// `Bᵏ`, what all of them do: by squaring, so that a large `k` costs and rounds like its logarithm.
    pub fn factor(&self) -> Matrix<S> {
        power(self.one(), self.count)
    }

    /// `x_k` without noise, the mean with it: `μ_E + Bᵏ(x₀ − μ_E)`.
    pub fn mean(&self, mode: &Vector<S>, start: &Vector<S>) -> Vector<S> {
        mode + &(&self.factor() * &(start - mode))
    }

    /// The covariance `S_k` of `x_k` if `x₀` has the covariance `S₀`: `S ← BSB + qI`, step by step.
    pub fn covariance(&self, start: &Matrix<S>) -> Matrix<S> {
        let (factor, noise) = (self.one(), Matrix::identity(self.precision.rows()).scale(self.noise));
        (0..self.count).fold(start.clone(), |covariance, _| &(&(&factor * &covariance) * &factor) + &noise)
    }
}

/// `Aᵏ` of a square matrix.
fn power<S: Field>(matrix: Matrix<S>, k: u32) -> Matrix<S> {
    let mut result = Matrix::identity(matrix.rows());
    for bit in (0..u32::BITS - k.leading_zeros()).rev() {
        result = &result * &result;
        if k >> bit & 1 == 1 {
            result = &result * &matrix;
        }
    }
    result
}
