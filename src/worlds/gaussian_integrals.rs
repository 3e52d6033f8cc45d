//! Integrals over the line that Gaussian laws bound: by quadrature, so that closed forms have something to be compared with.

use super::Gaussian;
use crate::numbers::{
    Ball, EndPoint, Field, Integrand, OverLine, Scalar, gaussian_mean_above, gaussian_mean_below, integrate,
};

/// A range beyond which some Gaussian laws have nearly nothing.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    from: Ball,
    to: Ball,
    beyond: Ball,
}

impl Range {
    /// Where all laws live. What is left out, on one side, of an integral of a function that is at most the sum of the tails
    /// of the laws, is at most `radius`.
    pub fn of(laws: &[Gaussian<Ball>], radius: f64) -> Self {
        let deviations: Vec<_> = laws.iter().map(|law| law.variance.sqrt()).collect();
        let width = deviations.iter().fold(Ball::zero(), |sum, deviation| sum + *deviation);
        // ∫ beyond L of a standard normal tail is φ(L) − L Φ(−L).
        let left_out = |reach: i64| width * Gaussian::centred(Ball::one()).log_density(Ball::int(reach)).exp();
        // At 50 standard deviations a tail is below every double.
        let reach = (1..50).find(|reach| left_out(*reach).hi().to_f64() <= radius).unwrap_or(50);
        let end = |side: i64| {
            let ends = laws.iter().zip(&deviations).map(|(law, deviation)| law.mean + *deviation * (side * reach));
            ends.reduce(|a, b| a.hull(&b)).unwrap_or(Ball::zero())
        };
        let beyond = Ball::zero().hull(&left_out(reach));
        Self { from: Ball::point(end(-1).lo()), to: Ball::point(end(1).hi()), beyond }
    }

    /// `∫ f` over the line, for `0 ≤ f ≤` the sum of the tails.
    pub fn integral(&self, f: &impl Integrand, radius: f64) -> Ball {
        self.part(f, self.from, self.to, radius) + self.beyond * 2
    }

    /// `∫ f` from −∞ to this point, for such a function.
    pub fn integral_below(&self, f: &impl Integrand, to: Ball, radius: f64) -> Ball {
        self.part(f, least(self.from, to), to, radius) + self.beyond
    }

    /// `∫ f` from this point to ∞, for such a function.
    pub fn integral_above(&self, f: &impl Integrand, from: Ball, radius: f64) -> Ball {
        self.part(f, from, -least(-self.to, -from), radius) + self.beyond
    }

    fn part(&self, f: &impl Integrand, from: Ball, to: Ball, radius: f64) -> Ball {
        integrate(&|x| f.value(x), &|x| f.value(x), from, to, radius)
    }
}

fn least(a: Ball, b: Ball) -> Ball {
    Ball::point(a.hull(&b).lo())
}

/// `offset + slope z`.
struct Line {
    offset: Ball,
    slope: Ball,
}

impl Integrand for Line {
    fn value<S: OverLine>(&self, z: S) -> S {
        S::enclosed(self.offset) + S::enclosed(self.slope) * z
    }
}

impl Gaussian<Ball> {
    /// `E[left (kink − Y); Y < kink] + E[right (Y − kink); Y > kink]`, by quadrature on both sides of the kink.
    pub fn mean_of_hinge(&self, kink: Ball, [left, right]: [Ball; 2], radius: f64) -> Ball {
        let deviation = self.variance.sqrt();
        let miss = kink - self.mean;
        let below = Line { offset: left * miss, slope: -left * deviation };
        let above = Line { offset: -right * miss, slope: right * deviation };
        let edge = miss / deviation;
        gaussian_mean_below(&below, edge, radius / 2.0) + gaussian_mean_above(&above, edge, radius / 2.0)
    }
}
