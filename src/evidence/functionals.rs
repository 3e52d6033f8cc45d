//! Unbiased draws of time integrals along a path, with their exact mean and variance.
//!
//! `∫₀ᵀ E h_t(Y_t) dt` is drawn as `T h_τ(Y_τ)` at a random node `τ` of a Gauss–Legendre rule, chosen with probability equal
//! to its weight. Transitions to the nodes come from the coefficients of the SDE alone ([`LinearPath`]).

use super::{LinearPath, Noise, WIDTH};
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
