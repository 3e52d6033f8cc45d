//! DDIM with any amount of noise: the same mean of a step, another variance at few steps, and ancestral sampling at one end.
//!
//! With $\tau = \eta\sqrt{\tilde\beta_t}$, $0 \le \eta \le 1$, a step is
//!
//! $$ x_{t-1} = \sqrt{\bar\alpha_{t-1}}\,\hat x + \sqrt{1-\bar\alpha_{t-1}-\tau^2}\;\hat\epsilon + \tau\xi, \qquad
//! A = \frac{\sqrt{\bar\alpha_{t-1}\bar\alpha_t}\,s + \sqrt{(1-\bar\alpha_t)(1-\bar\alpha_{t-1}-\tau^2)}}{v_t} $$
//!
//! on data $N(\mu, s)$ with $v_t = \bar\alpha_ts + 1 - \bar\alpha_t$. The predicted noise is weighted so that $\sigma_{t-1}^2$ is the sum of the squares of its weight
//! and of $\tau$. Means are moved exactly for every $\eta$. At $\eta = 1$ the step is the ancestral one with $\tilde\beta_t$, because
//! $1-\bar\alpha_{t-1}-\tilde\beta_t = \frac{(1-\beta_t)(1-\bar\alpha_{t-1})^2}{1-\bar\alpha_t}$. The last step, in which $\tilde\beta_1 = 0$, has no noise for any
//! $\eta$: a chain of one step returns the same variance for all of them.
//!
//! The identities hold between any two levels. Assumptions: $s > 0$, the exact network. If it failed, $\eta$ would change what the
//! sampler converges to, and not only how fast.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ChainSamples, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Float, Scalar};
use crate::objectives::samplers::{
    Form, Spread, ancestral_step, ddim, ddim_direction, ddim_std, ddim_step, law, reverse_std, steps,
};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{DdpmPoint, Gaussian, Oracle, Rung, RungPoint};

const ROOT_OF_ETA: u8 = 1;
const WHOLE_DIRECTION: u8 = 2;
const FORWARD_VARIANCE: u8 = 3;
const ETA_AT_THE_END: u8 = 4;

/// A step, or a wrong version of it.
fn step<S: Scalar>(wrong: u8, z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>, eta: S) -> Form<S> {
    let share = if wrong == ROOT_OF_ETA { eta.sqrt() } else { eta };
    let direction = if wrong == WHOLE_DIRECTION { rung.clean.sigma } else { ddim_direction(rung, share) };
    ddim_step(z, rung, oracle, direction, ddim_std(rung, share))
}

parameters! {
    /// One step between any two levels, with some noise.
    EtaPoint {
        step: of(RungPoint) "the step",
        eta: positive "the share of noise",
    }
}

struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = EtaPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 eta=0.5137",
            "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119 eta=0.9119",
            "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119 eta=0.1371",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p EtaPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (rung, oracle, eta) = (p.step.rung(), p.step.oracle(), p.eta);
        let (a, b) = (&rung.noisy, &rung.clean);
        let [now, then] = [a, b].map(|level| level.law(&oracle.data));
        let start = Form::initial();
        let with_noise = step(wrong, &start, &rung, &oracle, eta).transition();
        let whole = step(wrong, &start, &rung, &oracle, S::one()).transition();
        let spread = if wrong == FORWARD_VARIANCE { Spread::Forward } else { Spread::Posterior };
        let ancestral = ancestral_step(&start, &rung, &oracle, reverse_std(&rung, spread)).transition();
        let left = b.sigma.square() - eta.square() * rung.posterior_variance();
        let factor = (a.alpha * b.alpha * oracle.data.variance + a.sigma * left.sqrt()) / now.variance;
        vec![
            Relation::equal("factor", with_noise.factor, factor),
            Relation::equal("variance of the step", with_noise.variance, eta.square() * rung.posterior_variance()),
            Relation::equal("mean", with_noise.apply(&now).mean, then.mean),
            Relation::equal("all the noise, factor", whole.factor, ancestral.factor),
            Relation::equal("all the noise, offset", whole.offset, ancestral.offset),
            Relation::equal("all the noise, variance", whole.variance, ancestral.variance),
        ]
    }
}

/// Whole chains, from a standard normal.
#[derive(Debug, Clone)]
struct EtaChain<S> {
    chain: DdpmPoint<S>,
    eta: S,
}

impl<S: Scalar> Parameters<S> for EtaChain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let eta = source.real("eta", Domain::Probability, "the share of noise")?;
        Ok(Self { chain: DdpmPoint::read(source)?, eta })
    }
}

