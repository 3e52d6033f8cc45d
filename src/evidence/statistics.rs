//! Evidence in nats: how sampled checks are decided with a stated false-alarm probability.
//!
//! A check is refuted if its evidence reaches `L = ln(2/α_k)`. Budgets add up, so every check of a run gets
//! `α_k = α/K`. Means of known variance use the quadratic martingale, Gaussian variances the Chernoff bound of χ²; both
//! hold for every sample size, without asymptotics. Source: `ville1939`, `catoni2012`.

use super::WIDTH;
use crate::numbers::{
    Ball, Bits, EndPoint, Float, Instructions, Kernel, Lanes, Machine, Reals, Scalar, normal_quantile,
};
use std::cmp::Ordering;

/// The false-alarm budget of a whole run, shared over its sampled checks.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    threshold: f64,
}

/// Standard deviations that a standard normal exceeds with the planned miss rate [`Budget::MISSES`]: `Φ(−4.7534243) = 10⁻⁶`.
const MISS: f64 = 4.753_424_308_822_899;
/// `ln(1/10⁻⁶)`, the same miss rate in nats.
const MISS_NATS: f64 = 13.815_510_557_964_274;

/// What is claimed of a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The mean of draws whose variance is known, whatever their law.
    Mean,
    /// The variance of Gaussian draws whose mean is known.
    Variance,
}

/// A statistic with its claimed law.
#[derive(Debug, Clone)]
pub struct Statistic {
    /// Its name.
    pub name: &'static str,
    /// What is claimed.
    pub kind: Kind,
    /// The claimed mean of one draw.
    pub mean: f64,
    /// The claimed variance of one draw.
    pub variance: f64,
}

impl Statistic {
    /// The mean of draws of any law whose variance is `variance`, exactly or at most.
    pub fn mean(name: &'static str, mean: f64, variance: f64) -> Self {
        Self { name, kind: Kind::Mean, mean, variance }
    }

    /// The variance of Gaussian draws with this mean.
    pub fn variance(name: &'static str, mean: f64, variance: f64) -> Self {
        Self { name, kind: Kind::Variance, mean, variance }
    }
}

impl Budget {
    /// The rate of misses for which sample sizes are planned.
    pub const MISSES: f64 = 1e-6;

    /// A budget of `alpha` false alarms per run over `checks` sampled checks.
    pub fn new(alpha: f64, checks: usize) -> Self {
        Self { threshold: Float(2.0 * checks.max(1) as f64 / alpha).ln().0 }
    }

    /// `L = ln(2/α_k)`, in nats.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The sample size at which a discrepancy between claim and truth is missed with probability 10⁻⁶ at most.
    pub fn plan(&self, claimed: &Statistic, truth: (f64, f64)) -> u64 {
        let (mean, variance) = truth;
        match claimed.kind {
            Kind::Mean => {
                let shift = (mean - claimed.mean) / claimed.variance.sqrt();
                let enough = self.draws_at(MISS, shift).ceil();
                // A discrepancy that is not a number is never seen.
                if enough.is_nan() { u64::MAX } else { enough as u64 }
            }
            Kind::Variance => {
                let ratio = (variance + (mean - claimed.mean).powi(2)) / claimed.variance;
                let enough = |n: &u64| self.variance_evidence_at_worst(*n as f64, ratio) >= self.threshold;
                let doublings = std::iter::successors(Some(64_u64), |n| n.checked_mul(2));
                let Some(mut high) = doublings.take_while(|n| *n < 1 << 50).find(enough) else { return u64::MAX };
                let mut low = high / 2;
                while high - low > 1 {
                    let middle = low.midpoint(high);
                    if enough(&middle) { high = middle } else { low = middle }
                }
                high
            }
        }
    }

    /// `((z_β + √2L)/r)²`: how many draws miss a mean that is off by `r` standard deviations with probability `β`, where sums of so
    /// many draws are as good as normal.
    pub fn draws(&self, miss: f64, shift: f64) -> f64 {
        self.draws_at(-normal_quantile(Ball::point(EndPoint::from_f64(miss))).to_f64(), shift)
    }

