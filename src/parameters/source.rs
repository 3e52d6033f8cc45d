//! Who answers when parameters are read: exact inputs, the free symbols of a proof, or inputs with one derivative.

use super::{Domain, ExactReader, InputError};
use crate::numbers::{Covariance, Dual, Matrix, Scalar, Vector};

/// A struct of numbers in the reading `S`, built by asking a [`Source`] for each of its fields.
pub trait Parameters<S>: Sized {
    /// Asks for every field.
    ///
    /// # Errors
    /// [`InputError`] if a parameter is missing, malformed, or outside its domain.
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError>;
}

/// Something that knows the value of named parameters in one reading.
pub trait Source<S> {
    /// A scalar of the given domain.
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<S, InputError>;
    /// A scalar that may be absent.
    fn optional(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Option<S>, InputError>;
    /// An integer `≥ 1`.
    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError>;
    /// An integer `≥ 1`, or the word `none`.
    fn count_or_none(&mut self, name: &'static str, meaning: &'static str) -> Result<Option<u32>, InputError> {
        self.count(name, meaning).map(Some)
    }
    /// An integer `≥ 0`.
    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError>;
    /// One of several names; the first is the default if `default` is set.
    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError>;
    /// A vector.
    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError>;
    /// A vector of positive numbers.
    fn positives(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError>;
    /// A vector of positive numbers whose sum is exactly 1.
    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError>;
    /// Distinct integers from 0 to `below − 1` in the order given, at least `least` of them.
    fn indices(
        &mut self,
        name: &'static str,
        least: usize,
        below: usize,
        meaning: &'static str,
    ) -> Result<Vec<usize>, InputError>;
    /// A vector of exactly `n` entries. One number may stand for a list of one, and nothing for a list of none.
    fn entries(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<Vector<S>, InputError>;
    /// The differences of neighbours in a list of numbers that grows, taken before anything is rounded: one less than numbers.
    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError>;
    /// A matrix, not empty.
    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<S>, InputError>;
    /// A symmetric matrix.
    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<S>, InputError>;
    /// Symmetric `d × d` matrices, at least one, none a combination of the others.
    fn symmetric_basis(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &'static str,
    ) -> Result<Vec<Matrix<S>>, InputError>;
    /// The row and the column of an entry of an `n × n` matrix, counted from 0.
    fn place(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<(usize, usize), InputError>;
    /// A symmetric positive definite matrix.
    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<S>, InputError>;
    /// Requires `lower < upper`, or `≤` unless strict, of two scalars; an absent one imposes nothing.
    fn ordered(&mut self, lower: &'static str, upper: &'static str, strict: bool) -> Result<(), InputError>;
    /// Requires that these vectors and matrices have the same number of rows.
    fn same_dimension(&mut self, _names: &[&'static str]) -> Result<(), InputError> {
        Ok(())
    }
    /// Requires that not all of these scalars vanish.
    fn not_all_zero(&mut self, names: &[&'static str]) -> Result<(), InputError>;
    /// A number of which nothing is known, beyond its sign and its [`rule`](Self::rule); only proofs have any.
    fn free(&mut self, name: &str, latex: &str, positive: bool) -> Option<S> {
        let _ = (name, latex, positive);
        None
    }
    /// Says how a parameter or a free number moves with time; a proof declares it as a rule.
    fn rule(&mut self, parameter: S, rate: S) {
        let _ = (parameter, rate);
    }
}

/// Exact inputs with a derivative along the logarithm of one of them, the scalar number `along` in reading order: the
/// derivative of a formula comes out as `pⱼ ∂f/∂pⱼ`. This is how the condition number `κ = |f| + Σ |pⱼ ∂f/∂pⱼ|` is computed.
pub struct Seeded<'a> {
    reader: ExactReader<'a>,
    along: usize,
    seen: usize,
}

impl<'a> Seeded<'a> {
    /// Differentiates along the scalar with this number.
    pub fn new(reader: ExactReader<'a>, along: usize) -> Self {
        Self { reader, along, seen: 0 }
    }

    /// How many scalars were read: one more than the largest useful `along`.
    pub fn scalars(&self) -> usize {
        self.seen
    }

    fn seed<S: Scalar>(&mut self, value: S) -> Dual<S> {
        self.seen += 1;
        let eps = if self.seen - 1 == self.along { value } else { S::zero() };
        Dual { re: value, eps }
    }

    fn seed_each<S: Scalar>(&mut self, vector: Vector<S>) -> Vector<Dual<S>> {
        Vector(vector.0.into_iter().map(|value| self.seed(value)).collect())
    }

    fn seed_symmetric<S: Scalar>(&mut self, matrix: &Matrix<S>) -> Matrix<Dual<S>> {
        Matrix::symmetric(matrix.rows(), |i, j| self.seed(matrix[(i, j)]))
    }
}

impl<S: Scalar> Source<Dual<S>> for Seeded<'_> {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Dual<S>, InputError> {
        let value: S = self.reader.real(name, domain, meaning)?;
        Ok(self.seed(value))
    }

    fn optional(
        &mut self,
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Result<Option<Dual<S>>, InputError> {
        let value: Option<S> = self.reader.optional(name, domain, meaning)?;
        Ok(value.map(|v| self.seed(v)))
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        Source::<S>::count(&mut self.reader, name, meaning)
    }

    fn count_or_none(&mut self, name: &'static str, meaning: &'static str) -> Result<Option<u32>, InputError> {
        Source::<S>::count_or_none(&mut self.reader, name, meaning)
    }

    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        Source::<S>::index(&mut self.reader, name, meaning)
    }

    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError> {
        Source::<S>::choice(&mut self.reader, name, options, default, meaning)
    }

    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Dual<S>>, InputError> {
        let vector: Vector<S> = self.reader.vector(name, meaning)?;
        Ok(self.seed_each(vector))
    }

    fn positives(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Dual<S>>, InputError> {
        let vector: Vector<S> = self.reader.positives(name, meaning)?;
        Ok(self.seed_each(vector))
    }

    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Dual<S>>, InputError> {
        let vector: Vector<S> = self.reader.weights(name, meaning)?;
        Ok(self.seed_each(vector))
    }

    fn indices(
        &mut self,
        name: &'static str,
        least: usize,
        below: usize,
        meaning: &'static str,
    ) -> Result<Vec<usize>, InputError> {
        Source::<S>::indices(&mut self.reader, name, least, below, meaning)
    }

    fn entries(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<Vector<Dual<S>>, InputError> {
        let vector: Vector<S> = self.reader.entries(name, n, meaning)?;
        Ok(self.seed_each(vector))
    }

    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Dual<S>>, InputError> {
        let vector: Vector<S> = self.reader.increments(name, meaning)?;
        Ok(self.seed_each(vector))
    }

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Dual<S>>, InputError> {
        let matrix: Matrix<S> = self.reader.matrix(name, meaning)?;
        let entries: Vec<_> = matrix.entries().iter().map(|v| self.seed(*v)).collect();
        Ok(Matrix::from_fn(matrix.rows(), matrix.columns(), |i, j| entries[i * matrix.columns() + j]))
    }

    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Dual<S>>, InputError> {
        let matrix: Matrix<S> = self.reader.symmetric(name, meaning)?;
        Ok(self.seed_symmetric(&matrix))
    }

    fn symmetric_basis(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &'static str,
    ) -> Result<Vec<Matrix<Dual<S>>>, InputError> {
        let matrices: Vec<Matrix<S>> = self.reader.symmetric_basis(name, d, meaning)?;
        Ok(matrices.iter().map(|matrix| self.seed_symmetric(matrix)).collect())
    }

    fn place(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<(usize, usize), InputError> {
        Source::<S>::place(&mut self.reader, name, n, meaning)
    }

    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<Dual<S>>, InputError> {
        let covariance: Covariance<S> = self.reader.covariance(name, meaning)?;
        Ok(Covariance::new(self.seed_symmetric(covariance.matrix())))
    }

    fn ordered(&mut self, lower: &'static str, upper: &'static str, strict: bool) -> Result<(), InputError> {
        Source::<S>::ordered(&mut self.reader, lower, upper, strict)
    }

    fn same_dimension(&mut self, names: &[&'static str]) -> Result<(), InputError> {
        Source::<S>::same_dimension(&mut self.reader, names)
    }

    fn not_all_zero(&mut self, names: &[&'static str]) -> Result<(), InputError> {
        Source::<S>::not_all_zero(&mut self.reader, names)
    }
}
