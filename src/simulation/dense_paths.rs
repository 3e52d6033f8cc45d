//! Paths in several dimensions along which a full matrix is applied at every step: Euler paths with the log-weight of a score that is
//! affine, by a matrix that changes with time.
//!
//! `u = Ay + a`, then `y ← fy + c + σz` by coordinates, and the functional adds `q|u|² + n u·z`; at the end `l₂|y|² + l₁·y + l₀`. The cost of
//! a step is `d²` products for a path. Where one basis diagonalises all matrices, go there and take [`IndependentAxes`](super::IndependentAxes).
//!
//! ```
//! use ouracle::numbers::Instructions;
//! use ouracle::simulation::{BLOCK, DenseEnd, DensePaths, DenseStep, Seed, Values};
//! // One step of two coordinates from the origin, where Ay + a = 0: only the end counts.
//! let step = DenseStep {
//!     factor: vec![1.0, 1.0],
//!     offset: vec![0.0, 0.0],
//!     deviation: vec![1.0, 2.0],
//!     matrix: vec![0.0, 1.0, -1.0, 0.0],
//!     shift: vec![0.0, 0.0],
//!     still: -0.5,
//!     noise: -1.0,
//! };
//! let end = DenseEnd { square: 1.0, linear: vec![0.0, 0.0], constant: 0.0 };
//! let paths = DensePaths::<f64>::new(&[0.0, 0.0], &[step], &end)?;
//! let mut values = Values::default();
//! paths.block(&Seed::new(1, "example"), 0, Instructions::widest(), &mut values);
//! // |y|² has mean 1 + 4 and variance 2(1 + 16).
//! let mean = values.whole.iter().sum::<f64>() / BLOCK as f64;
//! assert!((mean - 5.0).abs() < 6.0 * (34.0 / BLOCK as f64).sqrt());
//! # Ok::<(), ouracle::simulation::ShapeError>(())
//! ```

use super::precision::Precision;
use super::product::{GROUP, Panels, ROWS, Row};
use super::stream::{BLOCK, Generator, Seed};
use super::weighted_paths::Values;
use crate::numbers::{Instructions, Kernel, Machine, Reals};

/// One step in `d` dimensions, with what it adds to the functional.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseStep {
    /// `f`, of `d` entries.
    pub factor: Vec<f64>,
    /// `c`, of `d` entries.
    pub offset: Vec<f64>,
    /// `σ`, of `d` entries.
    pub deviation: Vec<f64>,
    /// `A`, of `d × d` entries, row by row.
    pub matrix: Vec<f64>,
    /// `a`, of `d` entries.
    pub shift: Vec<f64>,
    /// `q`.
    pub still: f64,
    /// `n`.
    pub noise: f64,
}

/// What the end adds to the functional.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseEnd {
    /// `l₂`.
    pub square: f64,
    /// `l₁`, of `d` entries.
    pub linear: Vec<f64>,
    /// `l₀`.
    pub constant: f64,
}

/// A vector or a matrix that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// No dimension.
    #[error("the start has no coordinate: give at least one")]
    NoDimension,
    /// Another number of entries.
    #[error("the {what} of step {step} has {found} entries, and in {dimension} dimensions it must have {expected}")]
    Step {
        /// Which.
        what: &'static str,
        /// Of which step, from 0.
        step: usize,
        /// Entries that there are.
        found: usize,
        /// Entries that there should be.
        expected: usize,
        /// That of the start.
        dimension: usize,
    },
    /// Another number of entries at the end.
    #[error("the linear part of the end has {found} entries, and in {dimension} dimensions it must have as many")]
    End {
        /// Entries that there are.
        found: usize,
        /// That of the start.
        dimension: usize,
    },
}

/// Paths from one start, in the precision `P`.
#[derive(Debug, Clone, PartialEq)]
pub struct DensePaths<P> {
    start: Vec<P>,
    steps: Vec<Step<P>>,
    square: f64,
    linear: Vec<P>,
    constant: f64,
}

/// A step, ready to be read.
#[derive(Debug, Clone, PartialEq)]
struct Step<P> {
    panels: Panels<P>,
    /// `[f, c, σ, a]` of every coordinate.
    affine: Vec<[P; 4]>,
    weights: [f64; 2],
}

fn rounded<P: Precision>(numbers: &[f64]) -> Vec<P> {
    numbers.iter().map(|x| P::rounded(*x)).collect()
}

impl<P: Precision> Step<P> {
    fn new(at: usize, dimension: usize, step: &DenseStep) -> Result<Self, ShapeError> {
        let vectors = [
            ("factor", &step.factor, dimension),
            ("offset", &step.offset, dimension),
            ("deviation", &step.deviation, dimension),
            ("shift", &step.shift, dimension),
            ("matrix", &step.matrix, dimension * dimension),
        ];
        for (what, entries, expected) in vectors {
            if entries.len() != expected {
                return Err(ShapeError::Step { what, step: at, found: entries.len(), expected, dimension });
            }
        }
        let affine = (0..dimension)
            .map(|i| [step.factor[i], step.offset[i], step.deviation[i], step.shift[i]].map(P::rounded))
            .collect();
        Ok(Self { panels: Panels::new(&step.matrix, dimension), affine, weights: [step.still, step.noise] })
    }
}

