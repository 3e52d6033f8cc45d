//! Gauss–Legendre quadrature of functions that are analytic in an ellipse, with an error bound from their size there.
//!
//! Let `f` be analytic and `|f| ≤ M` in the ellipse with the foci ±1 and the semi-axes `a, b = ½(ρ ± 1/ρ)`, `ρ > 1`. Its Chebyshev
//! coefficients are at most `2Mρ^{−k}`. The rule with `n ≥ 2` nodes is exact up to the degree `2n − 1` and, like the integral, zero for odd
//! `k`; for even `k ≥ 2n` integral and rule differ by at most `2 + 2/(4n² − 1) ≤ 32/15`. Hence the error on `[−1, 1]` is at most
//! `64/15 · M ρ^{−2n}/(1 − ρ^{−2})`. Source: `trefethen2008`.

use super::quadrature::gauss_legendre;
use super::{Ball, Boxes, Field, Scalar};
use std::sync::LazyLock;

/// How many rectangles cover the upper half of an ellipse.
const SLICES: i64 = 4;

/// A rule on `[−1, 1]` and an ellipse around it.
#[derive(Debug)]
pub struct AnalyticRule {
    /// Nodes and weights, each verified.
    pub nodes: Vec<(Ball, Ball)>,
    /// Rectangles that cover the half of the ellipse above the real line; for a formula that is real there the other half says the same.
    pub upper_half: Vec<Boxes<1>>,
    /// What a bound of `|f|` in the ellipse is multiplied with to bound the error, `64/15 · ρ^{−2n}/(1 − ρ^{−2})`.
    pub error_factor: f64,
}

/// 24 nodes, `ρ = 3`: an error of about `10⁻²² M`.
pub static RULE_FOR_DOUBLES: LazyLock<AnalyticRule> = LazyLock::new(|| AnalyticRule::new(24, Ball::int(3)));

/// 64 nodes, `ρ = 3`: an error of about `10⁻⁶⁰ M`.
pub static RULE_FOR_BALLS: LazyLock<AnalyticRule> = LazyLock::new(|| AnalyticRule::new(64, Ball::int(3)));

impl AnalyticRule {
    fn new(n: usize, rho: Ball) -> Self {
        let (a, b) = ((rho + rho.recip()) / 2, (rho - rho.recip()) / 2);
        let upper_half = (0..SLICES).map(|slice| {
            let at = |j: i64| Ball::ratio(2 * j - SLICES, SLICES as u32);
            let across = at(slice).hull(&at(slice + 1));
            // The ellipse is highest where it is nearest to the middle.
            let nearest = Ball::point(across.mig());
            let height = b * (Ball::one() - nearest.square()).sqrt();
            let up = Ball::zero().hull(&height);
            Boxes::from(((a * across).to_f64_interval(), up.to_f64_interval()))
        });
        let power = rho.powi(-2 * n as i32);
        let factor = Ball::ratio(64, 15) * power / (Ball::one() - rho.powi(-2));
        Self {
            nodes: gauss_legendre(n),
            upper_half: upper_half.collect(),
            error_factor: factor.to_f64_interval().hi(),
        }
    }
}
