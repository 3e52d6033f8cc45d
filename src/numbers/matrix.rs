//! Small dense matrices over any reading, for the closed forms in d dimensions.
//!
//! The entries may be matrices themselves: a proof for every dimension reads a formula with one entry for each matrix, and
//! that entry is a letter of unknown size. Hence a transposition transposes the entries too, and a trace traces them.
//!
//! Decompositions of libraries ask for an order and an absolute value, which a term does not have; these need neither.

use super::{Field, Scalar};
use std::ops::{Add, Index, IndexMut, Mul, Neg, Sub};

/// A column vector, `d` entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector<S>(pub Vec<S>);

/// A dense matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix<S> {
    rows: usize,
    columns: usize,
    entries: Vec<S>,
}

impl<S: Field> Vector<S> {
    /// The number of entries.
    pub fn dimension(&self) -> usize {
        self.0.len()
    }

    /// The number of entries as a number: in a proof for every dimension, the only one that knows it.
    pub fn size(&self) -> S {
        self.0.iter().fold(S::zero(), |sum, x| sum + x.size())
    }

    /// `aᵀb`; both vectors have the same dimension.
    pub fn dot(&self, other: &Self) -> S {
        self.0.iter().zip(&other.0).fold(S::zero(), |sum, (a, b)| sum + a.transpose() * *b)
    }

    /// `c·a`.
    pub fn scale(&self, c: S) -> Self {
        self.map(|x| x * c)
    }

    /// The matrix `a bᵀ`.
    pub fn outer(&self, other: &Self) -> Matrix<S> {
        Matrix::from_fn(self.dimension(), other.dimension(), |i, j| self[i] * other[j].transpose())
    }

    /// The entries at these places, in this order.
    pub fn at(&self, places: &[usize]) -> Self {
        Self(places.iter().map(|i| self[*i]).collect())
    }

    /// Entry by entry in another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Vector<R> {
        Vector(self.0.iter().map(|x| f(*x)).collect())
    }
}

impl<S: Field> Matrix<S> {
    /// The matrix with entries `f(row, column)`.
    pub fn from_fn(rows: usize, columns: usize, f: impl Fn(usize, usize) -> S) -> Self {
        let entries = (0..rows * columns).map(|at| f(at / columns, at % columns)).collect();
        Self { rows, columns, entries }
    }

    /// The symmetric matrix of dimension `d` whose lower triangle is `f(row, column)`, `column ≤ row`, each asked once.
    pub fn symmetric(d: usize, mut f: impl FnMut(usize, usize) -> S) -> Self {
        let mut matrix = Self::zeros(d, d);
        for i in 0..d {
            for j in 0..=i {
                let entry = f(i, j);
                matrix[(i, j)] = entry;
                matrix[(j, i)] = entry;
            }
        }
        matrix
    }

    /// The identity of dimension `d`.
    pub fn identity(d: usize) -> Self {
        Self::from_fn(d, d, |i, j| if i == j { S::one() } else { S::zero() })
    }

    /// The zero matrix.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::from_fn(rows, columns, |_, _| S::zero())
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All entries, row by row.
    pub fn entries(&self) -> &[S] {
        &self.entries
    }

