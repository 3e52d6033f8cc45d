//! Euler–Maruyama on the reverse SDE: weak order one, and a mean that is wrong as well.
//!
//! A step of length $h$ down from $t$ of the reverse variance-preserving SDE, every coefficient at its start, data $N(\mu, s)$:
//!
//! $$ z \leftarrow z + h\beta(t)\left(\tfrac z2 - \tfrac{z-\alpha\mu}v\right) + \sqrt{h\beta(t)}\,\xi, \qquad v = 1 + (s-1)\bar\alpha, \qquad A = 1 + h\beta\left(\tfrac12 - \tfrac1v\right) $$
//!
//! with noise in every step, the last one too. From the exact law at its start and over $N$ equal steps on $[0, 1]$, with $\Phi = \alpha s/v$, $a = \beta(\frac12-\frac1v)$
//! and dots for $-d/dt$,
//!
//! $$ N(V - s) \to \int_0^1\Phi^2\ell_V\,dt, \quad \ell_V = -\left(a^2v + \dot av + a\beta + \tfrac12\dot\beta\right), \qquad
//! N(m - \mu) \to \int_0^1\Phi\,\ell_m\,dt, \quad \ell_m = -\tfrac12\mu\alpha\left(\tfrac{\beta^2}4 + \tfrac{\dot\beta}2\right) $$
//!
//! $\ell h^2$ is what one step gets wrong, and $\Phi$ carries it to the data, $\frac d{dt}\ln\Phi = a$. Ancestral sampling and DDIM move means exactly; this does not.
//! Assumptions: $s > 0$, $\beta$ differentiable, the exact score. If it failed, the error of a sampler of the SDE would be taken for that of the score.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ChainSamples, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Field, Float, Scalar, Taylor, derivative, integrate_to_digits};
use crate::objectives::samplers::{Form, euler_flow_step, euler_maruyama, euler_maruyama_step, euler_step};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Clock, Gaussian, LinearBeta, LinearBetaSteps, Process, ReverseSde, Transition};

const END_SCORE: u8 = 1;
const HALF_SCORE: u8 = 2;
const DISCRETE_ALPHA: u8 = 3;

parameters! {
    /// One step on a variance-preserving process.
    StepPoint {
        Lam: positive "the integral of beta up to the start of the step",
        beta: positive "beta there",
        h: positive "the length of the step",
        s: positive "data variance",
        mu: real "data mean",
    }
}

/// One step, as it is run.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = StepPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Lam=1.3119 beta=2.137 h=0.1371 s=0.37 mu=1.3",
            "Lam=7.137 beta=19.3 h=0.0119 s=9 mu=-0.7",
            "Lam=0.0137 beta=0.713 h=0.3 s=0.000001 mu=2.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p StepPoint<S>) -> Vec<Relation<'p, S>> {
        let clock = Clock::variance_preserving(p.Lam).paced(p.beta);
        let score = clock.diffuse(&Gaussian::new(p.mu, p.s)).score();
        let start = Form::initial();
        let step = match self.0 {
            // Half of the score is that of the flow, which has no noise.
            HALF_SCORE => euler_flow_step(&start, &clock, &score, p.h).drawn((p.h * p.beta).sqrt()),
            _ => euler_maruyama_step(&start, &clock, &score, p.h),
        };
        let step = step.transition();
        let kept = (-p.Lam).exp();
        let variance = (p.s - 1) * kept + 1;
        let length = p.h * p.beta;
        vec![
            Relation::equal("factor", step.factor, length * (S::ratio(1, 2) - variance.recip()) + 1),
            Relation::equal("offset", step.offset, length * kept.sqrt() * p.mu / variance),
            Relation::equal("variance of the step", step.variance, length),
        ]
    }
}

/// The law of the samples from `N(0, 1)`.
fn samples<S: Scalar>(wrong: u8, p: &LinearBetaSteps<S>) -> Gaussian<S> {
    let start = Gaussian::centred(S::one());
    if wrong == 0 {
        return euler_maruyama(&p.world.process(), &p.world.data, p.steps).apply(&start);
    }
    steps(wrong, p).iter().fold(start, |law, step| step.apply(&law))
}

