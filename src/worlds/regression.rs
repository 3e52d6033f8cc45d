//! Conditional laws of some entries of a Gaussian vector given the others.

use super::MultivariateGaussian;
use crate::numbers::{Covariance, Matrix, Scalar, Vector};

/// The law `N(matrix·y + offset, covariance)` of the unknown entries given the known ones, `y`.
#[derive(Debug, Clone)]
pub struct Regression<S> {
    /// `K = Σ_uk Σ_kk⁻¹`, what the known entries say about the unknown ones.
    pub matrix: Matrix<S>,
    /// `m_u − K m_k`.
    pub offset: Vector<S>,
    /// `Σ_uu − K Σ_ku`, which does not depend on what is known.
    pub covariance: Matrix<S>,
}

impl<S: Scalar> MultivariateGaussian<S> {
    /// The conditional law of the entries `unknown` given the entries `known`, of which there is at least one.
    pub fn given(&self, known: &[usize], unknown: &[usize]) -> Regression<S> {
        let whole = self.covariance.matrix();
        let block = |rows: &[usize], columns: &[usize]| {
            Matrix::from_fn(rows.len(), columns.len(), |i, j| whole[(rows[i], columns[j])])
        };
        let matrix = &block(unknown, known) * Covariance::new(block(known, known)).precision();
        let explained = &matrix * &block(known, unknown);
        let part = |indices: &[usize]| Vector(indices.iter().map(|i| self.mean[*i]).collect());
        Regression {
            offset: &part(unknown) - &(&matrix * &part(known)),
            covariance: &block(unknown, unknown) - &explained,
            matrix,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn two_entries_are_a_line_of_regression() {
        let covariance = Matrix::from_fn(2, 2, |i, j| Float([[2.0, 0.5], [0.5, 1.0]][i][j]));
        let law = MultivariateGaussian {
            mean: Vector(vec![Float(1.0), Float(-3.0)]),
            covariance: Covariance::new(covariance),
        };
        let given = law.given(&[0], &[1]);
        // ρ²-rule by hand: slope 0.5/2, variance 1 − 0.5²/2.
        assert_eq!(given.matrix[(0, 0)].0, 0.25);
        assert_eq!(given.offset[0].0, -3.25);
        assert_eq!(given.covariance[(0, 0)].0, 0.875);
    }
}
