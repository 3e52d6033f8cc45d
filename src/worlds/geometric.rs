//! Geometric Brownian motion from a lognormal prior: a generative SDE whose noise depends on position.

use super::{ForcedOu, Gaussian};
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// `dX = μX dτ + σX dB` on `[0, T]` from `ln X_0 ~ N(m₀, s₀²)`, observed at `x > 0`.
    GeometricBrownian {
        mu: real "growth rate mu",
        sig: positive "volatility sigma",
        T: positive "the end of the process",
        m0: real "mean of ln X_0",
        s0: positive "standard deviation of ln X_0",
        x: positive "the data point",
    }
}

impl<S: Scalar> GeometricBrownian<S> {
    /// The law of `ln X_0`.
    pub fn prior(&self) -> Gaussian<S> {
        Gaussian::new(self.m0, self.s0.square())
    }

    /// The law of `ln X_τ`: `N(m₀ + (μ − ½σ²)τ, s₀² + σ²τ)`, by Itô's formula.
    pub fn log_after(&self, tau: S) -> Gaussian<S> {
        let drift = self.mu - self.sig.square() / 2;
        ForcedOu::constant(S::zero(), drift, self.sig).transition(S::zero(), tau).apply(&self.prior())
    }

    /// The log-density of `X` at `x` if `ln X` has this law, in nats.
    pub fn log_density(law: &Gaussian<S>, x: S) -> S {
        law.log_density(x.ln()) - x.ln()
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> GeometricBrownian<R> {
        GeometricBrownian {
            mu: f(self.mu),
            sig: f(self.sig),
            T: f(self.T),
            m0: f(self.m0),
            s0: f(self.s0),
            x: f(self.x),
        }
    }
}
