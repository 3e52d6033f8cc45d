//! The score of two classes that mirror each other: the simplest energy with more than one mode. Source: `yoon2021`.

use super::adaptive::step;
use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::worlds::MultivariateGaussian;

/// The law `½N(μ, T) + ½N(−μ, T)` in `d` dimensions. Of classes `N(±μ, Σ)` under noise of variance `σ²` it is the law with
/// `T = Σ + σ²I`.
#[derive(Debug, Clone)]
pub struct MirroredClasses<S> {
    /// `μ`, the centre of one class, `d` entries.
    pub mean: Vector<S>,
    /// `T⁻¹`, the precision of each class, `d × d`, symmetric.
    pub precision: Matrix<S>,
}

impl<S: Field> MirroredClasses<S> {
    /// With `T = τ²I`; a variance, not a standard deviation.
    pub fn isotropic(mean: Vector<S>, variance: S) -> Self {
        let precision = Matrix::identity(mean.dimension()).scale(variance.recip());
        Self { mean, precision }
    }

    /// In another reading.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> MirroredClasses<R> {
        MirroredClasses { mean: self.mean.map(&f), precision: self.precision.map(&f) }
    }
}

impl<S: Scalar> MirroredClasses<S> {
    /// The class `N(μ, T)` and its mirror image.
    pub fn of(class: &MultivariateGaussian<S>) -> Self {
        Self { mean: class.mean.clone(), precision: class.covariance.precision().clone() }
    }

    /// The score `T⁻¹(μ tanh(μᵀT⁻¹x) − x)`, `d` entries.
    ///
    /// ```
    /// use ouracle::numbers::{Float, Scalar, Vector};
    /// use ouracle::objectives::purification::MirroredClasses;
    /// let classes = MirroredClasses::isotropic(Vector(vec![Float(1.2), Float(0.0)]), Float(0.9));
    /// let score = classes.score(&Vector(vec![Float(0.3), Float(0.5)]));
    /// assert!((score[0].0 - (-0.3 + 1.2 * Float(0.4).tanh().0) / 0.9).abs() < 1e-15);
    /// assert!((score[1].0 + 0.5 / 0.9).abs() < 1e-15);
    /// ```
    pub fn score(&self, x: &Vector<S>) -> Vector<S> {
        let share = self.precision.bilinear(&self.mean, x).tanh();
        &self.precision * &(&self.mean.scale(share) - x)
    }
}

/// One step with `α = cτ²` along the score of `½N(μ, τ²I) + ½N(−μ, τ²I)`, seen along the centres: `u ↦ (1 − c)u + c|μ| tanh(|μ|u/τ²)` for
/// `u = μᵀx/|μ|`. What is orthogonal to them is multiplied by `1 − c`.
pub fn step_along_centres<S: Scalar>(norm: S, variance: S, c: S, u: S) -> S {
    let classes = MirroredClasses::isotropic(Vector(vec![norm]), variance);
    step(|x| classes.score(x), &Vector(vec![u]), c * variance)[0]
}
