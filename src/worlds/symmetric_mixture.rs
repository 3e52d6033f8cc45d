//! Two equal Gaussians on both sides of 0: a quadratic and a log cosh.

use super::{Gaussian, Mixture};
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// `½N(μ, s₂) + ½N(−μ, s₂)` on the line.
    SymmetricMixture {
        mu: real "mean of one of two equal components; the other has mean -mu",
        s2: positive "variance of each component",
    }
}

/// `ln cosh y`, for large `y` of either sign too.
pub fn log_cosh<S: Scalar>(y: S) -> S {
    y.log_add_exp(-y) - S::int(2).ln()
}

impl<S: Scalar> SymmetricMixture<S> {
    /// As a mixture like any other.
    pub fn mixture(&self) -> Mixture<S> {
        let half = S::ratio(1, 2);
        Mixture::new([self.mu, -self.mu].map(|mean| (half, Gaussian::new(mean, self.s2))))
    }

    /// `y = μx/s₂`.
    pub fn tilt(&self, x: S) -> S {
        self.mu * x / self.s2
    }

    /// `L(x) = −(x² + μ²)/(2s₂) + ln cosh(μx/s₂) − ½ ln(2πs₂)`.
    pub fn log_density(&self, x: S) -> S {
        log_cosh(self.tilt(x)) - (x.square() + self.mu.square()) / (self.s2 * 2) - (S::pi() * 2 * self.s2).ln() / 2
    }

    /// `L(x + ε) + L(x − ε) − 2L(x) = −ε²/s₂ + ln(1 + sinh²δ/cosh²y)` with `δ = με/s₂`, for however small an `ε`.
    pub fn second_difference(&self, x: S, eps: S) -> S {
        let shift = self.tilt(eps);
        let sinh = (shift.exp_m1() - (-shift).exp_m1()) / 2;
        (sinh.square() * self.tilt(x).sech_squared()).ln_1p() - eps.square() / self.s2
    }

    /// `L(x + ε) − L(x − ε) = −2xε/s₂ + ln(1 + τ) − ln(1 − τ)` with `τ = tanh y tanh δ`, for however small an `ε`.
    pub fn first_difference(&self, x: S, eps: S) -> S {
        let product = self.tilt(x).tanh() * self.tilt(eps).tanh();
        product.ln_1p() - (-product).ln_1p() - x * eps * 2 / self.s2
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> SymmetricMixture<R> {
        SymmetricMixture { mu: f(self.mu), s2: f(self.s2) }
    }
}
