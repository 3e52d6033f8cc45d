//! A positive definite matrix with its inverse and determinant, made once for each reading.

use super::{Field, Matrix, Scalar};

/// Up to this dimension the inverse is the adjugate over the determinant: one division, so a proof clears it with one
/// symbol. Beyond, the `L D Lᵀ` decomposition costs `d³` instead of `d!`.
const LARGEST_EXPANSION: usize = 3;

/// A symmetric positive definite matrix, its inverse and its log-determinant. Formulas take it instead of inverting.
#[derive(Debug, Clone)]
pub struct Covariance<S> {
    matrix: Matrix<S>,
    precision: Matrix<S>,
    log_det: S,
}

impl<S> Covariance<S> {
    /// `Σ`.
    pub fn matrix(&self) -> &Matrix<S> {
        &self.matrix
    }

    /// `Σ⁻¹`.
    pub fn precision(&self) -> &Matrix<S> {
        &self.precision
    }
}

impl<S: Scalar> Covariance<S> {
    /// From the matrix, symmetric positive definite (an enclosure of one that is not comes out unbounded).
    pub fn new(matrix: Matrix<S>) -> Self {
        if matrix.rows() <= LARGEST_EXPANSION {
            let determinant = matrix.determinant();
            let precision = matrix.adjugate().scale(determinant.recip());
            return Self { precision, log_det: determinant.log_det(), matrix };
        }
        let (_, pivots) = matrix.ldl();
        let log_det = pivots.0.iter().fold(S::zero(), |sum, pivot| sum + pivot.log_det());
        Self { precision: matrix.symmetric_inverse(), log_det, matrix }
    }

    /// In another reading, every lane for instance; nothing is inverted anew.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> Covariance<R> {
        Covariance { matrix: self.matrix.map(&f), precision: self.precision.map(&f), log_det: f(self.log_det) }
    }

    /// `ln det Σ`.
    pub fn log_det(&self) -> S {
        self.log_det
    }
}
