//! Mixture data under a scalar noising process, at a time and at a point.

use super::{Clock, Gaussian, Mixture, Process};
use crate::numbers::{Dual, Scalar};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// Data `Σ ωᵢ N(mᵢ, vᵢ)` under a process: `q_t = Σ ωᵢ N(φ mᵢ + φ∫c/φ, φ² vᵢ + w)`.
#[derive(Debug, Clone)]
pub struct MixtureData<S> {
    /// The noising process.
    pub process: Process<S>,
    /// The data law `q₀`.
    pub start: Mixture<S>,
}

impl<S: Scalar> Parameters<S> for MixtureData<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = Process::read(source)?;
        let weights = source.weights("wt", "weights of the components at t = 0")?;
        let means = source.vector("m", "their means")?;
        let variances = source.positives("v", "their variances, not standard deviations")?;
        source.same_dimension(&["wt", "m", "v"])?;
        let laws = means.0.into_iter().zip(variances.0).map(|(mean, variance)| Gaussian::new(mean, variance));
        Ok(Self { process, start: Mixture::new(weights.0.into_iter().zip(laws)) })
    }
}

impl<S: Scalar> MixtureData<S> {
    /// `q_t` from the clock at `t`.
    pub fn law(&self, clock: &Clock<S>) -> Mixture<S> {
        self.start.diffuse(clock)
    }

    /// `q_t` with the time derivatives of its moments.
    pub fn moving_law(&self, clock: &Clock<Dual<S>>) -> Mixture<Dual<S>> {
        self.start.map(Dual::constant).diffuse(clock)
    }

    /// `q_T`.
    pub fn end(&self) -> Mixture<S> {
        self.law(&self.process.end())
    }
}

/// Mixture data at a time, `0 < t < T`.
#[derive(Debug, Clone)]
pub struct MixtureAtTime<S> {
    /// Data and process.
    pub data: MixtureData<S>,
    /// The time.
    pub t: S,
}

impl<S: Scalar> Parameters<S> for MixtureAtTime<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let data = MixtureData::read(source)?;
        let t = source.real("t", Domain::Positive, "the time, 0 < t < T")?;
        source.ordered("t", "T", true)?;
        source.ordered("t", "tend", true)?;
        Ok(Self { data, t })
    }
}

impl<S: Scalar> MixtureAtTime<S> {
    /// The clock at this time.
    pub fn clock(&self) -> Clock<S> {
        self.data.process.at(self.t)
    }

    /// The clock at this time with its time derivatives.
    pub fn moving_clock(&self) -> Clock<Dual<S>> {
        self.data.process.moving(self.t)
    }

    /// `q_t`.
    pub fn law(&self) -> Mixture<S> {
        self.data.law(&self.clock())
    }

    /// `q_t` with the time derivatives of its moments.
    pub fn moving_law(&self) -> Mixture<Dual<S>> {
        self.data.moving_law(&self.moving_clock())
    }
}

parameters! {
    /// Mixture data at a time, and a point.
    MixtureAtPoint {
        at: of(MixtureAtTime) "data, process and time",
        x: real "the point",
    }
}

parameters! {
    /// Mixture data, and a point.
    MixturePoint {
        data: of(MixtureData) "data and process",
        x: real "the point",
    }
}
