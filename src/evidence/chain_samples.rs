//! Samples of a chain whose law is exact: their mean and variance against what is claimed of them.

use super::{Plan, Statistic, WeightedChain};
use crate::numbers::{Ball, Float};
use crate::worlds::{Gaussian, Transition};

/// A chain of Gaussian transitions, run step by step.
pub struct ChainSamples {
    /// The parameters, as `name=value` words.
    pub point: &'static str,
    /// Where the chain starts.
    pub start: Gaussian<Float>,
    /// Its steps, of the right version or of a wrong one.
    pub steps: Vec<Transition<Float>>,
    /// What is claimed of its end.
    pub claimed: Gaussian<Ball>,
    /// The law of what is really drawn.
    pub drawn: Gaussian<Ball>,
}

impl ChainSamples {
    /// The check of mean and variance.
    pub fn plan(self) -> Plan {
        let [claimed, drawn] = [self.claimed, self.drawn].map(|law| law.map(|moment| moment.to_f64()));
        let chain = WeightedChain::end(self.start, &self.steps);
        Plan {
            point: self.point,
            statistics: vec![
                Statistic::mean("mean of the samples", claimed.mean, claimed.variance),
                Statistic::variance("variance of the samples", claimed.mean, claimed.variance),
            ],
            drawn: Some(vec![(drawn.mean, drawn.variance); 2]),
            sampler: chain.sampler(|end, out| out.fill(end)),
        }
    }
}
