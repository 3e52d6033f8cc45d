//! Pinball losses of quantiles on a grid of levels: what is often reported as the CRPS.

use super::mean_magnitude;
use crate::numbers::{Ball, Field, Scalar, Special, normal_quantile};
use crate::worlds::Gaussian;

/// `2Λ_q = |y − c| + (2q − 1)(y − c)`, twice the pinball loss of the quantile `c` at the level `q`.
pub fn double_pinball<S: Scalar>(level: S, quantile: S, y: S) -> S {
    let miss = y - quantile;
    miss.square().sqrt() + (level * 2 - 1) * miss
}

/// The mean of [`double_pinball`] over pairs of level and quantile: what is often reported as the CRPS. It is not, for any grid
/// without the two ends: the levels `1/20 … 19/20` of a calibrated Gaussian give 1.048 times as much.
pub fn quantile_crps<S: Scalar>(grid: &[(S, S)], y: S) -> S {
    over_levels(grid, |level, quantile| double_pinball(level, quantile, y))
}

/// `E 2Λ_q = E|Y − c| + (2q − 1)(m₀ − c)` for `Y ~ N(m₀, τ₀²)`.
pub fn expected_double_pinball<S: Special>(level: S, quantile: S, truth: &Gaussian<S>) -> S {
    let miss = Gaussian::new(truth.mean - quantile, truth.variance);
    mean_magnitude(&miss) + (level * 2 - 1) * miss.mean
}

/// What [`quantile_crps`] expects of a Gaussian truth.
pub fn expected_quantile_crps<S: Special>(grid: &[(S, S)], truth: &Gaussian<S>) -> S {
    over_levels(grid, |level, quantile| expected_double_pinball(level, quantile, truth))
}

fn over_levels<S: Scalar>(grid: &[(S, S)], loss: impl Fn(S, S) -> S) -> S {
    grid.iter().fold(S::zero(), |sum, (level, quantile)| sum + loss(*level, *quantile)) / grid.len() as i64
}

/// The levels `1/(n + 1), …, n/(n + 1)` with the quantiles `m + τ Φ⁻¹(q)` of a forecast.
pub fn exact_quantiles(forecast: &Gaussian<Ball>, levels: u32) -> Vec<(Ball, Ball)> {
    let deviation = forecast.variance.sqrt();
    let level = |i: u32| Ball::ratio(i64::from(i), levels + 1);
    let quantile = |i: u32| match 2 * i {
        twice if twice > levels + 1 => -normal_quantile(level(levels + 1 - i)),
        _ => normal_quantile(level(i)),
    };
    (1..=levels).map(|i| (level(i), forecast.mean + deviation * quantile(i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

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