    fn draws_at(&self, quantile: f64, shift: f64) -> f64 {
        ((quantile + (2.0 * self.threshold).sqrt()) / shift).powi(2)
    }

    /// The evidence that a wrong variance yields, but for the miss rate: Laurent–Massart bounds of the χ² tail.
    fn variance_evidence_at_worst(&self, n: f64, ratio: f64) -> f64 {
        let spread = 2.0 * (MISS_NATS / n).sqrt();
        let observed = match ratio > 1.0 {
            true => ratio * (1.0 - spread),
            false => ratio * (1.0 + spread + 2.0 * MISS_NATS / n),
        };
        // The bound says nothing until the observed ratio stays on its side of 1.
        if (observed > 1.0) == (ratio > 1.0) && observed > 0.0 { chernoff(n, observed) } else { 0.0 }
    }

    /// The smallest discrepancy that `n` draws would refute but for the miss rate: in standard deviations of one draw
    /// for a mean, relative for a variance.
    pub fn resolution(&self, kind: Kind, n: u64) -> f64 {
        match kind {
            Kind::Mean => (MISS + (2.0 * self.threshold).sqrt()) / (n as f64).sqrt(),
            Kind::Variance => {
                let (mut low, mut high) = (0.0, 1.0);
                while self.variance_evidence_at_worst(n as f64, 1.0 + high) < self.threshold && high < 1e9 {
                    high *= 2.0;
                }
                for _ in 0..60 {
                    let middle = f64::midpoint(low, high);
                    let enough = self.variance_evidence_at_worst(n as f64, 1.0 + middle) >= self.threshold;
                    if enough { high = middle } else { low = middle }
                }
                high
            }
        }
    }

    /// The interval of means that these draws, of known variance, do not refute: Catoni's estimator, whose influence
    /// `sign(y) ln(1 + |y| + y²/2)` makes the test monotone in the mean.
    pub fn interval(&self, draws: &[f64], variance: f64) -> (f64, f64) {
        let (n, deviation) = (draws.len() as f64, variance.sqrt());
        let tilt = self.tilt(draws.len() as u64);
        let slack = self.threshold + n * Float(tilt * tilt / 2.0).ln_1p().0;
        let influence = |y: f64| Float(y.abs() + y * y / 2.0).ln_1p().0.copysign(y);
        let sum = |mean: f64| draws.iter().map(|x| influence(tilt * (x - mean) / deviation)).sum::<f64>();
        let centre = draws.iter().sum::<f64>() / n;
        if !(centre.is_finite() && deviation > 0.0 && deviation.is_finite()) {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        // The sum falls as the mean grows; each end of the interval is where it crosses the slack.
        let crossing = |level: f64, outwards: f64| {
            let refuted = |mean: f64| if outwards > 0.0 { sum(mean) <= level } else { sum(mean) >= level };
            let mut step = deviation;
            while step.is_finite() && !refuted(centre + outwards * step) {
                step *= 2.0;
            }
            let (mut inside, mut outside) = (centre, centre + outwards * step);
            for _ in 0..40 {
                let middle = f64::midpoint(inside, outside);
                if refuted(middle) { outside = middle } else { inside = middle }
            }
            outside
        };
        (crossing(slack, -1.0), crossing(-slack, 1.0))
    }

    /// Whether `n` Gaussian draws with this mean square, in units of the claimed variance, refute that variance.
    pub fn refutes_variance(&self, n: u64, ratio: f64) -> bool {
        // Not a number refutes too.
        chernoff(n as f64, ratio).partial_cmp(&self.threshold) != Some(Ordering::Less)
    }

    /// Whether so many hits in `n` independent trials refute the probability `p` of a hit, in either direction and for every `n`.
    ///
    /// ```
    /// use ouracle::evidence::Budget;
    /// let budget = Budget::new(1e-6, 1);
    /// assert!(!budget.refutes_probability(1000, 760, 0.7474));
    /// assert!(budget.refutes_probability(10_000, 7834, 0.7474));
    /// assert!(budget.refutes_probability(10, 1, 0.0), "what cannot happen did");
    /// ```
    pub fn refutes_probability(&self, n: u64, hits: u64, p: f64) -> bool {
        // The evidence on the side where there is less than expected is 0.
        let evidence = bernoulli_evidence(hits, n, p) + bernoulli_evidence(n.saturating_sub(hits), n, 1.0 - p);
        // Not a number refutes too.
        evidence.partial_cmp(&self.threshold) != Some(Ordering::Less)
    }

    /// The tilt `λ = √(2L/n)` of the planned quadratic martingale.
    pub(super) fn tilt(&self, n: u64) -> f64 {
        (2.0 * self.threshold / n as f64).sqrt()
    }
}

/// `(n/2)(ρ − 1 − ln ρ)`: the evidence of an observed variance ratio `ρ` over `n` degrees of freedom.
fn chernoff(n: f64, ratio: f64) -> f64 {
    n / 2.0 * (ratio - 1.0 - Float(ratio).ln().0)
}

/// `n kl(S/n, p)`: the evidence in nats that a probability is above `p`, from `S` successes in `n`; 0 if they are not more than expected.
/// The Chernoff bound of the binomial law.
pub(super) fn bernoulli_evidence(successes: u64, n: u64, p: f64) -> f64 {
    let share = successes as f64 / n as f64;
    if share <= p {
        return 0.0;
    }
    let term = |a: f64, b: f64| if a > 0.0 { a * Float(a / b).ln().0 } else { 0.0 };
    n as f64 * (term(share, p) + term(1.0 - share, 1.0 - p))
}

/// Sums over draws from which evidence is computed; blocks add up in a fixed order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    plus: f64,
    minus: f64,
    first: f64,
    square: f64,
}

