//! The bound is below the likelihood of the model, not below that of the data: pointwise it can exceed the latter.
//!
//! If the score is the exact score of another diffused Gaussian $\tilde q_t$ and the prior is $\tilde q_T$, the gap vanishes and
//!
//! $$ \mathrm{ELBO}(x) = \log\tilde q_0(x) \quad\text{for every } x $$
//!
//! With data $N(0, 1)$ and model $N(m, 1)$ on unit VP therefore
//!
//! $$ \mathrm{ELBO}(x) - \log q_0(x) = x m - \tfrac{m^2}{2} > 0 \quad\text{for } x m > \tfrac{m^2}2 $$
//!
//! What does hold is the average, $E_q\,\mathrm{ELBO} \le -H(q)$, by a Kullback–Leibler divergence.
//!
//! If this is overlooked, a bound above the data's log-density is taken for a bug, or a zero gap for a perfect model.

use crate::claims::{Claim, Control, Formula, Quantity, Readings};
use crate::evidence::sampler;
use crate::evidence::{LinearPath, NonNegative, Plan, Quadratic, Relation, Statement, Statistic, TimeIntegral, Trial};
use crate::numbers::{Ball, Dual, Float, Lanes, Scalar};
use crate::objectives::elbo::RunningCost;
use crate::parameters;
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{Affine, Clock, Gaussian, ReverseSde};

parameters! {
    /// Data, and another Gaussian whose exact score is plugged in.
    Point {
        process: process "the noising process",
        m0: real "data mean m_0",
        v0: positive "data variance v_0",
        m: real "mean of the Gaussian that the score belongs to",
        v: positive "variance of the Gaussian that the score belongs to",
        x: real "the data point",
    }
}

const NOT_DIFFUSED: u8 = 1;
const DATA_BOUND: u8 = 2;
const PERFECT_MODEL: u8 = 3;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=0.3137 m=1.3119 v=0.9137 x=1.9";

impl<S: Scalar> Point<S> {
    fn data(&self) -> Gaussian<S> {
        Gaussian::new(self.m0, self.v0)
    }

    fn model(&self) -> Gaussian<S> {
        Gaussian::new(self.m, self.v)
    }

    fn map<R: Scalar>(law: &Gaussian<R>, clock: &Clock<R>) -> Gaussian<R> {
        Gaussian::new(clock.mean(law.mean), clock.variance(law.variance))
    }
}

struct Pointwise<const WRONG: u8>;

impl<const WRONG: u8> Statement for Pointwise<WRONG> {
    type Params<S: Scalar> = Point<S>;

    const POINTS: &'static [&'static str] =
        &[POINT, "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 m=0.4 v=1.3 x=1.7131"];

    fn relations<S: Scalar>(p: &Point<S>) -> Vec<Relation<'_, S>> {
        let (data, model) = (p.data(), p.model());
        // E log q̃_t(Y_t) − cost is constant in time: at 0 it is log q̃_0(x), at T it is the bound.
        let no_gap = Relation::rate(
            "no gap",
            (S::zero(), p.process.horizon()),
            move |t| {
                let clock = p.process.moving(t);
                let law = Gaussian::new(clock.mean(Dual::constant(p.x)), clock.w);
                Point::<S>::map(&model.map(Dual::constant), &clock).expected_log_density(&law)
            },
            move |t| {
                let clock = p.process.at(t);
                let diffused = Point::<S>::map(&model, &clock);
                let mean = if WRONG == NOT_DIFFUSED { model.mean } else { diffused.mean };
                let score = Gaussian::new(mean, diffused.variance).score();
                let divergence = ReverseSde::plug_in(&clock, &score, S::zero()).drift.slope;
                let law = Gaussian::new(clock.mean(p.x), clock.w);
                RunningCost::new(divergence, &clock, &score, &law, S::zero()).total()
            },
        );
        // E_q log q̃ ≤ E_q log q, with twice the divergence built from squares and u − 1 − ln u.
        let excess = (data.variance - model.variance) / model.variance;
        let shift = NonNegative::square(data.mean - model.mean).over(NonNegative::declared(model.variance));
        let gap = NonNegative::divergence(excess).plus(shift).times(NonNegative::declared(S::ratio(1, 2)));
        let average = match WRONG {
            DATA_BOUND => Relation::at_most("average bound", model.log_density(p.x), data.log_density(p.x), gap),
            PERFECT_MODEL => Relation::equal("average bound", model.expected_log_density(&data), -data.entropy()),
            _ => Relation::at_most("average bound", model.expected_log_density(&data), -data.entropy(), gap),
        };
        vec![no_gap, average]
    }
}

