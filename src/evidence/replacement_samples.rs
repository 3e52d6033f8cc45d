//! Samples of imputation by replacement, with fresh noise on the observation and with that of one path.

use super::{Noise, Plan, Statistic, WIDTH, sampler};
use crate::numbers::{Ball, Float, Lanes, Scalar};
use crate::objectives::imputation::{ReplacementChain, ReplacementStep};
use crate::worlds::Gaussian;

/// Replacement, run step by step.
pub struct ReplacementSamples {
    /// The parameters, as `name=value` words.
    pub point: &'static str,
    /// What is run.
    pub chain: ReplacementChain<Float>,
    /// What is claimed of its end: with fresh noise, and with that of one path.
    pub claimed: [Gaussian<Ball>; 2],
}

impl ReplacementSamples {
    /// The check of both means and variances.
    pub fn plan(self) -> Plan {
        let [fresh, path] = self.claimed.map(|law| law.map(|moment| moment.to_f64()));
        let steps = self.chain.steps();
        let forward =
            self.chain.schedule.betas.iter().map(|beta| [(Float(1.0) - *beta).sqrt(), beta.sqrt()].map(Lanes::splat));
        let (forward, observed): (Vec<_>, _) = (forward.collect(), Lanes::splat(self.chain.observed));
        Plan {
            point: self.point,
            statistics: vec![
                Statistic::mean("mean, fresh noise", fresh.mean, fresh.variance),
                Statistic::variance("variance, fresh noise", fresh.mean, fresh.variance),
                Statistic::mean("mean, one path", path.mean, path.variance),
                Statistic::variance("variance, one path", path.mean, path.variance),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let by_fresh = steps.iter().fold(noise.normal(), |state, step| {
                    let [signal, deviation] = [step.level.alpha, step.level.sigma].map(Lanes::splat);
                    let seen = observed * signal + deviation * noise.normal();
                    step.draw(state, seen, noise)
                });
                let mut path = vec![observed];
                for [kept, added] in &forward {
                    let last = path[path.len() - 1];
                    path.push(last * *kept + *added * noise.normal());
                }
                let seen = path.iter().rev();
                let by_path =
                    steps.iter().zip(seen).fold(noise.normal(), |state, (step, seen)| step.draw(state, *seen, noise));
                out.copy_from_slice(&[by_fresh, by_fresh, by_path, by_path]);
            }),
        }
    }
}

impl ReplacementStep<Float> {
    /// One step of every lane, with the observation as it was noised.
    fn draw(&self, state: Lanes<WIDTH>, seen: Lanes<WIDTH>, noise: &mut Noise) -> Lanes<WIDTH> {
        let [own, other, deviation] = [self.state, self.observed, self.variance.sqrt()].map(Lanes::splat);
        own * state + other * seen + deviation * noise.normal()
    }
}
