//! Linear matrix differential equations with time-dependent coefficients, enclosed.
//!
//! `X′ = L X + X R + F` is integrated step by step, in the time `u ∈ [0, 1]` of each step. One recurrence,
//! `(k+1) Xₖ₊₁ = Σⱼ (Lⱼ Xₖ₋ⱼ + Xₖ₋ⱼ Rⱼ) + Fₖ`, is read twice: as [`Series`] at the beginning of the step it gives the digits, as
//! [`Panel`] over all of the step it encloses the coefficient that bounds what was left out,
//!
//! `X(u) = Σ_{k<n} Xₖ uᵏ + uⁿ Xₙ(ξ)`, `0 ≤ ξ ≤ u`, for each entry.
//!
//! A panel needs to know beforehand where the solution can be. With `a` the largest sum over a row of `|L|` plus the largest over
//! a column of `|R|` (the two add up under the largest entry as norm), Gronwall says `|X(u)| ≤ e^{au}(|X(0)| + u|F|)`; then
//! `X(u) ∈ X(0) + [0, 1]·X′` is used as often as it helps. Coefficients enter as panels too, so that they may be closed forms,
//! solutions of other equations, or inverses of such: nothing but the last equation has to be linear.
//!
//! What it costs in width: within a step nothing, if the step starts from the identity. Products of steps widen as
//! products of matrices do: compose fundamental solutions, do not step an interval from one step to the next.

use super::quadrature::ORDER;
use super::{Ball, Field, Interval, Matrix, Panel, Scalar, Taylor};

/// A power series in the time of a step, without the coefficient that bounds the remainder.
pub type Series = Taylor<Ball, ORDER>;

/// `X′ = L X + X R + F`; in `Taylor` readings with respect to the time of a step.
#[derive(Debug, Clone)]
pub struct MatrixOde<S> {
    /// `L`, `d × d`.
    pub left: Matrix<S>,
    /// `R`, `e × e`.
    pub right: Matrix<S>,
    /// `F`, `d × e` as the solution.
    pub force: Matrix<S>,
}

impl<S: Field> MatrixOde<S> {
    /// `X′ = K X + X Kᵀ + F`: how a covariance moves.
    pub fn lyapunov(slope: &Matrix<S>, force: Matrix<S>) -> Self {
        Self { left: slope.clone(), right: slope.transpose(), force }
    }

    /// `X′ = L X` for a square matrix.
    pub fn from_left(left: Matrix<S>) -> Self {
        let nothing = Matrix::zeros(left.rows(), left.columns());
        Self { left, right: nothing.clone(), force: nothing }
    }

    /// `X′ = X R` for a square matrix.
    pub fn from_right(right: Matrix<S>) -> Self {
        let nothing = Matrix::zeros(right.rows(), right.columns());
        Self { left: nothing.clone(), right, force: nothing }
    }

    /// `X′` at `x`.
    pub fn rate(&self, x: &Matrix<S>) -> Matrix<S> {
        &(&(&self.left * x) + &(x * &self.right)) + &self.force
    }

    /// The same equation in the time of a step of length `h`, in which everything happens `h` times as fast.
    pub fn over(&self, h: S) -> Self {
        Self { left: self.left.scale(h), right: self.right.scale(h), force: self.force.scale(h) }
    }
}

impl<S: Scalar, const N: usize> MatrixOde<Taylor<S, N>> {
    /// The power series of the solution that starts at `start`.
    pub fn series(&self, start: &Matrix<S>) -> Matrix<Taylor<S, N>> {
        let [left, right, force] = [&self.left, &self.right, &self.force].map(coefficients);
        let mut solution = vec![start.clone()];
        for k in 0..N - 1 {
            let mut next = force.get(k).cloned().unwrap_or_else(|| start.scale(S::zero()));
            for (j, left) in left.iter().enumerate().take(k + 1) {
                next = &next + &(left * &solution[k - j]);
            }
            for (j, right) in right.iter().enumerate().take(k + 1) {
                next = &next + &(&solution[k - j] * right);
            }
            solution.push(next.map(|x| x / (k as i64 + 1)));
        }
        Matrix::from_fn(start.rows(), start.columns(), |i, j| {
            Taylor::of(&solution.iter().map(|x| x[(i, j)]).collect::<Vec<_>>())
        })
    }
}

impl MatrixOde<Panel> {
    /// The power series of the solution about every time of a step that starts at `start`.
    pub fn over_step(&self, start: &Matrix<Ball>) -> Matrix<Panel> {
        // Each time the excess shrinks by the norm of the coefficients, until it is as wide as the solution moves.
        const REFINEMENTS: usize = 12;
        let value = |series: &Panel| series.coefficient(0);
        let everywhere = MatrixOde {
            left: self.left.clone().map(|x| value(&x)),
            right: self.right.clone().map(|x| value(&x)),
            force: self.force.clone().map(|x| value(&x)),
        };
        let start = start.map(|x| x.to_f64_interval());
        let growth = largest_sum(&everywhere.left) + largest_sum(&everywhere.right.transpose());
        let bound = growth.exp() * (largest(&start) + largest(&everywhere.force));
        let unit = Interval::<f64>::zero().hull(&Interval::one());
        let anywhere = start.map(|_| (-bound).hull(&bound));
        let reached = (0..REFINEMENTS).fold(anywhere, |x, _| {
            let rate = everywhere.rate(&x);
            Matrix::from_fn(x.rows(), x.columns(), |i, j| {
                let step = start[(i, j)] + unit * rate[(i, j)];
                x[(i, j)].intersect(&step).unwrap_or(x[(i, j)])
            })
        });
        self.series(&reached)
    }
}

