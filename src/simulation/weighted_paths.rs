//! Affine steps with quadratic functionals along them: Euler paths with their log-weights, the chain of a hierarchical model, any chain of
//! exact transitions.
//!
//! `y ← fy + c + σz`, and each functional adds `(q₂y + q₁)y + n₂(z² − 1) + (n₁y + n₀)z` before the step, the stochastic part of mean zero; at the end a quadratic of the last state
//! and a constant. Eight or sixteen paths go side by side in registers, several such groups at once; nothing is kept but a block.

use super::precision::Precision;
use super::stream::{BLOCK, Generator, Seed};
use super::three_bit;
use crate::numbers::{Bits, Instructions, Kernel, Machine, Reals};

/// A step, with what it adds to each of `K` functionals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathStep<const K: usize> {
    /// `f`.
    pub factor: f64,
    /// `c`.
    pub offset: f64,
    /// `σ`.
    pub deviation: f64,
    /// What is added.
    pub added: [Functional; K],
}

/// `(q₂y + q₁)y + n₂(z² − 1) + (n₁y + n₀)z`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Functional {
    /// `[q₂, q₁]`.
    pub still: [f64; 2],
    /// `[n₂, n₁, n₀]`.
    pub noise: [f64; 3],
}

/// What the increments `z` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Increments {
    /// Standard normals.
    Normal,
    /// Three random bits each, with the first five moments of a normal: for the mean and the variance of the functionals only.
    ThreeBits,
}

/// What a functional comes to along each path of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Values<P> {
    /// Without its stochastic part, which has mean zero.
    pub still: [P; BLOCK],
    /// With it.
    pub whole: [P; BLOCK],
}

impl<P: Precision> Default for Values<P> {
    fn default() -> Self {
        Self { still: [P::default(); BLOCK], whole: [P::default(); BLOCK] }
    }
}

/// Paths from one start.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedPaths<const K: usize> {
    /// Where all start.
    pub start: f64,
    /// The steps.
    pub steps: Vec<PathStep<K>>,
    /// `[l₂, l₁, l₀]`: what the end adds, `l₂y² + l₁y + l₀`.
    pub last: [[f64; 3]; K],
}

/// Groups of vectors that go through the steps together, to hide the latency of the arithmetic.
const GROUPS: usize = 2;

impl<const K: usize> WeightedPaths<K> {
    /// The functionals of a block of paths, in the precision `P`.
    pub fn block<P: Precision>(
        &self,
        increments: Increments,
        seed: &Seed,
        block: u64,
        instructions: Instructions,
        out: &mut [Values<P>; K],
    ) {
        instructions.run(Block { paths: self, increments, seed, block, out });
    }
}

struct Block<'a, P, const K: usize> {
    paths: &'a WeightedPaths<K>,
    increments: Increments,
    seed: &'a Seed,
    block: u64,
    out: &'a mut [Values<P>; K],
}

impl<P: Precision, const K: usize> Kernel for Block<'_, P, K> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) {
        let generator = self.seed.generator(self.block, machine);
        match self.increments {
            Increments::Normal => normal::<P, M, K>(self.paths, generator, self.out),
            Increments::ThreeBits => three_bits::<P, M, K>(self.paths, generator, self.out),
        }
    }
}

/// A vector of paths on its way.
#[derive(Clone, Copy)]
pub(super) struct Walker<R, const K: usize> {
    y: R,
    still: [R; K],
    noise: [R; K],
}

/// A step with its numbers in every lane.
#[derive(Clone, Copy)]
pub(super) struct Spread<R, const K: usize> {
    affine: [R; 3],
    added: [[R; 5]; K],
}

impl<R: Reals, const K: usize> Spread<R, K> {
    #[inline(always)]
    pub(super) fn new(m: R::Machine, step: &PathStep<K>) -> Self {
        let zero = R::same(m, 0.0);
        let mut added = [[zero; 5]; K];
        for (spread, functional) in added.iter_mut().zip(&step.added) {
            let Functional { still: [q2, q1], noise: [n2, n1, n0] } = *functional;
            *spread = [R::same(m, q2), R::same(m, q1), R::same(m, n2), R::same(m, n1), R::same(m, n0)];
        }
        Self { affine: [R::same(m, step.factor), R::same(m, step.offset), R::same(m, step.deviation)], added }
    }

