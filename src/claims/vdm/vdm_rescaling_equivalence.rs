//! Two noise specifications with one signal-to-noise ratio define one generative model of the data, at every number of steps.
//!
//! Let specification $b$ hold the latents $c_tz_t$ of $a$, $c = \alpha^b/\alpha^a = \sigma^b/\sigma^a$, and let its network be $\hat x^b(z) = \hat x^a(z/c_t)$. For *any* network the
//! means and variances of the model's steps are
//!
//! $$ \mu^b(c_tz) = c_s\mu^a(z), \qquad (\sigma_Q^b)^2 = c_s^2(\sigma_Q^a)^2 $$
//!
//! so that with the prior rescaled likewise every latent is, and $x$ has the same law for every $T$: by ancestral steps, DDIM and the exponential integrator. So do the terms of the bound. The exact
//! network rescales by itself. That samplers know levels by their ratio only, step by step and at free scales, is `rescaling-equivariance`; here the whole model is compared, with any network,
//! from its prior to the data.
//!
//! Euler steps of the probability flow are not equivalent: on a variance-preserving process with $\beta$ from 0.1 to 20 and data of variance 0.37, twenty of them multiply the start by 0.603228, Euler
//! in $\sigma$ at the same nodes, which is DDIM, by 0.535848, and the flow itself by 0.608285.
//!
//! Assumptions: one ratio at corresponding times. If it failed, variance-preserving and variance-exploding diffusion would be two families of models and not one, and a bound would depend on the units
//! of the latents.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ChainSamples, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Field, Float, Scalar};
use crate::objectives::chain_bound;
use crate::objectives::samplers::{
    Spread, ancestral, ancestral_step, ddim, euler_flow, exponential, reverse_std, steps,
};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{
    Affine, Descent, GammaSteps, Gaussian, Level, LinearBetaSteps, Oracle, Rung, RungPoint, Transition,
};

const SAME_NETWORK: u8 = 1;
const SAME_PRIOR: u8 = 2;
const ONE_SCALE: u8 = 3;
const EULER_IN_TIME: u8 = 4;
const FIRST_ORDER_IS_EXACT: u8 = 5;

parameters! {
    /// A step, other units for its ends, and any affine network.
    Specifications {
        step: of(RungPoint) "the step in the units of a, and the law of the data",
        ct: positive "the unit of the noisier latent in b",
        cs: positive "the unit of the cleaner latent in b",
        a: real "slope of the network of a",
        b: real "offset of the network of a",
    }
}

/// One step of the model.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = Specifications<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 ct=1.2137 cs=0.7119 a=0.6137 b=-0.3119",
            "alpha=1 sigma=0.0001 factor=1 beta=7.119 s=9 mu=-0.7 ct=0.0137 cs=1.9119 a=-0.1137 b=1.7119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Specifications<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle) = (p.step.rung(), p.step.oracle());
        let other = Rung::between(rung.noisy.scaled(p.ct), rung.clean.scaled(p.cs));
        let rescaled = |network: &Affine<S>| match self.0 {
            SAME_NETWORK => *network,
            _ => Affine { slope: network.slope / p.ct, ..*network },
        };
        let to = if self.0 == ONE_SCALE { p.ct } else { p.cs };
        let network = Affine { slope: p.a, offset: p.b };
        let (of_a, of_b) = (rung.model(&network), other.model(&rescaled(&network)));
        let exact = rescaled(&oracle.denoised(&rung.noisy));
        let paid = |rung: &Rung<S>| chain_bound::step(&oracle, rung, rung.posterior_variance(), p.a);
        vec![
            Relation::equal("mean, what multiplies the latent", of_b.factor * p.ct, to * of_a.factor),
            Relation::equal("mean, what is added", of_b.offset, to * of_a.offset),
            Relation::equal("variance", of_b.variance, to.square() * of_a.variance),
            Relation::equal("slope of the exact network", oracle.denoised(&other.noisy).slope, exact.slope),
            Relation::equal("offset of the exact network", oracle.denoised(&other.noisy).offset, exact.offset),
            Relation::equal("what the step pays", paid(&other), paid(&rung)),
        ]
    }
}