impl<P: Precision> DensePaths<P> {
    /// From a start of `d` coordinates through steps of `d` dimensions.
    ///
    /// # Errors
    /// If a vector does not have `d` entries or a matrix `d²`.
    pub fn new(start: &[f64], steps: &[DenseStep], end: &DenseEnd) -> Result<Self, ShapeError> {
        let dimension = start.len();
        if dimension == 0 {
            return Err(ShapeError::NoDimension);
        }
        if end.linear.len() != dimension {
            return Err(ShapeError::End { found: end.linear.len(), dimension });
        }
        let steps = steps.iter().enumerate().map(|(at, step)| Step::new(at, dimension, step));
        Ok(Self {
            start: rounded(start),
            steps: steps.collect::<Result<_, _>>()?,
            square: end.square,
            linear: rounded(&end.linear),
            constant: end.constant,
        })
    }

    /// The functional of a block of paths. The bits depend on seed, block and precision alone.
    pub fn block(&self, seed: &Seed, block: u64, instructions: Instructions, out: &mut Values<P>) {
        instructions.run(Block { paths: self, seed, block, out });
    }
}

struct Block<'a, P> {
    paths: &'a DensePaths<P>,
    seed: &'a Seed,
    block: u64,
    out: &'a mut Values<P>,
}

impl<P: Precision> Kernel for Block<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let mut generator = self.seed.generator(self.block, m);
        let zero = P::Vector::<M>::same(m, 0.0);
        let mut now = vec![[zero; GROUP]; self.paths.start.len()];
        let mut next = now.clone();
        for at in (0..BLOCK).step_by(GROUP * P::LANES) {
            for (row, start) in now.iter_mut().zip(&self.paths.start) {
                *row = [P::Vector::<M>::same(m, (*start).into()); GROUP];
            }
            let mut sums = [[zero; GROUP]; 2];
            for step in &self.paths.steps {
                step.go(m, &mut generator, &now, &mut next, &mut sums);
                std::mem::swap(&mut now, &mut next);
            }
            self.paths.finish(m, &now, &sums, at, self.out);
        }
    }
}

impl<P: Precision> Step<P> {
    /// From one state of a group of paths to the next, adding to the two parts of the functional.
    #[inline(always)]
    fn go<M: Machine>(
        &self,
        m: M,
        generator: &mut Generator<M>,
        now: &[Row<P, M>],
        next: &mut [Row<P, M>],
        sums: &mut [Row<P, M>; 2],
    ) {
        let zero = P::Vector::<M>::same(m, 0.0);
        let [mut square, mut product] = [[zero; GROUP]; 2];
        for (panel, coordinates) in self.affine.chunks(ROWS).enumerate() {
            let mut u = [[zero; GROUP]; ROWS];
            for (row, [_, _, _, shift]) in u.iter_mut().zip(coordinates) {
                *row = [P::Vector::<M>::same(m, (*shift).into()); GROUP];
            }
            self.panels.add(m, panel, now, &mut u);
            for (r, [factor, offset, deviation, _]) in coordinates.iter().enumerate() {
                let i = panel * ROWS + r;
                let factor = P::Vector::<M>::same(m, (*factor).into());
                let offset = P::Vector::<M>::same(m, (*offset).into());
                let deviation = P::Vector::<M>::same(m, (*deviation).into());
                let (first, second) = P::normals(m, generator);
                let (third, fourth) = P::normals(m, generator);
                let z = [first, second, third, fourth];
                for v in 0..GROUP {
                    square[v] = u[r][v].times_plus(m, u[r][v], square[v]);
                    product[v] = u[r][v].times_plus(m, z[v], product[v]);
                    next[i][v] = deviation.times_plus(m, z[v], factor.times_plus(m, now[i][v], offset));
                }
            }
        }
        let [still, noise] = self.weights;
        let (still, noise) = (P::Vector::<M>::same(m, still), P::Vector::<M>::same(m, noise));
        for v in 0..GROUP {
            sums[0][v] = still.times_plus(m, square[v], sums[0][v]);
            sums[1][v] = noise.times_plus(m, product[v], sums[1][v]);
        }
    }
}

impl<P: Precision> DensePaths<P> {
    /// What the functional of a group of paths comes to.
    #[inline(always)]
    fn finish<M: Machine>(
        &self,
        m: M,
        state: &[Row<P, M>],
        [still, noise]: &[Row<P, M>; 2],
        at: usize,
        out: &mut Values<P>,
    ) {
        let square = P::Vector::<M>::same(m, self.square);
        for v in 0..GROUP {
            let mut sum = P::Vector::<M>::same(m, self.constant);
            for (row, linear) in state.iter().zip(&self.linear) {
                let slope = square.times_plus(m, row[v], P::Vector::<M>::same(m, (*linear).into()));
                sum = slope.times_plus(m, row[v], sum);
            }
            let (sum, from) = (sum.plus(m, still[v]), at + v * P::LANES);
            P::store(m, sum, &mut out.still[from..from + P::LANES]);
            P::store(m, sum.plus(m, noise[v]), &mut out.whole[from..from + P::LANES]);
        }
    }
}