/// The largest `|x|` of the entries.
fn largest(matrix: &Matrix<Interval<f64>>) -> Interval<f64> {
    Interval::point(matrix.entries().iter().fold(0.0, |largest: f64, x| largest.max(x.mag())))
}

/// The largest sum of the `|x|` in a row.
fn largest_sum(matrix: &Matrix<Interval<f64>>) -> Interval<f64> {
    let sum = |i| (0..matrix.columns()).fold(Interval::zero(), |sum, j| sum + Interval::point(matrix[(i, j)].mag()));
    largest(&Matrix::from_fn(matrix.rows(), 1, |i, _| sum(i)))
}

/// The coefficients of a matrix of series as matrices, but for exact zeros at the end.
fn coefficients<S: Scalar, const N: usize>(series: &Matrix<Taylor<S, N>>) -> Vec<Matrix<S>> {
    let len = series.entries().iter().map(|entry| entry.coefficients().len()).max().unwrap_or(0);
    (0..len).map(|k| Matrix::from_fn(series.rows(), series.columns(), |i, j| series[(i, j)].coefficient(k))).collect()
}

/// What is left out of a series at the end of its step: `±` the last coefficient of the panel.
fn rest(panel: &Panel) -> Ball {
    Ball::from(panel.coefficient(ORDER))
}

/// The value at the end of a step, from both readings of the same function.
pub fn at_end(series: &Matrix<Series>, panel: &Matrix<Panel>) -> Matrix<Ball> {
    Matrix::from_fn(series.rows(), series.columns(), |i, j| {
        let (known, unknown) = (series[(i, j)].coefficients(), rest(&panel[(i, j)]));
        known.iter().rev().fold(unknown, |sum, c| sum + *c)
    })
}

/// The integral over the time `u` of a step, from both readings of the same function.
pub fn integral(series: &Series, panel: &Panel) -> Ball {
    let known = series.coefficients().iter().enumerate();
    let unknown = rest(panel) / (ORDER as i64 + 1);
    known.rev().fold(unknown, |sum, (k, c)| sum + *c / (k as i64 + 1))
}

/// How large what is left out of these functions is beside their largest value in the step.
pub fn left_out<'p>(panels: impl IntoIterator<Item = &'p Panel>) -> f64 {
    let (mut rest, mut value) = (0.0, 0.0_f64);
    for panel in panels {
        // `max` would forget NaN, which cannot occur, and keeps infinity, which can.
        rest = f64::max(rest, panel.coefficient(ORDER).mag());
        value = value.max(panel.coefficient(0).mag());
    }
    if rest == 0.0 { 0.0 } else { rest / value }
}

/// A step, or how much too long it was: what it leaves out beside what it may.
pub enum Attempt<T> {
    /// What is known of the step, and how much it leaves out.
    Taken(T, f64),
    /// How much it would have left out.
    TooLong(f64),
}

/// Walks over `[0, duration]` in steps whose length is chosen so that each leaves out `tolerance` at most, beside the size of the
/// solution. `attempt` gets the steps so far, the time and the length. `None` if more steps than `MOST_STEPS` would be
/// needed, or arbitrarily short ones.
pub fn steps<T>(
    duration: Ball,
    tolerance: f64,
    mut attempt: impl FnMut(&[T], Ball, Ball) -> Attempt<T>,
) -> Option<Vec<T>> {
    const MOST_STEPS: usize = 20_000;
    let mut taken = Vec::new();
    let (mut now, mut length) = (Ball::zero(), duration.to_f64());
    while taken.len() < MOST_STEPS {
        let to_go = duration - now;
        let last = to_go.to_f64() <= length;
        let h = if last { to_go } else { Ball::point(length.into()) };
        // Not only rounding: an order of `n` turns a factor in length into its n-th power in what is left out.
        let change = |left_out: f64| (tolerance / left_out).powf(1.0 / ORDER as f64);
        match attempt(&taken, now, h) {
            Attempt::Taken(step, left_out) => {
                taken.push(step);
                if last {
                    return Some(taken);
                }
                now = now + h;
                length *= (0.95 * change(left_out)).clamp(0.5, 2.0);
            }
            Attempt::TooLong(left_out) => {
                let shorter = 0.9 * change(left_out);
                length = h.to_f64() * if shorter.is_nan() { 0.25 } else { shorter.clamp(0.1, 0.8) };
                if length < duration.to_f64() * 1e-30 {
                    return None;
                }
            }
        }
    }
    None
}
