//! Scores of forecasts: the continuous ranked probability score, its estimators from ensembles, and what they expect.
//!
//! `CRPS(F, y) = ∫ (F(x) − 1{y ≤ x})² dx = E|X − y| − ½ E|X − X′| = 2 ∫₀¹ Λ_q dq` with the pinball loss
//! `Λ_q = (q − 1{y < c})(y − c)` of the quantile `c`. Source: `gneiting2007`.

use crate::numbers::{Scalar, Special};
use crate::worlds::Gaussian;

/// Which pairs of members say how wide an ensemble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// All `M²`, each member also with itself: the score of the empirical law. It expects `τ/(M√π)` too much of `N(m, τ²)`.
    All,
    /// The `M(M − 1)` pairs of two members: unbiased, called fair.
    Distinct,
    /// Each member with the one so many places before it, in a circle: the approximate kernel representation, unbiased for members
    /// in random order.
    Shifted(usize),
}

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

/// `1/M Σ|xᵢ − y| − ½ Σᵢⱼ|xᵢ − xⱼ|/(number of pairs)`, the score of an ensemble; at least two members.
pub fn ensemble_crps<S: Scalar>(members: &[S], y: S, pairs: Pairs) -> S {
    let count = members.len() as i64;
    let distance = |a: S, b: S| (a - b).square().sqrt();
    let misses = members.iter().fold(S::zero(), |sum, x| sum + distance(*x, y)) / count;
    let each = || members.iter().enumerate();
    let halves =
        || each().fold(S::zero(), |sum, (i, x)| members[..i].iter().fold(sum, |sum, z| sum + distance(*x, *z)));
    let spread = match pairs {
        Pairs::All => halves() / (count * count),
        Pairs::Distinct => halves() / (count * (count - 1)),
        Pairs::Shifted(places) => {
            let before = |i: usize| members[(i + members.len() - places % members.len()) % members.len()];
            each().fold(S::zero(), |sum, (i, x)| sum + distance(*x, before(i))) / (2 * count)
        }
    };
    misses - spread
}

/// `2Λ_q = |y − c| + (2q − 1)(y − c)`, twice the pinball loss of the quantile `c` at the level `q`.
pub fn double_pinball<S: Scalar>(level: S, quantile: S, y: S) -> S {
    let miss = y - quantile;
    miss.square().sqrt() + (level * 2 - 1) * miss
}

/// The mean of [`double_pinball`] over pairs of level and quantile: what is often reported as the CRPS. It is not, for any grid
/// without the two ends: the levels `1/20 … 19/20` of a calibrated Gaussian give 1.048 times as much.
pub fn quantile_crps<S: Scalar>(grid: &[(S, S)], y: S) -> S {
    grid.iter().fold(S::zero(), |sum, (level, quantile)| sum + double_pinball(*level, *quantile, y)) / grid.len() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    fn law(mean: f64, sd: f64) -> Gaussian<Float> {
        Gaussian::new(Float(mean), Float(sd * sd))
    }

    /// Against quadrature of the definition in other software, at 40 digits; each formula has fewer than ten operations.
    #[test]
    fn expected_scores_are_those_of_the_theory() {
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

    #[test]
    fn the_score_of_an_ensemble_is_the_integral_of_its_law() {
        // F steps by 1/2 at 0 and at 3: the square of F − 1{y ≤ x} is 1/4 between 0 and 3 and 1 between 3 and 5.
        let members = [Float(0.0), Float(3.0)];
        assert!((ensemble_crps(&members, Float(5.0), Pairs::All).0 - 2.75).abs() < 1e-15);
        assert!((ensemble_crps(&members, Float(5.0), Pairs::Distinct).0 - 2.0).abs() < 1e-15);
    }

    #[test]
    fn a_fine_grid_of_quantiles_gives_the_score_of_the_ensemble() {
        // The quantiles of the uniform law on [0, 1] at the midpoints, y = 0.3: ∫₀^.3 x² + ∫_.3^1 (1 − x)².
        let n = 2000;
        let grid: Vec<_> = (0..n).map(|i| (f64::from(i) + 0.5) / f64::from(n)).map(|q| (Float(q), Float(q))).collect();
        let exact = (0.3_f64.powi(3) + 0.7_f64.powi(3)) / 3.0;
        // The midpoint rule over n intervals, for an integrand whose second derivative is 2 but for one jump of its slope of 2.
        let discretisation = (2.0 / 24.0 + 2.0 / 4.0) / f64::from(n * n);
        assert!((quantile_crps(&grid, Float(0.3)).0 - exact).abs() <= discretisation + f64::from(n) * f64::EPSILON);
    }
}
