//! Linear SDEs in d dimensions with constant coefficients.

use crate::numbers::{Dual, Matrix, Scalar, Vector};

/// `dY = (A Y + c) dt + L dB`, `Q = L Lᵀ`; `A` is `d × d`, `L` may be singular.
#[derive(Debug, Clone)]
pub struct MatrixSde<S> {
    /// The drift matrix `A`.
    pub drift: Matrix<S>,
    /// The drift offset `c`.
    pub offset: Vector<S>,
    /// The noise factor `L`.
    pub factor: Matrix<S>,
}

impl<S: Scalar> MatrixSde<S> {
    /// `Q = L Lᵀ`.
    pub fn noise(&self) -> Matrix<S> {
        &self.factor * &self.factor.transpose()
    }

    /// `m′ = A m + c`.
    pub fn mean_rate(&self, mean: &Vector<S>) -> Vector<S> {
        &(&self.drift * mean) + &self.offset
    }

    /// `Σ′ = A Σ + Σ Aᵀ + Q`, the Lyapunov equation.
    pub fn covariance_rate(&self, covariance: &Matrix<S>) -> Matrix<S> {
        let half = &self.drift * covariance;
        &(&half + &half.transpose()) + &self.noise()
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> MatrixSde<R> {
        MatrixSde { drift: self.drift.map(&f), offset: self.offset.map(&f), factor: self.factor.map(&f) }
    }
}

/// The law `N(F y, N)` of a centred linear process at a later time, given that it is at `y` now.
#[derive(Debug, Clone)]
pub struct MatrixTransition<S> {
    /// What the state is multiplied by.
    pub factor: Matrix<S>,
    /// The covariance that is added; it may be singular.
    pub covariance: Matrix<S>,
}

impl<S: Scalar> MatrixTransition<S> {
    /// No time at all.
    pub fn still(d: usize) -> Self {
        Self { factor: Matrix::identity(d), covariance: Matrix::zeros(d, d) }
    }

    /// `F M Fᵀ + N`: what becomes of a covariance, or of a matrix of second moments.
    pub fn apply(&self, moments: &Matrix<S>) -> Matrix<S> {
        let half = &self.factor * moments;
        let carried = &half * &self.factor.transpose();
        // In rounded readings the product is symmetric only nearly.
        Matrix::symmetric(moments.rows(), |i, j| carried[(i, j)] + self.covariance[(i, j)])
    }

    /// This transition, then another.
    pub fn then(&self, next: &Self) -> Self {
        Self { factor: &next.factor * &self.factor, covariance: next.apply(&self.covariance) }
    }
}

/// A matrix with its time derivative, entry by entry.
pub fn moving<S: Scalar>(value: &Matrix<S>, rate: &Matrix<S>) -> Matrix<Dual<S>> {
    Matrix::from_fn(value.rows(), value.columns(), |i, j| Dual { re: value[(i, j)], eps: rate[(i, j)] })
}
