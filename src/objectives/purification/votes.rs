//! Majority votes of a linear classifier over runs with independent noise, enclosed. Sources: `yoon2021`, `cohen2019`.
//!
//! One input has the margin `a + sg`, and run `i` adds `νzᵢ` to it, all standard normal and independent. The vote is right if more
//! than half of the `n` sums are positive, `n` odd, that is if their median is.

use crate::numbers::{Ball, EndPoint, Field, Integrand, OverLine, Scalar, integrate, ln_gamma, normal_density};
use crate::worlds::Gaussian;

/// Votes over runs with independent noise.
#[derive(Debug, Clone, Copy)]
pub struct Vote {
    /// The law `N(a, s²)` of the margin, an attack already taken off it; its variance `> 0`.
    pub margin: Gaussian<Ball>,
    /// `ν > 0`, the standard deviation of the noise in the margin of one run.
    pub noise: Ball,
    /// `n`, the number of runs, odd.
    pub runs: u32,
}

/// Where the normal density is no longer a double that its neighbours resolve.
const REACH: i64 = 37;

impl Vote {
    /// The runs that make a majority, `(n + 1)/2`.
    fn majority(&self) -> i64 {
        i64::from(self.runs / 2) + 1
    }

    /// The probability that the vote is right, to about this radius, by the median `M` of the noise: `E Φ((a + νM)/s)`, where `M` has the
    /// density `n!/((m−1)!)² (Φ(1 − Φ))^{m−1} φ`, `m = (n + 1)/2`. Two functions, however many runs.
    pub fn accuracy(&self, radius: f64) -> Ball {
        let m = Ball::int(self.majority());
        let median = Median {
            powers: self.majority() - 1,
            log_count: ln_gamma(Ball::int(i64::from(self.runs) + 1)) - ln_gamma(m) * 2,
            vote: *self,
        };
        // P(|M| > z) ≤ 2 C(n, m) (1 − Φ(z))^m, and C(n, m) is below 2ⁿ.
        let beyond = |z: i64| {
            let tail = Gaussian::centred(Ball::one()).above(Ball::int(z));
            (tail.ln() * m + Ball::int(2).ln() * i64::from(self.runs)).exp() * 2
        };
        over_the_line(&median, beyond, radius)
    }

    /// The same to so many digits of its own, down to accuracies of about 1e-250.
    pub fn accuracy_to_digits(&self, digits: usize) -> Ball {
        const LAST_RADIUS: f64 = 1e-290;
        // Mostly this is already enough.
        let mut radius = 10_f64.powi(-(digits.min(60) as i32) - 2);
        loop {
            let accuracy = self.accuracy(radius);
            let wanted = accuracy.to_f64_interval().mig() * 10_f64.powi(-(digits.min(60) as i32));
            if accuracy.radius().to_f64() <= wanted || radius <= LAST_RADIUS || !accuracy.is_finite() {
                return accuracy;
            }
            radius = (wanted / 4.0).clamp(radius * 1e-60, radius * 1e-4).max(LAST_RADIUS);
        }
    }

    /// The same by the margin of the input: the mean of `P(Bin(n, Φ((a + sg)/ν)) ≥ m)` over `g`, a sum of `m` terms at each place.
    pub fn accuracy_by_margins(&self, radius: f64) -> Ball {
        let beyond = |z: i64| Gaussian::centred(Ball::one()).above(Ball::int(z)) * 2;
        over_the_line(&Binomial { vote: *self }, beyond, radius)
    }

    /// The law of the margin if the `n` logits are averaged instead: `N(a, s² + ν²/n)`.
    pub fn averaged(&self) -> Gaussian<Ball> {
        let noise = self.noise.square() / i64::from(self.runs);
        Gaussian::new(self.margin.mean, self.margin.variance + noise)
    }
}

/// The integral over the line of what is positive and has at most so much beyond `|z|`.
fn over_the_line(f: &impl Integrand, beyond: impl Fn(i64) -> Ball, radius: f64) -> Ball {
    let reach = (3..REACH).find(|z| beyond(*z).hi().to_f64() <= radius / 2.0).unwrap_or(REACH);
    let (from, to) = (Ball::int(-reach), Ball::int(reach));
    integrate(&|z| f.value(z), &|z| f.value(z), from, to, radius / 2.0) + Ball::zero().hull(&beyond(reach))
}

struct Median {
    powers: i64,
    log_count: Ball,
    vote: Vote,
}

impl Integrand for Median {
    fn value<S: OverLine>(&self, z: S) -> S {
        let normal = Gaussian::centred(S::one());
        let arrangements = (normal.below(z).ln() + normal.above(z).ln()) * self.powers;
        let density = (S::enclosed(self.log_count) + arrangements + normal.log_density(z)).exp();
        let margin = self.vote.margin.map(S::enclosed);
        density * margin.above(-(S::enclosed(self.vote.noise) * z))
    }
}

struct Binomial {
    vote: Vote,
}

impl Integrand for Binomial {
    fn value<S: OverLine>(&self, g: S) -> S {
        let (runs, m) = (i64::from(self.vote.runs), self.vote.majority());
        let margin = self.vote.margin.map(S::enclosed);
        let run = Gaussian::new(margin.mean + margin.variance.sqrt() * g, S::enclosed(self.vote.noise).square());
        let (right, wrong) = (run.above(S::zero()), run.below(S::zero()));
        // Σ C(n, j) wrong^j right^{n−j} over j < m, by Horner's rule: right^m times a polynomial in both.
        let (mut ways, mut power, mut sum) = (Ball::one(), S::one(), S::zero());
        for j in 0..m {
            sum = sum * right + S::enclosed(ways) * power;
            power = power * wrong;
            ways = ways * (runs - j) / (j + 1);
        }
        sum * right.powi(m as i32) * normal_density(g)
    }
}
