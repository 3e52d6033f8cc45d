//! Samples of a chain of affine steps in several dimensions, whose law is exact, against the moments claimed of it.

use super::matrix_path::affine;
use super::{Plan, Statistic, WIDTH, sampler};
use crate::numbers::{Ball, Float, Lanes, Scalar};
use crate::objectives::imputation::{Moments, Step};

/// A chain from a standard normal in at least two dimensions, run step by step.
pub struct AffineSamples {
    /// The parameters, as `name=value` words.
    pub point: &'static str,
    /// Its steps, of the right version or of a wrong one.
    pub steps: Vec<Step<Float>>,
    /// What is claimed of its end.
    pub claimed: Moments<Ball>,
    /// The moments of what is really drawn.
    pub drawn: Moments<Ball>,
}

impl AffineSamples {
    /// The check of the first mean, of the first two variances, and of the mean product of the first two deviations.
    pub fn plan(self) -> Plan {
        let read = |law: &Moments<Ball>| {
            let [v00, v01, v11] = [(0, 0), (0, 1), (1, 1)].map(|at| law.covariance[at].to_f64());
            ([law.mean[0].to_f64(), law.mean[1].to_f64()], v00, v01, v11)
        };
        let ([first, second], v00, v01, v11) = read(&self.claimed);
        let (drawn, d00, d01, d11) = read(&self.drawn);
        let shifted = (drawn[0] - first) * (drawn[1] - second);
        let (steps, centre) = (self.steps, [first, second].map(|mean| Lanes::splat(Float(mean))));
        Plan {
            point: self.point,
            statistics: vec![
                Statistic::mean("mean of the first", first, v00),
                Statistic::variance("variance of the first", first, v00),
                Statistic::variance("variance of the second", second, v11),
                Statistic::mean("product of deviations", v01, v00 * v11 + v01 * v01),
            ],
            drawn: Some(vec![
                (drawn[0], d00),
                (drawn[0], d00),
                (drawn[1], d11),
                (d01 + shifted, d00 * d11 + d01 * d01),
            ]),
            sampler: sampler(move |noise, out| {
                let d = steps.first().map_or(2, |step| step.mean.offset.dimension());
                let start: Vec<Lanes<WIDTH>> = (0..d).map(|_| noise.normal()).collect();
                let end = steps.iter().fold(start, |state, step| {
                    let deviation = Lanes::splat(step.variance.sqrt());
                    let carried = affine(&step.mean.slope, &step.mean.offset, &state);
                    carried.into_iter().map(|entry| entry + deviation * noise.normal()).collect()
                });
                let product = (end[0] - centre[0]) * (end[1] - centre[1]);
                out.copy_from_slice(&[end[0], end[0], end[1], product]);
            }),
        }
    }
}
