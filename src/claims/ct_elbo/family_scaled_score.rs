//! The workhorse: a score wrong by a factor has a model and a bound in closed form, for every schedule and every λ.
//!
//! Data are $N(0, v_0)$, the model's score is $(1+\delta)\nabla\log q_t$, the prior is $N(0, v_\pi)$. With
//! $R = v_T/(\varphi_T^2 v_0)$, $k = (2-\lambda)(1+\delta)$ and $\eta = (1-\lambda) + (1-\frac\lambda2)\delta$ the model is
//! $p_\theta = N(0, V_0)$ and the bound holds at every $x$:
//!
//! $$ V_0 = \frac{v_\pi}{\varphi_T^2} R^{-k} + \frac{(1-\lambda) v_0}{k-1}\left(1 - R^{1-k}\right) $$
//!
//! $$ \mathrm{ELBO}_\lambda(x) = -\tfrac12\ln 2\pi v_\pi - \frac{\varphi_T^2\left(R^\lambda x^2 + v_0(R - R^\lambda)\right)}{2 v_\pi}
//! - \frac{\eta^2}{2(1-\lambda)}\left[\left(\frac{x^2}{v_0} - 1\right)\frac{1 - R^{\lambda-1}}{1-\lambda} + \ln R\right]
//! + \left(1-\tfrac\lambda2\right)(1+\delta)\ln R + \ln\varphi_T $$
//!
//! Assumptions: $v_0, v_\pi > 0$, $\lambda < 1$, centred data. If it failed, no reference value for a trained score would
//! exist: this is the family in which every other claim about the bound is tried out.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Scalar};
use crate::objectives::elbo::{RunningCost, scaled_control};
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{Clock, ReverseSde, ScaledModel, ScaledPoint, ScaledScore};

const EXPONENT: u8 = 1;
const PATHS: u8 = 2;
const AMPLITUDE: u8 = 3;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 v0=0.3137 delta=0.2719 lam=0.5 vpi=1.1719 x=0.8113";

/// The family whose closed form a wrong version uses: `k = 2(1 + δ) − λ` is the exponent of another error `δ`.
fn believed<S: Scalar>(wrong: u8, world: ScaledScore<S>) -> ScaledScore<S> {
    let exponent = (world.delta + 1) * 2 - world.lambda;
    let delta = exponent / (S::int(2) - world.lambda) - 1;
    if wrong == EXPONENT { ScaledScore { delta, ..world } } else { world }
}

/// The generative SDE of the family, or a wrong version of it.
fn generative<S: Scalar>(wrong: u8, world: &ScaledScore<S>, clock: &Clock<S>) -> ReverseSde<S> {
    let mut reverse = ReverseSde::plug_in(clock, &world.score(clock), world.lambda);
    if wrong == AMPLITUDE {
        reverse.noise = reverse.noise * (S::int(1) - world.lambda);
    }
    reverse
}

struct Family(u8);

