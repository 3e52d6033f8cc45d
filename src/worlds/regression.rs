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
    /// The conditional law of the entries `unknown` given the entries `known`. Every other entry is marginalised; given nothing it is the marginal law.
    pub fn given(&self, known: &[usize], unknown: &[usize]) -> Regression<S> {
        let whole = self.covariance.matrix();
        let block = |rows: &[usize], columns: &[usize]| whole.block(rows, columns);
        let matrix = &block(unknown, known) * Covariance::new(block(known, known)).precision();
        let explained = &matrix * &block(known, unknown);
        Regression {
            offset: &self.mean.at(unknown) - &(&matrix * &self.mean.at(known)),
            covariance: &block(unknown, unknown) - &explained,
            matrix,
        }
    }

    /// The same by the precision `Λ` of the unknown and the known entries together, once every other is marginalised:
    /// covariance `Λ_uu⁻¹` and `K = −Λ_uu⁻¹ Λ_uk`. At least one entry is unknown.
    pub fn given_by_precision(&self, known: &[usize], unknown: &[usize]) -> Regression<S> {
        let both: Vec<usize> = unknown.iter().chain(known).copied().collect();
        let precision = self.marginal(&both).covariance.precision().clone();
        let (u, k): (Vec<_>, Vec<_>) = (0..both.len()).partition(|i| *i < unknown.len());
        let covariance = Covariance::new(precision.block(&u, &u)).precision().clone();
        let matrix = -&(&covariance * &precision.block(&u, &k));
        Regression { offset: &self.mean.at(unknown) - &(&matrix * &self.mean.at(known)), covariance, matrix }
    }

    /// The law of these entries, in this order; the others are marginalised.
    pub fn marginal(&self, entries: &[usize]) -> Self {
        let covariance = Covariance::new(self.covariance.matrix().block(entries, entries));
        Self { mean: self.mean.at(entries), covariance }
    }
}

impl<S: Scalar> Regression<S> {
    /// The law of the unknown entries where the known ones are `y`.
    pub fn at(&self, y: &Vector<S>) -> MultivariateGaussian<S> {
        MultivariateGaussian {
            mean: &(&self.matrix * y) + &self.offset,
            covariance: Covariance::new(self.covariance.clone()),
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
