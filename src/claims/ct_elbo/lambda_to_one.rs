//! As the noise of the sampler is turned off the bound tends to −∞, while the likelihood stays finite.
//!
//! For the score $(1+\delta)\nabla\log q_t$ and the inference process of the λ-family, with $R_t = v_t/(\varphi_t^2 v_0)$:
//!
//! $$ \lim_{\lambda\to1}\,(1-\lambda)\,\mathrm{ELBO}_\lambda(x) = -\tfrac18\int_0^T \|s - \nabla\log q_t\|_Q^2(y_t)\,dt
//! = -\frac{\delta^2 x^2}{8 v_0}\ln R_T $$
//!
//! along the probability flow $y_t$ of the data from $y_0 = x$, whereas
//!
//! $$ \lim_{\lambda\to1}\log p_{\theta,\lambda}(x) = \log\pi(y_T) + \int_0^T\nabla\cdot\left(f - \tfrac12 Qs\right)(y_t, t)\,dt $$
//!
//! is the finite likelihood of the probability-flow ODE, along its own trajectory. What is left of the product, divided by
//! $1-\lambda$, is entire in $\lambda$: with $z = (1-\lambda)\ln R_T$ and $\eta = (1-\lambda) + (1-\frac\lambda2)\delta$
//!
//! $$ \mathrm{ELBO}_\lambda(x) = -\frac{\delta^2x^2}{8v_0}\frac{\ln R_T}{1-\lambda} + E[\log\pi(Y_T)\mid x]
//! - \frac{(1+\frac\delta2)\left(\delta + (1-\lambda)(1+\frac\delta2)\right)}2\,\frac{x^2}{v_0}\ln R_T
//! + \frac{\eta^2}2\left(\frac{x^2}{v_0} - 1\right)\varphi_2(-z)\ln^2R_T + \left(1-\tfrac\lambda2\right)(1+\delta)\ln R_T + \ln\varphi_T $$
//!
//! At $x = 0$ nothing diverges, so a test there sees no blow-up: the bound has a finite limit, $\frac{\delta^2}{16}\ln^2R_T$ below the
//! likelihood of the ODE.
//!
//! Assumptions: as in `family-scaled-score`; $\delta \ne 0$ for the divergence. If it were overlooked, the bound of a nearly
//! deterministic sampler would be reported as its likelihood; the bound of the ODE is not the limit of bounds.
//!
//! In the limit nothing is random, so this is decided by proof and enclosure and never by sampling.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Dual, Scalar};
use crate::objectives::elbo::scaled_control;
use crate::worlds::{Clock, ScaledPoint, ScaledScore};

const CONVERGES: u8 = 1;
const AVERAGED: u8 = 2;
const WHOLE_SCORE: u8 = 3;

/// `lim (1 − λ) ELBO_λ(x)`, or what people take for it.
fn limit<S: Scalar>(wrong: u8, world: &ScaledScore<S>, x: S, clock: &Clock<S>) -> S {
    let square = if wrong == AVERAGED { S::one() } else { x.square() / world.v0 };
    let collected = world.delta.square() * square * clock.log_ratio(world.v0);
    match wrong {
        CONVERGES => S::zero(),
        WHOLE_SCORE => -collected / 2,
        _ => -collected / 8,
    }
}

/// `(ELBO_λ(x) (1 − λ) − limit)/(1 − λ)`, entire in `λ`.
fn remainder<S: Scalar>(world: &ScaledScore<S>, x: S, end: &Clock<S>) -> S {
    let (rest, log_ratio) = (S::int(1) - world.lambda, end.log_ratio(world.v0));
    let (square, half) = (x.square() / world.v0, world.delta / 2 + 1);
    let prior = world.prior().expected_log_density(&world.inference(x, end));
    let energy = half * (world.delta + rest * half) / 2 * square * log_ratio;
    let spread = world.eta().square() / 2 * (square - 1) * (-rest * log_ratio).phi(2) * log_ratio.square();
    prior - energy + spread + (S::int(1) - world.lambda / 2) * (world.delta + 1) * log_ratio + end.phi.ln()
}

struct Limit(u8);

impl Statement for Limit {
    type Params<S: Scalar> = ScaledPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 lam=0.9999 vpi=1.1719 x=0.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=-0.3917 lam=0.3 vpi=0.9 x=-1.3119",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 delta=0.1713 lam=-0.7 vpi=10.3 x=1.7131",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 v0=1.8117 delta=0.2313 lam=0.999999 vpi=0.9973 x=0.9931",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let world = p.family.world();
        let last = ScaledScore { lambda: S::one(), ..world };
        let (process, x) = (&p.family.process, p.x);
        let (start, end) = (process.start(), process.end());
        let rest = S::int(1) - world.lambda;
        vec![
            Relation::equal(
                "bound near the ODE",
                world.elbo(x, &end) * rest,
                limit(wrong, &world, x, &end) + remainder(&world, x, &end) * rest,
            ),
            // (1 − λ) ½|a|² at λ = 1, where the inference process is the flow of the data.
            Relation::rate(
                "limit along the flow",
                (S::zero(), process.horizon()),
                move |t| limit(wrong, &last.map(Dual::constant), Dual::constant(x), &process.moving(t)),
                move |t| {
                    let clock = process.at(t);
                    let law = last.inference(x, &clock);
                    -clock.noise * scaled_control(&last, &clock).mean_square(&law) / 2
                },
            ),
            Relation::at_most(
                "bound at the origin",
                remainder(&last, S::zero(), &end),
                world.flow_log_density(S::zero(), &start, &end),
                NonNegative::square(world.delta * end.log_ratio(world.v0) / 4),
            ),
            Relation::equal(
                "likelihood of the ODE",
                last.model(&start, &end).log_density(x),
                world.flow_log_density(x, &start, &end),
            ),
        ]
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "lambda-to-one",
    aliases: &[],
    title: "As λ → 1 the bound diverges like 1/(1 − λ) while the likelihood tends to that of the ODE",
    expect: Expect::True,
    text: include_str!("lambda_to_one.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Limit(0))],
    controls: &[
        Control {
            id: "bound-converges",
            story: "ELBO_λ tends to the likelihood of the probability-flow ODE, so that (1 − λ) ELBO_λ vanishes",
            readings: Readings::of("", &Limit(CONVERGES)),
        },
        Control {
            id: "averaged",
            story: "the limit without x²/v_0: its average over the data taken for its value at a point",
            readings: Readings::of("", &Limit(AVERAGED)),
        },
        Control {
            id: "whole-score-error",
            story: "the control s − ∇log q at λ = 1 instead of half of it: 1/2 for 1/8",
            readings: Readings::of("", &Limit(WHOLE_SCORE)),
        },
    ],
    quantities: &[],
};
