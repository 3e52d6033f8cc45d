//! Affine functions of the state: every score and every control in a Gaussian world.

use super::{Gaussian, MultivariateGaussian};
use crate::numbers::{Field, Matrix, Scalar, Vector};

/// The function `y ↦ slope·y + offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine<S> {
    /// The slope; as the score's derivative, its divergence in one dimension.
    pub slope: S,
    /// The value at `y = 0`.
    pub offset: S,
}

impl<S: Field> Affine<S> {
    /// The value at `y`.
    #[inline(always)]
    pub fn value(&self, y: S) -> S {
        self.slope * y + self.offset
    }

    /// `c·(slope·y + offset)`: a scaled score, for instance.
    #[inline(always)]
    pub fn scale(&self, c: S) -> Self {
        Self { slope: self.slope * c, offset: self.offset * c }
    }

    /// The sum of two affine functions.
    #[inline(always)]
    pub fn plus(&self, other: &Self) -> Self {
        Self { slope: self.slope + other.slope, offset: self.offset + other.offset }
    }

    /// The difference of two affine functions.
    #[inline(always)]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scale(S::int(-1)))
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Affine<R> {
        Affine { slope: f(self.slope), offset: f(self.offset) }
    }

    /// `E[(slope·Y + offset)²]` for `Y` with the moments of `law`.
    #[inline(always)]
    pub fn mean_square(&self, law: &Gaussian<S>) -> S {
        self.value(law.mean).square() + self.slope.square() * law.variance
    }

    /// `Var[(slope·Y + offset)²] = 2s⁴ + 4μ²s²` for Gaussian `Y`, with `μ`, `s²` the moments of `slope·Y + offset`.
    pub fn square_variance(&self, law: &Gaussian<S>) -> S {
        let spread = self.slope.square() * law.variance;
        spread.square() * 2 + self.value(law.mean).square() * spread * 4
    }
}

/// The vector field `y ↦ slope·y + offset` in `d` dimensions.
#[derive(Debug, Clone)]
pub struct AffineField<S> {
    /// The slope, `d × d`: its Jacobian.
    pub slope: Matrix<S>,
    /// The value at `y = 0`, `d` entries.
    pub offset: Vector<S>,
}

impl<S: Field> AffineField<S> {
    /// The value at `y`.
    pub fn value(&self, y: &Vector<S>) -> Vector<S> {
        &(&self.slope * y) + &self.offset
    }

    /// The difference of two affine fields.
    pub fn minus(&self, other: &Self) -> Self {
        Self { slope: &self.slope - &other.slope, offset: &self.offset - &other.offset }
    }

    /// In another reading.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> AffineField<R> {
        AffineField { slope: self.slope.map(&f), offset: self.offset.map(&f) }
    }
}

impl<S: Scalar> AffineField<S> {
    /// `E[u(Y)ᵀ Q v(Y)] = ūᵀQv̄ + tr(Q V Σ Uᵀ)` for this field `u` with slope `U`, another field `v` with slope `V`, and `Y` of
    /// this law; `ū` and `v̄` are the values at its mean.
    pub fn mean_product(&self, other: &Self, weight: &Matrix<S>, law: &MultivariateGaussian<S>) -> S {
        let spread = &(&other.slope * law.covariance.matrix()) * &self.slope.transpose();
        weight.bilinear(&self.value(&law.mean), &other.value(&law.mean)) + (weight * &spread).trace()
    }

    /// `E[fᵀ Q f]` for `f = slope·Y + offset` and `Y` of this law.
    pub fn mean_square(&self, weight: &Matrix<S>, law: &MultivariateGaussian<S>) -> S {
        self.mean_product(self, weight, law)
    }
}
