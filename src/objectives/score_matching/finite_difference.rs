//! The losses that differentiate nothing: values of a log-density, or of a score, at the two ends of a step. Source: `pang2020`.
//!
//! A step is `v = εu` with `u` uniform on the unit sphere, so that `E v vᵀ = (ε²/d) I`; each loss carries the factor `d/ε²`,
//! as the authors' code does. Their paper divides by `ε²` alone, which is a loss `d` times smaller.

use crate::numbers::{Field, Vector};

/// A log-density at `x + v` and `x − v`, and the factor `d/ε²` of the step: two evaluations.
#[derive(Debug, Clone, Copy)]
pub struct Ends<S> {
    /// `L(x + v)`.
    pub up: S,
    /// `L(x − v)`.
    pub down: S,
    /// `d/|v|²`.
    pub factor: S,
}

impl<S: Field> Ends<S> {
    /// Of this log-density around `x`, along the step `v`.
    pub fn new(log_density: impl Fn(&Vector<S>) -> S, x: &Vector<S>, v: &Vector<S>) -> Self {
        Self { up: log_density(&(x + v)), down: log_density(&(x - v)), factor: factor(v) }
    }

    /// `½(L(x + v) − L(x − v)) = D_vL + D_v³L/6 + …`, the central first difference.
    pub fn slope(&self) -> S {
        (self.up - self.down) / 2
    }

    /// FD-DSM: `(d/4ε²)(L(x̃ + v) − L(x̃ − v) + 2vᵀ(x̃ − x)/σ²)²` around `x̃`, given `vᵀ(x̃ − x)/σ²`. On average over the step it
    /// is *twice* [`denoising`](super::denoising) if the log-density is quadratic.
    pub fn denoising(&self, noise_along_step: S) -> S {
        self.factor * (self.up - self.down + noise_along_step * 2).square() / 4
    }
}

/// A log-density at `x + v`, `x` and `x − v`, and the factor `d/ε²` of the step: three evaluations.
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
        Self::around(Ends::new(&log_density, x, v), log_density(x))
    }

    /// Of this log-density at `x`, along each of several steps: the value at `x` is evaluated once for all.
    pub fn fan(log_density: impl Fn(&Vector<S>) -> S, x: &Vector<S>, steps: &[Vector<S>]) -> Vec<Self> {
        let centre = log_density(x);
        steps.iter().map(|v| Self::around(Ends::new(&log_density, x, v), centre)).collect()
    }

    fn around(Ends { up, down, factor }: Ends<S>, centre: S) -> Self {
        Self { up, centre, down, factor }
    }

    /// Without the centre.
    pub fn ends(&self) -> Ends<S> {
        Ends { up: self.up, down: self.down, factor: self.factor }
    }

    /// `L(x + v) + L(x − v) − 2L(x) = D_v²L + D_v⁴L/12 + …`, the second difference.
    pub fn curvature(&self) -> S {
        self.up + self.down - self.centre * 2
    }

    /// FD-SSM: `(d/ε²)(L(x + v) + L(x − v) − 2L(x) + ⅛(L(x + v) − L(x − v))²)`, which is [`sliced`](super::sliced) for the
    /// projection `√d v/ε` if the log-density is quadratic.
    pub fn sliced(&self) -> S {
        self.factor * (self.curvature() + self.ends().slope().square() / 2)
    }

    /// FD-DSM, which does not look at the centre: see [`Ends::denoising`].
    pub fn denoising(&self, noise_along_step: S) -> S {
        self.ends().denoising(noise_along_step)
    }
}

/// FD-SSM-VR, from the scores at both ends of the step: `½|(s₊ + s₋)/2|² + (d/2ε²) vᵀ(s₊ − s₋)`.
pub fn finite_difference_reduced<S: Field>(up: &Vector<S>, down: &Vector<S>, v: &Vector<S>) -> S {
    let (middle, difference) = (up + down, up - down);
    middle.dot(&middle) / 8 + factor(v) * v.dot(&difference) / 2
}

/// FD-SSM-VR of this score at `x`, along the step `v`: two evaluations of the score.
pub fn reduced_along<S: Field>(score: impl Fn(&Vector<S>) -> Vector<S>, x: &Vector<S>, v: &Vector<S>) -> S {
    finite_difference_reduced(&score(&(x + v)), &score(&(x - v)), v)
}

/// `d/|v|²`.
fn factor<S: Field>(v: &Vector<S>) -> S {
    S::int(v.dimension() as i64) / v.dot(v)
}