impl Sums {
    /// Over a row of draws.
    pub(super) fn of(statistic: &Statistic, tilt: f64, row: &[Lanes<WIDTH>]) -> Self {
        Instructions::widest().run(Row { statistic, tilt, row })
    }

    /// Together with another block.
    fn and(&self, other: &Self) -> Self {
        Self {
            plus: self.plus + other.plus,
            minus: self.minus + other.minus,
            first: self.first + other.first,
            square: self.square + other.square,
        }
    }

    /// `√n (x̄ − μ)/σ` of the draws, or of their squares where a variance is claimed, which have the variance 2 in its units.
    pub(super) fn standardised(&self, statistic: &Statistic, n: u64) -> f64 {
        let n = n as f64;
        match statistic.kind {
            Kind::Mean => (self.first - n * statistic.mean) / (n * statistic.variance).sqrt(),
            Kind::Variance => (self.square - n) / (2.0 * n).sqrt(),
        }
    }

    /// `(evidence in nats, observed value)` after `n` draws.
    pub(super) fn evidence(&self, statistic: &Statistic, n: u64) -> (f64, f64) {
        let n = n as f64;
        match statistic.kind {
            // `max` would forget a draw that is not a number.
            Kind::Mean if self.plus.is_nan() || self.minus.is_nan() => (f64::NAN, self.first / n),
            Kind::Mean => (self.plus.max(self.minus).max(0.0), self.first / n),
            Kind::Variance => (chernoff(n, self.square / n), self.square / n * statistic.variance),
        }
    }
}

/// Sums of blocks, by statistic, added like the bits of a counter: as many additions as blocks, each of equals where that can be.
pub(super) fn pairwise(blocks: impl Iterator<Item = Vec<Sums>>, statistics: usize) -> Vec<Sums> {
    let together = |a: &[Sums], b: &[Sums]| a.iter().zip(b).map(|(a, b)| a.and(b)).collect::<Vec<_>>();
    let mut waiting: Vec<(u32, Vec<Sums>)> = Vec::new();
    for mut sums in blocks {
        let mut level = 0;
        while let Some((_, before)) = waiting.pop_if(|(waits, _)| *waits == level) {
            sums = together(&before, &sums);
            level += 1;
        }
        waiting.push((level, sums));
    }
    let start = vec![Sums::default(); statistics];
    waiting.iter().rev().fold(start, |sum, (_, sums)| together(sums, &sum))
}

