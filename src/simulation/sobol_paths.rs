//! Affine paths from Sobol's points, the largest principal directions first: an estimator of the means of their functionals.
//!
//! The increments are `z = V(ξ₁, ξ₂, …)`, where `ξ` are normal quantiles of the coordinates of a point and the columns of the orthogonal matrix `V`
//! are the right singular vectors of the linear map from the increments to what is squared along the path, `√|q₂| y` and at the end
//! `√|l₂| y`. Increments from a point alone are normal and independent, so that every mean is the plain one; the points of a block depend on
//! each other, and the variance of their mean is not known in closed form. It is seen in the spread over independent randomisations: an
//! estimate for people, on which no judge's verdict rests.
//!
//! Coordinates beyond 256 come from the stream of the block, as plain draws: the directions that are left are the smallest.
//!
//! ```
//! use ouracle::numbers::Instructions;
//! use ouracle::simulation::{Functional, PathStep, Seed, SobolPaths, WeightedPaths};
//! // ∫y² along a random walk of 16 steps to time 1: its mean is Σ k/16² = 15/32.
//! let added = [Functional { still: [1.0 / 16.0, 0.0], noise: [0.0; 3] }];
//! let step = PathStep { factor: 1.0, offset: 0.0, deviation: 0.25, added };
//! let walk = WeightedPaths { start: 0.0, steps: vec![step; 16], last: [[0.0; 3]] };
//! let sobol = SobolPaths::new(walk)?;
//! let [estimate] = sobol.estimate(&Seed::new(1, "example"), 16, 1, Instructions::widest());
//! assert!((estimate.still[0] - 15.0 / 32.0).abs() < 1e-3);
//! # Ok::<(), ouracle::simulation::NoDirections>(())
//! ```

use super::product::{GROUP, Panels, ROWS, Row};
use super::quantile::normal_quantile;
use super::sobol::{Axis, axes};
use super::stream::{BLOCK, Generator, Noise, Seed};
use super::weighted_paths::{Spread, Values, Walker, WeightedPaths, finish};
use crate::numbers::{Bits, Instructions, Kernel, Machine, Reals};
use nalgebra::DMatrix;

/// A family of paths whose principal directions were not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {steps} steps have no principal directions: every factor, deviation and coefficient must be finite")]
pub struct NoDirections {
    /// Of the paths.
    pub steps: usize,
}

/// Means over some randomisations, and the standard error that their spread suggests: `[mean, error]`, the latter not a number for one
/// randomisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Of the functional without its stochastic part.
    pub still: [f64; 2],
    /// With it.
    pub whole: [f64; 2],
}

/// Paths and their principal directions.
#[derive(Debug, Clone, PartialEq)]
pub struct SobolPaths<const K: usize> {
    paths: WeightedPaths<K>,
    /// `V`.
    directions: Panels<f64>,
}

impl<const K: usize> SobolPaths<K> {
    /// Finds the principal directions, in time cubic in the number of steps.
    ///
    /// # Errors
    /// If a number is not finite.
    pub fn new(paths: WeightedPaths<K>) -> Result<Self, NoDirections> {
        let steps = paths.steps.len();
        let right = principal(squared(&paths)).ok_or(NoDirections { steps })?;
        // By columns, the transpose of Vᵀ reads as Vᵀ by rows does.
        let directions = Panels::new(right.as_slice(), steps);
        Ok(Self { paths, directions })
    }

    /// The functionals of 4096 points: one part of one randomisation (there are `2³² − 1`). Parts `0 … 2ᵏ − 1` together are one net.
    pub fn block(
        &self,
        seed: &Seed,
        randomisation: u32,
        part: u32,
        instructions: Instructions,
        out: &mut [Values<f64>; K],
    ) {
        // The last block of a randomisation is for the scramble, the others for coordinates that the table does not have.
        let [scramble, rest] = [u32::MAX, part].map(|low| u64::from(randomisation) << 32 | u64::from(low));
        let axes = axes(self.paths.steps.len(), part, &mut Noise::with(seed, scramble, instructions));
        instructions.run(Block { sobol: self, axes, seed, rest, out });
    }

