//! Linear SDEs in d dimensions with constant coefficients.

use super::AffineField;
use crate::numbers::{Dual, Exponential, Matrix, Scalar, Vector};

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

    /// The generative SDE of this noising process with an affine score, a member of the λ-family: drift
    /// `(1 − λ/2) Q s − f`, diffusion `√(1−λ) L`, `λ ≤ 1`.
    pub fn plug_in(&self, score: &AffineField<S>, lambda: S) -> Self {
        let pull = self.noise().scale(S::one() - lambda / 2);
        Self {
            drift: &(&pull * &score.slope) - &self.drift,
            offset: &(&pull * &score.offset) - &self.offset,
            factor: self.factor.scale((S::one() - lambda).sqrt()),
        }
    }

    /// With constant coefficients and no offset.
    pub fn centred(drift: Matrix<S>, factor: Matrix<S>) -> Self {
        Self { offset: Vector(vec![S::zero(); drift.rows()]), drift, factor }
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> MatrixSde<R> {
        MatrixSde { drift: self.drift.map(&f), offset: self.offset.map(&f), factor: self.factor.map(&f) }
    }
}

impl<S: Exponential> MatrixSde<S> {
    /// The transition of the centred process over a time `t`: `e^{At}` and `W = ∫₀ᵗ e^{Au} Q e^{Aᵀu} du`.
    ///
    /// `W′ = A W + W Aᵀ + Q` is linear in the `d(d+1)/2` entries of `W`, so that one more row for `Q` makes `W` part of an
    /// exponential. No `e^{−At}` is needed, which a stiff `A` would not allow.
    pub fn transition(&self, t: S) -> MatrixTransition<S> {
        let (d, noise) = (self.drift.rows(), self.noise());
        let pairs: Vec<_> = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let place = |i: usize, j: usize| i.max(j) * (i.max(j) + 1) / 2 + i.min(j);
        let mut generator = Matrix::zeros(pairs.len() + 1, pairs.len() + 1);
        for (row, &(i, j)) in pairs.iter().enumerate() {
            for k in 0..d {
                generator[(row, place(k, j))] = generator[(row, place(k, j))] + self.drift[(i, k)];
                generator[(row, place(i, k))] = generator[(row, place(i, k))] + self.drift[(j, k)];
            }
            generator[(row, pairs.len())] = noise[(i, j)];
        }
        let grown = generator.scale(t).exp();
        MatrixTransition {
            factor: self.drift.scale(t).exp(),
            covariance: Matrix::symmetric(d, |i, j| grown[(place(i, j), pairs.len())]),
        }
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

/// A vector with its time derivative, entry by entry.
pub fn moving_vector<S: Scalar>(value: &Vector<S>, rate: &Vector<S>) -> Vector<Dual<S>> {
    Vector(value.0.iter().zip(&rate.0).map(|(re, eps)| Dual { re: *re, eps: *eps }).collect())
}

/// A matrix with its time derivative, entry by entry.
pub fn moving<S: Scalar>(value: &Matrix<S>, rate: &Matrix<S>) -> Matrix<Dual<S>> {
    Matrix::from_fn(value.rows(), value.columns(), |i, j| Dual { re: value[(i, j)], eps: rate[(i, j)] })
}
