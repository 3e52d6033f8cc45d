//! The simulation: planned draws, one generator stream for each block, sums in a fixed order.
//!
//! A block depends on the run seed, the name of the check and its own number, and on nothing else ([`Seed`]), and blocks are added
//! in pairs, pairs of pairs and so on: results are the same to the last bit for any number of threads or shards, and rounding grows
//! like the logarithm of the number of blocks.

use super::statistics::{Budget, Kind, Statistic, Sums, pairwise};
use super::verdict::Draws;
use super::{Finding, Verdict};
use crate::numbers::{Float, Lanes, Scalar};
use crate::parameters::InputError;
use crate::simulation::{self, BLOCK, Seed};
use crate::worlds::Gaussian;

/// Paths in step.
pub const WIDTH: usize = 8;

/// Vectors of draws in a block.
const ROWS: usize = BLOCK / WIDTH;

/// More draws than this are not worth a check: its control must be decided by enclosure instead.
const MOST_DRAWS: u64 = 50_000_000;

/// The draws of one block.
pub struct Noise(simulation::Noise);

impl Noise {
    /// The draws of one block of one check of one run.
    pub fn new(seed: u64, check: &str, block: u64) -> Self {
        Self(simulation::Noise::new(&Seed::new(seed, check), block))
    }

    /// Independent standard normals.
    pub fn normal(&mut self) -> Lanes<WIDTH> {
        Lanes(self.0.normal())
    }

    /// Independent draws from a Gaussian law.
    pub fn gaussian(&mut self, law: &Gaussian<Float>) -> Lanes<WIDTH> {
        self.normal() * Lanes::splat(law.variance.sqrt()) + Lanes::splat(law.mean)
    }

    /// Independent uniforms on `(0, 1)`, centred on their 2⁵³ cells.
    pub fn uniform(&mut self) -> Lanes<WIDTH> {
        Lanes(self.0.words().map(|word| ((word >> 11) as f64 + 0.5) / (1_u64 << 53) as f64))
    }
}

/// The draws of a block: for each statistic as many vectors as the block has, one after the other.
pub type Table = Vec<Vec<Lanes<WIDTH>>>;

/// Something that can be drawn from.
pub trait Sampler: Send + Sync {
    /// The draws of a block, those of each statistic in a row of their own. Rows may be shorter than a block.
    fn block(&self, seed: &Seed, block: u64, rows: &mut Table);
}

/// A sampler from a closure that draws every statistic once, in every lane.
pub fn sampler(draw: impl Fn(&mut Noise, &mut [Lanes<WIDTH>]) + Send + Sync + 'static) -> Box<dyn Sampler> {
    Box::new(draw)
}

impl<F: Fn(&mut Noise, &mut [Lanes<WIDTH>]) + Send + Sync> Sampler for F {
    fn block(&self, seed: &Seed, block: u64, rows: &mut Table) {
        let mut noise = Noise(simulation::Noise::new(seed, block));
        let mut drawn = vec![Lanes([0.0; WIDTH]); rows.len()];
        for at in 0..rows.first().map_or(0, Vec::len) {
            self(&mut noise, &mut drawn);
            for (row, lanes) in rows.iter_mut().zip(&drawn) {
                row[at] = *lanes;
            }
        }
    }
}

/// A simulated check: what is claimed of some statistics, and how to draw them.
pub struct Plan {
    /// The parameters, as `name=value` words.
    pub point: &'static str,
    /// The claimed laws.
    pub statistics: Vec<Statistic>,
    /// The mean and variance of what is really drawn, for a wrong version that draws something else; `None` if the
    /// wrong version changes the claim and draws what the right one draws.
    pub drawn: Option<Vec<(f64, f64)>>,
    /// How to draw.
    pub sampler: Box<dyn Sampler>,
}

/// A statement that can be simulated.
pub trait Trial: Sync + 'static {
    /// Claimed laws and sampler.
    ///
    /// # Errors
    /// [`InputError`] if its point cannot be read.
    fn plan(&self) -> Result<Plan, InputError>;
}

impl Plan {
    /// The sample size that tells this wrong version from the right one, for the statistic that shows it best.
    pub fn draws_to_refute(&self, right: &Self, budget: &Budget) -> u64 {
        let truths: Vec<_> = match &self.drawn {
            Some(drawn) => drawn.clone(),
            None => right.statistics.iter().map(|s| (s.mean, s.variance)).collect(),
        };
        let sizes = self.statistics.iter().zip(truths).map(|(claimed, truth)| budget.plan(claimed, truth));
        sizes.min().unwrap_or(u64::MAX)
    }
}

/// Draws `n` times and judges every statistic. `n` is planned, never extended after looking.
pub fn simulate(plan: &Plan, check: &str, seed: u64, budget: &Budget, n: u64) -> Vec<Finding> {
    if n > MOST_DRAWS {
        let why = format!("{n} draws would be needed, more than {MOST_DRAWS}: decide this by enclosure");
        return vec![Finding::new("sample size", Verdict::Undecided { why })];
    }
    if n == 0 {
        return vec![Finding::new("sample size", Verdict::Undecided { why: "no draws were planned".to_owned() })];
    }
    let n = n.next_multiple_of(BLOCK as u64);
    let totals = totals(plan, check, seed, budget.tilt(n), n);
    plan.statistics.iter().zip(&totals).map(|(statistic, sums)| finding(plan, statistic, sums, budget, n)).collect()
}

/// Sums over `n` draws, a multiple of the width, for each statistic.
pub(super) fn totals(plan: &Plan, check: &str, seed: u64, tilt: f64, n: u64) -> Vec<Sums> {
    let seed = Seed::new(seed, check);
    let rows = n as usize / WIDTH;
    let mut table: Table = vec![vec![Lanes([0.0; WIDTH]); ROWS.min(rows)]; plan.statistics.len()];
    let blocks = (0..rows.div_ceil(ROWS)).map(|block| {
        table.iter_mut().for_each(|row| row.truncate(rows - block * ROWS));
        plan.sampler.block(&seed, block as u64, &mut table);
        table.iter().zip(&plan.statistics).map(|(row, statistic)| Sums::of(statistic, tilt, row)).collect()
    });
    pairwise(blocks, plan.statistics.len())
}

fn finding(plan: &Plan, statistic: &Statistic, sums: &Sums, budget: &Budget, n: u64) -> Finding {
    let (evidence, observed) = sums.evidence(statistic, n);
    let resolution = budget.resolution(statistic.kind, n);
    let claimed = match statistic.kind {
        Kind::Mean => statistic.mean,
        Kind::Variance => statistic.variance,
    };
    let verdict = if evidence.is_nan() {
        Verdict::Undecided { why: "a draw is not a number".to_owned() }
    } else if evidence >= budget.threshold() {
        let by = format!(
            "{} is {observed:.6} over {n} draws, claimed {claimed:.6}: evidence {evidence:.1} nats, threshold {:.1}",
            statistic.name,
            budget.threshold()
        );
        Verdict::Refuted { at: plan.point.to_owned(), by }
    } else {
        Verdict::Consistent { resolution }
    };
    let deviation = statistic.variance.sqrt();
    let threshold = budget.threshold();
    Finding {
        point: Some(plan.point.to_owned()),
        size: verdict.refuted().then(|| (observed - claimed).abs()),
        draws: Some(Draws { n, claimed, observed, deviation, evidence, threshold, resolution }),
        ..Finding::new(statistic.name, verdict)
    }
}