    /// Means over `randomisations` independent nets of `parts·4096` points (a power of two is best), at least one of each.
    pub fn estimate(&self, seed: &Seed, randomisations: u32, parts: u32, instructions: Instructions) -> [Estimate; K] {
        let mut values: Box<[Values<f64>; K]> = Box::new(std::array::from_fn(|_| Values::default()));
        let parts = parts.max(1);
        let mut means = vec![[[0.0; 2]; K]; randomisations.max(1) as usize];
        for (mean, randomisation) in means.iter_mut().zip(0..) {
            for part in 0..parts {
                self.block(seed, randomisation, part, instructions, &mut values);
                for (mean, values) in mean.iter_mut().zip(values.iter()) {
                    mean[0] += average(&values.still) / f64::from(parts);
                    mean[1] += average(&values.whole) / f64::from(parts);
                }
            }
        }
        std::array::from_fn(|k| {
            let [still, whole] = [0, 1].map(|which| spread(means.iter().map(|mean| mean[k][which])));
            Estimate { still, whole }
        })
    }
}

fn average(values: &[f64; BLOCK]) -> f64 {
    values.iter().sum::<f64>() / BLOCK as f64
}

/// The mean, and its standard error.
fn spread(values: impl ExactSizeIterator<Item = f64> + Clone) -> [f64; 2] {
    let count = values.len() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|x| (x - mean) * (x - mean)).sum();
    [mean, (squares / (count * (count - 1.0))).sqrt()]
}

/// The right singular vectors of a map, one for each of its columns, the largest value first.
fn principal(map: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let steps = map.ncols();
    if map.is_empty() {
        return Some(DMatrix::identity(steps, steps));
    }
    // Two sweeps for each value are the rule.
    let most = 100 * (steps + 1);
    let finite = map.iter().all(|x| x.is_finite());
    if finite { map.try_svd(false, true, f64::EPSILON, most)?.v_t } else { None }
}

/// The linear map from the increments to what is squared along the path, one row for each time and functional.
fn squared<const K: usize>(paths: &WeightedPaths<K>) -> DMatrix<f64> {
    let steps = paths.steps.len();
    let mut map = DMatrix::zeros(K * (steps + 1), steps);
    let mut state = vec![0.0; steps];
    for at in 0..=steps {
        for k in 0..K {
            let [l2, _, _] = paths.last[k];
            let weight = paths.steps.get(at).map_or(l2, |step| step.added[k].still[0]);
            for (increment, slope) in state.iter().enumerate() {
                map[(k * (steps + 1) + at, increment)] = weight.abs().sqrt() * slope;
            }
        }
        if let Some(step) = paths.steps.get(at) {
            for slope in &mut state {
                *slope *= step.factor;
            }
            state[at] = step.deviation;
        }
    }
    map
}

struct Block<'a, const K: usize> {
    sobol: &'a SobolPaths<K>,
    axes: Vec<Axis>,
    seed: &'a Seed,
    rest: u64,
    out: &'a mut [Values<f64>; K],
}

impl<const K: usize> Kernel for Block<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(mut self, m: M) {
        let mut generator = self.seed.generator(self.rest, m);
        let (paths, zero) = (&self.sobol.paths, M::Doubles::same(m, 0.0));
        let mut coordinates = vec![[zero; GROUP]; paths.steps.len()];
        for (group, at) in (0..BLOCK).step_by(GROUP * 8).enumerate() {
            let (net, rest) = coordinates.split_at_mut(self.axes.len());
            for (row, axis) in net.iter_mut().zip(&mut self.axes) {
                point::<M>(m, axis, row);
                axis.advance(group);
            }
            for row in rest {
                plain(m, &mut generator, row);
            }
            let mut walkers = [Walker::<M::Doubles, K>::start(m, paths); GROUP];
            for (panel, steps) in paths.steps.chunks(ROWS).enumerate() {
                let mut z = [[zero; GROUP]; ROWS];
                self.sobol.directions.add(m, panel, &coordinates, &mut z);
                for (step, z) in steps.iter().zip(&z) {
                    let step = Spread::new(m, step);
                    for (walker, z) in walkers.iter_mut().zip(z) {
                        step.go(m, walker, *z);
                    }
                }
            }
            for (v, walker) in walkers.iter().enumerate() {
                finish(m, paths, walker, at + v * 8, self.out);
            }
        }
    }
}

/// A coordinate of a group of points.
#[inline(always)]
fn point<M: Machine>(m: M, axis: &Axis, row: &mut Row<f64, M>) {
    let lanes = m.words(axis.lanes);
    for (place, vector) in row.iter_mut().zip(axis.vectors) {
        *place = normal_quantile(m, lanes.xor(m, M::Words::same(m, axis.group ^ vector)));
    }
}

/// A coordinate that the table does not have.
#[inline(always)]
fn plain<M: Machine>(m: M, generator: &mut Generator<M>, row: &mut Row<f64, M>) {
    for place in row {
        *place = normal_quantile(m, generator.words());
    }
}
