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

parameters! {
    /// Two Gaussian laws under the same scalar process: `q_t` from `N(m₀, v₀)` and `p_t` from `N(m_b, v_b)`.
    GaussianPair {
        data: of(GaussianData) "the first law and the process",
        mb: real "mean of the second law at t = 0",
        vb: positive "variance of the second law at t = 0",
    }
}

impl<S: Scalar> GaussianPair<S> {
    /// The second law at time 0.
    pub fn other(&self) -> Gaussian<S> {
        Gaussian::new(self.mb, self.vb)
    }

    /// `(q_t, p_t)`.
    pub fn laws_at(&self, t: S) -> (Gaussian<S>, Gaussian<S>) {
        let clock = self.data.process.at(t);
        (self.data.law(&clock), clock.diffuse(&self.other()))
    }

    /// `(q_t, p_t)` with the time derivatives of their moments.
    pub fn moving_laws(&self, t: S) -> (Gaussian<Dual<S>>, Gaussian<Dual<S>>) {
        let clock = self.data.process.moving(t);
        (self.data.constant().law(&clock), clock.diffuse(&self.other().map(Dual::constant)))
    }
}

impl<S: Scalar> Clock<S> {
    /// `KL(q_t ‖ p_t)` of two diffused laws, in nats; `v_q − v_p = φ²(v₀ − v_b)` does not cancel when both are forgotten.
    pub fn kl(&self, q: &Gaussian<S>, p: &Gaussian<S>) -> S {
        let variance = self.variance(p.variance);
        let decay = self.phi.square() / variance;
        let excess = decay * (q.variance - p.variance);
        (excess.minus_ln_1p() + decay * (q.mean - p.mean).square()) / 2
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
