//! The simulation: planned draws, one generator stream for each block, sums in a fixed order.
//!
//! The stream of a block depends on the run seed, the name of the check and the number of the block, and on nothing else,
//! so results are the same to the last bit for any number of threads or shards.

use super::statistics::{Budget, Kind, Statistic, Sums};
use super::verdict::Draws;
use super::{Finding, Verdict};
use crate::numbers::{Float, Lanes, Scalar};
use crate::parameters::InputError;
use crate::worlds::Gaussian;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Paths in step.
pub const WIDTH: usize = 8;

/// Draws in a block, a multiple of the width.
const BLOCK: u64 = 4096;

/// More draws than this are not worth a check: its control must be decided by enclosure instead.
const MOST_DRAWS: u64 = 50_000_000;

/// The generator of one block.
pub struct Noise(ChaCha8Rng);

impl Noise {
    /// The stream of one block of one check of one run.
    pub fn new(seed: u64, check: &str, block: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (chunk, salt) in key[8..].chunks_exact_mut(8).zip(1_u64..) {
            chunk.copy_from_slice(&fnv(check, salt).to_le_bytes());
        }
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(block);
        Self(generator)
    }

    /// Independent standard normals.
    pub fn normal(&mut self) -> Lanes<WIDTH> {
        Lanes(std::array::from_fn(|_| StandardNormal.sample(&mut self.0)))
    }

    /// Independent draws from a Gaussian law.
    pub fn gaussian(&mut self, law: &Gaussian<Float>) -> Lanes<WIDTH> {
        self.normal() * Lanes::splat(law.variance.sqrt()) + Lanes::splat(law.mean)
    }

    /// Independent uniforms on `(0, 1)`, centred on their 2⁵³ cells.
    pub fn uniform(&mut self) -> Lanes<WIDTH> {
        Lanes(std::array::from_fn(|_| ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64))
    }
}

/// FNV-1a with a salt: four of them make the key of a check.
fn fnv(text: &str, salt: u64) -> u64 {
    let offset = 0xcbf2_9ce4_8422_2325_u64 ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    text.bytes().fold(offset, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Something that can be drawn from: one value for each statistic, for a whole width of paths.
pub trait Sampler: Send + Sync {
    /// One draw of every statistic in every lane.
    fn draw(&self, noise: &mut Noise, out: &mut [Lanes<WIDTH>]);
}

/// A sampler from a closure.
pub fn sampler(draw: impl Fn(&mut Noise, &mut [Lanes<WIDTH>]) + Send + Sync + 'static) -> Box<dyn Sampler> {
    Box::new(draw)
}

impl<F: Fn(&mut Noise, &mut [Lanes<WIDTH>]) + Send + Sync> Sampler for F {
    fn draw(&self, noise: &mut Noise, out: &mut [Lanes<WIDTH>]) {
        self(noise, out);
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
    let blocks = n.div_ceil(BLOCK);
    let n = blocks * BLOCK;
    let totals = totals(plan, check, seed, budget.tilt(n), n);
    plan.statistics.iter().zip(&totals).map(|(statistic, sums)| finding(plan, statistic, sums, budget, n)).collect()
}

/// Sums over `n` draws, a multiple of the width, for each statistic.
pub(super) fn totals(plan: &Plan, check: &str, seed: u64, tilt: f64, n: u64) -> Vec<Sums> {
    let mut totals = vec![Sums::default(); plan.statistics.len()];
    let mut out = vec![Lanes([0.0; WIDTH]); plan.statistics.len()];
    for block in 0..n.div_ceil(BLOCK) {
        let mut noise = Noise::new(seed, check, block);
        let mut sums = vec![Sums::default(); plan.statistics.len()];
        for _ in 0..BLOCK.min(n - block * BLOCK) / WIDTH as u64 {
            plan.sampler.draw(&mut noise, &mut out);
            for ((sum, statistic), lanes) in sums.iter_mut().zip(&plan.statistics).zip(&out) {
                lanes.0.iter().for_each(|x| sum.draw(statistic, tilt, *x));
            }
        }
        totals.iter_mut().zip(&sums).for_each(|(total, sum)| total.add(sum));
    }
    totals
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
