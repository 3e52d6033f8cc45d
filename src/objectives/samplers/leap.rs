//! The coefficients of an exponential integrator between two levels: what every DPM-Solver is made of.

use super::Form;
use crate::numbers::Scalar;
use crate::worlds::{Affine, Level, Oracle};

/// What a solver asks the network for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prediction {
    /// The noise `ε̂`: DPM-Solver.
    Noise,
    /// The data `x̂`: DPM-Solver++.
    Data,
}

impl Prediction {
    /// What the exact network answers at a level, as a function of `z`.
    pub fn at<S: Scalar>(self, oracle: &Oracle<S>, level: &Level<S>) -> Affine<S> {
        match self {
            Self::Noise => oracle.noise(level),
            Self::Data => oracle.denoised(level),
        }
    }
}

/// A leap from level `a` to level `b`, `h = λ_b − λ_a`, of a solver that holds a polynomial for the prediction `f`:
/// `z_b = keep z_a + gain Σ_k e φ_k(e) D_{k−1} + √variance ξ`, where `D_k` is `h^k` times the k-th derivative of `f` in `λ`.
///
/// | prediction | keep | gain | e |
/// |---|---|---|---|
/// | noise | `α_b/α_a` | `−σ_b` | `h` |
/// | data | `σ_b/σ_a` | `−α_b` | `−h` |
///
/// That is `−σ_b(e^h − 1)`, `−σ_b((e^h − 1)/h − 1)`, … for the noise, and `α_b(1 − e^{−h})`, `α_b(1 − (1 − e^{−h})/h)`, … for
/// the data. Sources: `lu2022dpm`, `lu2022pp`.
#[derive(Debug, Clone, Copy)]
pub struct Leap<S> {
    /// What multiplies the state.
    pub keep: S,
    /// What multiplies every prediction.
    pub gain: S,
    /// The exponent `e`.
    pub exponent: S,
    /// `e^e − 1`, a ratio of the levels if the solver follows the flow: also at `σ_b = 0`, where `h` is infinite.
    pub growth: S,
    /// The variance of the fresh draw, if there is one.
    pub variance: Option<S>,
}

impl<S: Scalar> Leap<S> {
    /// Along the probability flow.
    pub fn flow(prediction: Prediction, from: &Level<S>, to: &Level<S>) -> Self {
        let (grown, h) = (from.ratio() / to.ratio(), to.half_log_snr() - from.half_log_snr());
        match prediction {
            Prediction::Noise => {
                Self { keep: to.alpha / from.alpha, gain: -to.sigma, exponent: h, growth: grown - 1, variance: None }
            }
            Prediction::Data => Self {
                keep: to.sigma / from.sigma,
                gain: -to.alpha,
                exponent: -h,
                growth: to.ratio() / from.ratio() - 1,
                variance: None,
            },
        }
    }

    /// Along the reverse SDE with `η` times the noise of the forward process, `η ≥ 0`: `η = 1` is SDE-DPM-Solver, `η = 0` the flow
    /// with a draw that counts as nothing. For the data, `keep` has another `e^{−ηh}`, the exponent is `−(1 + η)h`, and the draw
    /// has the variance `σ_b²(1 − e^{−2ηh})`; for the noise, the gain is `−(1 + η)σ_b` and the variance `ησ_b²(e^{2h} − 1)`.
    pub fn stochastic(prediction: Prediction, from: &Level<S>, to: &Level<S>, eta: S) -> Self {
        let flow = Self::flow(prediction, from, to);
        match prediction {
            Prediction::Noise => {
                let variance = to.sigma.square() * eta * (flow.exponent * 2).exp_m1();
                Self { gain: flow.gain * (eta + 1), variance: Some(variance), ..flow }
            }
            Prediction::Data => {
                let exponent = flow.exponent * (eta + 1);
                let variance = -to.sigma.square() * (flow.exponent * eta * 2).exp_m1();
                let keep = flow.keep * (flow.exponent * eta).exp();
                Self { keep, gain: flow.gain, exponent, growth: exponent.exp_m1(), variance: Some(variance) }
            }
        }
    }

    /// What multiplies `D_{k−1}`, `k ≥ 1`: `gain e φ_k(e)`.
    pub fn weight(&self, k: u32) -> S {
        if k == 1 { self.gain * self.growth } else { self.gain * self.exponent * self.exponent.phi(k) }
    }

    /// The state carried on under a constant prediction, without the draw: the step of order one.
    pub fn carry(&self, state: &Form<S>, prediction: &Form<S>) -> Form<S> {
        state.scale(self.keep).plus(&prediction.scale(self.weight(1)))
    }

    /// The state with the draw, if there is one.
    pub fn drawn(&self, state: Form<S>) -> Form<S> {
        match self.variance {
            Some(variance) => state.drawn(variance.sqrt()),
            None => state,
        }
    }
}
