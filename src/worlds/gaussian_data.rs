//! Gaussian data under a scalar noising process.

use super::{Clock, Gaussian, Transition};
use crate::numbers::{Dual, Scalar};
use crate::parameters;

parameters! {
    /// Data `N(m₀, v₀)` under a scalar process: `q_t = N(m_t, v_t)`.
    GaussianData {
        process: process "the noising process",
        m0: real "data mean m_0",
        v0: positive "data variance v_0",
    }
}

impl<S: Scalar> GaussianData<S> {
    /// The data law.
    pub fn start(&self) -> Gaussian<S> {
        Gaussian::new(self.m0, self.v0)
    }

    /// `q_t` from the clock at `t`.
    pub fn law(&self, clock: &Clock<S>) -> Gaussian<S> {
        clock.diffuse(&self.start())
    }

    /// The same data and process, not moving with time.
    pub fn constant(&self) -> GaussianData<Dual<S>> {
        GaussianData { process: self.process.constant(), m0: Dual::constant(self.m0), v0: Dual::constant(self.v0) }
    }

    /// The law of `Y_0` given `Y_t = y`, by Bayes' rule: `N(m₀ + (φv₀/v_t)(y − m_t), v₀w/v_t)`.
    pub fn posterior(&self, clock: &Clock<S>) -> Transition<S> {
        let now = self.law(clock);
        let factor = clock.phi * self.v0 / now.variance;
        Transition { factor, offset: self.m0 - factor * now.mean, variance: self.v0 * clock.w / now.variance }
    }

    /// `q_t`.
    pub fn law_at(&self, t: S) -> Gaussian<S> {
        self.law(&self.process.at(t))
    }

    /// `q_t` with the time derivatives of its moments.
    pub fn moving_law(&self, t: S) -> Gaussian<Dual<S>> {
        self.constant().law(&self.process.moving(t))
    }

    /// The data law and the law at the end.
    pub fn ends(&self) -> (Gaussian<S>, Gaussian<S>) {
        (self.start(), self.law(&self.process.end()))
    }
}
