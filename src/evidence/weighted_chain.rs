//! Chains of affine steps with their log-weights, drawn at the speed of the simulation engine.

use super::WIDTH;
use super::simulate::{Sampler, Table};
use crate::numbers::{Field, Float, Instructions, Lanes, Scalar};
use crate::objectives::log_weight::{Quadratic, WeightedStep};
use crate::simulation::{Functional, Increments, PathStep, Seed, Values, WeightedPaths};
use crate::worlds::{Affine, Gaussian, Transition};

/// A chain from a Gaussian start, with the weight that its steps and its end add up to.
#[derive(Debug, Clone)]
pub struct WeightedChain {
    start: Gaussian<Float>,
    steps: Vec<WeightedStep<Float>>,
    last: Quadratic<Float>,
}

const NOTHING: Affine<Float> = Affine { slope: Float(0.0), offset: Float(0.0) };

impl WeightedChain {
    /// With these weights.
    pub fn new(start: Gaussian<Float>, steps: Vec<WeightedStep<Float>>, last: Quadratic<Float>) -> Self {
        Self { start, steps, last }
    }

    /// Of which only the end counts: its "weight" is the last state.
    pub fn end(start: Gaussian<Float>, steps: &[Transition<Float>]) -> Self {
        let zero = Float(0.0);
        let nothing = Quadratic { level: zero, gradient: NOTHING };
        let still =
            |step: &Transition<Float>| WeightedStep { transition: *step, still: nothing, noise: NOTHING, bend: zero };
        let last = Quadratic { level: zero, gradient: Affine { slope: zero, offset: Float(1.0) } };
        Self::new(start, steps.iter().map(still).collect(), last)
    }

    /// Draws of what `made` makes of the weight, for each statistic.
    pub fn sampler(
        &self,
        made: impl Fn(Lanes<WIDTH>, &mut [Lanes<WIDTH>]) + Send + Sync + 'static,
    ) -> Box<dyn Sampler> {
        Box::new(Draws { paths: self.paths(), increments: Increments::Normal, made })
    }

    /// Draws of the weight for its mean: with increments of three bits, along which a quadratic function has the mean and the variance
    /// that it has along normal ones. For nothing else of its law.
    pub fn sampler_of_the_mean(&self) -> Box<dyn Sampler> {
        let made = |weight: Lanes<WIDTH>, out: &mut [Lanes<WIDTH>]| out.fill(weight);
        Box::new(Draws { paths: self.paths(), increments: Increments::ThreeBits, made })
    }

    fn paths(&self) -> WeightedPaths<1> {
        let Self { start, steps, last } = self;
        let spread =
            PathStep { factor: 1.0, offset: 0.0, deviation: start.variance.sqrt().0, added: [Functional::default()] };
        let first = (start.variance.0 > 0.0).then_some(spread);
        let steps_after = steps.iter().map(path_step);
        // What a step adds whatever the state is added at the end.
        let level = |step: &WeightedStep<Float>| step.still.level + step.bend * step.transition.variance / 2;
        let level = steps.iter().fold(last.level, |sum, step| sum + level(step));
        let last = [last.gradient.slope.0 / 2.0, last.gradient.offset.0, level.0];
        WeightedPaths { start: start.mean.0, steps: first.into_iter().chain(steps_after).collect(), last: [last] }
    }
}

/// A step in units of its standard normal, `ξ = σz`.
fn path_step(step: &WeightedStep<Float>) -> PathStep<1> {
    let WeightedStep { transition, still, noise, bend } = step;
    let deviation = transition.variance.sqrt();
    let noise = [*bend * deviation.square() / 2, noise.slope * deviation, noise.offset * deviation];
    let added = Functional {
        still: [(still.gradient.slope / 2).0, still.gradient.offset.0],
        noise: noise.map(|coefficient| coefficient.0),
    };
    PathStep { factor: transition.factor.0, offset: transition.offset.0, deviation: deviation.0, added: [added] }
}

struct Draws<F> {
    paths: WeightedPaths<1>,
    increments: Increments,
    made: F,
}

impl<F: Fn(Lanes<WIDTH>, &mut [Lanes<WIDTH>]) + Send + Sync> Sampler for Draws<F> {
    fn block(&self, seed: &Seed, block: u64, rows: &mut Table) {
        let mut values = [Values::<f64>::default()];
        self.paths.block(self.increments, seed, block, Instructions::widest(), &mut values);
        let mut made = vec![Lanes([0.0; WIDTH]); rows.len()];
        let [Values { whole, .. }] = &values;
        for (at, weights) in whole.as_chunks::<WIDTH>().0.iter().enumerate().take(rows.first().map_or(0, Vec::len)) {
            (self.made)(Lanes(*weights), &mut made);
            for (row, lanes) in rows.iter_mut().zip(&made) {
                row[at] = *lanes;
            }
        }
    }
}
