//! One step of a variance-preserving process, known by the log-ratios at its two ends.

use super::{Level, Rung};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// Two times of a variance-preserving process with `γ = −ln(α²/σ²)`, the FULL log-ratio, `γ_s < γ_t`: `α² = 1/(1 + e^γ)`,
/// `σ² = 1/(1 + e^{−γ})`. Nothing here cancels, however close the times are and however large the ratios. Source: `kingma2021`.
#[derive(Debug, Clone, Copy)]
pub struct GammaStep<S> {
    /// `γ_s`, at the cleaner time.
    pub clean: S,
    /// `γ_t > γ_s`, at the noisier time.
    pub noisy: S,
}

impl<S: Scalar> GammaStep<S> {
    /// The two levels and what lies between them by its definition, `σ²_{t|s} = σ_t² − (α_t/α_s)²σ_s²`, which cancels where the
    /// step is short.
    pub fn rung(&self) -> Rung<S> {
        let [noisy, clean] = [self.noisy, self.clean].map(|gamma| Level::variance_preserving(-gamma / 2));
        Rung::between(noisy, clean)
    }

    /// `c = 1 − ρ_t/ρ_s = −(e^{γ_s − γ_t} − 1)`, the share of the noise at `t` that is not yet there at `s`.
    pub fn fresh_share(&self) -> S {
        -(self.clean - self.noisy).exp_m1()
    }

    /// `ρ_s/ρ_t − 1 = e^{γ_t − γ_s} − 1`.
    pub fn snr_excess(&self) -> S {
        (self.noisy - self.clean).exp_m1()
    }

    /// `ρ_t = e^{−γ_t}`.
    pub fn noisy_snr(&self) -> S {
        (-self.noisy).exp()
    }

    /// `σ²_{t|s} = σ_t² c`, the variance of `q(z_t | z_s)`.
    pub fn forward_variance(&self) -> S {
        self.noisy.logistic() * self.fresh_share()
    }

    /// `σ_Q² = σ_s² c`, the variance of `q(z_s | z_t, x)`.
    pub fn posterior_variance(&self) -> S {
        self.clean.logistic() * self.fresh_share()
    }
}

impl<S: Scalar> Parameters<S> for GammaStep<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let clean = source.real("gamma_s", Domain::Real, "gamma = −ln SNR at the cleaner time (the full log-ratio)")?;
        let noisy = source.real("gamma_t", Domain::Real, "gamma at the noisier time, above gamma_s")?;
        source.ordered("gamma_s", "gamma_t", true)?;
        Ok(Self { clean, noisy })
    }
}
