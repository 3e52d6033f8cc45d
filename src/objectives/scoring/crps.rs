//! The continuous ranked probability score of a Gaussian forecast.
//!
//! `CRPS(F, y) = ∫ (F(x) − 1{y ≤ x})² dx = E|X − y| − ½ E|X − X′| = 2 ∫₀¹ Λ_q dq` with the pinball loss
//! `Λ_q = (q − 1{y < c})(y − c)` of the quantile `c`. In the unit of `y`, and the smaller the better.

use crate::numbers::Special;
use crate::worlds::Gaussian;

/// `E|N(δ, v)| = √(2v/π) e^{−δ²/2v} + δ erf(δ/√(2v))`, for `v > 0`.
pub fn mean_magnitude<S: Special>(law: &Gaussian<S>) -> S {
    let double = law.variance * 2;
    let scaled = law.mean / double.sqrt();
    (double / S::pi()).sqrt() * (-scaled.square()).exp() + law.mean * scaled.erf()
}

/// `CRPS(N(m, τ²), y) = E|N(m − y, τ²)| − τ/√π`, in the unit of `y`.
pub fn crps<S: Special>(forecast: &Gaussian<S>, y: S) -> S {
    expected_crps(forecast, &Gaussian::new(y, S::zero()))
}

/// `E CRPS(N(m, τ²), Y) = E|N(m − m₀, τ² + τ₀²)| − τ/√π` for `Y ~ N(m₀, τ₀²)`; also for `τ₀ = 0`.
pub fn expected_crps<S: Special>(forecast: &Gaussian<S>, truth: &Gaussian<S>) -> S {
    let apart = Gaussian::new(forecast.mean - truth.mean, forecast.variance + truth.variance);
    mean_magnitude(&apart) - (forecast.variance / S::pi()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    /// Against quadrature of the definition in other software, at 40 digits; each formula has fewer than ten operations.
    #[test]
    fn expected_scores_are_those_of_the_theory() {
        let law = |mean: f64, sd: f64| Gaussian::new(Float(mean), Float(sd * sd));
        let near =
            |got: Float, exact: f64| assert!((got.0 - exact).abs() <= 8.0 * f64::EPSILON, "{got} is not {exact}");
        let truth = law(0.0, 1.0);
        for (sd, exact) in
            [(0.5, 0.609_967_266_302_507_4), (1.0, 0.564_189_583_547_756_3), (2.0, 0.655_744_949_057_258_5)]
        {
            near(expected_crps(&law(0.0, sd), &truth), exact);
        }
        near(crps(&truth, Float(1.5)), 0.994_424_003_977_453);
    }
}
