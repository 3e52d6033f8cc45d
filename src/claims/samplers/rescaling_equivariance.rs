//! Samplers that know levels only by their ratio σ/α do not see whether a process preserves or explodes variance; Euler in time does.
//!
//! Levels $(c\alpha, c\sigma)$ hold the state $cz$. If a step from level $a$ to level $b$ is $z_b = Az_a + b + \tau\xi$, the same step between the levels scaled by $c_a$ and $c_b$ is
//!
//! $$ z'_b = \frac{c_b}{c_a}A\,z'_a + c_bb + c_b\tau\xi, \qquad z'_a = c_az_a $$
//!
//! for DDIM(η), ancestral sampling with $\tilde\beta$, the exponential integrator and the methods in EDM's σ: at equal nodes of $\sigma/\alpha$ the law of what they return is the same for
//! VP, VE and sub-VP. Ancestral sampling with the *forward* variance $\sigma^2_{a|b} = \sigma_a^2 - (\alpha_a/\alpha_b)^2\sigma_b^2$ is not among them: its noise is scaled by $c_a$, that of the
//! noisier level. Nor is Euler's method in the time of a process, whose factor on a variance-preserving one is $\prod\left(1 + h\beta\left(\frac12 - \frac1{2v}\right)\right)$.
//!
//! Assumptions: the exact network at every level. If it failed, two implementations of one sampler, on two processes, would have to agree where they need not, or differ where
//! they must not.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::objectives::samplers::{
    Form, Spread, ancestral_step, ddim, ddim_direction, ddim_std, ddim_step, euler_flow, euler_sigma, euler_sigma_step,
    exponential_step, reverse_std, two_stage_step,
};
use crate::parameters;
use crate::worlds::{Descent, GridPoint, Level, LinearBetaSteps, Oracle, Rung, RungPoint};

const FORWARD_VARIANCE: u8 = 1;
const ONE_SCALE: u8 = 2;
const EULER_IN_TIME: u8 = 3;

parameters! {
    /// One step between two levels, and between the same levels at other scales.
    Scales {
        step: of(RungPoint) "the step",
        ca: positive "the scale of the noisier level",
        cb: positive "the scale of the cleaner level",
        eta: positive "the share of noise of DDIM",
    }
}

/// One step.
struct Step(u8);

/// A step that is compared at two scales.
type Sampler<S> = fn(&Rung<S>, &Oracle<S>, S) -> Form<S>;

fn samplers<S: Scalar>(wrong: u8) -> [(&'static str, Sampler<S>); 5] {
    let ancestral: Sampler<S> = match wrong {
        FORWARD_VARIANCE => {
            |rung, oracle, _| ancestral_step(&Form::initial(), rung, oracle, reverse_std(rung, Spread::Forward))
        }
        _ => |rung, oracle, _| ancestral_step(&Form::initial(), rung, oracle, reverse_std(rung, Spread::Posterior)),
    };
    [
        ("ancestral", ancestral),
        ("DDIM", |rung, oracle, eta| {
            ddim_step(&Form::initial(), rung, oracle, ddim_direction(rung, eta), ddim_std(rung, eta))
        }),
        ("exponential integrator", |rung, oracle, _| exponential_step(&Form::initial(), rung, oracle)),
        ("Euler", |rung, oracle, _| euler_sigma_step(&Form::initial(), rung, oracle)),
        ("Heun", |rung, oracle, _| two_stage_step(&Form::initial(), rung, oracle, S::one())),
    ]
}

impl Statement for Step {
    type Params<S: Scalar> = Scales<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 ca=1.2137 cb=0.7119 eta=0.5137",
            "alpha=0.3137 sigma=0.9119 factor=0.7713 beta=0.4137 s=9 mu=-0.7 ca=3.7 cb=2.9119 eta=0.9119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Scales<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle) = (p.step.rung(), p.step.oracle());
        let to = if self.0 == ONE_SCALE { p.ca } else { p.cb };
        let scaled = Rung::between(rung.noisy.scaled(p.ca), rung.clean.scaled(p.cb));
        let compared = samplers::<S>(self.0).map(|(name, step)| {
            let [plain, other] = [rung, scaled].map(|rung| step(&rung, &oracle, p.eta).transition());
            [
                Relation::equal(format!("{name}, factor"), other.factor, plain.factor * to / p.ca),
                Relation::equal(format!("{name}, offset"), other.offset, plain.offset * to),
                Relation::equal(format!("{name}, variance"), other.variance, plain.variance * to.square()),
            ]
        });
        compared.into_iter().flatten().collect()
    }
}

