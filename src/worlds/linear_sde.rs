//! Any scalar linear SDE by variation of constants, also where its integrals have no closed form.

use super::Process;
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// A scalar linear SDE `dY = (α(t) Y + c(t)) dt + g(t) dB`.
#[derive(Debug, Clone)]
pub enum LinearSde<S> {
    /// A process whose moments are closed form.
    Process(Process<S>),
    /// Coefficients affine in time, whose moments are integrals.
    AffineInTime(AffineInTime<S>),
}

/// `dY = (−(k₀ + k₁t) Y + h₀ + h₁t) dt + (g₀ + g₁t) dB`; any real coefficients, `g` may change sign.
#[derive(Debug, Clone, Copy)]
pub struct AffineInTime<S> {
    /// Rate of mean reversion at 0.
    pub k0: S,
    /// Its slope in time.
    pub k1: S,
    /// Diffusion coefficient at 0.
    pub g0: S,
    /// Its slope in time.
    pub g1: S,
    /// Drift offset at 0.
    pub h0: S,
    /// Its slope in time.
    pub h1: S,
}

impl<S: Scalar> Parameters<S> for LinearSde<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        const KINDS: &[&str] = &["vp-linear", "sub-vp-linear", "vp-cosine", "ve-geometric", "affine-in-time"];
        match source.choice("process", KINDS, true, "the process")? {
            "affine-in-time" => AffineInTime::read(source).map(Self::AffineInTime),
            kind => Process::read_kind(kind, source).map(Self::Process),
        }
    }
}

impl<S: Scalar> Parameters<S> for AffineInTime<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self {
            k0: source.real("k0", Domain::Real, "rate of mean reversion at t = 0")?,
            k1: source.real("k1", Domain::Real, "slope of the rate in time")?,
            g0: source.real("g0", Domain::Real, "diffusion coefficient at t = 0")?,
            g1: source.real("g1", Domain::Real, "slope of the diffusion coefficient in time")?,
            h0: source.real("h0", Domain::Real, "drift offset at t = 0")?,
            h1: source.real("h1", Domain::Real, "slope of the drift offset in time")?,
        })
    }
}

impl<S: Scalar> AffineInTime<S> {
    /// `φ(t) = e^{−k₀t − k₁t²/2}`.
    pub fn phi(&self, t: S) -> S {
        (-(self.k0 + self.k1 * t / 2) * t).exp()
    }

    /// `G/φ²`, whose integral `I` gives `v_t = φ_t² (v₀ + I)`.
    pub fn noise_integrand(&self, t: S) -> S {
        ((self.g0 + self.g1 * t) / self.phi(t)).square()
    }

    /// `c/φ`, whose integral `J` gives `m_t = φ_t (m₀ + J)`.
    pub fn offset_integrand(&self, t: S) -> S {
        (self.h0 + self.h1 * t) / self.phi(t)
    }
}
