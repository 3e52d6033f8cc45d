//! Replacement with an observation and a schedule, as parameters.

use super::{ObservationNoise, Replacement, ReplacementStep, follow};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{Ddpm, Gaussian};

/// A correlation, an observation and a chain.
#[derive(Debug, Clone)]
pub struct ReplacementChain<S> {
    /// The correlation `r`.
    pub correlation: S,
    /// The levels.
    pub schedule: Ddpm<S>,
    /// The observation `x_o`.
    pub observed: S,
}

impl<S: Scalar> Parameters<S> for ReplacementChain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let correlation = source.real("r", Domain::Fraction, "the correlation")?;
        let observed = source.real("x_obs", Domain::Real, "the observation")?;
        Ok(Self { correlation, schedule: Ddpm::read(source)?, observed })
    }
}

impl<S: Scalar> ReplacementChain<S> {
    /// Two entries of which one was seen.
    pub fn replacement(&self) -> Replacement<S> {
        Replacement { correlation: self.correlation }
    }

    /// The steps, from the noisiest level down.
    pub fn steps(&self) -> Vec<ReplacementStep<S>> {
        self.replacement().steps(&self.schedule.descent())
    }

    /// The law of the imputed entry.
    pub fn law(&self, noise: ObservationNoise) -> Gaussian<S> {
        follow(&self.steps(), self.observed, noise)
    }

    /// The conditional law, which the sampler does not have.
    pub fn truth(&self) -> Gaussian<S> {
        Gaussian::new(self.correlation * self.observed, S::one() - self.correlation.square())
    }
}
