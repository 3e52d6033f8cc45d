//! The probability integral transform `U = F(Y)` of a Gaussian forecast and a Gaussian truth.

use crate::numbers::{Ball, Field, Integrand, OverLine, Scalar, Special, arctan, gaussian_mean, normal_quantile};
use crate::worlds::Gaussian;

/// `E U = Φ((m₀ − m)/√(τ² + τ₀²))`: the probability that a draw of the forecast is below the truth.
pub fn pit_mean<S: Special>(forecast: &Gaussian<S>, truth: &Gaussian<S>) -> S {
    Gaussian::new(forecast.mean, forecast.variance + truth.variance).below(truth.mean)
}

/// `Var U = arcsin(k²/(1 + k²))/2π = arctan(k²/√(1 + 2k²))/2π` for equal means, with `k = τ₀/τ`: 1/12 iff `k = 1`.
pub fn pit_variance(k: Ball) -> Ball {
    let square = k.square();
    arctan(square / (square * 2 + 1).sqrt()) / (Ball::pi() * 2)
}

/// The probability `2Φ(Φ⁻¹((1 + c)/2)/k) − 1` that the truth lies in the central interval of nominal coverage `c`, for equal means.
pub fn coverage(nominal: Ball, k: Ball) -> Ball {
    let edge = -normal_quantile((Ball::one() - nominal) / 2);
    (edge / k / Ball::int(2).sqrt()).erf()
}

/// `Cov(U, U′) = arcsin(ρ/2)/2π` of two calibrated entries with the correlation `ρ`, by the tangent of the same angle.
pub fn pit_covariance(correlation: Ball) -> Ball {
    arctan(correlation / (Ball::int(4) - correlation.square()).sqrt()) / (Ball::pi() * 2)
}

/// `Φ(a + bZ) − c`, to a power.
struct Transform {
    shift: Ball,
    slope: Ball,
    less: Ball,
    power: i32,
}

impl Integrand for Transform {
    fn value<S: OverLine>(&self, z: S) -> S {
        let y = S::enclosed(self.shift) + S::enclosed(self.slope) * z;
        (Gaussian::centred(S::one()).below(y) - S::enclosed(self.less)).powi(self.power)
    }
}

/// `E (U − c)ᵖ` by quadrature, to about this radius.
pub fn pit_moment(forecast: &Gaussian<Ball>, truth: &Gaussian<Ball>, less: Ball, power: i32, radius: f64) -> Ball {
    let deviation = forecast.variance.sqrt();
    let shift = (truth.mean - forecast.mean) / deviation;
    gaussian_mean(&Transform { shift, slope: truth.variance.sqrt() / deviation, less, power }, radius)
}

/// `(Φ(Z) − ½) E[Φ(Z′) − ½ | Z]`, with `E[Φ(Z′) | Z] = Φ(ρZ/√(2 − ρ²))`.
struct Product {
    own: Transform,
    other: Transform,
}

impl Integrand for Product {
    fn value<S: OverLine>(&self, z: S) -> S {
        self.own.value(z) * self.other.value(z)
    }
}

/// `Cov(U, U′)` of two calibrated entries, averaged first over the second and then by quadrature, to about this radius.
pub fn pit_covariance_by_quadrature(correlation: Ball, radius: f64) -> Ball {
    let centred = |slope| Transform { shift: Ball::zero(), slope, less: Ball::ratio(1, 2), power: 1 };
    let slope = correlation / (Ball::int(2) - correlation.square()).sqrt();
    gaussian_mean(&Product { own: centred(Ball::one()), other: centred(slope) }, radius)
}
