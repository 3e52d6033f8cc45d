//! The judge of sampled checks, audited: a check is run over many seeds at a level at which false alarms can be counted.
//!
//! A right claim may be refuted in a share `α` of the runs at most. That alone sees little, for the judge is conservative. The sharp
//! test is on `z = √n (x̄ − μ)/σ` of each run, whose mean square is 1 if the draws are independent and have the stated mean and
//! variance, and more if the mean is off, the variance understated, or draws repeat: `∏ (1 + λ(z² − 1))` with `0 ≤ λ ≤ 1` is a
//! martingale that never falls below 0, whatever the law (Ville). A mean square below 1 is shown and not judged: a variance may
//! be stated as a bound, which costs power and not validity.

use super::simulate::totals;
use super::statistics::bernoulli_evidence;
use super::{Budget, Plan};
use crate::numbers::{Float, Scalar};
use std::cmp::Ordering;

/// What many runs of one statistic came to.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The statistic.
    pub statistic: &'static str,
    /// How many runs, each with a seed of its own.
    pub runs: u64,
    /// Draws in each run.
    pub draws: u64,
    /// How many runs refuted the claim.
    pub refuted: u64,
    /// The mean of `z²`: 1 if the statistic has the stated mean and variance, less if that variance is only a bound.
    pub mean_square: f64,
    /// Evidence in nats that the mean of `z²` is above 1.
    wider: f64,
}

impl Audit {
    /// Whether runs of a right claim are refuted more often than `rate`, or spread more widely than they state, by a judge with
    /// this budget.
    pub fn fails(&self, rate: f64, judge: &Budget) -> bool {
        let evidence = [self.wider, self.false_alarms(rate)];
        // Evidence that is not a number fails as well.
        evidence.iter().any(|nats| nats.partial_cmp(&judge.threshold()) != Some(Ordering::Less))
    }

    /// Evidence in nats that more than this share of the runs is refuted.
    fn false_alarms(&self, rate: f64) -> f64 {
        bernoulli_evidence(self.refuted, self.runs, rate)
    }

    /// Evidence in nats that more than this share of the runs misses what they should refute.
    pub fn misses(&self, rate: f64) -> f64 {
        bernoulli_evidence(self.runs - self.refuted, self.runs, rate)
    }
}

/// Runs a check with `runs` seeds from `seed` on, each with `draws` draws (a multiple of the width), and judges each by `level`;
/// what they come to is judged by `judge`.
pub fn audit(
    plan: &Plan,
    check: &str,
    seed: u64,
    (runs, draws): (u64, u64),
    level: &Budget,
    judge: &Budget,
) -> Vec<Audit> {
    // Half the variance of z² is about 1, and this bet sees best what is just large enough to be seen.
    let bet = (judge.threshold() / runs as f64).sqrt().min(0.5);
    let blank = |statistic| Audit { statistic, runs, draws, refuted: 0, mean_square: 0.0, wider: 0.0 };
    let mut audits: Vec<_> = plan.statistics.iter().map(|statistic| blank(statistic.name)).collect();
    for run in 0..runs {
        let sums = totals(plan, check, seed.wrapping_add(run), level.tilt(draws), draws);
        for ((audit, statistic), sums) in audits.iter_mut().zip(&plan.statistics).zip(&sums) {
            let (evidence, _) = sums.evidence(statistic, draws);
            audit.refuted += u64::from(evidence.partial_cmp(&level.threshold()) != Some(Ordering::Less));
            let square = sums.standardised(statistic, draws).powi(2);
            audit.mean_square += square / runs as f64;
            audit.wider += Float(bet * (square - 1.0)).ln_1p().0;
        }
    }
    audits
}
