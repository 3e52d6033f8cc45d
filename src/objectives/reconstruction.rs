//! What a decoder pays that tells which of a few levels was seen through noise, in nats. Source: `kingma2021`.
//!
//! At signal-to-noise ratio `ρ` it sees `y = z/α = x + n/√ρ` and says `p(x_k | y) ∝ w_k e^{−ρ(y − x_k)²/2}`. If the weights `w` are
//! those of the data, this is their posterior, and the expected loss is the entropy that is left.

use crate::numbers::{
    Ball, Field, Integrand, OverLine, Scalar, gaussian_mean, normal_density, normal_reach, strip_error, strip_step,
};
use crate::worlds::{Gaussian, Mixture};

/// What a decoder believes of data on levels: their weights, and the signal-to-noise ratio.
#[derive(Debug, Clone)]
pub struct LevelDecoder<S> {
    /// Pairs `(w_k, x_k)`; only ratios of the weights matter.
    pub levels: Vec<(S, S)>,
    /// `ρ`.
    pub snr: S,
}

impl<S: Scalar> LevelDecoder<S> {
    /// `ln w_k − ½ρ(y − x_k)²` at `y = z/α`: the logarithms of the probabilities of the levels, up to a constant.
    pub fn logits(&self, y: S) -> Vec<S> {
        self.levels.iter().map(|(weight, level)| weight.ln() - self.snr * (y - *level).square() / 2).collect()
    }

    /// `−log p(x_k | y)` at `y = x_k + τn`: `ln(1 + Σ_j w_j/w_k e^{−ρ(d²/2 + d τn)})` with `d = x_k − x_j`. At its own `ρ`, `τ = 1/√ρ`.
    pub fn loss(&self, k: usize, deviation: S, noise: S) -> S {
        let (own, level) = self.levels[k];
        let others = self.levels.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, (weight, other))| {
            let apart = level - *other;
            (*weight / own).ln() - self.snr * apart * (apart / 2 + deviation * noise)
        });
        others.fold(S::zero(), S::log_add_exp)
    }
}

impl<S: Copy> LevelDecoder<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> LevelDecoder<R> {
        LevelDecoder { levels: self.levels.iter().map(|(w, x)| (f(*w), f(*x))).collect(), snr: f(self.snr) }
    }
}

/// A power of the loss at one level, as a function of the noise.
struct AtLevel<'a> {
    decoder: &'a LevelDecoder<Ball>,
    k: usize,
    deviation: Ball,
    power: i32,
}

impl Integrand for AtLevel<'_> {
    fn value<S: OverLine>(&self, noise: S) -> S {
        self.decoder.map(S::enclosed).loss(self.k, S::enclosed(self.deviation), noise).powi(self.power)
    }
}

/// `E (−log p(x | y))ⁿ` over noise and over data with these weights on the levels of the decoder, seen at the ratio `snr`, to about this
/// radius.
pub fn expected_loss(weights: &[Ball], snr: Ball, decoder: &LevelDecoder<Ball>, power: i32, radius: f64) -> Ball {
    let deviation = snr.sqrt().recip();
    let terms = weights.iter().enumerate().map(|(k, weight)| {
        let loss = AtLevel { decoder, k, deviation, power };
        *weight * gaussian_mean(&loss, radius)
    });
    terms.fold(Ball::zero(), |sum, term| sum + term)
}

/// What is not known of the level once `y` is seen, `H(w) − I = H(w) + h(n/√ρ) − h(y)`, with the entropy of the mixture `y`, to about
/// this radius. The weights add up to 1.
pub fn remaining_entropy(levels: &[(Ball, Ball)], snr: Ball, radius: f64) -> Ball {
    let noise = Gaussian::centred(snr.recip());
    let seen = Mixture::new(levels.iter().map(|(w, x)| (*w, Gaussian::new(*x, noise.variance))));
    let choice = levels.iter().fold(Ball::zero(), |sum, (w, _)| sum - *w * w.ln());
    choice + noise.entropy() - seen.entropy(radius)
}

