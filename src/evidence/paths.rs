//! Paths of linear SDEs without discretisation bias, from drift and diffusion alone.
//!
//! The transition over a step is found by quadrature of the coefficients, never from the closed forms under test: that is
//! what makes a simulation a second route.

use super::{Noise, WIDTH};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::worlds::{Affine, ReverseSde, Transition};

impl Transition<Float> {
    /// One step of every lane.
    pub fn step(&self, x: Lanes<WIDTH>, noise: &mut Noise) -> Lanes<WIDTH> {
        let [factor, offset, deviation] = [self.factor, self.offset, self.variance.sqrt()].map(Lanes::splat);
        factor * x + offset + deviation * noise.normal()
    }
}

/// A path of `dX = (slope(τ) X + offset(τ)) dτ + σ(τ) dB`, as a chain of transitions.
#[derive(Debug, Clone)]
pub struct LinearPath {
    /// The transitions, in order.
    pub steps: Vec<Transition<Float>>,
}

impl LinearPath {
    /// `steps` transitions of equal length between two times. Each is composed of many short ones, over which the
    /// coefficients are integrated by a four-point Gauss rule: its error, of order eight in a length of at most 1/64 of
    /// the range divided by the steps, is far below any resolution that sampling reaches.
    ///
    /// `coefficients(τ)` gives the affine drift and the squared diffusion coefficient.
    pub fn new(coefficients: impl Fn(Float) -> (Affine<Float>, Float), from: f64, to: f64, steps: usize) -> Self {
        const PIECES: usize = 512;
        let pieces = PIECES.div_ceil(steps);
        let h = (to - from) / (steps * pieces) as f64;
        let steps = (0..steps)
            .map(|step| {
                (0..pieces).fold(Transition::still(), |so_far, piece| {
                    so_far.then(&short(&coefficients, from + h * (step * pieces + piece) as f64, h))
                })
            })
            .collect();
        Self { steps }
    }

    /// The path of a generative SDE from noising time `horizon` to 0, given at noising times.
    pub fn reversed(horizon: f64, steps: usize, sde: impl Fn(Float) -> ReverseSde<Float>) -> Self {
        let coefficients = |tau: Float| {
            let sde = sde(Float(horizon - tau.0));
            (sde.drift, sde.noise)
        };
        Self::new(coefficients, 0.0, horizon, steps)
    }

    /// The whole path as one transition: its exact law, to rounding.
    pub fn whole(&self) -> Transition<Float> {
        self.steps.iter().fold(Transition::still(), |so_far, step| so_far.then(step))
    }

    /// The end of one path in every lane.
    pub fn walk(&self, start: Lanes<WIDTH>, noise: &mut Noise) -> Lanes<WIDTH> {
        self.steps.iter().fold(start, |x, step| step.step(x, noise))
    }
}

/// Gauss–Legendre nodes on `(0, 1)` and weights, four points.
const GAUSS: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];

/// Variation of constants over one short piece `[a, a + h]`.
fn short(coefficients: &impl Fn(Float) -> (Affine<Float>, Float), a: f64, h: f64) -> Transition<Float> {
    let slope_over = |from: f64, length: f64| -> f64 {
        GAUSS.iter().map(|(node, weight)| weight * length * coefficients(Float(from + node * length)).0.slope.0).sum()
    };
    let mut transition = Transition { factor: Float(slope_over(a, h)).exp(), offset: Float(0.0), variance: Float(0.0) };
    for (node, weight) in GAUSS {
        let at = a + node * h;
        let (drift, noise) = coefficients(Float(at));
        let carry = Float(slope_over(at, a + h - at)).exp();
        let weight = Float(weight * h);
        transition.offset = transition.offset + weight * drift.offset * carry;
        transition.variance = transition.variance + weight * noise * carry.square();
    }
    transition
}
