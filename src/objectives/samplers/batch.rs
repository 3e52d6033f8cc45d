//! Batches of paths in hundreds of dimensions: each axis runs all its steps alone, on numbers that stay in the nearest cache.

use crate::numbers::{Float, Instructions, Kernel, Machine, Scalar};
use crate::simulation::{Noise, Seed};
use crate::worlds::{Gaussian, Oracle, PrincipalGaussian, Transition};
use nalgebra::DMatrix;

/// Paths that go together: their states and one draw for each are 8 KiB.
const BLOCK: usize = 512;

/// A sampler that is affine along each principal axis of the data, `z ← factor·z + offset + std·ξ`, on many paths at once.
///
/// A step costs a normal draw and two multiplications for each coordinate, where one in full matrices costs `d`. Whoever wants the samples
/// and not the paths gives the composed law as the one step, which draws once: `|axis| [ancestral(&descent, axis, spread)]`.
///
/// ```
/// use nalgebra::{DMatrix, DVector};
/// use ouracle::numbers::{Float, Instructions};
/// use ouracle::objectives::samplers::{BatchSampler, Spread, ancestral_step, reverse_std, steps};
/// use ouracle::worlds::{Ddpm, Gaussian, PrincipalGaussian};
///
/// let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.4, 0.4, 0.5]);
/// let data = PrincipalGaussian::new(&DVector::from_vec(vec![0.3, -0.2]), &covariance)?;
/// let descent = Ddpm::linear(Float(1e-4), Float(0.02), 1000).descent();
/// let sampler = BatchSampler::new(&data, &Gaussian::centred(Float(1.0)), |axis| {
///     steps(&descent, axis, |z, rung| ancestral_step(z, rung, axis, reverse_std(rung, Spread::Posterior)))
/// });
/// // Without noise every path ends at the mean of the samples, which is all but that of the data.
/// let samples = sampler.sample(3, Instructions::widest(), |_| |draws: &mut [f64]| draws.fill(0.0));
/// assert!(samples.column_iter().all(|end| (end - data.mean()).amax() < 0.01));
/// # Ok::<(), ouracle::numbers::CovarianceError>(())
/// ```
#[derive(Debug)]
pub struct BatchSampler<'a> {
    data: &'a PrincipalGaussian,
    /// Along each axis the start, as a step from 0, and the steps.
    steps: Vec<Vec<Step>>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    factor: f64,
    offset: f64,
    std: f64,
}

impl From<Transition<Float>> for Step {
    fn from(transition: Transition<Float>) -> Self {
        let Transition { factor, offset, variance } = transition;
        Self { factor: factor.0, offset: offset.0, std: variance.sqrt().0 }
    }
}

impl<'a> BatchSampler<'a> {
    /// From the start, with the same law on each axis, as `N(0, σ²I)` has, and the steps along an axis, as
    /// [`steps`](super::steps) gives them of any sampler of one step.
    pub fn new<'o, I>(
        data: &'a PrincipalGaussian,
        start: &Gaussian<Float>,
        steps: impl Fn(&'a Oracle<Float>) -> I,
    ) -> Self
    where
        I: IntoIterator<Item = Transition<Float>> + 'o,
    {
        let start = Transition { factor: Float(0.0), offset: start.mean, variance: start.variance };
        let along = |axis| std::iter::once(start).chain(steps(axis)).map(Step::from).collect();
        Self { data, steps: data.axes().iter().map(along).collect() }
    }

    /// `n` samples with the draws of this seed, `d × n` in the coordinates of the data.
    pub fn draw(&self, n: usize, seed: &Seed, instructions: Instructions) -> DMatrix<f64> {
        self.sample(n, instructions, |number| {
            let mut noise = Noise::with(seed, number, instructions);
            move |draws: &mut [f64]| noise.fill(draws)
        })
    }

    /// `n` samples in the coordinates of the data, `d × n`: the rows of an array `(n, d)` in the order of C.
    ///
    /// `normals` gives the source of independent standard normal draws with a number; each source fills slices, for one axis and a block of
    /// 512 paths, step by step, and steps without noise draw nothing. With sources that depend on their number alone, the paths do not
    /// depend on the instructions, nor the first of them on how many there are in multiples of a block; the last product, into the
    /// coordinates of the data, is that of [`Eigenbasis`](crate::numbers::Eigenbasis).
    pub fn sample<N: FnMut(&mut [f64])>(
        &self,
        n: usize,
        instructions: Instructions,
        normals: impl FnMut(u64) -> N,
    ) -> DMatrix<f64> {
        self.data.basis().points(&self.coordinates(n, instructions, normals).transpose())
    }

    /// The same along the principal axes, `n × d`: an axis is a column.
    pub fn coordinates<N: FnMut(&mut [f64])>(
        &self,
        n: usize,
        instructions: Instructions,
        mut normals: impl FnMut(u64) -> N,
    ) -> DMatrix<f64> {
        let mut states = DMatrix::zeros(n, self.steps.len());
        let mut draws = [0.0; BLOCK];
        for (axis, steps) in self.steps.iter().enumerate() {
            for (block, states) in states.column_mut(axis).as_mut_slice().chunks_mut(BLOCK).enumerate() {
                // Blocks of one number before those of the next, so that more paths do not change the sources of the first.
                let mut fill = normals((block * self.steps.len() + axis) as u64);
                let draws = &mut draws[..states.len()];
                for step in steps {
                    if step.std != 0.0 {
                        fill(draws);
                    }
                    instructions.run(Advance { step: *step, states, draws });
                }
            }
        }
        states
    }
}

/// One step of a block.
struct Advance<'s> {
    step: Step,
    states: &'s mut [f64],
    draws: &'s [f64],
}

impl Kernel for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, _: M) {
        let Step { factor, offset, std } = self.step;
        for (z, draw) in self.states.iter_mut().zip(self.draws) {
            *z = factor * *z + offset + std * draw;
        }
    }
}