impl Statement for Family {
    type Params<S: Scalar> = ScaledPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 lam=0.5 vpi=1.1719 x=0.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=0.0917 lam=0.3 vpi=0.9 x=0.3119",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 delta=-0.1713 lam=-0.7 vpi=10.3 x=1.7131",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 v0=1.8117 delta=0.2313 lam=0.1137 vpi=0.9973 x=0.9931",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let world = p.family.world();
        let closed = believed(wrong, world);
        let moving = |t: S| p.family.process.moving(t);
        let end = p.family.process.end();
        let range = (S::zero(), p.family.process.horizon());
        let inference = if wrong == PATHS { ScaledScore { lambda: S::zero(), ..world } } else { world };
        vec![
            Relation::rate(
                "model variance",
                range,
                move |t| closed.map(Dual::constant).model(&moving(t), &end.map(Dual::constant)).variance,
                move |t| {
                    let clock = p.family.process.at(t);
                    generative(wrong, &world, &clock).variance_rate(&closed.model(&clock, &end))
                },
            ),
            // The prior's variance and the noise of every time, as far as the drift carries them to time 0.
            Relation::rate(
                "variance of the samples",
                range,
                move |t| {
                    let (start, clock) = (p.family.process.start().map(Dual::constant), moving(t));
                    let carried = world.map(Dual::constant).transfer(&start, &clock).square();
                    closed.map(Dual::constant).model(&clock, &end.map(Dual::constant)).variance * carried
                },
                move |t| {
                    let clock = p.family.process.at(t);
                    let carried = world.transfer(&p.family.process.start(), &clock).square();
                    -generative(wrong, &world, &clock).noise * carried
                },
            ),
            Relation::equal("model starts at the prior", closed.model(&end, &end).variance, world.prior().variance),
            Relation::rate(
                "cost of the bound",
                range,
                move |t| world.map(Dual::constant).cost(Dual::constant(p.x), &moving(t)),
                move |t| {
                    let clock = p.family.process.at(t);
                    let drift = ReverseSde::plug_in(&clock, &world.score(&clock), world.lambda).drift;
                    let law = inference.inference(p.x, &clock);
                    RunningCost::new(drift.slope, &clock, &scaled_control(&world, &clock), &law, world.lambda).total()
                },
            ),
        ]
    }
}

/// Samples of the generative SDE have the variance of the closed form.
struct Samples(u8);

impl Trial for Samples {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: ScaledPoint<Ball> = at_point(POINT)?;
        let closed = believed(wrong, exact.family.world());
        let variance = closed.model(&exact.family.process.start(), &exact.family.process.end()).variance.to_f64();

        let p: ScaledPoint<Float> = at_point(POINT)?;
        let horizon = p.family.process.horizon().0;
        let world = p.family.world();
        let path = LinearPath::new(
            |tau| {
                let clock = p.family.process.at(Float(horizon - tau.0));
                let reverse = ReverseSde::plug_in(&clock, &world.score(&clock), world.lambda);
                (reverse.drift, reverse.noise)
            },
            0.0,
            horizon,
            16,
        );
        let prior = world.prior();
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::variance("variance of the samples", 0.0, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let start = noise.gaussian(&prior);
                out[0] = path.walk(start, noise);
            }),
        })
    }
}

/// `V_0`.
struct ModelVariance;

impl Formula for ModelVariance {
    type Params<S: Scalar> = ScaledModel<S>;
    fn value<S: Scalar>(p: &ScaledModel<S>) -> S {
        p.world().model(&p.process.start(), &p.process.end()).variance
    }
}

/// `ELBO_λ(x)`.
struct Elbo;

impl Formula for Elbo {
    type Params<S: Scalar> = ScaledPoint<S>;
    fn value<S: Scalar>(p: &ScaledPoint<S>) -> S {
        p.family.world().elbo(p.x, &p.family.process.end())
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "family-scaled-score",
    aliases: &[],
    title: "A score wrong by a factor: model and bound in closed form for every schedule and every λ",
    expect: Expect::True,
    text: include_str!("family_scaled_score.rs"),
    sources: &["huang2021", "song2021sde"],
    readings: &[Readings::of("", &Family(0)).and_sampled(&Samples(0))],
    controls: &[
        Control {
            id: "wrong-exponent",
            story: "k = 2(1+δ) − λ for (2−λ)(1+δ): the score error multiplies only half of the drift",
            readings: Readings::of("", &Family(EXPONENT)).and_sampled(&Samples(EXPONENT)),
        },
        Control {
            id: "diffusion-paths",
            story: "the bound of λ evaluated on paths of the λ = 0 noising process",
            readings: Readings::of("", &Family(PATHS)),
        },
        Control {
            id: "noise-amplitude",
            story: "generative noise (1−λ) g instead of √(1−λ) g",
            readings: Readings::of("", &Family(AMPLITUDE)),
        },
    ],
    quantities: &[
        Quantity::of::<ModelVariance>(
            "model-variance",
            "V_0, the variance of the model's samples",
            &[("x", Domain::Real)],
        ),
        Quantity::of::<Elbo>("elbo", "ELBO_lambda(x), in nats", &[]),
    ],
};
