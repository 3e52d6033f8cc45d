//! Random projections that estimate a trace: the variance of `vᵀBv`. Source: `hutchinson1990`.

use crate::numbers::{Field, Matrix, Vector};
use crate::worlds::{GaussianPolynomial, isserlis};

/// The law of a probe `v` in `d` dimensions with `E v vᵀ = I`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Independent entries ±1.
    Rademacher,
    /// `N(0, I)`.
    Gaussian,
    /// Uniform on the sphere of radius `√d`.
    Sphere,
    /// `√d eᵢ` for a coordinate `i` drawn at random.
    Coordinate,
}

impl Probe {
    /// The names of those that score matching draws from.
    pub const NAMES: &'static [&'static str] = &["rademacher", "gaussian", "sphere"];
    /// All names.
    pub const EVERY: &'static [&'static str] = &["rademacher", "gaussian", "sphere", "coordinate"];

    /// The probe with this name; the first for one that is not among [`Self::EVERY`].
    pub fn named(name: &str) -> Self {
        match name {
            "gaussian" => Self::Gaussian,
            "sphere" => Self::Sphere,
            "coordinate" => Self::Coordinate,
            _ => Self::Rademacher,
        }
    }

    /// `E[v_{i₁} ⋯ v_{iₙ}]` in `d` dimensions, for even `n`; 0 where an index comes an odd number of times. Normals by Isserlis'
    /// theorem; a normal vector is its length times a direction, so that on the sphere it is that over `(1 + 2/d) ⋯ (1 + (n−2)/d)`.
    pub fn moment<S: Field>(self, d: usize, indices: &[usize]) -> S {
        let n = indices.len();
        if (0..d).any(|i| indices.iter().filter(|at| **at == i).count() % 2 == 1) {
            return S::zero();
        }
        let all_the_same = indices.windows(2).all(|pair| pair[0] == pair[1]);
        match self {
            Self::Rademacher => S::one(),
            Self::Gaussian => isserlis(&Matrix::identity(d), indices),
            Self::Sphere => {
                let normal: S = Self::Gaussian.moment(d, indices);
                (0..n as i64 / 2).fold(normal, |moment, j| moment * d as i64 / (d as i64 + 2 * j))
            }
            Self::Coordinate if n == 0 => S::one(),
            Self::Coordinate if all_the_same => S::int(d as i64).powi(n as i32 / 2 - 1),
            Self::Coordinate => S::zero(),
        }
    }

    /// The mean of a polynomial in the entries of `v`, all of whose terms have even degree.
    pub fn mean<S: Field>(self, d: usize, polynomial: &GaussianPolynomial<S>) -> S {
        polynomial.0.iter().fold(S::zero(), |sum, (a, indices)| sum + *a * self.moment::<S>(d, indices))
    }

    /// `Var(vᵀBv)` from `S = ½(B + Bᵀ)`: `2(‖S‖² − Σ Sᵢᵢ²)` for signs, `2‖S‖²` for normals, on the sphere
    /// `2d/(d+2) (‖S‖² − (tr S)²/d)`, and `d Σ Sᵢᵢ² − (tr S)²` for coordinates. Sums of squares, so that nothing cancels:
    /// `‖S‖² − (tr S)²/d` is what lies off the diagonal and `Σ_{i<j} (Sᵢᵢ − Sⱼⱼ)²/d`.
    pub fn variance<S: Field>(self, symmetric: &Matrix<S>) -> S {
        let s = |i: usize, j: usize| symmetric[(i, j)];
        self.combine(symmetric.rows(), |i, j| s(i, j).square(), |i, j| (s(i, i) - s(j, j)).square())
    }

    /// `Cov(vᵀAv, vᵀBv)` from the symmetric parts: the bilinear form of [`Self::variance`].
    pub fn covariance<S: Field>(self, a: &Matrix<S>, b: &Matrix<S>) -> S {
        let spread = |i: usize, j: usize| (a[(i, i)] - a[(j, j)]) * (b[(i, i)] - b[(j, j)]);
        self.combine(a.rows(), |i, j| a[(i, j)] * b[(i, j)], spread)
    }

    /// The variance from the squares of the entries `(i, j)` of `S` and of the differences `Sᵢᵢ − Sⱼⱼ`; of an `S` that is
    /// random, on average from their means.
    pub(super) fn combine<S: Field>(
        self,
        d: usize,
        entry: impl Fn(usize, usize) -> S,
        difference: impl Fn(usize, usize) -> S,
    ) -> S {
        let sum = |term: &dyn Fn(usize, usize) -> S| {
            let pairs = (0..d).flat_map(|i| (0..d).filter(move |j| *j != i).map(move |j| (i, j)));
            pairs.fold(S::zero(), |sum, (i, j)| sum + term(i, j))
        };
        let (off_diagonal, spread) = (|| sum(&entry), || sum(&difference));
        match self {
            Self::Rademacher => off_diagonal() * 2,
            Self::Gaussian => (0..d).fold(off_diagonal(), |sum, i| sum + entry(i, i)) * 2,
            Self::Sphere => {
                let d = d as i64;
                (off_diagonal() + spread() / (2 * d)) * (2 * d) / (d + 2)
            }
            Self::Coordinate => spread() / 2,
        }
    }

    /// `E(vᵀBv − tr B)⁴`. Signs are enumerated. For normals the cumulants of a form are `2ⁿ⁻¹(n−1)! tr Sⁿ`, so that it is
    /// `48 tr S⁴ + 12 (tr S²)²`; on the sphere, of the form less its trace, `d³/((d+2)(d+4)(d+6))` times as much.
    pub fn fourth_moment<S: Field>(self, symmetric: &Matrix<S>) -> S {
        let d = symmetric.rows();
        let normal = |s: &Matrix<S>| {
            let square = s * s;
            (&square * &square).trace() * 48 + square.trace().square() * 12
        };
        match self {
            Self::Rademacher => {
                let deviation = |v: Vector<S>| (symmetric.bilinear(&v, &v) - symmetric.trace()).powi(4);
                signs(d).map(deviation).fold(S::zero(), |sum, x| sum + x) / (1 << d)
            }
            Self::Gaussian => normal(symmetric),
            Self::Sphere => {
                let n = d as i64;
                let centred = symmetric - &Matrix::identity(d).scale(symmetric.trace() / n);
                normal(&centred) * n.pow(3) / ((n + 2) * (n + 4) * (n + 6))
            }
            Self::Coordinate => {
                let deviation = |i: usize| (symmetric[(i, i)] * d as i64 - symmetric.trace()).powi(4);
                (0..d).map(deviation).fold(S::zero(), |sum, x| sum + x) / d as i64
            }
        }
    }
}

/// Every vector of `d` signs.
pub fn signs<S: Field>(d: usize) -> impl Iterator<Item = Vector<S>> {
    let sign = |bits: u32, i: usize| S::int(if bits >> i & 1 == 0 { 1 } else { -1 });
    (0..1_u32 << d).map(move |bits| Vector((0..d).map(|i| sign(bits, i)).collect()))
}

/// `½(B + Bᵀ)`, all of `B` that a quadratic form sees.
pub fn symmetric_part<S: Field>(matrix: &Matrix<S>) -> Matrix<S> {
    Matrix::symmetric(matrix.rows(), |i, j| (matrix[(i, j)] + matrix[(j, i)]) / 2)
}
