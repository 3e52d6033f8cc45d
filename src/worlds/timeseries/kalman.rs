//! Filter, smoother and likelihood in one pass each way, for a state of any dimension of which the first entry is seen.
//!
//! This is the generic reference of every faster version. The state is `z_i ∈ ℝᵈ`, its deviation from the mean of the process;
//! `x_i = μ + (z_i)₀` is the process and `y_i = x_i + N(0, R)` what is seen of it, at some of the times. With `h` the first unit vector:
//!
//! * predict `m⁻ = A m`, `P⁻ = A P Aᵀ + Q`, from `m⁻ = 0`, `P⁻ = P∞` at the first time;
//! * update where seen: `S = P⁻₀₀ + R`, `ν = y − μ − m⁻₀`, `K = P⁻h/S`, `m = m⁻ + Kν`, `P = P⁻ − S K Kᵀ`; elsewhere `m = m⁻`, `P = P⁻`;
//! * smooth backwards: `G = P Aᵀ (P⁻₊)⁻¹`, `m^s = (I − GA) m + G m^s₊`, `P^s = (I − GA) P (I − GA)ᵀ + G (Q + P^s₊) Gᵀ`, which is the
//!   form of Rauch, Tung and Striebel without its difference of covariances;
//! * `Cov(z_i, z_{i+1} | y) = G_i P^s_{i+1}` and `log p(y) = Σ log N(ν; 0, S)`, over observed times alone.
//!
//! Cost `O(n d³)`. `R = 0` is allowed: `P⁻₀₀ > 0` as long as no time comes twice. Sources `kalman1960`, `rauch1965`.

use super::Series;
use crate::numbers::{Matrix, Scalar, Vector};
use crate::worlds::{Gaussian, MatrixTransition};

/// A stationary Gaussian process that is the first entry of a state which moves over a gap by a linear map and independent noise.
pub trait StateSpace<S: Scalar> {
    /// The mean `μ` of the process.
    fn mean(&self) -> S;
    /// `Cov(x_t, x_{t+τ})` for a lag `τ ≥ 0`, in closed form.
    fn kernel(&self, lag: S) -> S;
    /// The covariance `P∞` of the state at any time.
    fn stationary(&self) -> Matrix<S>;
    /// Factor `A` and noise covariance `Q` over a gap `> 0`.
    fn transition(&self, gap: S) -> MatrixTransition<S>;
}

/// Mean and covariance of the state's deviation at one time.
#[derive(Debug, Clone)]
pub struct Belief<S> {
    /// Its mean.
    pub mean: Vector<S>,
    /// Its covariance.
    pub covariance: Matrix<S>,
}

/// The forward pass.
#[derive(Debug, Clone)]
pub struct Filter<S> {
    /// The transitions between neighbours.
    pub steps: Vec<MatrixTransition<S>>,
    /// At each time, from what was seen before.
    pub predicted: Vec<Belief<S>>,
    /// At each time, from what was seen up to then.
    pub updated: Vec<Belief<S>>,
    /// What was seen, one after the other.
    pub innovations: Vec<Innovation<S>>,
    mean: S,
}

/// An observation, as its deviation from the mean of the process, and the law that was expected of it.
#[derive(Debug, Clone, Copy)]
pub struct Innovation<S> {
    /// `N(m⁻₀, S)`, from what was seen before.
    pub expected: Gaussian<S>,
    /// `y − μ`.
    pub seen: S,
}

/// The backward pass.
#[derive(Debug, Clone)]
pub struct Smoother<S> {
    /// At each time, from everything that was seen.
    pub states: Vec<Belief<S>>,
    /// `Cov(z_i, z_{i+1} | y)`, one less than times.
    pub crossing: Vec<Matrix<S>>,
    mean: S,
}

impl<S: Scalar> Belief<S> {
    fn moved(&self, step: &MatrixTransition<S>) -> Self {
        Self { mean: &step.factor * &self.mean, covariance: step.apply(&self.covariance) }
    }

    /// Given that the first entry was seen as `y` with noise of variance `noise`; and what was expected to be seen.
    ///
    /// The first row is written with the shares `R/S` and `P⁻₀₀/S`, so that it contracts and `R = 0` leaves exactly nothing.
    fn seen(&self, y: S, noise: S) -> (Self, Gaussian<S>) {
        let prior = self.covariance[(0, 0)];
        let expected = Gaussian::new(self.mean[0], prior + noise);
        let (kept, gained) = (noise / expected.variance, (noise / prior + 1).recip());
        let surprise = y - self.mean[0];
        let column = |i: usize| self.covariance[(i, 0)];
        let mean = |i: usize| match i {
            0 => kept * self.mean[0] + gained * y,
            _ => self.mean[i] + column(i) / expected.variance * surprise,
        };
        let covariance = |i: usize, j: usize| match (i, j) {
            (0, 0) => noise * gained,
            (_, 0) => column(i) * kept,
            _ => self.covariance[(i, j)] - column(i) * column(j) / expected.variance,
        };
        let d = self.mean.dimension();
        let updated = Self { mean: Vector((0..d).map(mean).collect()), covariance: Matrix::symmetric(d, covariance) };
        (updated, expected)
    }
}

