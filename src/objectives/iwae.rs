//! The gap of the importance-weighted bound for lognormal weights, enclosed. Sources: `burda2016`, `trefethen2014`.
//!
//! If the log-weights are independent `N(log p − s²/2, s²)`, the gap of `K` samples is `−E ln(K⁻¹ Σ e^{sZᵢ − s²/2})`. With
//! `φ(w) = E e^{−wX}`, `X = e^{sZ − s²/2}`, it is `∫ (φ(u/K)ᴷ − e^{−u}) du/u` over `u > 0`, by `−ln x = ∫ (e^{−ux} − e^{−u}) du/u`.

use crate::numbers::{Ball, Field, Float, Scalar, normal_density, normal_reach, strip_error, strip_step};
use std::collections::HashMap;

/// Why a gap is not enclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// More nodes than this take a quarter of a minute.
const MOST_NODES: f64 = 2e7;

/// Independent log-weights `N(log p − s²/2, s²)`.
#[derive(Debug, Clone, Copy)]
pub struct LognormalWeights {
    /// `s² > 0`.
    pub variance: Ball,
}

impl LognormalWeights {
    /// About how many nats below 1 an error must be to leave so many digits of the gap of `count` samples.
    fn nats(&self, count: u32, digits: usize) -> f64 {
        let s2 = self.variance.to_f64();
        // The gap is about (e^{s²} − 1)/(2K) while that is small.
        let size = s2.min(1.0) / f64::from(count);
        (digits as f64 + 4.0) * std::f64::consts::LN_10 - size.ln()
    }

    /// The gap of one sample, `s²/2`: that of the ELBO.
    pub fn gap_of_one(&self) -> Ball {
        self.variance / 2
    }

    /// The gap of two samples, `c² − E ln cosh(cZ)` with `c = √(s²/2)`, to about so many digits.
    ///
    /// In the strip `|Im z| ≤ a` with `ca < π/2`, `|ln cosh cz| ≤ c|x| + |ln cos ca| + π/2`.
    ///
    /// # Errors
    /// [`TooLarge`] if that would take too long.
    pub fn gap_of_two(&self, digits: usize) -> Result<Ball, TooLarge> {
        let (half, nats) = (self.variance / 2, self.nats(1, digits));
        let c = half.sqrt();
        let (height, step) = strip_step(nats, 1.5 / c.to_f64());
        let (height, step) = (Ball::from(height), Ball::from(step));
        let (last, _) = normal_reach(nats + c.to_f64().max(1.0).ln(), step);
        if last as f64 > MOST_NODES / 40.0 {
            return Err(TooLarge);
        }
        let sum = (1..=last).fold(Ball::zero(), |sum, k| sum + normal_density(step * k) * ln_cosh(c * step * k));
        let edge = c * (Ball::int(2) / Ball::pi()).sqrt() - (c * height).sin_cos().1.ln() + Ball::pi() / 2;
        let error = strip_error((height.square() / 2).exp() * edge, height, step);
        // ln cosh cz ≤ c|z|, and zφ(z) decreases beyond 1.
        let rest = Ball::zero().hull(&(c * normal_density(step * last) * 2));
        Ok(half - (sum * step * 2 + error + rest))
    }

    /// The gap of `count` samples by nested trapezoidal rules in `τ = ln u` and `z`, to about so many digits.
    ///
    /// In `z`: for `s·Im z ≤ π/2` the modulus of `exp(−w e^{sz − s²/2})` is at most 1. In `τ`: for `|Im τ| ≤ b < π/2` the
    /// integrand is at most `2e^{Re τ}` (its two terms are within `|u|` of 1), and at most
    /// `min(1, (C/|u|)ᴷ) + e^{−|u| cos b}` with `C = K e^{s² − 1}/cos b`, because `φ(w) ≤ E[X⁻¹]/(ew) = e^{s² − 1}/w`.
    ///
    /// # Errors
    /// [`TooLarge`] if that would take too long.
    pub fn gap(&self, count: u32, digits: usize) -> Result<Ball, TooLarge> {
        let (s2, s, nats) = (self.variance, self.variance.sqrt(), self.nats(count, digits));
        let (left, right) = self.range(count, nats);
        let within = nats + f64::from(count).ln() + (left + right).ln();
        let (width, finest) = strip_step(within, std::f64::consts::FRAC_PI_2 / s.to_f64() * (1.0 - f64::EPSILON * 8.0));
        // Both grids in one: the outer step is a multiple of s times the inner one.
        let outer = 2.0 * std::f64::consts::PI * HEIGHT / (nats + 8.0);
        let grain = (finest * s.to_f64()).min(outer);
        let stride = (outer / grain).floor() as i64;
        let grid = Grid { grain: Ball::from(grain), origin: -Ball::int(count.into()).ln() - s2 / 2 };
        let (step, inner) = (grid.grain * stride, grid.grain / s);
        let [left, right] = [left, right].map(|range| (range / step.to_f64()).ceil() as i64);
        let (last, beyond) = normal_reach(within, inner);
        if (left + right) as f64 * last as f64 * 2.0 > MOST_NODES {
            return Err(TooLarge);
        }

        let width = Ball::from(width);
        let analytic = (s * width).certainly_le(&(Ball::pi() / 2));
        let edge = if analytic { (width.square() / 2).exp() } else { Ball::whole() };
        let missed = strip_error(edge, width, inner) + beyond;
        let weights: Vec<_> = (0..=last).map(|j| normal_density(inner * j) * inner).collect();
        let mut kernel = HashMap::new();
        let mut at = |n: i64| *kernel.entry(n).or_insert_with(|| grid.kernel(n));
        let unit = Ball::zero().hull(&Ball::one());
        let mut sum = Ball::zero();
        for i in -left..=right {
            let sides = (1..=last).fold(weights[0] * at(i * stride), |sum, j| {
                sum + weights[j as usize] * (at(i * stride + j) + at(i * stride - j))
            });
            let laplace = sides + missed;
            let power = power(laplace.intersect(&unit).unwrap_or(laplace), count);
            sum = sum + power - (-(step * i).exp()).exp();
        }
        let ends = self.rest_left(count, step * left) + self.rest_right(count, step * right);
        Ok(sum * step + strip_error(self.edge(count), Ball::from(HEIGHT), step) + ends)
    }

