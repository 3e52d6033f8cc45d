//! Moments of every order of centred Gaussian variables: Isserlis' theorem, without integrals.

use crate::numbers::{Field, Matrix};

/// `E[x_{i₁} ⋯ x_{iₙ}]` of a centred Gaussian vector: the sum over all pairings of the products of covariances, 0 for odd `n`.
pub fn isserlis<S: Field>(covariance: &Matrix<S>, indices: &[usize]) -> S {
    let Some((first, rest)) = indices.split_first() else { return S::one() };
    (0..rest.len()).fold(S::zero(), |sum, partner| {
        let others: Vec<_> = rest.iter().enumerate().filter(|(at, _)| *at != partner).map(|(_, i)| *i).collect();
        sum + covariance[(*first, rest[partner])] * isserlis(covariance, &others)
    })
}

/// A polynomial in the entries of a Gaussian vector: coefficients with the indices that they multiply.
#[derive(Debug, Clone)]
pub struct GaussianPolynomial<S>(pub Vec<(S, Vec<usize>)>);

impl<S: Field> GaussianPolynomial<S> {
    /// The quadratic form `xᵀMx`.
    pub fn form(matrix: &Matrix<S>) -> Self {
        let pairs = (0..matrix.rows()).flat_map(|i| (0..matrix.columns()).map(move |j| (i, j)));
        Self(pairs.map(|(i, j)| (matrix[(i, j)], vec![i, j])).collect())
    }

    /// The product of two.
    pub fn times(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|left| other.0.iter().map(move |right| (left, right)));
        Self(pairs.map(|((a, i), (b, j))| (*a * *b, [&i[..], &j[..]].concat())).collect())
    }

    /// The mean over a centred Gaussian vector with this covariance.
    pub fn mean(&self, covariance: &Matrix<S>) -> S {
        self.0.iter().fold(S::zero(), |sum, (a, indices)| sum + *a * isserlis(covariance, indices))
    }

    /// The value at a point.
    pub fn value(&self, x: &[S]) -> S {
        self.0.iter().fold(S::zero(), |sum, (a, indices)| sum + indices.iter().fold(*a, |product, i| product * x[*i]))
    }

    /// In another reading, every lane for instance.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> GaussianPolynomial<R> {
        GaussianPolynomial(self.0.iter().map(|(a, indices)| (f(*a), indices.clone())).collect())
    }
}
