//! Gaussian laws: every density, score and divergence in closed form.

use super::{Affine, AffineField};
use crate::numbers::{Covariance, Scalar, Special, Vector};

/// The law `N(mean, variance)` on the line; `variance > 0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian<S> {
    /// Its mean.
    pub mean: S,
    /// Its variance, never a standard deviation.
    pub variance: S,
}

impl<S: Scalar> Gaussian<S> {
    /// `N(mean, variance)`.
    #[inline(always)]
    pub fn new(mean: S, variance: S) -> Self {
        Self { mean, variance }
    }

    /// `N(0, variance)`.
    #[inline(always)]
    pub fn centred(variance: S) -> Self {
        Self::new(S::zero(), variance)
    }

    /// `log N(y; m, v) = −½ ln 2πv − (y − m)²/(2v)`, in nats.
    #[inline(always)]
    pub fn log_density(&self, y: S) -> S {
        self.expected_log_density(&Self::new(y, S::zero()))
    }

    /// `E[log N(Y; m, v)] = −½ ln 2πv − ((E Y − m)² + Var Y)/(2v)` for any `Y` with the moments of `law`, in nats.
    #[inline(always)]
    pub fn expected_log_density(&self, law: &Self) -> S {
        self.log_peak() - self.exponent(law)
    }

    /// `log N(m; m, v) = −½ ln 2πv`, the log-density at the mean.
    #[inline(always)]
    pub fn log_peak(&self) -> S {
        -(S::pi() * self.variance * 2).ln() / 2
    }

    /// `E (Y − m)²/(2v)` for any `Y` with the moments of `law`: how far below its peak the log-density is.
    #[inline(always)]
    pub fn exponent(&self, law: &Self) -> S {
        ((law.mean - self.mean).square() + law.variance) / (self.variance * 2)
    }

    /// The score `∇ log N(y; m, v) = −(y − m)/v`, an affine function of `y`.
    #[inline(always)]
    pub fn score(&self) -> Affine<S> {
        Affine { slope: -self.variance.recip(), offset: self.mean / self.variance }
    }

    /// `KL(self ‖ other) = ½(v₁/v₂ − 1 − ln(v₁/v₂) + (m₁ − m₂)²/v₂)`, in nats.
    #[inline(always)]
    pub fn kl(&self, other: &Self) -> S {
        let ratio = self.variance / other.variance;
        (ratio.minus_1_minus_ln() + (self.mean - other.mean).square() / other.variance) / 2
    }

    /// The differential entropy `½ ln 2πev`, in nats.
    pub fn entropy(&self) -> S {
        ((S::pi() * self.variance * 2).ln() + 1) / 2
    }

    /// `E[h(Y)]` of a quadratic `h`, for any `Y` with these moments: the average of `h` over the two points at one standard
    /// deviation.
    pub fn average_of_quadratic(&self, h: impl Fn(S) -> S) -> S {
        let deviation = self.variance.sqrt();
        (h(self.mean + deviation) + h(self.mean - deviation)) / 2
    }

    /// In another reading.
    #[inline(always)]
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Gaussian<R> {
        Gaussian { mean: f(self.mean), variance: f(self.variance) }
    }
}

impl<S: Special> Gaussian<S> {
    /// `P(Y < y)`, with its own digits in the lower tail.
    pub fn below(&self, y: S) -> S {
        ((self.mean - y) / (self.variance * 2).sqrt()).erfc() / 2
    }

    /// `P(Y > y)`, with its own digits in the upper tail.
    pub fn above(&self, y: S) -> S {
        ((y - self.mean) / (self.variance * 2).sqrt()).erfc() / 2
    }
}

/// The law `N(mean, covariance)` in `d` dimensions.
#[derive(Debug, Clone)]
pub struct MultivariateGaussian<S> {
    /// Its mean, `d` entries.
    pub mean: Vector<S>,
    /// Its covariance, positive definite.
    pub covariance: Covariance<S>,
}

impl<S: Scalar> MultivariateGaussian<S> {
    /// `log N(y; m, Σ) = −½ (d ln 2π + log det Σ + (y − m)ᵀ Σ⁻¹ (y − m))`, in nats.
    pub fn log_density(&self, y: &Vector<S>) -> S {
        let z = y - &self.mean;
        let distance = self.covariance.precision().bilinear(&z, &z);
        Self::log_density_at(y.size(), self.covariance.log_det(), distance)
    }

    /// `E[log N(Y; m, Σ)]` for any `Y` with the moments of `law`, in nats.
    pub fn expected_log_density(&self, law: &Self) -> S {
        let away = &law.mean - &self.mean;
        let precision = self.covariance.precision();
        let distance = precision.bilinear(&away, &away) + (precision * law.covariance.matrix()).trace();
        Self::log_density_at(away.size(), self.covariance.log_det(), distance)
    }

    /// The log-density in `d` dimensions from `ln det Σ` and the squared distance `(y − m)ᵀ Σ⁻¹ (y − m)`.
    pub fn log_density_at(d: S, log_det: S, squared_distance: S) -> S {
        -((S::pi() * 2).ln() * d + log_det + squared_distance) / 2
    }

    /// `KL(self ‖ other) = ½(tr Σ₂⁻¹Σ₁ − d − ln det Σ₁ + ln det Σ₂ + (m₁ − m₂)ᵀ Σ₂⁻¹ (m₁ − m₂))`, in nats.
    pub fn kl(&self, other: &Self) -> S {
        let (shift, precision) = (&self.mean - &other.mean, other.covariance.precision());
        let spread = (precision * self.covariance.matrix()).trace() - self.mean.size();
        let volume = other.covariance.log_det() - self.covariance.log_det();
        (spread + volume + precision.bilinear(&shift, &shift)) / 2
    }

    /// The differential entropy `½ (d ln 2πe + log det Σ)`, in nats.
    pub fn entropy(&self) -> S {
        let d = self.mean.size();
        -Self::log_density_at(d, self.covariance.log_det(), d)
    }

    /// `N(m, Σ + σ²I)`, the law under noise of the variance `σ² ≥ 0` in each entry; a variance, not a standard deviation.
    pub fn noised(&self, variance: S) -> Self {
        let covariance = Covariance::new(self.covariance.matrix().plus_identity(variance));
        Self { mean: self.mean.clone(), covariance }
    }

    /// The score `y ↦ −Σ⁻¹(y − m)`.
    pub fn score(&self) -> AffineField<S> {
        let precision = self.covariance.precision();
        AffineField { slope: -precision, offset: precision * &self.mean }
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> MultivariateGaussian<R> {
        let covariance = Covariance::new(self.covariance.matrix().map(&f));
        MultivariateGaussian { mean: self.mean.map(&f), covariance }
    }
}