/// The steps, one by one.
fn steps<S: Scalar>(wrong: u8, p: &LinearBetaSteps<S>) -> Vec<Transition<S>> {
    let (process, data, n) = (p.world.process(), p.world.data, i64::from(p.steps));
    let h = S::one() / n;
    let mut kept = S::one();
    let discrete: Vec<_> = (1..=n)
        .map(|i| {
            kept = kept * (S::int(1) - h * process.at(h * i).noise);
            kept
        })
        .collect();
    let step = |i: i64| {
        let clock = process.at(h * i);
        let score = match wrong {
            END_SCORE => process.at(h * (i - 1)).diffuse(&data).score(),
            DISCRETE_ALPHA => {
                let kept = discrete[i as usize - 1];
                Gaussian::new(kept.sqrt() * data.mean, (data.variance - 1) * kept + 1).score()
            }
            _ => clock.diffuse(&data).score(),
        };
        match wrong {
            HALF_SCORE => euler_flow_step(&Form::initial(), &clock, &score, h).drawn((h * clock.noise).sqrt()),
            _ => euler_maruyama_step(&Form::initial(), &clock, &score, h),
        }
    };
    (1..=n).rev().map(|i| step(i).transition()).collect()
}

const POINT: &str = "s=0.37 mu=1.3 beta_0=0.7137 beta_1=3.119 N=7";

/// A whole run.
struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = LinearBetaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=0.37 mu=1.3 beta_0=0.1 beta_1=20 N=50",
            "s=9 mu=-0.7 beta_0=0.3 beta_1=7.119 N=50",
            "s=0.000001 mu=0.7 beta_0=0.7137 beta_1=0.119 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p LinearBetaSteps<S>) -> Vec<Relation<'p, S>> {
        let n = i64::from(p.steps);
        let Gaussian { mean: mu, variance: s } = p.world.data;
        let mut expected = Gaussian::centred(S::one());
        for i in (1..=n).rev() {
            let t = S::int(i) / n;
            let slope = p.world.beta_1 - p.world.beta_0;
            let length = (p.world.beta_0 + slope * t) / n;
            let kept = (-(p.world.beta_0 * t + slope * t.square() / 2)).exp();
            let v = (s - 1) * kept + 1;
            let factor = length * (S::ratio(1, 2) - v.recip()) + 1;
            expected.mean = factor * expected.mean + length * kept.sqrt() * mu / v;
            expected.variance = factor.square() * expected.variance + length;
        }
        let run = samples(self.0, p);
        vec![
            Relation::equal("mean of the samples", run.mean, expected.mean),
            Relation::equal("variance of the samples", run.variance, expected.variance),
        ]
    }
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (LinearBetaSteps<Ball>, LinearBetaSteps<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let (claimed, drawn) = (samples(0, &exact), samples(self.0, &exact));
        let start = Gaussian::centred(Float(1.0));
        Ok(ChainSamples { point: POINT, start, steps: steps(self.0, &p), claimed, drawn }.plan())
    }
}

parameters! {
    /// A time on a process with a linear β.
    TimePoint {
        world: of(LinearBeta) "the process and the data",
        t: positive "where the step starts",
    }
}

/// What a step down from `t` makes of the exact moments, minus the exact moments there: the coefficients of `h^order`.
fn step_error<S: Scalar>(wrong: u8, world: &LinearBeta<S>, t: S, order: usize) -> Gaussian<S> {
    let world = world.map(Taylor::<S, 3>::constant);
    let (now, h) = (Taylor::constant(t), Taylor::variable(S::zero()));
    let process: Process<_> = world.process();
    let (clock, then) = (process.at(now), process.at(now - h));
    let score = if wrong == END_SCORE { then } else { clock }.diffuse(&world.data).score();
    let reverse = ReverseSde::plug_in(&clock, &score, Taylor::constant(S::zero()));
    // The deviation of the noise is a series in √h; its variance is what counts.
    let step =
        Transition { variance: reverse.noise * h, ..euler_step(&Form::initial(), &reverse.drift, h).transition() };
    let (made, exact) = (step.apply(&clock.diffuse(&world.data)), then.diffuse(&world.data));
    Gaussian::new((made.mean - exact.mean).coefficient(order), (made.variance - exact.variance).coefficient(order))
}

/// `ℓ_m` and `ℓ_V`.
fn leading_error<S: Scalar>(world: &LinearBeta<S>, t: S) -> Gaussian<S> {
    let clock = world.process().at(t);
    let v = clock.variance(world.data.variance);
    let pull = |t: Dual<S>| {
        let world = world.map(Dual::constant);
        let clock = world.process().at(t);
        clock.noise * (Dual::ratio(1, 2) - clock.variance(world.data.variance).recip())
    };
    let beta = |t: Dual<S>| world.map(Dual::constant).process().at(t).noise;
    let (a, rising) = (clock.noise * (S::ratio(1, 2) - v.recip()), -derivative(pull, t));
    let falling = -derivative(beta, t);
    let of_variance = -(a.square() * v + rising * v + a * clock.noise + falling / 2);
    let of_mean = -world.data.mean * clock.phi * (clock.noise.square() / 4 + falling / 2) / 2;
    Gaussian::new(of_mean, of_variance)
}

/// `Φ = αs/v`.
fn carried<S: Scalar>(world: &LinearBeta<S>, t: S) -> S {
    let clock = world.process().at(t);
    clock.phi * world.data.variance / clock.variance(world.data.variance)
}

