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

    /// `J_n = ∫₀ wⁿ dρ/ρ`, `n ≥ 1`, with `w = ρs/(1 + ρs)`: `J₁ = L = ln(1 + ρs)` and `J_{n+1} = J_n − wⁿ/n`. `J₂ = L − w` is
    /// `L² φ₂(−L)`, which does not cancel at small `ρ`.
    pub fn power_integral(&self, n: u32, snr: S) -> S {
        let log_ratio = (snr * self.s).ln_1p();
        if n == 1 {
            return log_ratio;
        }
        let share = -(-log_ratio).exp_m1();
        let second = log_ratio.square() * (-log_ratio).phi(2);
        (2..n as i32).fold(second, |integral, k| integral - share.powi(k) / i64::from(k))
    }

    /// The law of `x` given `z`, up to its mean: `N(·, mmse(ρ))`.
    pub fn posterior(&self, snr: S) -> Gaussian<S> {
        Gaussian::centred(self.mmse(snr))
    }
}

impl<S: Scalar> Level<S> {
    /// The level `√ρ x + ε`.
    pub fn at_snr(snr: S) -> Self {
        Self { alpha: snr.sqrt(), sigma: S::one() }
    }

    /// The signal-to-noise ratio `ρ = α²/σ²`.
    pub fn snr(&self) -> S {
        self.ratio().square().recip()
    }
}
