//! Exact rational arithmetic: the independent route.

use dashu::integer::UBig;
use ouracle::numbers::{Field, Matrix, Rational, parse_rational};
use proptest::prelude::*;

/// The test's own literals.
pub fn q(text: &str) -> Rational {
    parse_rational(text).expect("the test's own literals are numbers")
}

/// `±p/q` with small and large, round and odd parts.
pub fn rational(largest: i64) -> impl Strategy<Value = Rational> {
    let denominator = prop_oneof![Just(1_u32), Just(64), 1_u32..2000];
    (denominator, -1_000_000_i64..=1_000_000).prop_map(move |(d, n)| {
        Rational::from(n) * Rational::from(largest) / Rational::from(d) / Rational::from(1_000_000)
    })
}

/// `n!`
pub fn factorial(n: u32) -> Rational {
    Rational::from((2..=n).fold(UBig::ONE, |product, n| product * UBig::from(n)))
}

/// A polynomial with these coefficients, from the constant on, by Horner's rule.
pub fn polynomial(coefficients: &[i64], x: &Rational) -> Rational {
    coefficients.iter().rev().fold(Rational::ZERO, |sum, c| sum * x + Rational::from(*c))
}

/// The same in any reading.
pub fn polynomial_in<S: Field>(coefficients: &[i64], x: S) -> S {
    coefficients.iter().rev().fold(S::zero(), |sum, c| sum * x + *c)
}

/// Square matrices of exact numbers; a second implementation, by elimination.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact(pub Vec<Vec<Rational>>);

impl Exact {
    pub fn from_fn(d: usize, f: impl Fn(usize, usize) -> Rational) -> Self {
        Self((0..d).map(|i| (0..d).map(|j| f(i, j)).collect()).collect())
    }
    pub fn dimension(&self) -> usize {
        self.0.len()
    }
    pub fn read<S: Field>(&self) -> Matrix<S> {
        Matrix::from_fn(self.dimension(), self.dimension(), |i, j| S::rational(&self.0[i][j]))
    }
    pub fn times(&self, other: &Self) -> Self {
        let d = self.dimension();
        Self::from_fn(d, |i, j| (0..d).map(|k| &self.0[i][k] * &other.0[k][j]).fold(Rational::ZERO, |a, b| a + b))
    }
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.dimension(), |i, j| self.0[j][i].clone())
    }
    /// `(det M, M⁻¹)` by Gauss–Jordan elimination with exchange of rows.
    pub fn determinant_and_inverse(&self) -> (Rational, Option<Self>) {
        let d = self.dimension();
        let mut left = self.0.clone();
        let mut right = Self::from_fn(d, |i, j| if i == j { Rational::ONE } else { Rational::ZERO }).0;
        let mut determinant = Rational::ONE;
        for column in 0..d {
            let Some(pivot) = (column..d).find(|row| left[*row][column] != Rational::ZERO) else {
                return (Rational::ZERO, None);
            };
            if pivot != column {
                left.swap(pivot, column);
                right.swap(pivot, column);
                determinant = -determinant;
            }
            let value = left[column][column].clone();
            determinant *= &value;
            for j in 0..d {
                left[column][j] /= &value;
                right[column][j] /= &value;
            }
            for row in (0..d).filter(|row| *row != column) {
                let factor = left[row][column].clone();
                for j in 0..d {
                    let (l, r) = (&factor * &left[column][j], &factor * &right[column][j]);
                    left[row][j] -= l;
                    right[row][j] -= r;
                }
            }
        }
        (determinant, Some(Self(right)))
    }
}
