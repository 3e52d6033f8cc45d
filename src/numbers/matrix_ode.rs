//! Linear matrix differential equations with time-dependent coefficients, enclosed.
//!
//! `X′ = K X + F`, or `X′ = K X + X Kᵀ + F`, is integrated step by step, in the time `u ∈ [0, 1]` of each step. One recurrence,
//! `(n+1) Xₙ₊₁ = Σⱼ Kⱼ Xₙ₋ⱼ + Fₙ`, with its transpose if there is one, is read twice: as [`Series`] at the beginning of the step it gives the digits, as
//! [`Panel`] over all of the step it encloses the coefficient that bounds what was left out,
//!
//! `X(u) = Σ_{k<n} Xₖ uᵏ + uⁿ Xₙ(ξ)`, `0 ≤ ξ ≤ u`, for each entry.
//!
//! A panel has to know beforehand where the solution can be. With `a` the largest sum over a row of `|K|`, twice
//! that for the second equation, Gronwall says `|X(u)| ≤ e^{au}(|X(0)| + u|F|)` for the largest entry; then `X(u) ∈ X(0) + [0, 1]·X′` is
//! used as often as it helps. Coefficients are series as well, so that they may be closed forms, solutions of other
//! equations, or inverses of such: only the last equation has to be linear.
//!
//! What it costs in width: within a step next to nothing if the step starts from the identity or from zero. Products of
//! steps widen as products of matrices do, so compose fundamental solutions instead of stepping an interval along.
//! Source: `nedialkov1999`, of which this is the linear case.

use super::quadrature::ORDER;
use super::{Ball, Field, Interval, Matrix, Panel, Scalar, Taylor};

/// A power series in the time of a step, without the coefficient that bounds the remainder.
pub type Series = Taylor<Ball, ORDER>;

/// `X′ = K X + F`, or the symmetric `X′ = K X + X Kᵀ + F`.
#[derive(Debug, Clone)]
pub struct MatrixOde<S> {
    slope: Matrix<S>,
    force: Matrix<S>,
    /// Whether the equation, and every solution, is symmetric.
    symmetric: bool,
}

impl<S: Field> MatrixOde<S> {
    /// `X′ = K X + F`, `K` a `d × d` matrix and `F` of the shape of the solution, `d` rows.
    pub fn linear(slope: &Matrix<S>, force: &Matrix<S>) -> Self {
        Self { slope: slope.clone(), force: force.clone(), symmetric: false }
    }

    /// `X′ = K X + X Kᵀ + F`, `F` and the solution symmetric: how a covariance moves.
    pub fn lyapunov(slope: &Matrix<S>, force: &Matrix<S>) -> Self {
        Self { symmetric: true, ..Self::linear(slope, force) }
    }

    /// `X′ = K X`.
    pub fn fundamental(slope: &Matrix<S>) -> Self {
        Self::linear(slope, &Matrix::zeros(slope.rows(), slope.columns()))
    }

    /// `X′` at `x`.
    pub fn rate(&self, x: &Matrix<S>) -> Matrix<S> {
        &self.with_mirror(&self.slope * x) + &self.force
    }

    /// `H`, or `H + Hᵀ` in a symmetric equation.
    fn with_mirror(&self, half: Matrix<S>) -> Matrix<S> {
        if self.symmetric { &half + &half.transpose() } else { half }
    }

    /// The same equation in the time of a step of length `h`, in which everything happens `h` times as fast.
    pub fn over(&self, h: S) -> Self {
        Self { slope: self.slope.scale(h), force: self.force.scale(h), ..*self }
    }

    /// In another reading.
    fn map<R: Field>(&self, f: impl Fn(S) -> R) -> MatrixOde<R> {
        MatrixOde { slope: self.slope.map(&f), force: self.force.map(&f), symmetric: self.symmetric }
    }
}

impl<S: Scalar, const N: usize> MatrixOde<Taylor<S, N>> {
    /// The power series of the solution with this constant term.
    fn solution(&self, start: &Matrix<S>) -> Matrix<Taylor<S, N>> {
        let [slope, force] = [&self.slope, &self.force].map(coefficients);
        let nothing = Matrix::zeros(start.rows(), start.columns());
        let at = MatrixOde { slope: nothing.clone(), force: nothing.clone(), symmetric: self.symmetric };
        let mut solution = vec![start.clone()];
        for n in 0..N - 1 {
            let terms = slope.iter().take(n + 1).enumerate().map(|(j, slope)| slope * &solution[n - j]);
            let moved = at.with_mirror(terms.fold(nothing.clone(), |sum, term| &sum + &term));
            let next = force.get(n).map_or(moved.clone(), |force| &moved + force);
            solution.push(next.map(|x| x / (n as i64 + 1)));
        }
        Matrix::from_fn(start.rows(), start.columns(), |i, j| {
            Taylor::of(&solution.iter().map(|x| x[(i, j)]).collect::<Vec<_>>())
        })
    }
}

/// The coefficients of a matrix of series as matrices, but for exact zeros at the end.
fn coefficients<S: Scalar, const N: usize>(series: &Matrix<Taylor<S, N>>) -> Vec<Matrix<S>> {
    let len = series.entries().iter().map(|entry| entry.coefficients().len()).max().unwrap_or(0);
    (0..len).map(|k| Matrix::from_fn(series.rows(), series.columns(), |i, j| series[(i, j)].coefficient(k))).collect()
}