impl<S: Scalar> EtaChain<S> {
    fn samples(&self, wrong: u8) -> Gaussian<S> {
        let DdpmPoint { schedule, oracle } = &self.chain;
        let descent = schedule.descent();
        let whole = match wrong {
            0 | ETA_AT_THE_END => ddim(&descent, oracle, self.eta),
            _ => law(&descent, oracle, |z, rung| step(wrong, z, rung, oracle, self.eta)),
        };
        let mut samples = whole.apply(&Gaussian::centred(S::one()));
        if wrong == ETA_AT_THE_END {
            samples.variance = samples.variance + self.eta.square() * schedule.betas[0];
        }
        samples
    }

    /// The same from the factors of the steps alone: `m ← A(m − √ᾱ_t μ) + √ᾱ_{t−1} μ`, `V ← A²V + τ²`.
    fn by_factors(&self) -> Gaussian<S> {
        let DdpmPoint { schedule, oracle } = &self.chain;
        let Gaussian { mean: mu, variance: s } = oracle.data;
        let betas = &schedule.betas;
        let mut kept = vec![S::one()];
        for beta in betas {
            kept.push(kept[kept.len() - 1] * (S::int(1) - *beta));
        }
        let mut law = Gaussian::centred(S::one());
        for t in (1..=betas.len()).rev() {
            let [now, then] = [kept[t], kept[t - 1]];
            let [lost, left] = [S::int(1) - now, S::int(1) - then];
            // The last step has neither noise nor predicted noise.
            let tau = if t == 1 { S::zero() } else { self.eta.square() * betas[t - 1] * left / lost };
            let turned = if t == 1 { S::zero() } else { (lost * (left - tau)).sqrt() };
            let factor = ((now * then).sqrt() * s + turned) / (now * s + lost);
            law.mean = factor * (law.mean - now.sqrt() * mu) + then.sqrt() * mu;
            law.variance = factor.square() * law.variance + tau;
        }
        law
    }
}

const CHAIN: &str = "s=0.37 mu=1.3 eta=0.5 schedule=quad beta_1=0.0137 beta_T=0.719 T=7";

/// The chain as it is run, and by the factors of its steps.
struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = EtaChain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            CHAIN,
            "s=2.25 mu=-1 eta=0.7137 schedule=linear beta_1=0.0001 beta_T=0.5 T=50",
            "s=0.000001 mu=0.7 eta=0.9119 schedule=linear beta_1=0.0137 beta_T=0.719 T=2",
            "s=9 mu=-1.7 eta=0.5 schedule=linear beta_1=0.9 beta_T=0.9 T=1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p EtaChain<S>) -> Vec<Relation<'p, S>> {
        let (run, expected) = (p.samples(self.0), p.by_factors());
        vec![
            Relation::equal("mean of the samples", run.mean, expected.mean),
            Relation::equal("variance of the samples", run.variance, expected.variance),
        ]
    }
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: EtaChain<Ball> = at_point(CHAIN)?;
        let p: EtaChain<Float> = at_point(CHAIN)?;
        let DdpmPoint { schedule, oracle } = &p.chain;
        let steps = steps(&schedule.descent(), oracle, |z, rung| step(wrong, z, rung, oracle, p.eta)).collect();
        let (start, claimed, drawn) = (Gaussian::centred(Float(1.0)), exact.by_factors(), exact.samples(wrong));
        Ok(ChainSamples { point: CHAIN, start, steps, claimed, drawn }.plan())
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ddim-eta",
    aliases: &[],
    title: "DDIM(η): the noise of a step and the weight of the predicted noise, from the flow to ancestral sampling",
    expect: Expect::True,
    text: include_str!("ddim_eta.rs"),
    sources: &["song2021ddim", "ho2020"],
    readings: &[Readings::of("step", &Step(0)), Readings::certified("chain", &Chain(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "eta-for-eta-squared",
            story: "τ² = η β̃ for η² β̃",
            readings: Readings::of("step", &Step(ROOT_OF_ETA)),
        },
        Control {
            id: "whole-direction",
            story: "the predicted noise weighted with σ_b, without what the fresh noise takes away",
            readings: Readings::certified("chain", &Chain(WHOLE_DIRECTION)).and_sampled(&Draws(WHOLE_DIRECTION)),
        },
        Control {
            id: "whole-direction-of-a-step",
            story: "the same in one step",
            readings: Readings::of("step", &Step(WHOLE_DIRECTION)),
        },
        Control {
            id: "beta-at-one",
            story: "η = 1 taken for ancestral sampling with the variance β_t",
            readings: Readings::of("step", &Step(FORWARD_VARIANCE)),
        },
        Control {
            id: "noise-in-the-last-step",
            story: "noise η²β_1 in the last step, so that a chain of one step depends on η",
            readings: Readings::certified("chain", &Chain(ETA_AT_THE_END)),
        },
    ],
    quantities: &[],
};
