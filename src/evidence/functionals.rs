//! Unbiased draws of time integrals along a path, with their exact mean and variance.
//!
//! `∫₀ᵀ E h_t(Y_t) dt` is drawn as `T h_τ(Y_τ)` at a random node `τ` of a Gauss–Legendre rule, chosen with probability equal
//! to its weight. Transitions to the nodes come from the coefficients of the SDE alone ([`LinearPath`]).

use super::{LinearPath, Noise, Plan, Statistic, WIDTH, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar, gauss_legendre_nodes};
use crate::worlds::{Affine, Gaussian, Transition};

/// The function `y ↦ constant + scale·(slope·y + offset)²`: a log-density, a control energy, a squared mismatch.
#[derive(Debug, Clone, Copy)]
pub struct Quadratic<S> {
    /// Added to the square.
    pub constant: S,
    /// What multiplies the square.
    pub scale: S,
    /// What is squared.
    pub affine: Affine<S>,
}

impl<S: Field> Quadratic<S> {
    /// The value at `y`.
    pub fn value(&self, y: S) -> S {
        self.affine.value(y).square() * self.scale + self.constant
    }

    /// In another reading, every lane for instance.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Quadratic<R> {
        Quadratic { constant: f(self.constant), scale: f(self.scale), affine: self.affine.map(f) }
    }
}

impl Quadratic<Float> {
    /// The log-density of a Gaussian law.
    pub fn log_density(law: &Gaussian<Float>) -> Self {
        Self {
            constant: law.log_density(law.mean),
            scale: -(law.variance * 2).recip(),
            affine: Affine { slope: Float(1.0), offset: -law.mean },
        }
    }

    /// Its mean and variance under a Gaussian law.
    pub fn moments(&self, law: &Gaussian<Float>) -> (f64, f64) {
        let mean = self.constant + self.scale * self.affine.mean_square(law);
        (mean.0, (self.scale.square() * self.affine.square_variance(law)).0)
    }
}

/// `∫₀ᵀ h_t(Y_t) dt`, ready to be drawn from.
#[derive(Debug, Clone)]
pub struct TimeIntegral {
    nodes: Vec<Node>,
    horizon: f64,
}

#[derive(Debug, Clone)]
struct Node {
    /// Probability of this node or an earlier one.
    cumulative: f64,
    weight: f64,
    transition: Transition<Float>,
    integrand: Quadratic<Float>,
}

impl TimeIntegral {
    /// The integral of `integrand(t)` along `dY = (slope(t) Y + offset(t)) dt + σ(t) dB` on `[0, horizon]`.
    pub fn new(
        coefficients: impl Fn(Float) -> (Affine<Float>, Float),
        integrand: impl Fn(Float) -> Quadratic<Float>,
        horizon: f64,
    ) -> Self {
        const PANELS: usize = 4;
        let width = horizon / PANELS as f64;
        let mut nodes: Vec<Node> = Vec::new();
        let (mut reached, mut so_far, mut cumulative) = (0.0, Transition::still(), 0.0);
        for panel in 0..PANELS {
            for (node, weight) in gauss_legendre_nodes() {
                let t = width * (panel as f64 + (node + 1.0) / 2.0);
                so_far = so_far.then(&LinearPath::new(&coefficients, reached, t, 1).whole());
                reached = t;
                let weight = weight / (2 * PANELS) as f64;
                cumulative += weight;
                nodes.push(Node { cumulative, weight, transition: so_far, integrand: integrand(Float(t)) });
            }
        }
        Self { nodes, horizon }
    }

    /// One draw in every lane, from these starts.
    pub fn draw(&self, start: Lanes<WIDTH>, noise: &mut Noise) -> Lanes<WIDTH> {
        let chosen = noise.uniform();
        let z = noise.normal();
        Lanes(std::array::from_fn(|lane| {
            let at = self.nodes.partition_point(|node| node.cumulative < chosen.0[lane]).min(self.nodes.len() - 1);
            let Node { transition, integrand, .. } = &self.nodes[at];
            let law = transition.from(Float(start.0[lane]));
            let y = law.mean + law.variance.sqrt() * Float(z.0[lane]);
            self.horizon * integrand.value(y).0
        }))
    }

    /// The mean and variance of one draw, for starts with this law.
    pub fn moments(&self, start: &Gaussian<Float>) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for node in &self.nodes {
            let (mean, variance) = node.integrand.moments(&node.transition.apply(start));
            first += node.weight * self.horizon * mean;
            second += node.weight * self.horizon * self.horizon * (variance + mean * mean);
        }
        (first, second - first * first)
    }
}

/// Single-sample estimates of a bound, `log π(Y_T) − ∫₀ᵀ cost dt`, as likelihood code makes them. The two terms use
/// independent paths, so that their variances add.
#[derive(Debug, Clone)]
pub struct BoundEstimate {
    prior: Quadratic<Float>,
    end: LinearPath,
    cost: TimeIntegral,
    start: Gaussian<Float>,
}

impl BoundEstimate {
    /// Along the inference SDE `sde(t)` on `[0, horizon]` from `start`, with this prior and running cost.
    pub fn new(
        sde: impl Fn(Float) -> (Affine<Float>, Float),
        cost: impl Fn(Float) -> Quadratic<Float>,
        prior: &Gaussian<Float>,
        start: Gaussian<Float>,
        horizon: Float,
    ) -> Self {
        Self {
            prior: Quadratic::log_density(prior),
            end: LinearPath::new(&sde, 0.0, horizon.0, 8),
            cost: TimeIntegral::new(&sde, cost, horizon.0),
            start,
        }
    }

    /// The variance of one estimate.
    pub fn variance(&self) -> f64 {
        self.prior.moments(&self.end.whole().apply(&self.start)).1 + self.cost.moments(&self.start).1
    }

    /// One estimate in every lane.
    pub fn draw(&self, noise: &mut Noise) -> Lanes<WIDTH> {
        let (start, other) = (noise.gaussian(&self.start), noise.gaussian(&self.start));
        self.prior.map(Lanes::splat).value(self.end.walk(start, noise)) - self.cost.draw(other, noise)
    }

    /// The claim that estimates average to `bound`, at these parameters.
    pub fn plan(self, point: &'static str, bound: f64) -> Plan {
        Plan {
            point,
            statistics: vec![Statistic::mean("single-sample bound", bound, self.variance())],
            drawn: None,
            sampler: sampler(move |noise, out| out[0] = self.draw(noise)),
        }
    }
}
