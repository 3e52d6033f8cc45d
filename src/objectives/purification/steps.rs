//! Steps of one length along the score of a Gaussian energy, with or without noise: the laws after `k` of them. Source: `yoon2021`.

use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};

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

    /// `Σ_{j<k} q B²ʲ`, the covariance after all steps from a point, by doubling: `S_{2k} = BᵏS_kBᵏ + S_k`. Also where no stationary
    /// law exists, and without taking a difference.
    pub fn from_a_point(&self) -> Matrix<S> {
        let (one, noise) = (self.one(), Matrix::identity(self.precision.rows()).scale(self.noise));
        let mut factor = Matrix::identity(one.rows());
        let mut covariance = Matrix::zeros(one.rows(), one.rows());
        for bit in (0..u32::BITS - self.count.leading_zeros()).rev() {
            covariance = &(&(&factor * &covariance) * &factor) + &covariance;
            factor = &factor * &factor;
            if self.count >> bit & 1 == 1 {
                covariance = &(&(&one * &covariance) * &one) + &noise;
                factor = &factor * &one;
            }
        }
        covariance
    }
}

impl<S: Scalar> Steps<S> {
    /// The covariance that a step keeps, the solution `(q/2α)(P − ½αP²)⁻¹` of `S = BSB + qI`; it is that of a law iff `½αP` has
    /// eigenvalues below 1.
    pub fn stationary(&self) -> Matrix<S> {
        let square = &self.precision * &self.precision;
        let slowed = &self.precision - &square.scale(self.length / 2);
        Covariance::new(slowed).precision().scale(self.noise / (self.length * 2))
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
