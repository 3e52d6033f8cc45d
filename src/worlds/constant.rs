//! The generative SDE with constant coefficients: everything is entire in its rate.

use super::{Affine, ForcedOu, Gaussian};
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// `dX = (κX + ρ) dτ + σ dB` on `[0, T]` from the prior `X_0 ~ N(m_π, v_π)`, observed at `x`. Any real `κ`.
    ConstantSde {
        k: real "rate kappa of the generative drift kappa X + rho",
        rho: real "offset rho of the generative drift",
        sig: positive "diffusion coefficient sigma",
        T: positive "the end of the process",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
    }
}

impl<S: Scalar> ConstantSde<S> {
    /// The generative drift `κy + ρ`.
    pub fn drift(&self) -> Affine<S> {
        Affine { slope: self.k, offset: self.rho }
    }

    /// The prior.
    pub fn prior(&self) -> Gaussian<S> {
        Gaussian::new(self.mpi, self.vpi)
    }

    /// The model's law after generating for a duration `tau`: `N(e^{κτ} m_π + ρ τφ₁(κτ), e^{2κτ} v_π + σ² τφ₁(2κτ))`.
    pub fn model_after(&self, tau: S) -> Gaussian<S> {
        let Affine { slope, offset } = self.drift();
        ForcedOu::constant(slope, offset, self.sig).transition(S::zero(), tau).apply(&self.prior())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> ConstantSde<R> {
        ConstantSde {
            k: f(self.k),
            rho: f(self.rho),
            sig: f(self.sig),
            T: f(self.T),
            mpi: f(self.mpi),
            vpi: f(self.vpi),
            x: f(self.x),
        }
    }
}