/// The two readings of a function of the time of a step: [`Series`] and [`Panel`].
pub trait InStep: Scalar {
    /// A constant.
    fn still(x: Ball) -> Self;
    /// The time since the beginning of a step of length `h`.
    fn elapsed(h: Ball) -> Self;
    /// The solution that starts at `start`; the equation is in the time of the step, see [`MatrixOde::over`].
    fn solve(ode: &MatrixOde<Self>, start: &Matrix<Ball>) -> Matrix<Self>;
}

impl InStep for Series {
    fn still(x: Ball) -> Self {
        Self::constant(x)
    }

    fn elapsed(h: Ball) -> Self {
        Self::variable(Ball::zero()) * Self::still(h)
    }

    fn solve(ode: &MatrixOde<Self>, start: &Matrix<Ball>) -> Matrix<Self> {
        ode.solution(start)
    }
}

impl InStep for Panel {
    fn still(x: Ball) -> Self {
        Self::constant(x.to_f64_interval())
    }

    fn elapsed(h: Ball) -> Self {
        Self::variable(Interval::zero().hull(&Interval::one())) * Self::still(h)
    }

    fn solve(ode: &MatrixOde<Self>, start: &Matrix<Ball>) -> Matrix<Self> {
        let everywhere = ode.map(|entry| entry.coefficient(0));
        ode.solution(&reached(&everywhere, &start.map(|x| x.to_f64_interval())))
    }
}

/// Where the solution can be within the step, the coefficients lying anywhere in these intervals.
fn reached(everywhere: &MatrixOde<Interval<f64>>, start: &Matrix<Interval<f64>>) -> Matrix<Interval<f64>> {
    // Each time the excess shrinks by a factor of the size of the coefficients, until it is as wide as the solution moves.
    const REFINEMENTS: usize = 12;
    let growth = largest_sum(&everywhere.slope) * if everywhere.symmetric { 2 } else { 1 };
    let bound = growth.exp() * (largest(start) + largest(&everywhere.force));
    let within = Interval::zero().hull(&Interval::one());
    (0..REFINEMENTS).fold(start.map(|_| (-bound).hull(&bound)), |x, _| {
        let rate = everywhere.rate(&x);
        Matrix::from_fn(x.rows(), x.columns(), |i, j| {
            let moved = start[(i, j)] + within * rate[(i, j)];
            x[(i, j)].intersect(&moved).unwrap_or(x[(i, j)])
        })
    })
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

/// What is left out of a series at the end of its step.
fn left_out_of(panel: &Panel) -> Ball {
    panel.coefficient(ORDER).into()
}

/// The value of a matrix at the end of a step, from both readings.
pub fn at_end(series: &Matrix<Series>, panel: &Matrix<Panel>) -> Matrix<Ball> {
    Matrix::from_fn(series.rows(), series.columns(), |i, j| {
        let known = series[(i, j)].coefficients().iter().rev();
        known.fold(left_out_of(&panel[(i, j)]), |sum, c| sum + *c)
    })
}

/// `∫₀¹ f du` over the time of a step, from both readings.
pub fn integral(series: &Series, panel: &Panel) -> Ball {
    let known = series.coefficients().iter().enumerate().rev();
    known.fold(left_out_of(panel) / (ORDER as i64 + 1), |sum, (k, c)| sum + *c / (k as i64 + 1))
}

/// How large what is left out is beside the largest value in the step, for the entry of these where it is largest.
pub fn left_out(panels: &Matrix<Panel>) -> f64 {
    let largest = |order: usize| panels.entries().iter().map(|x| x.coefficient(order).mag()).fold(0.0, f64::max);
    match (largest(ORDER), largest(0)) {
        (0.0, _) => 0.0,
        (rest, value) if rest.is_finite() && value.is_finite() => rest / value,
        _ => f64::INFINITY,
    }
}

/// Walks over `[0, duration]` in steps whose lengths are chosen so that each leaves out `tolerance` at most.
///
/// `attempt(steps so far, length)` says how much a step of this length leaves out, and what is known of it if that is
/// acceptable. `None` if the solution cannot be followed to the end.
pub fn steps<T>(duration: Ball, tolerance: f64, attempt: impl Fn(&[T], Ball) -> (f64, Option<T>)) -> Option<Vec<T>> {
    const MOST_STEPS: usize = 4000;
    const SHORTEST: f64 = 1e-30;
    let mut taken = Vec::new();
    let (mut now, mut length) = (Ball::zero(), duration.to_f64());
    while taken.len() < MOST_STEPS && length > duration.to_f64() * SHORTEST {
        let to_go = duration - now;
        let last = to_go.to_f64() <= length;
        let h = if last { to_go } else { Interval::point(length).into() };
        let (left_out, step) = attempt(&taken, h);
        // What is left out goes with the power `ORDER` of the length, near enough.
        let change = (tolerance / left_out).powf(1.0 / ORDER as f64);
        match step {
            Some(step) => {
                taken.push(step);
                if last {
                    return Some(taken);
                }
                now = now + h;
                length *= (0.95 * change).clamp(0.5, 2.0);
            }
            None => length = h.to_f64() * (0.9 * change).clamp(0.1, 0.8),
        }
    }
    None
}
