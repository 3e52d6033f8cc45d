//! One data point seen through Gaussian noise.

use super::{Gaussian, GaussianChannel};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// A data point at the squared distance `D = (x − μ)²` from the mean of the data: nothing else about it counts.
#[derive(Debug, Clone, Copy)]
pub struct SeenPoint<S> {
    /// The data as seen through noise.
    pub channel: GaussianChannel<S>,
    /// `D = (x − μ)² ≥ 0`.
    pub distance: S,
}

impl<S: Scalar> SeenPoint<S> {
    /// `−log p(x) = ½ ln 2πs + D/(2s)`, in nats.
    pub fn surprise(&self) -> S {
        -Gaussian::centred(self.channel.s).expected_log_density(&Gaussian::centred(self.distance))
    }

    /// `E_ε(x − E[x | z])² = e(x, ρ)`.
    pub fn error(&self, snr: S) -> S {
        self.channel.error_at(self.distance, snr)
    }

    /// `E_ε(ε − E[ε | z])² = ρ e(x, ρ) = w(w + (D/s)(1 − w))`, by the share `w = ρs/(1 + ρs)` of the data in the variance of
    /// `z`. A share can be had for any `ρ`, also for one that is beyond every number.
    pub fn noise_error(&self, share: S) -> S {
        share * (share + self.distance / self.channel.s * (S::one() - share))
    }

    /// `KL(p(z | x) ‖ p(z))`, in nats.
    pub fn information(&self, snr: S) -> S {
        self.channel.information_at(self.distance, snr)
    }

    /// What [`information`](Self::information) gains from one signal-to-noise ratio `ρ₁` to a larger one `ρ₀`:
    /// `½[ln(1 + u) − (1 − D/s) u/(1 + ρ₀s)]`, `u = (ρ₀ − ρ₁)s/(1 + ρ₁s)`. It knows of small differences.
    pub fn gain(&self, from: S, to: S) -> S {
        let s = self.channel.s;
        let growth = (to - from) * s / (from * s + 1);
        (growth.ln_1p() - (S::one() - self.distance / s) * growth / (to * s + 1)) / 2
    }

    /// `−E log p(x | z)` with the exact decoder `p(x | z)`, the reconstruction term, in nats.
    pub fn reconstruction(&self, snr: S) -> S {
        -self.channel.posterior(snr).expected_log_density(&Gaussian::centred(self.error(snr)))
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> SeenPoint<R> {
        SeenPoint { channel: GaussianChannel { s: f(self.channel.s) }, distance: f(self.distance) }
    }
}

impl<S: Scalar> Parameters<S> for SeenPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let distance = source.real("x_minus_mu_squared", Domain::NonNegative, "(x - mu)^2 of the data point")?;
        Ok(Self { channel: GaussianChannel { s }, distance })
    }
}
