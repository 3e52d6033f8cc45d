//! The probability-flow ODE: the member of the λ-family that draws no noise. Source: `song2021sde`, `chen2018node`.
//!
//! Written in noising time, `dy = (f − ½Qs) dt`; run backwards from the prior it generates.

use super::{Affine, AffineScore, Clock, Diffusion, ScaledScore};
use crate::numbers::{Scalar, VectorJet};

impl<S: Scalar> Clock<S> {
    /// The velocity `f − ½Gs` with the score `s`.
    pub fn flow(&self, score: &Affine<S>) -> Affine<S> {
        self.sde().0.minus(&score.scale(self.noise / 2))
    }
}

impl<S: Scalar> Diffusion<S> {
    /// The velocity `f − ½Ds` with the score `s`, at the point.
    pub fn flow(&self, score: &VectorJet<S>) -> VectorJet<S> {
        self.drift.minus(&score.transformed(&self.noise()).scale(S::ratio(1, 2)))
    }
}

impl<S: Scalar> ScaledScore<S> {
    /// Where the flow carries `y` from one time to another, in either direction: `y (φ′/φ)(R′/R)^{(1+δ)/2}`.
    pub fn carried(&self, y: S, from: &Clock<S>, to: &Clock<S>) -> S {
        let flow = Self { lambda: S::one(), ..*self };
        flow.transfer(to, from) * y
    }

    /// `log p_θ(x) = log π(y_T) + ∫∇·b` of the flow between `start` and `end`, in nats, with `∫∇·b = ln φ_T + ½(1+δ) ln R_T`:
    /// the variance of the model is not formed.
    pub fn flow_log_density(&self, x: S, start: &Clock<S>, end: &Clock<S>) -> S {
        let divergence = end.phi.ln() + (self.delta + 1) * end.log_ratio(self.v0) / 2;
        self.prior().log_density(self.carried(x, start, end)) + divergence
    }
}

impl<S: Scalar> AffineScore<S> {
    /// Where the flow carries `y` from one time to another, in either direction: the distance from `c_t` moves as in
    /// [`ScaledScore::carried`].
    pub fn carried(&self, y: S, from: &Clock<S>, to: &Clock<S>) -> S {
        to.mean(self.centre) + self.scaled.carried(y - from.mean(self.centre), from, to)
    }
}
