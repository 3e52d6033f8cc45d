//! Gaussian data seen through additive noise at a signal-to-noise ratio: what is known of it, and what is not.

use super::{Gaussian, Level};
use crate::numbers::Scalar;

/// Data of a variance along one axis, seen as `√ρ x + ε`. Only the distance of `x` from its mean counts.
///
/// Averages over `x` and `ε` depend on the variance `s`; values at one `x` on `D = (x − μ)²` as well. In several dimensions the
/// axes are eigenvectors of the covariance, and everything here adds up over them.
#[derive(Debug, Clone, Copy)]
pub struct GaussianChannel<S> {
    /// The variance `s > 0` of the data.
    pub s: S,
}

impl<S: Scalar> GaussianChannel<S> {
    /// `mmse(ρ) = Var(x | z) = s/(1 + ρs)`, the least mean squared error of an estimate of `x`.
    pub fn mmse(&self, snr: S) -> S {
        self.s / (snr * self.s + 1)
    }

    /// `w(ρ) = ρ mmse(ρ) = ρs/(1 + ρs)`, the mean squared error of the best estimate of `ε`.
    pub fn noise_mmse(&self, snr: S) -> S {
        snr * self.mmse(snr)
    }

    /// `e(x, ρ) = E_ε(x − E[x | z])² = (D + s²ρ)/(1 + ρs)²`, the squared error at one `x` with `(x − μ)² = D`.
    pub fn error_at(&self, distance: S, snr: S) -> S {
        (distance + self.s.square() * snr) / (snr * self.s + 1).square()
    }

    /// `I(x; z) = ½ ln(1 + ρs)`, in nats.
    pub fn information(&self, snr: S) -> S {
        (snr * self.s).ln_1p() / 2
    }

    /// `KL(p(z | x) ‖ p(z)) = ½[ln(1 + ρs) + (1 + ρD)/(1 + ρs) − 1]` at one `x`, in nats; [`information`](Self::information) is its
    /// average.
    pub fn information_at(&self, distance: S, snr: S) -> S {
        self.information(snr) + snr * (distance - self.s) / ((snr * self.s + 1) * 2)
    }

    /// The law of `x` given `z`, up to its mean: `N(·, mmse(ρ))`.
    pub fn posterior(&self, snr: S) -> Gaussian<S> {
        Gaussian::centred(self.mmse(snr))
    }
}

impl<S: Scalar> Level<S> {
    /// The signal-to-noise ratio `ρ = α²/σ²`.
    pub fn snr(&self) -> S {
        self.ratio().square().recip()
    }
}
