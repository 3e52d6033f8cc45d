//! The losses that differentiate nothing: values of a log-density, or of a score, at the two ends of a step. Source: `pang2020`.
//!
//! A step is `v = εu` with `u` uniform on the unit sphere, so that `E v vᵀ = (ε²/d) I`; each loss carries the factor `d/ε²`,
//! as the authors' code does. Their paper divides by `ε²` alone, which is a loss `d` times smaller.

use crate::numbers::{Field, Vector};

/// A log-density at `x + v`, `x` and `x − v`, and the factor `d/ε²` of the step.
#[derive(Debug, Clone, Copy)]
pub struct Stencil<S> {
    /// `L(x + v)`.
    pub up: S,
    /// `L(x)`.
    pub centre: S,
    /// `L(x − v)`.
    pub down: S,
    /// `d/|v|²`.
    pub factor: S,
}

impl<S: Field> Stencil<S> {
    /// Of this log-density at `x`, along the step `v`.
    pub fn new(log_density: impl Fn(&Vector<S>) -> S, x: &Vector<S>, v: &Vector<S>) -> Self {
        let factor = S::int(v.dimension() as i64) / v.dot(v);
        Self { up: log_density(&(x + v)), centre: log_density(x), down: log_density(&(x - v)), factor }
    }

    /// FD-SSM: `(d/ε²)(L(x + v) + L(x − v) − 2L(x) + ⅛(L(x + v) − L(x − v))²)`, which is [`sliced`](super::sliced) for the
    /// projection `√d v/ε` if the log-density is quadratic.
    pub fn sliced(&self) -> S {
        let slope = self.up - self.down;
        self.factor * (self.up + self.down - self.centre * 2 + slope.square() / 8)
    }

    /// FD-DSM: `(d/4ε²)(L(x̃ + v) − L(x̃ − v) + 2vᵀ(x̃ − x)/σ²)²` around `x̃`, given `vᵀ(x̃ − x)/σ²`. On average over the step it
    /// is *twice* [`denoising`](super::denoising) if the log-density is quadratic.
    pub fn denoising(&self, noise_along_step: S) -> S {
        self.factor * (self.up - self.down + noise_along_step * 2).square() / 4
    }
}

/// FD-SSM-VR, from the scores at both ends of the step: `½|(s₊ + s₋)/2|² + (d/2ε²) vᵀ(s₊ − s₋)`.
pub fn finite_difference_reduced<S: Field>(up: &Vector<S>, down: &Vector<S>, v: &Vector<S>) -> S {
    let (middle, difference) = (up + down, up - down);
    let factor = S::int(v.dimension() as i64) / v.dot(v);
    middle.dot(&middle) / 8 + factor * v.dot(&difference) / 2
}
