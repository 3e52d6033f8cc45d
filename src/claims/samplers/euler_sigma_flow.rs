//! Euler steps of the probability flow in EDM's σ are DDIM, and a last step to σ = 0 leaves an error that no number of steps removes.
//!
//! In $y = x + \sigma\epsilon$ the probability flow is
//!
//! $$ \frac{dy}{d\sigma} = \frac{y - D(y,\sigma)}\sigma = \frac{\sigma(y-\mu)}{s+\sigma^2}, \qquad
//! y_b - \mu = \frac{s+\sigma_a\sigma_b}{s+\sigma_a^2}(y_a - \mu) $$
//!
//! for an Euler step from $\sigma_a$ to $\sigma_b$ on data $N(\mu, s)$: the step of DDIM(0), at any scale of the state. The flow itself has the factor
//! $\sqrt{(s+\sigma_b^2)/(s+\sigma_a^2)}$. The last step, from $\sigma_{\min}$ to 0, has $\frac s{s+\sigma_{\min}^2}$ instead of the root of it, and so the relative error
//!
//! $$ \sqrt{\frac s{s+\sigma_{\min}^2}} - 1 = -\frac{\sigma_{\min}^2}{2s} + O(\sigma_{\min}^4) $$
//!
//! whatever the number of steps before. Assumptions: $s, \sigma > 0$, the exact network. If it failed, a study of convergence would see an order where there
//! is a floor. In another time, that of a VP process for instance, Euler's method is another map.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar, Taylor};
use crate::objectives::samplers::{Form, ddim_direction, ddim_step, denoise, euler_sigma_step};
use crate::parameters;
use crate::worlds::{Level, Oracle, RUNGS, RungPoint};

const SQUARED: u8 = 1;
const NO_FLOOR: u8 = 2;
const STEP_LIKE_THE_FLOW: u8 = 3;

/// One step between any two levels.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = RungPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        RUNGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RungPoint<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle, start) = (p.rung(), p.oracle(), Form::initial());
        let euler = euler_sigma_step(&start, &rung, &oracle).transition();
        let ddim = ddim_step(&start, &rung, &oracle, ddim_direction(&rung, S::zero()), S::zero()).transition();
        let [from, to] = [rung.noisy.ratio(), rung.clean.ratio()];
        let factor = match self.0 {
            STEP_LIKE_THE_FLOW => ((p.s + to.square()) / (p.s + from.square())).sqrt(),
            _ => (p.s + from * to) / (p.s + from.square()),
        };
        let scale = rung.clean.alpha / rung.noisy.alpha;
        vec![
            Relation::equal("factor", euler.factor, factor * scale),
            Relation::equal("DDIM, factor", euler.factor, ddim.factor),
            Relation::equal("DDIM, offset", euler.offset, ddim.offset),
        ]
    }
}

parameters! {
    /// A state on its way down from one level to another.
    FlowPoint {
        s: positive "data variance",
        mu: real "data mean",
        y: real "the state at sigma_max",
        sigma_max: positive "where the flow starts",
        sigma_min: positive "where its last step starts",
    }
}

/// The flow, and its last step.
struct Flow(u8);

impl Statement for Flow {
    type Params<S: Scalar> = FlowPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 y=7.119 sigma_max=3.137 sigma_min=0.002",
            "s=9 mu=-0.7 y=-1.137 sigma_max=20.3 sigma_min=0.7119",
            "s=0.000001 mu=0.7 y=0.137 sigma_max=0.3 sigma_min=0.00119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p FlowPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let oracle = Oracle::new(p.mu, p.s);
        let (last, data) = (Level::exploding(p.sigma_min), Level::exploding(S::zero()));
        let step = denoise(&Form::initial(), &last, &oracle).transition();
        let excess = step.factor / oracle.flow(&last, &data).slope;
        let left = if wrong == NO_FLOOR { S::one() } else { floor(p.s, p.sigma_min) + 1 };
        let near = Taylor::<S, 3>::variable(S::zero());
        vec![
            Relation::rate(
                "probability flow",
                (p.sigma_min, p.sigma_max),
                move |sigma| {
                    let oracle = Oracle::new(Dual::constant(p.mu), Dual::constant(p.s));
                    let [from, to] = [Dual::constant(p.sigma_max), Dual::variable(sigma)].map(Level::exploding);
                    oracle.flow(&from, &to).value(Dual::constant(p.y))
                },
                move |sigma| {
                    let y = oracle.flow(&Level::exploding(p.sigma_max), &Level::exploding(sigma)).value(p.y);
                    let level = Level::exploding(sigma);
                    let over = if wrong == SQUARED { sigma.square() } else { sigma };
                    (y - oracle.denoised(&level).value(y)) / over
                },
            ),
            Relation::equal("last step over the flow", excess, left),
            Relation::equal("leading floor", floor(Taylor::constant(p.s), near).coefficient(2), -(p.s * 2).recip()),
        ]
    }
}

/// `√(s/(s + σ²)) − 1`, the relative error of a last step from `σ` to 0.
fn floor<S: Scalar>(s: S, sigma: S) -> S {
    (-(sigma.square() / s).ln_1p() / 2).exp_m1()
}

parameters! {
    /// Where the last step starts.
    FloorPoint {
        s: positive "data variance",
        sigma_min: positive "where the last step starts",
    }
}

/// The floor.
struct Floor;

impl Formula for Floor {
    type Params<S: Scalar> = FloorPoint<S>;
    fn value<S: Scalar>(p: &FloorPoint<S>) -> S {
        floor(p.s, p.sigma_min)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "euler-sigma-flow",
    aliases: &[],
    title: "Euler in EDM's σ is DDIM, and its last step to σ = 0 leaves a floor",
    expect: Expect::True,
    text: include_str!("euler_sigma_flow.rs"),
    sources: &["karras2022", "song2021ddim"],
    readings: &[Readings::of("step", &Step(0)), Readings::of("flow", &Flow(0))],
    controls: &[
        Control {
            id: "divided-by-the-variance",
            story: "the slope (y − D)/σ² for (y − D)/σ",
            readings: Readings::of("flow", &Flow(SQUARED)),
        },
        Control {
            id: "no-floor",
            story: "the error expected to vanish with the number of steps, also in the last step to σ = 0",
            readings: Readings::of("flow", &Flow(NO_FLOOR)),
        },
        Control {
            id: "a-step-like-the-flow",
            story: "the factor of the exact flow taken for that of a step",
            readings: Readings::of("step", &Step(STEP_LIKE_THE_FLOW)),
        },
    ],
    quantities: &[Quantity::of::<Floor>(
        "floor",
        "relative error of the state's deviation from the mean that a last Euler step from sigma_min to 0 leaves",
        &[],
    )],
};