    /// `M` of the outer rule at the height `b`: `2 + max(ln C, 0) + 1/K + 1/cos b`.
    fn edge(&self, count: u32) -> Ball {
        let cos = Ball::from(HEIGHT).sin_cos().1;
        let samples = Ball::int(count.into());
        let log_c = samples.ln() + self.variance - 1 - cos.ln();
        let positive = if log_c.certainly_positive() { log_c } else { Ball::zero().hull(&log_c) };
        positive + samples.recip() + cos.recip() + 2
    }

    /// What the outer rule leaves out below `τ = −reach`: `0 ≤ f ≤ e^q − 1` with `q = u² e^{s²}/(2K)`, since
    /// `φ(w) ≤ 1 − w + ½ w² E X²`; the sum is at most `½ q e^q`.
    fn rest_left(&self, count: u32, reach: Ball) -> Ball {
        let q = (self.variance - reach * 2).exp() / Ball::int(count.into()) / 2;
        Ball::zero().hull(&(q * q.exp() / 2))
    }

    /// What it leaves out above `τ = reach`: `0 ≤ f ≤ φᴷ`, and `φ(w) ≤ (p/e)^p w^{−p} E X^{−p}` for any `p > 0`; the sum is at
    /// most the last value over `pK`.
    fn rest_right(&self, count: u32, reach: Ball) -> Ball {
        let p = Ball::from(self.power(count, reach.to_f64()));
        let samples = Ball::int(count.into());
        let log_w = reach - samples.ln();
        let exponent = p * (p.ln() - 1 - log_w) + self.variance * p * (p + 1) / 2;
        Ball::zero().hull(&((exponent * samples).exp() / (p * samples)))
    }

    /// The `p` that makes the bound at `τ` smallest, up to rounding: `ln p − ln w + s²(p + ½) = 0`.
    fn power(&self, count: u32, tau: f64) -> f64 {
        let (s2, log_w) = (self.variance.to_f64(), tau - f64::from(count).ln());
        let (mut low, mut high) = (-800.0_f64, 800.0_f64);
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            let p = Float(middle).exp().0;
            if middle - log_w + s2 * (p + 0.5) > 0.0 { high = middle } else { low = middle }
        }
        Float(low).exp().0
    }

    /// How far the outer rule must reach on either side of `τ = 0` to leave out about `e^{−nats}`.
    fn range(&self, count: u32, nats: f64) -> (f64, f64) {
        let left = (self.variance.to_f64() - (4.0 * f64::from(count)).ln() + nats) / 2.0;
        let enough = Float(-nats).exp().0;
        let mut right = 1.0;
        while self.rest_right(count, Ball::from(right)).to_f64_interval().hi() > enough && right < 1e6 {
            right += 0.5;
        }
        (left.max(1.0), right)
    }
}

/// `b`: where the outer integrand is bounded, less than `π/2`.
const HEIGHT: f64 = 1.5;

/// The numbers `exp(−e^x)` on a grid of `x = τ − ln K + sz − s²/2`.
struct Grid {
    grain: Ball,
    origin: Ball,
}

impl Grid {
    fn kernel(&self, n: i64) -> Ball {
        (-(self.origin + self.grain * n).exp()).exp()
    }
}

/// `ln cosh x` for `x > 0`, without cancellation near 0: `cosh x − 1 = (eˣ − 1)² e^{−x}/2`.
fn ln_cosh(x: Ball) -> Ball {
    if Ball::one().certainly_le(&x) {
        return x + (-x * 2).exp().ln_1p() - Ball::int(2).ln();
    }
    (x.exp_m1().square() * (-x).exp() / 2).ln_1p()
}

/// `xⁿ`.
fn power(x: Ball, n: u32) -> Ball {
    (0..u32::BITS - n.leading_zeros()).rev().fold(Ball::one(), |power, bit| {
        let square = power.square();
        if n >> bit & 1 == 1 { square * x } else { square }
    })
}