/// The loss of two levels of equal weight at the distance `d`, `E ln(1 + e^{−(u²/2 + uZ)})` with `u = √ρ d`, to about so many
/// significant digits however small it is. Source of the rule: `trefethen2014`.
///
/// Seen from halfway between the levels it is `e^{−u²/8} E g(uZ)` with `g(v) = e^{v/2} ln(1 + e^{−v})`: a number of order 1 or
/// `√2π/u`, whichever is smaller, where nothing cancels. In the strip `|Im v| ≤ π/2`, where `Re e^{−v} ≥ 0`, `|g| ≤ e^{−v/2}`, and for
/// `Re v < 0`, by `ln(1 + e^{−v}) = −v + ln(1 + e^v)`, `|g| ≤ (|Re v| + π/2 + 1) e^{−|Re v|/2}`; so `|g| ≤ π/2 + 1`.
pub fn two_level_loss(separation: Ball, digits: usize) -> Ball {
    let u = separation.to_f64();
    let nats = (digits.min(60) as f64 + 4.0) * std::f64::consts::LN_10 + u.max(1.0).ln();
    let (width, step) = strip_step(nats, std::f64::consts::FRAC_PI_2 / u * (1.0 - f64::EPSILON * 8.0));
    let (width, step) = (Ball::from(width), Ball::from(step));
    let analytic = (separation * width).certainly_le(&(Ball::pi() / 2));
    let edge = if analytic { (width.square() / 2).exp() * (Ball::pi() / 2 + 1) } else { Ball::whole() };
    // g falls like e^{−|v|/2}, the density like e^{−z²/2}: whichever gets there first.
    let (by_density, rest_of_density) = normal_reach(nats, step);
    let by_decay = (2.0 * (nats + nats.ln()) / u / step.to_f64()).ceil() as i64 + 1;
    let last = by_density.min(by_decay);
    // g ≤ (1 + |v|) e^{−|v|/2} < 1.3 on the line. Beyond |v| = 1 that falls, and its integral from V on is (2V + 6) e^{−V/2}.
    let v = separation * step * last;
    let rest = if by_density <= by_decay {
        rest_of_density * Ball::ratio(13, 10)
    } else if Ball::one().certainly_le(&v) {
        Ball::zero().hull(&((v * 2 + 6) * (-v / 2).exp() / separation * Ball::ratio(4, 5)))
    } else {
        Ball::whole()
    };
    let sum = (1..=last).fold(normal_density(Ball::zero()) * Ball::int(2).ln(), |sum, k| {
        let z = step * k;
        sum + normal_density(z) * both_sides(separation * z)
    });
    (-separation.square() / 8).exp() * (sum * step + strip_error(edge, width, step) + rest)
}

/// `g(v) + g(−v)` for `v > 0`.
fn both_sides(v: Ball) -> Ball {
    let half = (-v / 2).exp();
    let log = half.square().ln_1p();
    log / half + half * (v + log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::EndPoint;

    #[test]
    fn levels_far_apart_are_told_and_levels_together_are_not() {
        // e^{−u²/8} √2π/u (1 − O(u⁻²)), since ∫ g = 2π; and ln 2 − u²/8 + O(u⁴).
        for u in [1e2, 1e3] {
            let u = Ball::from(u);
            let leading = (-u.square() / 8).exp() * (Ball::pi() * 2).sqrt() / u;
            let ratio = two_level_loss(u, 30) / leading;
            assert!(ratio.radius().to_f64() < 1e-28 && (ratio.to_f64() - 1.0).abs() < 20.0 / u.to_f64().powi(2));
        }
        let small = two_level_loss(Ball::ratio(1, 1_000_000), 30);
        let lost = (Ball::int(2).ln() - small).to_f64() * 8e12;
        assert!((lost - 1.0).abs() < 1e-5 && small.radius().to_f64() < 1e-29);
    }

    #[test]
    fn three_routes_to_the_loss_of_two_levels() {
        let (half, snr) = (Ball::ratio(1, 2), Ball::int(16));
        let levels = vec![(half, Ball::ratio(3, 10)), (half, Ball::ratio(13, 10))];
        let strip = two_level_loss(Ball::int(4), 20);
        let entropy = remaining_entropy(&levels, snr, 1e-14);
        let decoder = LevelDecoder { levels, snr };
        for other in [expected_loss(&[half, half], snr, &decoder, 1, 1e-14), entropy] {
            let difference = other - strip;
            assert!(difference.contains_zero() && difference.mag().to_f64() < 1e-12);
        }
    }
}