    #[inline(always)]
    pub(super) fn go(&self, m: R::Machine, walker: &mut Walker<R, K>, z: R) {
        let y = walker.y;
        for k in 0..K {
            let [q2, q1, n2, n1, n0] = self.added[k];
            walker.still[k] = q2.times_plus(m, y, q1).times_plus(m, y, walker.still[k]);
            let slope = n2.times_plus(m, z, n1.times_plus(m, y, n0));
            walker.noise[k] = slope.times_plus(m, z, walker.noise[k]);
        }
        let [factor, offset, deviation] = self.affine;
        walker.y = deviation.times_plus(m, z, factor.times_plus(m, y, offset));
    }
}

impl<R: Reals, const K: usize> Walker<R, K> {
    #[inline(always)]
    pub(super) fn start(m: R::Machine, paths: &WeightedPaths<K>) -> Self {
        let zero = R::same(m, 0.0);
        let mut walker = Self { y: R::same(m, paths.start), still: [zero; K], noise: [zero; K] };
        for (k, noise) in walker.noise.iter_mut().enumerate() {
            // The means of the squares.
            let mean = paths.steps.iter().fold(0.0, |sum, step| sum + step.added[k].noise[0]);
            *noise = R::same(m, -mean);
        }
        walker
    }
}

/// What the functionals of a vector of paths come to.
#[inline(always)]
pub(super) fn finish<P: Precision, M: Machine, const K: usize>(
    m: M,
    paths: &WeightedPaths<K>,
    walker: &Walker<P::Vector<M>, K>,
    at: usize,
    out: &mut [Values<P>; K],
) {
    for (k, values) in out.iter_mut().enumerate() {
        let [l2, l1, l0] = paths.last[k];
        let l2 = P::Vector::<M>::same(m, l2);
        let (l1, l0) = (P::Vector::<M>::same(m, l1), P::Vector::<M>::same(m, l0));
        let last = l2.times_plus(m, walker.y, l1).times_plus(m, walker.y, l0);
        let still = walker.still[k].plus(m, last);
        P::store(m, still, &mut values.still[at..at + P::LANES]);
        P::store(m, still.plus(m, walker.noise[k]), &mut values.whole[at..at + P::LANES]);
    }
}

#[inline(always)]
fn normal<P: Precision, M: Machine, const K: usize>(
    paths: &WeightedPaths<K>,
    mut generator: Generator<M>,
    out: &mut [Values<P>; K],
) {
    let m = generator.machine();
    let start = Walker::<P::Vector<M>, K>::start(m, paths);
    for at in (0..BLOCK).step_by(2 * GROUPS * P::LANES) {
        let mut walkers = [[start; 2]; GROUPS];
        for step in &paths.steps {
            let step = Spread::new(m, step);
            for [first, second] in &mut walkers {
                let (z, other) = P::normals(m, &mut generator);
                step.go(m, first, z);
                step.go(m, second, other);
            }
        }
        for (g, walker) in walkers.as_flattened().iter().enumerate() {
            finish(m, paths, walker, at + g * P::LANES, out);
        }
    }
}

#[inline(always)]
fn three_bits<P: Precision, M: Machine, const K: usize>(
    paths: &WeightedPaths<K>,
    mut generator: Generator<M>,
    out: &mut [Values<P>; K],
) {
    let m = generator.machine();
    let sizes = three_bit::sizes::<P, M>(m);
    // As many increments as a word has bits for.
    let run = (P::FORMAT.0 / three_bit::WIDTH) as usize;
    let start = Walker::<P::Vector<M>, K>::start(m, paths);
    for at in (0..BLOCK).step_by(2 * GROUPS * P::LANES) {
        let mut walkers = [start; 2 * GROUPS];
        for steps in paths.steps.chunks(run) {
            let mut words = [P::draw(&mut generator); 2 * GROUPS];
            for word in &mut words[1..] {
                *word = P::draw(&mut generator);
            }
            for step in steps {
                let step = Spread::new(m, step);
                for (walker, word) in walkers.iter_mut().zip(&mut words) {
                    let z = three_bit::increment::<P, M>(m, *word, sizes);
                    *word = word.right(m, three_bit::WIDTH);
                    step.go(m, walker, z);
                }
            }
        }
        for (g, walker) in walkers.iter().enumerate() {
            finish(m, paths, walker, at + g * P::LANES, out);
        }
    }
}
