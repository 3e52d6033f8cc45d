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

/// Three steps at which no formula is special: on no one process, and with data from far below the noise to far above it.
pub const RUNGS: &[&str] = &[
    "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3",
    "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119",
    "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119",
];

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
