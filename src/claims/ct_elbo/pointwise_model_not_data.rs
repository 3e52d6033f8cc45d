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

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{BoundEstimate, NonNegative, Plan, Quadratic, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Float, Scalar};
use crate::objectives::elbo::RunningCost;
use crate::parameters;
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{AffineScore, Gaussian, GaussianData, ReverseSde, ScaledScore};

parameters! {
    /// Data, and another Gaussian whose exact score is plugged in.
    Point {
        data: of(GaussianData) "the data under the noising process",
        m: real "mean of the Gaussian that the score belongs to",
        v: positive "variance of the Gaussian that the score belongs to",
        x: real "the data point",
    }
}

const NOT_DIFFUSED: u8 = 1;
const DATA_BOUND: u8 = 2;
pub(in crate::claims) const PERFECT_MODEL: u8 = 3;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=0.3137 m=1.3119 v=0.9137 x=1.9";

impl<S: Scalar> Point<S> {
    fn model(&self) -> Gaussian<S> {
        Gaussian::new(self.m, self.v)
    }

    /// The plug-in model with the exact score of this Gaussian, and with what it has become at the end for the prior.
    fn world(&self) -> AffineScore<S> {
        let prior = self.data.process.end().diffuse(&self.model());
        let scaled = ScaledScore { v0: self.v, delta: S::zero(), lambda: S::zero(), vpi: prior.variance };
        AffineScore { scaled, centre: self.m, prior_mean: prior.mean }
    }
}

pub(in crate::claims) struct Pointwise(pub(in crate::claims) u8);

impl Statement for Pointwise {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 m=0.4 v=1.3 x=1.7131",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=1 m=1.3119 v=1 x=1.9",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 m=0 v=0.9137 x=1.9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (data, model) = (p.data.start(), p.model());
        // E log q̃_t(Y_t) − cost is constant in time: at 0 it is log q̃_0(x), at T it is the bound.
        let no_gap = Relation::rate(
            "no gap",
            (S::zero(), p.data.process.horizon()),
            move |t| {
                let clock = p.data.process.moving(t);
                let diffused = clock.diffuse(&model.map(Dual::constant));
                diffused.expected_log_density(&clock.given(Dual::constant(p.x)))
            },
            move |t| {
                let clock = p.data.process.at(t);
                let diffused = clock.diffuse(&model);
                let mean = if wrong == NOT_DIFFUSED { model.mean } else { diffused.mean };
                let score = Gaussian::new(mean, diffused.variance).score();
                let divergence = ReverseSde::plug_in(&clock, &score, S::zero()).drift.slope;
                RunningCost::new(divergence, &clock, &score, &clock.given(p.x), S::zero()).total()
            },
        );
        // E_q log q̃ ≤ E_q log q, with twice the divergence built from squares and u − 1 − ln u.
        let excess = (data.variance - model.variance) / model.variance;
        let shift = NonNegative::square(data.mean - model.mean).over(NonNegative::declared(model.variance));
        let gap = NonNegative::divergence(excess).plus(shift).times(NonNegative::declared(S::ratio(1, 2)));
        let average = match wrong {
            DATA_BOUND => Relation::at_most("average bound", model.log_density(p.x), data.log_density(p.x), gap),
            PERFECT_MODEL => Relation::equal("average bound", model.expected_log_density(&data), -data.entropy()),
            _ => Relation::at_most("average bound", model.expected_log_density(&data), -data.entropy(), gap),
        };
        let bound = p.world().elbo(p.x, &p.data.process.end());
        let attained = if wrong == PERFECT_MODEL { data } else { model };
        vec![no_gap, Relation::equal("bound at the point", bound, attained.log_density(p.x)), average]
    }
}

/// Estimates of the bound average to the log-density of the model, above that of the data.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Point<Ball> = at_point(POINT)?;
        let claimed =
            if wrong == PERFECT_MODEL { exact.data.start() } else { exact.model() }.log_density(exact.x).to_f64();
        let p: Point<Float> = at_point(POINT)?;
        let (model, process) = (p.model(), &p.data.process);
        let cost = |t| {
            let clock = process.at(t);
            let score = clock.diffuse(&model).score();
            Quadratic { constant: clock.noise * score.slope - clock.alpha, scale: clock.noise / 2, affine: score }
        };
        let (prior, start) = (process.end().diffuse(&model), Gaussian::new(p.x, Float(0.0)));
        let estimate = BoundEstimate::new(|t| process.at(t).sde(), cost, &prior, start, process.horizon());
        Ok(estimate.plan(POINT, claimed))
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
    expect: Expect::True,
    text: include_str!("pointwise_model_not_data.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[Readings::of("", &Pointwise(0)).and_sampled(&Estimates(0))],
    controls: &[
        Control {
            id: "mean-not-diffused",
            story: "the score of the other Gaussian with its mean at time 0",
            readings: Readings::of("", &Pointwise(NOT_DIFFUSED)),
        },
        Control {
            id: "bound-by-the-data",
            story: "ELBO(x) ≤ log q_data(x) at every x",
            readings: Readings::of("", &Pointwise(DATA_BOUND)),
        },
        Control {
            id: "zero-gap-means-perfect",
            story: "a zero gap taken to mean that the model is the data law",
            readings: Readings::of("", &Pointwise(PERFECT_MODEL)).and_sampled(&Estimates(PERFECT_MODEL)),
        },
    ],
    quantities: &[Quantity::of::<Excess>(
        "elbo-minus-data-log-density",
        "ELBO(x) - log N(x; 0, 1) on unit VP for the model N(m, 1), in nats",
        &[("L", Domain::Positive), ("vpi", Domain::Positive)],
    )],
};
