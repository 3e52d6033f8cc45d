//! The audit of the judges: false alarms and misses of sampled checks, counted over many seeds.
//!
//! On laws that are known, at a level at which alarms can be counted and at the level of a run; and for every sampled check of
//! the ledger, whether its draws have the mean and variance that it states.

use crate::claims;
use crate::evidence::{Audit, Budget, Noise, Plan, Statistic, WIDTH, audit, in_order, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar};
use std::convert::Infallible;

/// What to audit with.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The first of the seeds.
    pub seed: u64,
    /// How many seeds.
    pub runs: u64,
    /// Draws in each run of a check of the ledger, rounded up to whole lanes.
    pub draws: u64,
    /// The probability that right judges fail the audit.
    pub false_alarm: f64,
    /// Worker threads.
    pub jobs: usize,
}

/// The rate of false alarms at which they are counted.
pub const RATE: f64 = 0.05;
/// A rate of misses at which they can be counted. Skewness moves it by as much again, so that it is shown and not judged.
pub const COUNTABLE: f64 = 1e-3;

/// One line of the audit.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// The law, or the claim and its reading.
    pub subject: String,
    /// What is counted.
    pub counted: Counted,
    /// What came of it.
    pub audit: Audit,
    /// Whether the judge fails.
    pub fails: bool,
}

/// What an audit counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Counted {
    /// Right claims that are refuted, at the level [`RATE`].
    FalseAlarms,
    /// Wrong claims that are not refuted at the sample size planned for this rate, at the level of a run.
    Misses(f64),
}

/// A law on which a judge is tried: mean, variance and a draw.
struct Law {
    name: &'static str,
    mean: f64,
    variance: f64,
    draw: fn(&mut Noise) -> Lanes<WIDTH>,
}

/// Symmetric and skewed to either side, with light tails and with tails so heavy that the fourth moment does not exist.
fn laws() -> [Law; 6] {
    let e = |x: f64| Float(x).exp().0;
    // A normal over the root of an independent mean square of three.
    let student = |noise: &mut Noise| {
        let squares = noise.normal().square() + noise.normal().square() + noise.normal().square();
        noise.normal() / (squares / 3).sqrt()
    };
    [
        Law { name: "normal", mean: 0.0, variance: 1.0, draw: Noise::normal },
        Law { name: "χ² with one degree", mean: 1.0, variance: 2.0, draw: |noise| noise.normal().square() },
        Law { name: "−χ² with one degree", mean: -1.0, variance: 2.0, draw: |noise| -noise.normal().square() },
        Law {
            name: "exponential",
            mean: 1.0,
            variance: 1.0,
            draw: |noise| Lanes(noise.uniform().0.map(|u| -Float(u).ln().0)),
        },
        Law {
            name: "lognormal, σ = ½",
            mean: e(0.125),
            variance: (e(0.25) - 1.0) * e(0.25),
            draw: |noise| Lanes(noise.normal().0.map(|z| Float(z / 2.0).exp().0)),
        },
        Law { name: "Student, three degrees", mean: 0.0, variance: 3.0, draw: student },
    ]
}

/// A wrong version of a mean is off by so many standard deviations, a wrong variance by this factor.
const SHIFT: f64 = 0.1;
const RATIO: f64 = 1.25;

/// Something to audit: a plan, run with so many draws, at a level at which its alarms or its misses are counted.
struct Unit {
    subject: String,
    counted: Counted,
    plan: Plan,
    draws: u64,
    level: Budget,
}

impl Unit {
    fn run(&self, options: &AuditOptions, judge: &Budget) -> Vec<AuditRow> {
        let audits = audit(&self.plan, &self.subject, options.seed, (options.runs, self.draws), &self.level, judge);
        let row = |audit: Audit| {
            let fails = match self.counted {
                Counted::FalseAlarms => audit.fails(RATE, judge),
                Counted::Misses(rate) => rate == Budget::MISSES && audit.misses(rate) >= judge.threshold(),
            };
            AuditRow { subject: self.subject.clone(), counted: self.counted, audit, fails }
        };
        audits.into_iter().map(row).collect()
    }
}

fn lanes(draws: u64) -> u64 {
    draws.next_multiple_of(WIDTH as u64)
}

/// The laws, each with its own mean and with one that is off.
fn of_laws(run: &Budget, draws: u64) -> Vec<Unit> {
    let relaxed = Budget::new(RATE, 1);
    let unit = |name: &str, counted, claimed: Statistic, draws, draw: fn(&mut Noise) -> Lanes<WIDTH>| {
        let plan = Plan {
            point: "",
            statistics: vec![claimed],
            drawn: None,
            sampler: sampler(move |noise, out| out[0] = draw(noise)),
        };
        let level = if counted == Counted::FalseAlarms { relaxed } else { *run };
        Unit { subject: name.to_owned(), counted, plan, draws: lanes(draws), level }
    };
    let mut units = Vec::new();
    for Law { name, mean, variance, draw } in laws() {
        units.push(unit(name, Counted::FalseAlarms, Statistic::mean("mean", mean, variance), draws, draw));
        let wrong = Statistic::mean("mean", mean - SHIFT * variance.sqrt(), variance);
        for rate in [COUNTABLE, Budget::MISSES] {
            let enough = run.draws(rate, SHIFT).ceil() as u64;
            units.push(unit(name, Counted::Misses(rate), wrong.clone(), enough, draw));
        }
    }
    let claimed = |variance| Statistic::variance("variance", 0.0, variance);
    units.push(unit("normal", Counted::FalseAlarms, claimed(1.0), draws, Noise::normal));
    for variance in [1.0 / RATIO, RATIO] {
        let enough = run.plan(&claimed(variance), (0.0, 1.0));
        units.push(unit("normal", Counted::Misses(Budget::MISSES), claimed(variance), enough, Noise::normal));
    }
    units
}

/// Every sampled check of a claim.
fn of_claims(draws: u64) -> Vec<Unit> {
    let parts = claims::all().filter(|claim| claim.expect.is_true()).flat_map(|claim| {
        claim.readings.iter().filter_map(move |part| Some((claim.id, part.label, part.simulation?.plan().ok()?)))
    });
    let unit = |(id, label, plan)| Unit {
        subject: format!("{id}: {label}"),
        counted: Counted::FalseAlarms,
        plan,
        draws: lanes(draws),
        level: Budget::new(RATE, 1),
    };
    parts.map(unit).collect()
}

/// Audits the judges, and hands every row to `sink` in a fixed order, whatever the number of threads.
pub fn audit_judges(options: &AuditOptions, sink: &mut dyn FnMut(&AuditRow)) {
    // As strict as a run: a billionth over a hundred checks.
    let run = Budget::new(super::DEFAULT_FALSE_ALARM, 100);
    let units: Vec<_> = of_laws(&run, options.draws).into_iter().chain(of_claims(options.draws)).collect();
    let judge = Budget::new(options.false_alarm, units.iter().map(|unit| unit.plan.statistics.len()).sum());
    let work = |unit: &Unit| unit.run(options, &judge);
    let Ok(()) = in_order(&units, options.jobs, work, |rows| {
        rows.iter().for_each(&mut *sink);
        Ok::<_, Infallible>(())
    });
}
