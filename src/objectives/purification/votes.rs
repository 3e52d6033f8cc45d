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
/// Where `Φ` is 1 to within the smallest error that is asked for.
const STEP: i64 = 40;

impl Vote {
    /// The runs that make a majority, `(n + 1)/2`.
    fn majority(&self) -> i64 {
        i64::from(self.runs / 2) + 1
    }

    /// The probability that the vote is right, to about this radius, by the median `M` of the noise: `E Φ((a + νM)/s)`, where `M` has the
    /// density `n!/((m−1)!)² (Φ(1 − Φ))^{m−1} φ`, `m = (n + 1)/2`. Two functions, however many runs.
    pub fn accuracy(&self, radius: f64) -> Ball {
        let m = Ball::int(self.majority());
        // P(M > z) is at most C(n, m) qᵐ ≤ 2ⁿqᵐ, and at most (4q(1 − q))^{n/2} by Chernoff, with q = 1 − Φ(z).
        let beyond = |z: Ball| {
            let [below, above] = [normal().below(z), normal().above(z)].map(Ball::ln);
            let (runs, two) = (i64::from(self.runs), Ball::int(2).ln());
            let [union, chernoff] =
                [above * m + two * runs, ((above + below) / 2 + two) * runs].map(|nats| nats.exp() * 2);
            if union.certainly_le(&chernoff) { union } else { chernoff }
        };
        let (end, rest) = reach(beyond, radius / 4.0);
        let powers = self.majority() - 1;
        let log_peak =
            ln_gamma(Ball::int(i64::from(self.runs) + 1)) - ln_gamma(m) * 2 - Ball::int(2).ln() * (2 * powers);
        let median = Median { powers, log_peak, near: end.certainly_le(&Ball::ratio(1, 2)) };
        let (mean, deviation) = (self.margin.mean, self.margin.variance.sqrt());
        let share = deviation / self.noise;
        if self.noise.certainly_le(&deviation) {
            let run = Weighed { median, mean, slope: self.noise, deviation };
            return integral(&run, -end, end, radius / 2.0) + rest;
        }
        // Little of the margin is the input's: then Φ is a step in z, and the place u = (a + νz)/s within it the variable.
        let step = Ball::int(STEP);
        let [from, to] = [-end, end].map(|z| (mean + self.noise * z) / deviation);
        let [from, to] = [from, to].map(|u| {
            if u.certainly_le(&-step) {
                -step
            } else if step.certainly_le(&u) {
                step
            } else {
                u
            }
        });
        let within = InStep { median, offset: -mean / self.noise, share };
        // Beyond the step Φ is 1 or 0, to within Φ(−40).
        let top = (step * deviation - mean) / self.noise;
        let top = if top.certainly_le(&-end) { -end } else { top };
        let (inside, certain) = (integral(&within, from, to, radius / 8.0), integral(&median, top, end, radius / 8.0));
        let miss = normal().above(step);
        inside + certain + rest + miss * (-Ball::one()).hull(&Ball::one())
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
        let (end, rest) = reach(|z| normal().above(z) * 2, radius / 2.0);
        integral(&Binomial { vote: *self }, -end, end, radius / 2.0) + rest
    }

    /// The law of the margin if the `n` logits are averaged instead: `N(a, s² + ν²/n)`.
    pub fn averaged(&self) -> Gaussian<Ball> {
        let noise = self.noise.square() / i64::from(self.runs);
        Gaussian::new(self.margin.mean, self.margin.variance + noise)
    }
}

/// The standard normal law.
fn normal<S: Scalar>() -> Gaussian<S> {
    Gaussian::centred(S::one())
}

/// `∫ f` between two places, 0 if the first is not before the second.
fn integral(f: &impl Integrand, from: Ball, to: Ball, radius: f64) -> Ball {
    if to.certainly_le(&from) {
        return Ball::zero();
    }
    integrate(&|z| f.value(z), &|z| f.value(z), from, to, radius)
}

/// Where to end an integral over the line, and what it leaves out: the nearest of some places beyond which no more than the
/// radius is left, given a bound of what is beyond `|z|`.
fn reach(beyond: impl Fn(Ball) -> Ball, radius: f64) -> (Ball, Ball) {
    const HALVINGS: i32 = 24;
    let place = |i: i32| Ball::int(REACH) * Ball::int(2).powi(-i).sqrt();
    let near = (1..=2 * HALVINGS).rev().map(place).find(|z| beyond(*z).hi().to_f64() <= radius);
    let end = near.unwrap_or(place(0));
    (end, Ball::zero().hull(&beyond(end)))
}

/// The density of the median of standard normals.
#[derive(Clone, Copy)]
struct Median {
    powers: i64,
    /// The logarithm of `n!/((m−1)!)² 4^{1−m}`.
    log_peak: Ball,
    /// Whether only places near 0 are asked for, where `ln Φ` and `ln(1 − Φ)` would cancel.
    near: bool,
}

impl Integrand for Median {
    fn value<S: OverLine>(&self, z: S) -> S {
        // ln 4Φ(1 − Φ), and 4Φ(1 − Φ) = 1 − erf²(z/√2).
        let share = match self.near {
            true => (-(z / S::int(2).sqrt()).erf().square()).ln_1p(),
            false => normal().below(z).ln() + normal().above(z).ln() + S::int(2).ln() * 2,
        };
        (S::enclosed(self.log_peak) + share * self.powers + normal().log_density(z)).exp()
    }
}

/// `f_M(z) Φ((mean + slope z)/deviation)`.
struct Weighed {
    median: Median,
    mean: Ball,
    slope: Ball,
    deviation: Ball,
}

impl Integrand for Weighed {
    fn value<S: OverLine>(&self, z: S) -> S {
        let place = (S::enclosed(self.mean) + S::enclosed(self.slope) * z) / S::enclosed(self.deviation);
        self.median.value(z) * normal().below(place)
    }
}

/// `share · f_M(offset + share u) Φ(u)`.
struct InStep {
    median: Median,
    offset: Ball,
    share: Ball,
}

impl Integrand for InStep {
    fn value<S: OverLine>(&self, u: S) -> S {
        let share = S::enclosed(self.share);
        self.median.value(S::enclosed(self.offset) + share * u) * normal().below(u) * share
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