/// Estimates of the bound average to the log-density of the model, above that of the data.
struct Estimates<const WRONG: u8>;

impl<const WRONG: u8> Trial for Estimates<WRONG> {
    fn plan() -> Result<Plan, InputError> {
        let exact: Point<Ball> = at_point(POINT)?;
        let claimed = if WRONG == PERFECT_MODEL { exact.data() } else { exact.model() }.log_density(exact.x).to_f64();
        let p: Point<Float> = at_point(POINT)?;
        let (model, horizon) = (p.model(), p.process.horizon().0);
        let forward = |clock: &Clock<Float>| (Affine { slope: clock.alpha, offset: clock.offset }, clock.noise);
        let cost = TimeIntegral::new(
            |t| forward(&p.process.at(t)),
            |t| {
                let clock = p.process.at(t);
                let score = Point::<Float>::map(&model, &clock).score();
                Quadratic { constant: clock.noise * score.slope - clock.alpha, scale: clock.noise / 2, affine: score }
            },
            horizon,
        );
        let end = LinearPath::new(|t| forward(&p.process.at(t)), 0.0, horizon, 8);
        let prior = Quadratic::log_density(&Point::<Float>::map(&model, &p.process.end()));
        let start = Gaussian::new(p.x, Float(0.0));
        let variance = prior.moments(&end.whole().apply(&start)).1 + cost.moments(&start).1;
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("single-sample bound", claimed, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let x = Lanes::splat(start.mean);
                out[0] = prior.map(Lanes::splat).value(end.walk(x, noise)) - cost.draw(x, noise);
            }),
        })
    }
}

parameters! {
    /// Unit VP, data `N(0, 1)`, model `N(m, 1)`.
    Unit {
        m: real "mean of the Gaussian that the score belongs to",
        x: real "the data point",
    }
}

struct Excess;

impl Formula for Excess {
    type Params<S: Scalar> = Unit<S>;
    fn value<S: Scalar>(p: &Unit<S>) -> S {
        p.x * p.m - p.m.square() / 2
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "pointwise-model-not-data",
    aliases: &["family-other-gaussian"],
    title: "The bound is below the model's log-likelihood; the data's log-density it exceeds at some points",
    text: include_str!("pointwise_model_not_data.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[Readings::of::<Pointwise<0>>("").and_sampled::<Estimates<0>>()],
    controls: &[
        Control {
            id: "mean-not-diffused",
            story: "the score of the other Gaussian with its mean at time 0",
            readings: Readings::of::<Pointwise<NOT_DIFFUSED>>(""),
        },
        Control {
            id: "bound-by-the-data",
            story: "ELBO(x) ≤ log q_data(x) at every x",
            readings: Readings::of::<Pointwise<DATA_BOUND>>(""),
        },
        Control {
            id: "zero-gap-means-perfect",
            story: "a zero gap taken to mean that the model is the data law",
            readings: Readings::of::<Pointwise<PERFECT_MODEL>>("").and_sampled::<Estimates<PERFECT_MODEL>>(),
        },
    ],
    quantities: &[Quantity::of::<Excess>(
        "elbo-minus-data-log-density",
        "ELBO(x) - log N(x; 0, 1) on unit VP for the model N(m, 1), in nats",
        &[("L", Domain::Positive), ("vpi", Domain::Positive)],
    )],
};