impl<S: Scalar> Filter<S> {
    /// The forward pass from the stationary law.
    pub fn new(process: &impl StateSpace<S>, series: &Series<S>) -> Self {
        Self::starting_from(process.stationary(), process, series)
    }

    /// The forward pass from this covariance at the first time.
    pub fn starting_from(start: Matrix<S>, process: &impl StateSpace<S>, series: &Series<S>) -> Self {
        let steps: Vec<_> = series.gaps.0.iter().map(|gap| process.transition(*gap)).collect();
        let seen = series.by_time();
        let (mut predicted, mut updated) = (Vec::with_capacity(seen.len()), Vec::with_capacity(seen.len()));
        let mut innovations = Vec::with_capacity(series.observed.len());
        let mut next = Belief { mean: Vector(vec![S::zero(); start.rows()]), covariance: start };
        for (i, y) in seen.into_iter().enumerate() {
            let now = match y {
                None => next.clone(),
                Some(y) => {
                    let seen = y - process.mean();
                    let (now, expected) = next.seen(seen, series.noise);
                    innovations.push(Innovation { expected, seen });
                    now
                }
            };
            let moved = steps.get(i).map(|step| now.moved(step));
            predicted.push(next);
            next = moved.unwrap_or_else(|| now.clone());
            updated.push(now);
        }
        Self { steps, predicted, updated, innovations, mean: process.mean() }
    }

    /// `log p(y)`, in nats: the sum over what was seen.
    pub fn log_likelihood(&self) -> S {
        let densities = self.innovations.iter().map(|innovation| innovation.expected.log_density(innovation.seen));
        densities.fold(S::zero(), |sum, density| sum + density)
    }

    /// `Π S` and `Σ ν²/S`: determinant and squared distance of what was seen, of which the likelihood is made.
    pub fn volume_and_distance(&self) -> (S, S) {
        self.innovations.iter().fold((S::one(), S::zero()), |(volume, distance), Innovation { expected, seen }| {
            (volume * expected.variance, distance + (*seen - expected.mean).square() / expected.variance)
        })
    }

    /// `G_i = P Aᵀ (P⁻₊)⁻¹` with this covariance `P` at the time `i`.
    pub fn gain(&self, i: usize, covariance: &Matrix<S>) -> Matrix<S> {
        let ahead = &self.predicted[i + 1].covariance;
        let inverse = ahead.adjugate().scale(ahead.determinant().recip());
        &(covariance * &self.steps[i].factor.transpose()) * &inverse
    }

    /// The backward pass.
    pub fn smooth(&self) -> Smoother<S> {
        self.smooth_by(|i| self.gain(i, &self.updated[i].covariance))
    }

    /// The backward pass with these gains.
    pub fn smooth_by(&self, gain: impl Fn(usize) -> Matrix<S>) -> Smoother<S> {
        let mut states: Vec<_> = self.updated.last().cloned().into_iter().collect();
        let mut crossing = Vec::with_capacity(self.steps.len());
        for i in (0..self.steps.len()).rev() {
            let (step, now, gain) = (&self.steps[i], &self.updated[i], gain(i));
            let ahead = &states[states.len() - 1];
            let kept = &Matrix::identity(gain.rows()) - &(&gain * &step.factor);
            let own = MatrixTransition { factor: kept.clone(), covariance: Matrix::zeros(gain.rows(), gain.rows()) };
            let from_ahead = MatrixTransition { factor: gain.clone(), covariance: own.apply(&now.covariance) };
            let smoothed = Belief {
                mean: &(&kept * &now.mean) + &(&gain * &ahead.mean),
                covariance: from_ahead.apply(&(&step.covariance + &ahead.covariance)),
            };
            crossing.push(&gain * &ahead.covariance);
            states.push(smoothed);
        }
        states.reverse();
        crossing.reverse();
        Smoother { states, crossing, mean: self.mean }
    }
}

impl<S: Scalar> Smoother<S> {
    /// The law of the process (not of what is seen of it) at a time, given everything that was seen.
    pub fn law(&self, i: usize) -> Gaussian<S> {
        let state = &self.states[i];
        Gaussian::new(self.mean + state.mean[0], state.covariance[(0, 0)])
    }

    /// `Cov(x_i, x_{i+1} | y)`.
    pub fn lag_one(&self, i: usize) -> S {
        self.crossing[i][(0, 0)]
    }
}
