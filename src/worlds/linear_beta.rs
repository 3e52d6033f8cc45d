//! A variance-preserving process with a linear β on `[0, 1]`, under the names that samplers' papers use, and Gaussian data.

use super::ddpm::at_most;
use super::{Gaussian, Process, Schedule};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// `β(t) = β_0 + (β_1 − β_0)t`, `ᾱ(t) = e^{−∫β}`, `t` from 0 to 1, data `N(μ, s)`. Source: `song2021sde`.
#[derive(Debug, Clone, Copy)]
pub struct LinearBeta<S> {
    /// The law of the data.
    pub data: Gaussian<S>,
    /// `β(0)`.
    pub beta_0: S,
    /// `β(1)`.
    pub beta_1: S,
}

impl<S: Scalar> LinearBeta<S> {
    /// The process.
    pub fn process(&self) -> Process<S> {
        Process::new(Schedule::VpLinear { b0: self.beta_0, b1: self.beta_1 }, S::one())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> LinearBeta<R> {
        LinearBeta { data: self.data.map(&f), beta_0: f(self.beta_0), beta_1: f(self.beta_1) }
    }
}

impl<S: Scalar> Parameters<S> for LinearBeta<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let mu = source.real("mu", Domain::Real, "data mean")?;
        let beta_0 = source.real("beta_0", Domain::NonNegative, "beta at t = 0")?;
        let beta_1 = source.real("beta_1", Domain::NonNegative, "beta at t = 1")?;
        source.not_all_zero(&["beta_0", "beta_1"])?;
        Ok(Self { data: Gaussian::new(mu, s), beta_0, beta_1 })
    }
}

/// The same with a number of steps.
#[derive(Debug, Clone, Copy)]
pub struct LinearBetaSteps<S> {
    /// The process and the data.
    pub world: LinearBeta<S>,
    /// The number of equal steps, `h = 1/N`.
    pub steps: u32,
}

impl<S: Scalar> Parameters<S> for LinearBetaSteps<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let world = LinearBeta::read(source)?;
        let steps = source.count("N", "the number of equal steps, at most 100000")?;
        at_most(steps, "N")?;
        Ok(Self { world, steps })
    }
}