parameters! {
    /// A chain and Gaussian data.
    Chained {
        chain: of(GammaSteps) "the variance of the data, and the steps",
        mu: real "data mean",
    }
}

impl<S: Scalar> Chained<S> {
    fn oracle(&self) -> Oracle<S> {
        Oracle::new(self.mu, self.chain.point.channel.s)
    }

    /// The variance-preserving levels, the noisiest first.
    fn levels(&self) -> Vec<Level<S>> {
        let steps = self.chain.steps;
        (0..=steps).rev().map(|i| self.chain.point.line.level(S::int(i64::from(i)) / i64::from(steps))).collect()
    }

    /// The same with other units: of `z/α`, and of latents with unit variance.
    fn in_units(&self, levels: &[Level<S>]) -> [Vec<Level<S>>; 2] {
        let data = self.oracle().data;
        let unit = |level: &Level<S>| level.scaled(level.law(&data).variance.sqrt().recip());
        [levels.iter().map(|level| Level::exploding(level.ratio())).collect(), levels.iter().map(unit).collect()]
    }
}

/// The prior of a model whose noisiest level is this one, or the standard normal in whatever units.
fn prior<S: Scalar>(wrong: u8, level: &Level<S>, standard_at: &Level<S>) -> Gaussian<S> {
    let unit = if wrong == SAME_PRIOR { S::one() } else { level.alpha / standard_at.alpha };
    Gaussian::centred(unit.square())
}

/// The law of the data that a model defines.
struct Model(u8);

const SAMPLED: &str = "s=0.37 gamma_0=-3.137 gamma_1=1.3119 T=7 mu=1.3";

impl Statement for Model {
    type Params<S: Scalar> = Chained<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "s=9 gamma_0=-13.3 gamma_1=5 T=1 mu=-0.7119",
            "s=2.3119 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=20 mu=0.7",
            "s=0.000001 gamma_0=-5.137 gamma_1=0.7119 T=50 mu=0.1719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chained<S>) -> Vec<Relation<'p, S>> {
        let (oracle, preserving) = (p.oracle(), p.levels());
        type Sampler<S> = fn(&Descent<S>, &Oracle<S>) -> Transition<S>;
        let samplers: [(&str, Sampler<S>); 3] = [
            ("ancestral", |descent, oracle| ancestral(descent, oracle, Spread::Posterior)),
            ("DDIM", |descent, oracle| ddim(descent, oracle, S::zero())),
            ("exponential integrator", exponential),
        ];
        let law = |sampler: &Sampler<S>, levels: &[Level<S>]| {
            let start = prior(self.0, &levels[0], &preserving[0]);
            sampler(&Descent::to_data(levels), &oracle).apply(&start)
        };
        let units = p.in_units(&preserving);
        let compared = samplers.iter().flat_map(|(name, sampler)| {
            let first = law(sampler, &preserving);
            let others = ["exploding", "unit variance"].into_iter().zip(&units);
            others.flat_map(move |(kind, levels)| {
                let other = law(sampler, levels);
                [
                    Relation::equal(format!("{name}, {kind}, mean"), other.mean, first.mean),
                    Relation::equal(format!("{name}, {kind}, variance"), other.variance, first.variance),
                ]
            })
        });
        compared.collect()
    }
}

/// The probability flow by steps.
struct Flow(u8);

