//! A chain whose log-signal-to-noise ratio falls linearly in time, the schedule of variational diffusion models.

use super::ddpm::at_most;
use super::{GaussianChannel, Level};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// `γ(t) = γ(0) + (γ(1) − γ(0))t` on `[0, 1]`, with the FULL log-ratio `γ = −ln(α²/σ²)`: twice the half log-SNR of samplers, with the
/// other sign. Noise grows with `t`. Source: `kingma2021`.
#[derive(Debug, Clone, Copy)]
pub struct GammaLine<S> {
    /// `γ(0)`, the least noise.
    pub start: S,
    /// `γ(1) > γ(0)`.
    pub end: S,
}

impl<S: Scalar> GammaLine<S> {
    /// `Γ = γ(1) − γ(0)`, also the slope.
    pub fn span(&self) -> S {
        self.end - self.start
    }

    /// `γ(t)`.
    pub fn gamma(&self, t: S) -> S {
        self.start + self.span() * t
    }

    /// `ρ(t) = e^{−γ(t)}`.
    pub fn snr(&self, t: S) -> S {
        (-self.gamma(t)).exp()
    }

    /// `ρ_i = ρ(i/T)`, `i = 0, …, T`: the signal-to-noise ratios of `T` equal steps, the largest first.
    pub fn ladder(&self, steps: u32) -> Vec<S> {
        let count = i64::from(steps);
        (0..=count).map(|i| (-(self.start * (count - i) + self.end * i) / count).exp()).collect()
    }

    /// The variance-preserving level at `t`: `α² = 1/(1 + e^γ)`.
    pub fn level(&self, t: S) -> Level<S> {
        Level::variance_preserving(-self.gamma(t) / 2)
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> GammaLine<R> {
        GammaLine { start: f(self.start), end: f(self.end) }
    }
}

impl<S: Scalar> Parameters<S> for GammaLine<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let start =
            source.real("gamma_0", Domain::Real, "gamma(0) = −ln SNR at the least noise (the full log-ratio)")?;
        let end = source.real("gamma_1", Domain::Real, "gamma(1), above gamma(0)")?;
        source.ordered("gamma_0", "gamma_1", true)?;
        Ok(Self { start, end })
    }
}

/// Data of a variance under a linear `γ`.
#[derive(Debug, Clone, Copy)]
pub struct GammaPoint<S> {
    /// The data as seen through noise.
    pub channel: GaussianChannel<S>,
    /// The schedule.
    pub line: GammaLine<S>,
}

impl<S: Scalar> GammaPoint<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> GammaPoint<R> {
        GammaPoint { channel: GaussianChannel { s: f(self.channel.s) }, line: self.line.map(f) }
    }
}

impl<S: Scalar> Parameters<S> for GammaPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        Ok(Self { channel: GaussianChannel { s }, line: GammaLine::read(source)? })
    }
}

/// The same with a number of steps.
#[derive(Debug, Clone, Copy)]
pub struct GammaSteps<S> {
    /// Data and schedule.
    pub point: GammaPoint<S>,
    /// The number of steps `T ≥ 1`.
    pub steps: u32,
}

impl<S: Scalar> Parameters<S> for GammaSteps<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = GammaPoint::read(source)?;
        let steps = source.count("T", "the number of steps, at most 100000")?;
        at_most(steps, "T")?;
        Ok(Self { point, steps })
    }
}

/// The same with a batch of times.
#[derive(Debug, Clone, Copy)]
pub struct GammaBatch<S> {
    /// Data and schedule.
    pub point: GammaPoint<S>,
    /// The number of times `k ≥ 1` in a batch.
    pub size: u32,
}

impl<S: Scalar> Parameters<S> for GammaBatch<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = GammaPoint::read(source)?;
        let size = source.count("k", "the number of times in a batch, at most 100000")?;
        at_most(size, "k")?;
        Ok(Self { point, size })
    }
}
