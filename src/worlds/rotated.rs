//! Worlds in d dimensions whose drift, noise, covariances and score errors share one system of axes.
//!
//! In these axes the coordinates are independent, so every closed form is a sum of those of [`AffineScore`], and none is
//! written a second time. Seen from the outside all matrices are full.

use super::{AffineScore, Clock, MultivariateGaussian};
use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};

/// A plug-in model in d dimensions: along each column of the orthogonal matrix `U` an [`AffineScore`].
///
/// The reference has covariance `U diag(v₀) Uᵀ`, the model's score is `(I + U diag(δ) Uᵀ) ∇log r_t`, the prior has
/// covariance `U diag(v_π) Uᵀ`; `λ` may differ between axes, but no published sampler does that. Clocks are given one for
/// each axis, by [`AxisNoise`](super::AxisNoise).
#[derive(Debug, Clone)]
pub struct Rotated<S> {
    rotation: Matrix<S>,
    axes: Vec<AffineScore<S>>,
}

impl<S: Scalar> Rotated<S> {
    /// From an orthogonal `d × d` matrix, whose columns are the axes, and the world along each: `d` worlds.
    ///
    /// Their means are coordinates along the axes, `Uᵀm`. [`rotation`] makes matrices that are orthogonal in every reading.
    pub fn new(rotation: Matrix<S>, axes: Vec<AffineScore<S>>) -> Self {
        Self { rotation, axes }
    }

    /// `d`.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// The worlds along the axes.
    pub fn axes(&self) -> &[AffineScore<S>] {
        &self.axes
    }

    /// `U`, whose columns are the axes.
    pub fn rotation(&self) -> &Matrix<S> {
        &self.rotation
    }

    /// In another reading.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> Rotated<R> {
        Rotated { rotation: self.rotation.map(&f), axes: self.axes.iter().map(|axis| axis.map(&f)).collect() }
    }

    /// The same world seen after a further rotation `y ↦ W y`: axes `W U`.
    pub fn turned(&self, by: &Matrix<S>) -> Self {
        Self { rotation: by * &self.rotation, axes: self.axes.clone() }
    }

    /// The coordinates `Uᵀy` along the axes.
    pub fn coordinates(&self, y: &Vector<S>) -> Vector<S> {
        &self.rotation.transpose() * y
    }

    /// The law `r_t` of the reference.
    pub fn reference(&self, clocks: &[Clock<S>]) -> MultivariateGaussian<S> {
        self.law(|i, axis| axis.reference(&clocks[i]))
    }

    /// The prior.
    pub fn prior(&self) -> MultivariateGaussian<S> {
        self.law(|_, axis| axis.prior())
    }

    /// The model's law at inference time `t`.
    pub fn model(&self, t: &[Clock<S>], end: &[Clock<S>]) -> MultivariateGaussian<S> {
        self.law(|i, axis| axis.model(&t[i], &end[i]))
    }

    /// The covariance of [`model`](Self::model) alone, without its inverse.
    pub fn model_covariance(&self, t: &[Clock<S>], end: &[Clock<S>]) -> Matrix<S> {
        let variances = self.along(|i, axis| axis.model(&t[i], &end[i]).variance);
        seen_from(&self.rotation, &variances)
    }

    /// The mean of [`model`](Self::model) alone.
    pub fn model_mean(&self, t: &[Clock<S>], end: &[Clock<S>]) -> Vector<S> {
        &self.rotation * &self.along(|i, axis| axis.model(&t[i], &end[i]).mean)
    }

    /// The model's score `(I + U diag(δ) Uᵀ)∇log r_t(y)`, `d` entries.
    pub fn score(&self, y: &Vector<S>, clocks: &[Clock<S>]) -> Vector<S> {
        let z = self.coordinates(y);
        &self.rotation * &self.along(|i, axis| axis.score(&clocks[i]).value(z[i]))
    }

    /// `log p_θ(x)`, the model's law at time 0, in nats.
    pub fn log_likelihood(&self, x: &Vector<S>, start: &[Clock<S>], end: &[Clock<S>]) -> S {
        let z = self.coordinates(x);
        self.sum(|i, axis| axis.model(&start[i], &end[i]).log_density(z[i]))
    }

    /// `ELBO_λ(x)`, in nats; `λ < 1`.
    pub fn elbo(&self, x: &Vector<S>, end: &[Clock<S>]) -> S {
        let z = self.coordinates(x);
        self.sum(|i, axis| axis.elbo(z[i], &end[i]))
    }

    /// `log p_θ(x) − ELBO_λ(x) ≥ 0`, in nats.
    pub fn gap(&self, x: &Vector<S>, start: &[Clock<S>], end: &[Clock<S>]) -> S {
        self.log_likelihood(x, start, end) - self.elbo(x, end)
    }

    fn along(&self, f: impl Fn(usize, &AffineScore<S>) -> S) -> Vector<S> {
        Vector(self.axes.iter().enumerate().map(|(i, axis)| f(i, axis)).collect())
    }

    fn sum(&self, f: impl Fn(usize, &AffineScore<S>) -> S) -> S {
        self.axes.iter().enumerate().fold(S::zero(), |sum, (i, axis)| sum + f(i, axis))
    }

    fn law(&self, f: impl Fn(usize, &AffineScore<S>) -> super::Gaussian<S>) -> MultivariateGaussian<S> {
        MultivariateGaussian {
            mean: &self.rotation * &self.along(|i, axis| f(i, axis).mean),
            covariance: Covariance::new(seen_from(&self.rotation, &self.along(|i, axis| f(i, axis).variance))),
        }
    }
}

/// `U diag(values) Uᵀ`.
pub(super) fn seen_from<S: Scalar>(rotation: &Matrix<S>, values: &Vector<S>) -> Matrix<S> {
    let d = values.dimension();
    Matrix::from_fn(d, d, |i, j| (0..d).fold(S::zero(), |sum, k| sum + rotation[(i, k)] * rotation[(j, k)] * values[k]))
}

/// The product of the rotations by `2 arctan tᵢⱼ` in the planes `i < j`, in the order `(0,1), (0,2), …, (1,2), …`: `cos = (1−t²)/(1+t²)`,
/// `sin = 2t/(1+t²)`. Orthogonal for all `d(d−1)/2` real numbers `t`, exactly, because it is rational in them; missing ones
/// count as 0.
///
/// ```
/// use ouracle::{numbers::{Field, Float, Vector}, worlds::rotation};
/// let quarter_turn = rotation(2, &Vector(vec![Float(1.0)]));
/// assert_eq!(quarter_turn.entries(), &[Float(0.0), Float(-1.0), Float(1.0), Float(0.0)]);
/// ```
pub fn rotation<S: Scalar>(d: usize, half_tangents: &Vector<S>) -> Matrix<S> {
    let planes = (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j)));
    planes.zip(&half_tangents.0).fold(Matrix::identity(d), |product, ((i, j), t)| {
        let scale = (t.square() + 1).recip();
        let (cos, sin) = ((S::int(1) - t.square()) * scale, *t * scale * 2);
        let mut plane = Matrix::identity(d);
        (plane[(i, i)], plane[(i, j)], plane[(j, i)], plane[(j, j)]) = (cos, -sin, sin, cos);
        &product * &plane
    })
}