/// The leading error.
struct Leading(u8);

impl Statement for Leading {
    type Params<S: Scalar> = TimePoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 mu=1.3 beta_0=0.1 beta_1=20 t=0.3137", "s=9 mu=-0.7 beta_0=3.7137 beta_1=1.119 t=0.7119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p TimePoint<S>) -> Vec<Relation<'p, S>> {
        let (world, wrong) = (&p.world, self.0);
        let [first, second] = [1, 2].map(|order| step_error(wrong, world, p.t, order));
        let claimed = leading_error(world, p.t);
        vec![
            Relation::equal("no error of the mean of first order", first.mean, S::zero()),
            Relation::equal("no error of the variance of first order", first.variance, S::zero()),
            Relation::equal("error of the mean in a step", second.mean, claimed.mean),
            Relation::equal("error of the variance in a step", second.variance, claimed.variance),
            Relation::rate(
                "what carries an error to the data",
                (S::zero(), S::one()),
                |t| carried(&world.map(Dual::constant), Dual::variable(t)).ln(),
                |t| {
                    let clock = world.process().at(t);
                    clock.noise * (S::ratio(1, 2) - clock.variance(world.data.variance).recip())
                },
            ),
        ]
    }
}

/// `∫₀¹Φℓ_m dt` or `∫₀¹Φ²ℓ_V dt`.
fn coefficient(inputs: &Inputs, ignored: Ignored, digits: usize, of_mean: bool) -> Result<Ball, InputError> {
    fn local<S: Scalar>(world: &LinearBeta<S>, t: S, of_mean: bool) -> S {
        let (carried, error) = (carried(world, t), leading_error(world, t));
        if of_mean { carried * error.mean } else { carried.square() * error.variance }
    }
    let balls: LinearBeta<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panels = ExactReader::new(inputs, ignored).read()?;
    let (f, over_panel) = (|t| local(&balls, t, of_mean), |t| local(&panels, t, of_mean));
    Ok(integrate_to_digits(&f, &over_panel, Ball::zero(), Ball::one(), digits + 2))
}

fn mean_coefficient(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    coefficient(inputs, ignored, digits, true)
}

fn variance_coefficient(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    coefficient(inputs, ignored, digits, false)
}

/// The mean of the samples.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = LinearBetaSteps<S>;
    fn value<S: Scalar>(p: &LinearBetaSteps<S>) -> S {
        samples(0, p).mean
    }
}

/// Their variance.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = LinearBetaSteps<S>;
    fn value<S: Scalar>(p: &LinearBetaSteps<S>) -> S {
        samples(0, p).variance
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "euler-maruyama-reverse",
    aliases: &[],
    title: "Euler–Maruyama on the reverse SDE: exact moments, weak order one, and an error of the mean",
    expect: Expect::True,
    text: include_str!("euler_maruyama_reverse.rs"),
    sources: &["song2021sde"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::certified("chain", &Chain(0)).and_sampled(&Draws(0)),
        Readings::of("leading order", &Leading(0)),
    ],
    controls: &[
        Control {
            id: "half-of-the-score",
            story: "½β times the score, as in the flow, with the noise of the SDE",
            readings: Readings::of("step", &Step(HALF_SCORE)),
        },
        Control {
            id: "half-of-the-score-in-a-run",
            story: "the same in a whole run",
            readings: Readings::certified("chain", &Chain(HALF_SCORE)).and_sampled(&Draws(HALF_SCORE)),
        },
        Control {
            id: "score-at-the-end",
            story: "the score asked for at the end of the step",
            readings: Readings::of("leading order", &Leading(END_SCORE)),
        },
        Control {
            id: "score-at-the-end-of-a-run",
            story: "the same in a whole run",
            readings: Readings::certified("chain", &Chain(END_SCORE)).and_sampled(&Draws(END_SCORE)),
        },
        Control {
            id: "alpha-from-betas",
            story: "ᾱ as the product of 1 − hβ, which is that of a discrete chain, in a step of the continuous process",
            readings: Readings::certified("chain", &Chain(DISCRETE_ALPHA)),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "mean of the samples after N equal steps from N(0, 1)", &[]),
        Quantity::of::<Variance>("variance", "variance of the samples after N equal steps from N(0, 1)", &[]),
        Quantity::enclosed::<LinearBeta<Float>>(
            "mean-coefficient",
            "lim N (mean of the samples - mu), from the exact law at t = 1",
            &[],
            mean_coefficient,
        ),
        Quantity::enclosed::<LinearBeta<Float>>(
            "variance-coefficient",
            "lim N (variance of the samples - s), from the exact law at t = 1",
            &[],
            variance_coefficient,
        ),
    ],
};
