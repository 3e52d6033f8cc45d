//! The family of precisions `θK₀`, whose only parameter is a scale: sliced estimates of it in closed form. Source: `song2020sliced`.
//!
//! The losses are quadratic in `θ`, so that `θ̂ = Σ vᵀK₀v / Σ (vᵀK₀x)²`, and with the square integrated `Σ vᵀK₀v / Σ |K₀x|²`.

use super::PrecisionFamily;
use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};
use crate::objectives::hutchinson::Probe;

/// How a loss is projected.
#[derive(Debug, Clone, Copy)]
pub struct Projections<S> {
    /// The law of `v`.
    pub law: Probe,
    /// How many `v` each sample is given, independent of those of the others.
    pub count: S,
    /// Whether the square is integrated over `v`, `½|s|²` for `½(vᵀs)²`.
    pub reduced: bool,
}

/// Centred data of precision `θK₀`.
#[derive(Debug, Clone)]
pub struct ScaleFamily<S> {
    /// `K₀`, symmetric positive definite.
    pub direction: Matrix<S>,
    /// `θ > 0`.
    pub scale: S,
}

impl<S: Field> ScaleFamily<S> {
    /// `−vᵀK₀v + θ(vᵀK₀x)²`, or with the square integrated `−vᵀK₀v + θ|K₀x|²`: the derivative of the loss along `θ`.
    pub fn estimating_function(&self, reduced: bool, x: &Vector<S>, v: &Vector<S>) -> S {
        let slope = &self.direction * x;
        let square = if reduced { slope.dot(&slope) } else { v.dot(&slope).square() };
        self.scale * square - self.direction.bilinear(v, v)
    }

    /// `tr K₀/θ`, the mean of the second derivative of the loss.
    pub fn sensitivity(&self) -> S {
        self.direction.trace() / self.scale
    }

    /// `2 tr K₀²`, the variance of the estimating function averaged over all projections.
    pub fn exact_variability(&self) -> S {
        self.square_trace() * 2
    }

    /// `V_M = V_∞ + (V₁ − V_∞)/M`, the variance of the estimating function averaged over `M` projections. One projection adds
    /// `Var vᵀK₀v` if the square is integrated, else `2((tr K₀)² − tr K₀² + Var vᵀK₀v)`.
    pub fn variability(&self, projections: &Projections<S>) -> S {
        let form = projections.law.variance(&self.direction);
        let minors = self.direction.trace().square() - self.square_trace();
        let added = if projections.reduced { form } else { (minors + form) * 2 };
        self.exact_variability() + added / projections.count
    }

    /// `θ²V/(tr K₀)²`, the limit of `N Var θ̂` where the estimating function has the variance `V`.
    pub fn asymptotic_variance(&self, variability: S) -> S {
        variability / self.sensitivity().square()
    }

    /// `(tr K₀)²/(d tr K₀²)`, the least asymptotic variance `2θ²/d` over that of score matching without projections.
    pub fn efficiency(&self) -> S {
        self.direction.trace().square() / (self.square_trace() * self.direction.rows() as i64)
    }

    fn square_trace(&self) -> S {
        (&self.direction * &self.direction).trace()
    }
}

impl<S: Scalar> ScaleFamily<S> {
    /// As a linear family with the one direction `K₀`.
    pub fn linear(&self) -> PrecisionFamily<S> {
        let precision = Covariance::new(self.direction.scale(self.scale));
        PrecisionFamily { precision, directions: vec![self.direction.clone()] }
    }
}
