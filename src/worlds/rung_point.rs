//! One step of a sampler between any two levels, as parameters of a claim.

use super::{Level, Oracle, Rung};
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// Two neighbouring levels at any scale, and Gaussian data. A proof over them holds for every process and every schedule.
    RungPoint {
        alpha: positive "alpha of the cleaner level",
        sigma: positive "sigma of the cleaner level",
        factor: positive "what multiplies the state in the step of the noising process",
        beta: positive "the variance of that step",
        s: positive "data variance",
        mu: real "data mean",
    }
}

impl<S: Scalar> RungPoint<S> {
    /// The cleaner level.
    pub fn clean(&self) -> Level<S> {
        Level { alpha: self.alpha, sigma: self.sigma }
    }

    /// The step between the levels.
    pub fn rung(&self) -> Rung<S> {
        Rung::above(self.clean(), self.factor, self.beta)
    }

    /// The exact network.
    pub fn oracle(&self) -> Oracle<S> {
        Oracle::new(self.mu, self.s)
    }
}