/// The law of the samples over a whole grid, on a variance-preserving and on a variance-exploding process.
struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=7",
            "s=9 mu=-0.7 lambda_start=-4.137 lambda_end=1.119 N=50",
            "s=0.000001 mu=0.7 lambda_start=1.137 lambda_end=9.119 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let preserving = p.grid.levels();
        let exploding: Vec<_> = preserving.iter().map(|level| Level::exploding(level.ratio())).collect();
        let eta = S::ratio(1, 2);
        // Of y = z/α at the end, from the exact law at the start.
        let [one, other] = [&preserving, &exploding].map(|levels| {
            let law = ddim(&Descent::new(levels), &p.oracle, eta).apply(&levels[0].law(&p.oracle.data));
            let end = if self.0 == ONE_SCALE { levels[0].alpha } else { levels[levels.len() - 1].alpha };
            (law.mean / end, law.variance / end.square())
        });
        vec![
            Relation::equal("mean of the samples", one.0, other.0),
            Relation::equal("variance of the samples", one.1, other.1),
        ]
    }
}

/// Euler's method for the flow, in two times.
struct Euler(u8);

impl Statement for Euler {
    type Params<S: Scalar> = LinearBetaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 mu=1.3 beta_0=0.1 beta_1=20 N=20", "s=9 mu=-0.7 beta_0=0.7137 beta_1=3.119 N=7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p LinearBetaSteps<S>) -> Vec<Relation<'p, S>> {
        let (process, data) = (p.world.process(), p.world.data);
        let (oracle, n) = (Oracle { data }, i64::from(p.steps));
        let clocks: Vec<_> = (1..=n).rev().map(|i| process.at(S::int(i) / n)).collect();
        let levels: Vec<_> = clocks.iter().map(Level::from).collect();
        let descent = Descent::to_data(&levels);
        let in_time = euler_flow(&process, &data, p.steps).factor;
        let product = clocks.iter().fold(S::one(), |product, clock| {
            let v = clock.variance(data.variance);
            product * (clock.noise / n * (S::int(1) - v.recip()) / 2 + 1)
        });
        let in_sigma = if self.0 == EULER_IN_TIME { in_time } else { euler_sigma(&descent, &oracle).factor };
        vec![
            Relation::equal("Euler in time", in_time, product),
            Relation::equal("Euler in σ", in_sigma, ddim(&descent, &oracle, S::zero()).factor),
        ]
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "rescaling-equivariance",
    aliases: &[],
    title: "At equal nodes of σ/α most samplers return the same on VP, VE and sub-VP; Euler in time does not",
    expect: Expect::True,
    text: include_str!("rescaling_equivariance.rs"),
    sources: &["karras2022", "song2021ddim", "song2021sde"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::certified("chain", &Chain(0)),
        Readings::certified("Euler", &Euler(0)),
    ],
    controls: &[
        Control {
            id: "forward-variance",
            story: "ancestral sampling with β_t taken for the same on every process",
            readings: Readings::of("step", &Step(FORWARD_VARIANCE)),
        },
        Control {
            id: "one-scale",
            story: "the scale of the noisier level kept after the step",
            readings: Readings::of("step", &Step(ONE_SCALE)),
        },
        Control {
            id: "one-scale-for-the-samples",
            story: "samples divided by the α of the start",
            readings: Readings::certified("chain", &Chain(ONE_SCALE)),
        },
        Control {
            id: "euler-in-time",
            story: "Euler in the time of a VP process expected to be Euler in σ at the same nodes",
            readings: Readings::certified("Euler", &Euler(EULER_IN_TIME)),
        },
    ],
    quantities: &[],
};
