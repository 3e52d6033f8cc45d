//! What a schedule costs on data with several eigenvalues: three integrals over `γ`, each with its own best density of times. Source:
//! `kingma2021`.
//!
//! A schedule is a density `p(γ) = dt/dγ` of times. With `w_j = ρs_j/(1 + ρs_j)`, the error of the exact network's `ε̂` along an axis, and
//! `N(γ)` a square of the `w`, a cost is `¼ ∫ N/p dγ` less a constant; by Cauchy and Schwarz `p ∝ √N` is best, at `¼ (∫ √N dγ)²`.

use crate::numbers::{Ball, Field, Panel, Scalar, integrate};
use crate::worlds::{GammaLine, GaussianChannel};

/// What is to be small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// The limit of `T (L_T − L_∞)`: `N = Σ w_j²`.
    Gap,
    /// The variance over times of the conditional mean of the one-sample estimator of `L_∞`: `N = (Σ w_j)²`, less `L_∞²`.
    TimeVariance,
    /// Its whole variance: `N = (Σ w_j)² + 2Σ w_j²`, less `L_∞²`.
    TotalVariance,
}

/// Data with these eigenvalues between two ends.
#[derive(Debug, Clone)]
pub struct Costs<S> {
    /// The axes.
    pub channels: Vec<GaussianChannel<S>>,
    /// The ends of `γ`.
    pub line: GammaLine<S>,
}

impl<S: Scalar> Costs<S> {
    /// `N(γ)`.
    pub fn square(&self, cost: Cost, gamma: S) -> S {
        let snr = (-gamma).exp();
        let (sum, squares) = self.channels.iter().fold((S::zero(), S::zero()), |(sum, squares), channel| {
            let w = channel.noise_mmse(snr);
            (sum + w, squares + w.square())
        });
        match cost {
            Cost::Gap => squares,
            Cost::TimeVariance => sum.square(),
            Cost::TotalVariance => sum.square() + squares * 2,
        }
    }

    /// The density that is best for a cost, but for its normaliser; without a cost that of a linear `γ`.
    pub fn density(&self, best_for: Option<Cost>, gamma: S) -> S {
        best_for.map_or(S::one(), |cost| self.square(cost, gamma).sqrt())
    }

    /// `L_∞ = ½ Σ ln((1 + ρ₀s_j)/(1 + ρ₁s_j))`.
    pub fn continuous_loss(&self) -> S {
        let [first, last] = [self.line.start, self.line.end].map(|gamma| (-gamma).exp());
        let each = self.channels.iter().map(|channel| channel.information(first) - channel.information(last));
        each.fold(S::zero(), |sum, loss| sum + loss)
    }
}

/// The three costs.
pub const COSTS: [Cost; 3] = [Cost::TimeVariance, Cost::Gap, Cost::TotalVariance];

/// Every cost under every density: rows as in [`COSTS`], columns a linear `γ` and then the density that is best for each of [`COSTS`]. The
/// integrals are enclosed to about this radius; both sets of data are the same in two readings.
pub fn table(balls: &Costs<Ball>, panels: &Costs<Panel>, radius: f64) -> [[Ball; 4]; 3] {
    let over = |f: &dyn Fn(Ball) -> Ball, panel: &dyn Fn(Panel) -> Panel| {
        integrate(f, panel, balls.line.start, balls.line.end, radius)
    };
    let densities = [None, Some(COSTS[0]), Some(COSTS[1]), Some(COSTS[2])];
    let masses = densities.map(|density| match density {
        None => balls.line.span(),
        best => over(&|gamma| balls.density(best, gamma), &|gamma| panels.density(best, gamma)),
    });
    COSTS.map(|cost| {
        std::array::from_fn(|column| {
            let density = densities[column];
            let squares = if density == Some(cost) {
                // N/√N is the density itself.
                masses[column]
            } else {
                over(&|gamma| balls.square(cost, gamma) / balls.density(density, gamma), &|gamma| {
                    panels.square(cost, gamma) / panels.density(density, gamma)
                })
            };
            let second = masses[column] * squares / 4;
            if cost == Cost::Gap { second } else { second - balls.continuous_loss().square() }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example<S: Scalar>() -> Costs<S> {
        let channels = [S::ratio(1, 20), S::int(4)].map(|s| GaussianChannel { s }).to_vec();
        Costs { channels, line: GammaLine { start: S::int(-9), end: S::int(5) } }
    }

    /// The table of the catalogue of claims, computed by other programs.
    #[test]
    fn the_costs_of_four_schedules() {
        let table = table(&example(), &example(), 1e-9);
        // Columns of the printed rows: linear, (i), (ii), (iii).
        for (row, printed) in table.iter().zip([
            [(25.080, 1e-3), (0.0, 1e-6), (0.8314, 1e-4), (0.2708, 1e-4)],
            [(50.383, 1e-3), (39.608, 1e-3), (39.051, 1e-3), (39.152, 1e-3)],
            [(125.846, 1e-3), (79.217, 1e-3), (78.933, 1e-3), (78.575, 1e-3)],
        ]) {
            for (value, (digits, unit)) in row.iter().zip(printed) {
                assert!((value.to_f64() - digits).abs() <= unit, "{} is not {digits}", value.to_decimal(8));
            }
        }
    }
}