/// A row of draws, to be summed.
struct Row<'a> {
    statistic: &'a Statistic,
    tilt: f64,
    row: &'a [Lanes<WIDTH>],
}

/// A product of many positive factors in every lane, `significand · 2^exponent`.
#[derive(Clone, Copy)]
struct Product<M: Machine> {
    significand: M::Doubles,
    exponent: M::Doubles,
}

impl<M: Machine> Product<M> {
    #[inline(always)]
    fn one(m: M) -> Self {
        Self { significand: Reals::same(m, 1.0), exponent: Reals::same(m, 0.0) }
    }

    #[inline(always)]
    fn times(&mut self, m: M, factor: M::Doubles) {
        const FRACTION: u64 = (1 << 52) - 1;
        // An exponent field in the last bits of 2⁵² is that integer, once 2⁵² is taken away.
        let shift = M::Doubles::same(m, (1_u64 << 52) as f64);
        let bits = self.significand.times(m, factor).bits();
        let one = M::Doubles::same(m, 1.0).bits();
        self.significand = M::Doubles::of_bits(bits.and(m, M::Words::same(m, FRACTION)).or(m, one));
        let field = M::Doubles::of_bits(bits.right(m, 52).or(m, shift.bits()));
        let bias = M::Doubles::same(m, (1_u64 << 52) as f64 + 1023.0);
        self.exponent = self.exponent.plus(m, field.minus(m, bias));
    }

    /// Its logarithm, lane by lane.
    #[inline(always)]
    fn ln(self, m: M) -> [f64; WIDTH] {
        let (significand, exponent) = (m.to_doubles(self.significand), m.to_doubles(self.exponent));
        std::array::from_fn(|i| Float(significand[i]).ln().0 + exponent[i] * std::f64::consts::LN_2)
    }
}

impl Kernel for Row<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<M: Machine>(self, m: M) -> Sums {
        let Self { statistic, tilt, row } = self;
        let same = M::Doubles::same;
        let (mean, deviation) = (same(m, statistic.mean), same(m, statistic.variance.sqrt()));
        let (one, scale, tilt) = (same(m, 1.0), same(m, (2.0 + tilt * tilt).recip()), same(m, tilt));
        let [mut first, mut square] = [same(m, 0.0); 2];
        let [mut plus, mut minus] = [Product::one(m); 2];
        for x in row {
            let x = m.doubles(x.0);
            let y = x.minus(m, mean).over(m, deviation);
            first = first.plus(m, x);
            square = y.times_plus(m, y, square);
            if statistic.kind == Kind::Mean {
                let (up, down) = (tilt.times_plus(m, y, one), one.minus(m, tilt.times(m, y)));
                plus.times(m, up.times_plus(m, up, one).times(m, scale));
                minus.times(m, down.times_plus(m, down, one).times(m, scale));
            }
        }
        let sum = |lanes: [f64; WIDTH]| {
            let [a, b, c, d, e, f, g, h] = lanes;
            ((a + b) + (c + d)) + ((e + f) + (g + h))
        };
        let (first, square) = (sum(m.to_doubles(first)), sum(m.to_doubles(square)));
        // A factor beyond every number is evidence beyond every number, and one that is not a number is none.
        const BEYOND: f64 = 1e290;
        let (plus, minus) = match square {
            square if square.is_nan() => (f64::NAN, f64::NAN),
            square if square > BEYOND => (f64::INFINITY, f64::INFINITY),
            _ => (sum(plus.ln(m)), sum(minus.ln(m))),
        };
        Sums { plus, minus, first, square }
    }
}