impl Statement for Flow {
    type Params<S: Scalar> = LinearBetaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 mu=1.3 beta_0=0.1 beta_1=20 N=20", "s=9 mu=-0.7 beta_0=0.7137 beta_1=3.119 N=7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p LinearBetaSteps<S>) -> Vec<Relation<'p, S>> {
        let (process, oracle) = (p.world.process(), Oracle { data: p.world.data });
        let n = i64::from(p.steps);
        let preserving: Vec<_> = (1..=n).rev().map(|i| Level::from(&process.at(S::int(i) / n))).collect();
        let mut exploding: Vec<_> = preserving.iter().map(|level| Level::exploding(level.ratio())).collect();
        let in_time = euler_flow(&process, &p.world.data, p.steps).factor;
        // A factor of z/α is one of z times α at the start.
        let unit = preserving[0].alpha;
        let first_order = ddim(&Descent::to_data(&exploding), &oracle, S::zero()).factor / unit;
        let here = match self.0 {
            EULER_IN_TIME => in_time,
            _ => ddim(&Descent::to_data(&preserving), &oracle, S::zero()).factor,
        };
        let data = Level::exploding(S::zero());
        let whole = if self.0 == EULER_IN_TIME { in_time } else { oracle.flow(&preserving[0], &data).slope };
        exploding.push(data);
        let by_steps = exploding.windows(2).fold(S::one(), |slope, pair| slope * oracle.flow(&pair[0], &pair[1]).slope);
        let by_steps = if self.0 == FIRST_ORDER_IS_EXACT { first_order } else { by_steps / unit };
        vec![Relation::equal("first-order steps", here, first_order), Relation::equal("exact flow", whole, by_steps)]
    }
}

/// A model in other units, sampled.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Chained<Ball> = at_point(SAMPLED)?;
        let (oracle, levels) = (exact.oracle(), exact.levels());
        let [exploding, _] = exact.in_units(&levels);
        let law = |levels: &[Level<Ball>], start| {
            ancestral(&Descent::to_data(levels), &oracle, Spread::Posterior).apply(&start)
        };
        let claimed = law(&levels, Gaussian::centred(Ball::one()));
        let drawn = law(&exploding, prior(self.0, &exploding[0], &levels[0]));
        let p: Chained<Float> = at_point(SAMPLED)?;
        let (oracle, levels) = (p.oracle(), p.levels());
        let [exploding, _] = p.in_units(&levels);
        let start = prior(self.0, &exploding[0], &levels[0]);
        let steps = steps(&Descent::to_data(&exploding), &oracle, |z, rung| {
            ancestral_step(z, rung, &oracle, reverse_std(rung, Spread::Posterior))
        })
        .collect();
        Ok(ChainSamples { point: SAMPLED, start, steps, claimed, drawn }.plan())
    }
}

const MODEL: &str = "model";
const FLOW: &str = "flow";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-rescaling-equivalence",
    aliases: &[],
    title: "Specifications with one signal-to-noise ratio are one model at every number of steps; Euler in time is not",
    expect: Expect::True,
    text: include_str!("vdm_rescaling_equivalence.rs"),
    sources: &["kingma2021", "karras2022"],
    readings: &[
        Readings::of("", &Step(0)),
        Readings::certified(MODEL, &Model(0)).and_sampled(&Draws(0)),
        Readings::certified(FLOW, &Flow(0)),
    ],
    controls: &[
        Control {
            id: "latent-not-rescaled",
            story: "a network of one specification given the latents of another as they are",
            readings: Readings::of("", &Step(SAME_NETWORK)),
        },
        Control {
            id: "one-unit-for-both-ends",
            story: "the unit of the noisier latent kept after the step",
            readings: Readings::of("", &Step(ONE_SCALE)),
        },
        Control {
            id: "prior-not-rescaled",
            story: "standard normal noise to start from, in whatever units the latents have",
            readings: Readings::certified(MODEL, &Model(SAME_PRIOR)).and_sampled(&Draws(SAME_PRIOR)),
        },
        Control {
            id: "euler-in-time",
            story: "Euler steps of the flow in the time of the process taken for equivalent, and for exact",
            readings: Readings::certified(FLOW, &Flow(EULER_IN_TIME)),
        },
        Control {
            id: "first-order-steps-are-the-flow",
            story: "Euler in σ taken for the flow itself, because it does not depend on units",
            readings: Readings::certified(FLOW, &Flow(FIRST_ORDER_IS_EXACT)),
        },
    ],
    quantities: &[],
};
