//! What a formula may know of a schedule: the state of the noising process at one time.

use crate::numbers::{Dual, Scalar};

/// The scalar linear SDE `dY = (α Y + c) dt + √G dB` at one time `t`, with `φ = e^{∫₀ᵗα}`.
///
/// Read with `S = Dual<…>`, every field also carries its time derivative; for a generic process these are the rules
/// `φ′ = αφ`, `w′ = 2αw + G`, `m′ = αm + c` and nothing else, which is what makes a proof hold for every schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock<S> {
    /// The drift coefficient `α(t)`, per unit of time.
    pub alpha: S,
    /// The drift offset `c(t)`.
    pub offset: S,
    /// The squared diffusion coefficient `G(t) = g(t)²`.
    pub noise: S,
    /// The signal coefficient `φ(t)`.
    pub phi: S,
    /// The conditional variance `w(t) = Var(Y_t | Y_0)`.
    pub w: S,
    /// The conditional mean at `Y_0 = 0`: `φ(t) ∫₀ᵗ c/φ`.
    pub shift: S,
}

impl<S: Scalar> Clock<S> {
    /// Time 0 of any process: `φ = 1`, `w = 0`. The rates are not known there and must not be used.
    pub fn start(alpha: S, offset: S, noise: S) -> Self {
        Self { alpha, offset, noise, phi: S::one(), w: S::zero(), shift: S::zero() }
    }

    /// `v_t = φ² v₀ + w`, the variance of `Y_t` if `Y_0` has variance `v₀`.
    pub fn variance(&self, v0: S) -> S {
        self.phi.square() * v0 + self.w
    }

    /// `m_t = φ m₀ + φ ∫ c/φ`, the mean of `Y_t` if `Y_0` has mean `m₀`.
    pub fn mean(&self, m0: S) -> S {
        self.phi * m0 + self.shift
    }

    /// `ln R_t`, `R = v/(φ² v₀) = 1 + w/(φ² v₀)`: one plus the inverse signal-to-noise ratio. `∫₀ᵗ G/v = ln R_t`.
    pub fn log_ratio(&self, v0: S) -> S {
        (self.w / (self.phi.square() * v0)).ln_1p()
    }

    /// The rate of any mean under this drift, `m′ = α m + c`.
    pub fn mean_rate(&self, mean: S) -> S {
        self.alpha * mean + self.offset
    }

    /// The rate of any variance under this process, `v′ = 2αv + G`.
    pub fn variance_rate(&self, variance: S) -> S {
        self.alpha * variance * 2 + self.noise
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Clock<R> {
        Clock {
            alpha: f(self.alpha),
            offset: f(self.offset),
            noise: f(self.noise),
            phi: f(self.phi),
            w: f(self.w),
            shift: f(self.shift),
        }
    }
}

/// A process of which only the rules are known: its clock at a running time and at the end, as free symbols.
#[derive(Debug, Clone, Copy)]
pub struct GenericClock<S> {
    /// At the running time, with the rules as derivatives.
    pub now: Clock<Dual<S>>,
    /// At the end `T`.
    pub end: Clock<S>,
    /// The end `T` itself.
    pub horizon: S,
}
