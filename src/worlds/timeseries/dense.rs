//! The same numbers by one dense covariance matrix: what a state space must agree with.

use super::{Series, StateSpace};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::worlds::Gaussian;

/// What was seen, decomposed: `K_oo + R I = L D Lᵀ` with the kernel at every pair of observed times. Cost `O(m³)` in observations.
///
/// Nothing here knows of a state or of an order of time.
#[derive(Debug, Clone)]
pub struct Dense<S> {
    times: Vec<S>,
    observed: Vec<usize>,
    lower: Matrix<S>,
    pivots: Vector<S>,
    /// `L⁻¹(y − μ)`.
    whitened: Vec<S>,
}

impl<S: Scalar> Dense<S> {
    /// The decomposition.
    pub fn new(process: &impl StateSpace<S>, series: &Series<S>) -> Self {
        let times = series.times();
        let m = series.observed.len();
        let covariance = Matrix::symmetric(m, |i, j| {
            let (a, b) = (series.observed[i], series.observed[j]);
            let noise = if a == b { series.noise } else { S::zero() };
            process.kernel(lag(&times, a, b)) + noise
        });
        let (lower, pivots) = covariance.ldl();
        let deviations: Vec<_> = series.values.0.iter().map(|y| *y - process.mean()).collect();
        let whitened = forward(&lower, &deviations);
        Self { times, observed: series.observed.clone(), lower, pivots, whitened }
    }

    /// The law of the process at a time, given everything that was seen.
    pub fn law(&self, process: &impl StateSpace<S>, i: usize) -> Gaussian<S> {
        let shared = self.shared(process, i);
        let explained = shared.iter().zip(&self.pivots.0).zip(&self.whitened);
        let mean = explained.fold(process.mean(), |sum, ((c, d), w)| sum + *c * *w / *d);
        Gaussian::new(mean, self.covariance(process, i, i))
    }

    /// `Cov(x_i, x_j | y)`.
    pub fn covariance(&self, process: &impl StateSpace<S>, i: usize, j: usize) -> S {
        let prior = process.kernel(lag(&self.times, i, j));
        let (left, right) = (self.shared(process, i), self.shared(process, j));
        left.iter().zip(&right).zip(&self.pivots.0).fold(prior, |rest, ((a, b), d)| rest - *a * *b / *d)
    }

    /// `log p(y)`, in nats: the values whitened one after the other.
    pub fn log_likelihood(&self) -> S {
        let terms = self.pivots.0.iter().zip(&self.whitened);
        terms.fold(S::zero(), |sum, (d, w)| sum + Gaussian::centred(*d).log_density(*w))
    }

    /// `det(K_oo + R I)` and `(y − μ)ᵀ(K_oo + R I)⁻¹(y − μ)`.
    pub fn volume_and_distance(&self) -> (S, S) {
        let terms = self.pivots.0.iter().zip(&self.whitened);
        terms.fold((S::one(), S::zero()), |(volume, distance), (d, w)| (volume * *d, distance + w.square() / *d))
    }

    /// `L⁻¹ k_o(t_i)`: what the time shares with each whitened value.
    fn shared(&self, process: &impl StateSpace<S>, i: usize) -> Vec<S> {
        let column: Vec<_> = self.observed.iter().map(|at| process.kernel(lag(&self.times, i, *at))).collect();
        forward(&self.lower, &column)
    }
}

/// The time between two places.
fn lag<S: Scalar>(times: &[S], i: usize, j: usize) -> S {
    times[i.max(j)] - times[i.min(j)]
}

/// `L⁻¹ y` for a unit lower triangular `L`.
fn forward<S: Scalar>(lower: &Matrix<S>, y: &[S]) -> Vec<S> {
    let mut solved: Vec<S> = Vec::with_capacity(y.len());
    for (i, entry) in y.iter().enumerate() {
        solved.push((0..i).fold(*entry, |rest, k| rest - lower[(i, k)] * solved[k]));
    }
    solved
}
