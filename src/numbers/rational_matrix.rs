//! Symmetric positive definite matrices in exact arithmetic: nothing is lost however close to singular they are.

use super::Rational;

/// A symmetric positive definite matrix as `L D Lᵀ` over the rationals, `L` unit lower triangular, `D > 0`.
#[derive(Debug, Clone, PartialEq)]
pub struct PositiveDefinite {
    lower: Vec<Vec<Rational>>,
    pivots: Vec<Rational>,
}

/// Whether a symmetric matrix is positive semidefinite: every pivot is `> 0`, or 0 with nothing left in its column.
pub fn is_semidefinite(rows: &[Vec<Rational>]) -> bool {
    let mut rest = rows.to_vec();
    for k in 0..rest.len() {
        let pivot = rest[k][k].clone();
        if pivot < Rational::ZERO || pivot == Rational::ZERO && (k..rest.len()).any(|i| rest[i][k] != Rational::ZERO) {
            return false;
        }
        if pivot == Rational::ZERO {
            continue;
        }
        for i in k + 1..rest.len() {
            for j in k + 1..rest.len() {
                let eliminated = &rest[i][k] * &rest[k][j] / &pivot;
                rest[i][j] -= eliminated;
            }
        }
    }
    true
}

impl PositiveDefinite {
    /// Decomposes a symmetric matrix, of which only the lower triangle is read. `None` unless it is positive definite.
    ///
    /// ```
    /// use ouracle::numbers::{PositiveDefinite, Rational};
    /// let rows = |c: i64| [[2, c], [c, 3]].map(|row| row.map(Rational::from).to_vec()).to_vec();
    /// assert_eq!(PositiveDefinite::new(&rows(1)).unwrap().determinant(), Rational::from(5));
    /// assert!(PositiveDefinite::new(&rows(3)).is_none());
    /// ```
    pub fn new(rows: &[Vec<Rational>]) -> Option<Self> {
        let mut decomposed = Self { lower: Vec::with_capacity(rows.len()), pivots: Vec::with_capacity(rows.len()) };
        for (i, row) in rows.iter().enumerate() {
            // The row of L solves a triangular system with the rows above.
            let scaled = decomposed.forward(&row[..i]);
            let mut lower: Vec<_> = scaled.iter().zip(&decomposed.pivots).map(|(z, d)| z / d).collect();
            let pivot = scaled.iter().zip(&lower).fold(row[i].clone(), |rest, (z, l)| rest - z * l);
            if pivot <= Rational::ZERO {
                return None;
            }
            lower.push(Rational::ONE);
            decomposed.lower.push(lower);
            decomposed.pivots.push(pivot);
        }
        Some(decomposed)
    }

    /// `L⁻¹ y` for the leading rows.
    fn forward(&self, y: &[Rational]) -> Vec<Rational> {
        let mut solved: Vec<Rational> = Vec::with_capacity(y.len());
        for (row, entry) in self.lower.iter().zip(y) {
            let rest = row.iter().zip(&solved).fold(entry.clone(), |rest, (l, z)| rest - l * z);
            solved.push(rest);
        }
        solved
    }

    /// The dimension.
    pub fn dimension(&self) -> usize {
        self.pivots.len()
    }

    /// The determinant.
    pub fn determinant(&self) -> Rational {
        self.pivots.iter().fold(Rational::ONE, |product, pivot| product * pivot)
    }

    /// `yᵀ M⁻¹ y` for a vector of the same dimension.
    pub fn inverse_form(&self, y: &[Rational]) -> Rational {
        let terms = self.forward(y).into_iter().zip(&self.pivots).map(|(z, d)| &z * &z / d);
        terms.fold(Rational::ZERO, |sum, term| sum + term)
    }
}
