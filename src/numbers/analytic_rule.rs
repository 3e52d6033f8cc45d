//! Gauss–Legendre quadrature of functions that are analytic in an ellipse, with an error bound from their size there.
//!
//! Let `f` be analytic and `|f| ≤ M` in the ellipse with the foci ±1 and the semi-axes `a, b = ½(ρ ± 1/ρ)`, `ρ > 1`. Its Chebyshev
//! coefficients are at most `2Mρ^{−k}`. The rule with `n ≥ 2` nodes is exact up to the degree `2n − 1` and, like the integral, zero for odd
//! `k`; for even `k ≥ 2n` integral and rule differ by at most `2 + 2/(4n² − 1) ≤ 32/15`. Hence the error on `[−1, 1]` is at most
//! `64/15 · M ρ^{−2n}/(1 − ρ^{−2})`.
//!
//! Nodes and weights come from `P_n(cos θ) = Σ c_j c_{n−j} cos (n − 2j)θ` with `c_j = (2j)!/(4ʲ j!²)`: a sum of positive numbers times cosines,
//! which loses no digits however large `n` is, as the three-term recurrence does in intervals. With `F(θ) = P_n(cos θ)` the nodes are
//! `cos θ` at the zeros of `F`, and the weights `2/((1 − x²) P_n′(x)²) = 2/F′(θ)²`.

use super::{Ball, Boxes, Field, Rational, Scalar, verified_root};
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
        Self { nodes: nodes(n), upper_half: upper_half.collect(), error_factor: factor.to_f64_interval().hi() }
    }
}

/// Nodes and weights on `[−1, 1]`, each verified; where one is not, the whole line.
fn nodes(n: usize) -> Vec<(Ball, Ball)> {
    let terms = cosine_terms(n);
    let legendre = |angle: Ball| {
        terms.iter().fold((Ball::zero(), Ball::zero()), |(value, slope), (coefficient, multiple)| {
            let (sin, cos) = (angle * *multiple).sin_cos();
            (value + *coefficient * cos, slope - *coefficient * sin * *multiple)
        })
    };
    let node = |i: usize| {
        let guess = (i as f64 - 0.25) / (n as f64 + 0.5) * std::f64::consts::PI;
        let angle = verified_root(guess, legendre);
        (angle.sin_cos().1, Ball::int(2) / legendre(angle).1.square())
    };
    // The other half is the mirror image.
    let half: Vec<_> = (1..=n / 2).map(node).collect();
    half.iter().copied().chain(half.iter().rev().map(|(node, weight)| (-*node, *weight))).collect()
}

/// The coefficient of `cos mθ` in `P_n(cos θ)`, with `m`, for even `n`: terms of opposite `m` are one.
fn cosine_terms(n: usize) -> Vec<(Ball, i64)> {
    let central = |j: usize| (1..=j).fold(Rational::ONE, |c, k| c * Rational::from(2 * k - 1) / Rational::from(2 * k));
    (0..=n / 2)
        .map(|j| {
            let multiple = (n - 2 * j) as i64;
            let both = Rational::from(if multiple == 0 { 1 } else { 2 });
            (Ball::rational(&(both * central(j) * central(n - j))), multiple)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::EndPoint;

    /// As many disjoint zeros as the degree are all of them.
    #[test]
    fn the_nodes_are_all_zeros_and_integrate_polynomials() {
        for rule in [&*RULE_FOR_DOUBLES, &*RULE_FOR_BALLS] {
            assert!(rule.nodes.windows(2).all(|pair| pair[1].0.hi() < pair[0].0.lo()));
            for power in [0, 2, 2 * rule.nodes.len() as i32 - 2] {
                let sum = rule.nodes.iter().fold(Ball::zero(), |sum, (x, weight)| sum + x.powi(power) * *weight);
                let moment = Ball::ratio(2, power as u32 + 1);
                assert!(sum.overlaps(&moment) && sum.radius().to_f64() < 1e-66, "x^{power}: {sum}");
            }
        }
    }

    /// `1/(c − x)` with its pole just outside the ellipse: the error is what theory expects, and within the bound.
    #[test]
    fn the_error_is_within_its_bound() {
        let pole = Ball::ratio(17, 10);
        let exact = ((pole + 1) / (pole - 1)).ln();
        for rule in [&*RULE_FOR_DOUBLES, &*RULE_FOR_BALLS] {
            let sum = rule.nodes.iter().fold(Ball::zero(), |sum, (x, weight)| sum + *weight / (pole - *x));
            let error = (exact - sum).to_f64().abs();
            let outside = Boxes::real(crate::numbers::Intervals::splat(pole.to_f64_interval()));
            let sizes = rule.upper_half.iter().map(|slice| (outside - *slice).recip().mag()[0]);
            // The ellipse ends at 5/3.
            let largest = (pole - Ball::ratio(5, 3)).recip().to_f64();
            assert!(sizes.fold(0.0, f64::max) >= largest, "the rectangles do not cover the ellipse");
            assert!(error <= largest * rule.error_factor, "{error:e} beyond its bound");
            // To leading order in 1/n the error at a simple pole is 2π (c + √(c² − 1))^{−2n−1}: neither number is nothing.
            let reach = pole + (pole.square() - 1).sqrt();
            let expected = (Ball::pi() * 2 * reach.powi(-2 * rule.nodes.len() as i32 - 1)).to_f64();
            assert!((0.5..2.0).contains(&(error / expected)), "{error:e}, expected {expected:e}");
        }
    }
}