    /// `Mᵀ`.
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self[(j, i)].transpose())
    }

    /// The sum of the diagonal.
    pub fn trace(&self) -> S {
        (0..self.rows).fold(S::zero(), |sum, i| sum + self[(i, i)].trace())
    }

    /// `c·M`.
    pub fn scale(&self, c: S) -> Self {
        self.map(|x| x * c)
    }

    /// `M + cI` of a square matrix.
    pub fn plus_identity(&self, c: S) -> Self {
        self + &Self::identity(self.rows).scale(c)
    }

    /// Entry by entry, also into another reading.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> Matrix<R> {
        Matrix { rows: self.rows, columns: self.columns, entries: self.entries.iter().map(|x| f(*x)).collect() }
    }

    /// `xᵀ M y`.
    pub fn bilinear(&self, x: &Vector<S>, y: &Vector<S>) -> S {
        x.dot(&(self * y))
    }

    /// The entries in these rows and these columns, in this order.
    pub fn block(&self, rows: &[usize], columns: &[usize]) -> Self {
        Self::from_fn(rows.len(), columns.len(), |i, j| self[(rows[i], columns[j])])
    }

    /// The matrix without one row and one column.
    fn minor(&self, row: usize, column: usize) -> Self {
        Self::from_fn(self.rows - 1, self.columns - 1, |i, j| {
            self[(i + usize::from(i >= row), j + usize::from(j >= column))]
        })
    }

    /// The determinant of a square matrix by expansion along the first row: no division, so that it is a polynomial in
    /// the proof reading. Costs `d!`; [`ldl`](Self::ldl) serves positive definite matrices of any dimension.
    pub fn determinant(&self) -> S {
        if self.rows == 0 {
            return S::one();
        }
        (0..self.columns).fold(S::zero(), |sum, j| sum + self[(0, j)] * self.cofactor(0, j))
    }

    fn cofactor(&self, i: usize, j: usize) -> S {
        let minor = self.minor(i, j).determinant();
        if (i + j).is_multiple_of(2) { minor } else { -minor }
    }

    /// The adjugate: `M·adj(M) = det(M)·I`.
    pub fn adjugate(&self) -> Self {
        Self::from_fn(self.rows, self.columns, |i, j| self.cofactor(j, i))
    }

    /// `(L, D)` with `M = L D Lᵀ`, `L` unit lower triangular and `D` diagonal, for symmetric `M` with non-zero pivots.
    /// Without square roots or pivoting, hence for every reading.
    pub fn ldl(&self) -> (Self, Vector<S>) {
        let mut lower = Self::identity(self.rows);
        let mut pivots = Vec::with_capacity(self.rows);
        for j in 0..self.rows {
            let pivot = (0..j).fold(self[(j, j)], |rest, k| rest - lower[(j, k)].square() * pivots[k]);
            for i in j + 1..self.rows {
                let rest = (0..j).fold(self[(i, j)], |rest, k| rest - lower[(i, k)] * lower[(j, k)] * pivots[k]);
                lower[(i, j)] = rest / pivot;
            }
            pivots.push(pivot);
        }
        (lower, Vector(pivots))
    }

    /// `M⁻¹` of a symmetric matrix with non-zero pivots, by its [`ldl`](Self::ldl) decomposition.
    pub fn symmetric_inverse(&self) -> Self {
        let (lower, pivots) = self.ldl();
        let mut inverse = Self::identity(self.rows);
        for column in 0..self.rows {
            for i in 0..self.rows {
                for k in 0..i {
                    inverse[(i, column)] = inverse[(i, column)] - lower[(i, k)] * inverse[(k, column)];
                }
            }
            for i in (0..self.rows).rev() {
                inverse[(i, column)] = inverse[(i, column)] / pivots[i];
                for k in i + 1..self.rows {
                    inverse[(i, column)] = inverse[(i, column)] - lower[(k, i)] * inverse[(k, column)];
                }
            }
        }
        inverse
    }
}

impl<S: Scalar> Matrix<S> {
    /// The lower Cholesky factor `C`, `M = C Cᵀ`, of a positive definite matrix.
    pub fn cholesky(&self) -> Self {
        let (lower, pivots) = self.ldl();
        let roots = pivots.map(S::sqrt);
        Self::from_fn(self.rows, self.rows, |i, j| lower[(i, j)] * roots[j])
    }
}

impl<S> Index<usize> for Vector<S> {
    type Output = S;
    fn index(&self, i: usize) -> &S {
        &self.0[i]
    }
}

impl<S> Index<(usize, usize)> for Matrix<S> {
    type Output = S;
    fn index(&self, (i, j): (usize, usize)) -> &S {
        &self.entries[i * self.columns + j]
    }
}

impl<S> IndexMut<(usize, usize)> for Matrix<S> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut S {
        &mut self.entries[i * self.columns + j]
    }
}

impl<S: Field> Add for &Vector<S> {
    type Output = Vector<S>;
    fn add(self, other: Self) -> Vector<S> {
        Vector(self.0.iter().zip(&other.0).map(|(a, b)| *a + *b).collect())
    }
}

impl<S: Field> Sub for &Vector<S> {
    type Output = Vector<S>;
    fn sub(self, other: Self) -> Vector<S> {
        Vector(self.0.iter().zip(&other.0).map(|(a, b)| *a - *b).collect())
    }
}

impl<S: Field> Neg for &Vector<S> {
    type Output = Vector<S>;
    fn neg(self) -> Vector<S> {
        self.map(|x| -x)
    }
}

impl<S: Field> Add for &Matrix<S> {
    type Output = Matrix<S>;
    fn add(self, other: Self) -> Matrix<S> {
        Matrix::from_fn(self.rows, self.columns, |i, j| self[(i, j)] + other[(i, j)])
    }
}

impl<S: Field> Sub for &Matrix<S> {
    type Output = Matrix<S>;
    fn sub(self, other: Self) -> Matrix<S> {
        Matrix::from_fn(self.rows, self.columns, |i, j| self[(i, j)] - other[(i, j)])
    }
}

impl<S: Field> Neg for &Matrix<S> {
    type Output = Matrix<S>;
    fn neg(self) -> Matrix<S> {
        self.map(|x| -x)
    }
}

impl<S: Field> Mul for &Matrix<S> {
    type Output = Matrix<S>;
    fn mul(self, other: Self) -> Matrix<S> {
        Matrix::from_fn(self.rows, other.columns, |i, j| {
            (0..self.columns).fold(S::zero(), |sum, k| sum + self[(i, k)] * other[(k, j)])
        })
    }
}

impl<S: Field> Mul<&Vector<S>> for &Matrix<S> {
    type Output = Vector<S>;
    fn mul(self, x: &Vector<S>) -> Vector<S> {
        Vector((0..self.rows).map(|i| (0..self.columns).fold(S::zero(), |sum, k| sum + self[(i, k)] * x[k])).collect())
    }
}
