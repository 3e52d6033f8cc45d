//! On average the bound is score matching: same minimiser for every λ, with an exactly known factor.
//!
//! $$ E_q[\log q_0 - \mathrm{ELBO}_\lambda] = \mathrm{KL}(q_T\|\pi) + C_\lambda\cdot\tfrac12\int_0^T E_{q_t}|s - \nabla\log q_t|_Q^2\,dt $$
//!
//! $$ C_\lambda = \frac{(1-\frac\lambda2)^2}{1-\lambda} = 1 + \frac{\lambda^2}{4(1-\lambda)} \ge 1 $$
//!
//! The integrand is proved for an arbitrary affine score at any time of any process; the integral for the score
//! $(1+\delta)\nabla\log q_t$, where the right side is $\mathrm{KL}(N(0, v_T)\|N(0, v_\pi)) + \frac{C_\lambda}2\delta^2\ln R_T$.
//!
//! If it failed, minimising the $g^2$-weighted score error would not be maximum likelihood of anything.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{BoundEstimate, NonNegative, Plan, Quadratic, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Float, Lanes, Scalar};
use crate::objectives::elbo::{RunningCost, control, family_factor, scaled_control};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, Gaussian, GaussianData, ReverseSde, ScaledFamily};

parameters! {
    /// An arbitrary affine score at one time of any process.
    Moment {
        data: of(GaussianData) "the data under the noising process",
        t: positive "the time",
        a: real "slope of the score at this time",
        b: real "offset of the score at this time",
        lam: below_one "member of the plug-in family, lambda < 1",
    }
}

const SQUARE_ONLY: u8 = 1;
const DENOMINATOR_FOR_FACTOR: u8 = 2;
const HALF_FACTOR: u8 = 3;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.4719 lam=0.5 vpi=1.1719";

/// `C_λ`, or what people write for it.
fn factor<S: Scalar>(wrong: u8, lambda: S) -> S {
    let (half, rest) = (S::int(1) - lambda / 2, S::int(1) - lambda);
    match wrong {
        SQUARE_ONLY => half.square(),
        DENOMINATOR_FOR_FACTOR => rest,
        HALF_FACTOR => half,
        _ => family_factor(lambda),
    }
}

struct Integrand(u8);

impl Statement for Integrand {
    type Params<S: Scalar> = Moment<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 t=0.7 m0=0.3 v0=0.3137 a=-1.7 b=0.4 lam=0.5",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 t=0.4 m0=0.3 v0=0.3137 a=-0.6 b=-0.9 lam=-0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Moment<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let clock = p.data.process.at(p.t);
        let data = p.data.law(&clock);
        let score = Affine { slope: p.a, offset: p.b };
        let drift = ReverseSde::plug_in(&clock, &score, p.lam).drift;
        let control = control(&score, &data.score(), p.lam);
        let cost = RunningCost::new(drift.slope, &clock, &control, &data, p.lam).total();
        // The entropy of q_t by its own rate: ½ d ln v/dt.
        let entropy = p.data.moving_law(p.t).entropy();
        let error = score.minus(&data.score()).mean_square(&data) * clock.noise;
        let quarter = NonNegative::square(p.lam).over(NonNegative::declared((S::int(1) - p.lam) * 4));
        vec![
            Relation::equal("integrand", cost + entropy.eps, factor(wrong, p.lam) * error / 2),
            Relation::at_most("factor at least 1", S::one(), factor(wrong, p.lam), quarter),
        ]
    }
}

struct Integral(u8);

impl Statement for Integral {
    type Params<S: Scalar> = ScaledFamily<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 lam=0.5 vpi=1.1719",
            "process=sub-vp-linear b0=0.1 b1=5.77 T=1 v0=0.0137 delta=0.3719 lam=-0.9137 vpi=0.9713",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledFamily<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let world = p.world();
        vec![Relation::rate(
            "average cost and entropy",
            (S::zero(), p.process.horizon()),
            // The cost is quadratic in x, so that its average over N(0, v₀) is its value at √v₀.
            move |t| {
                let (world, clock) = (world.map(Dual::constant), p.process.moving(t));
                world.cost(world.v0.sqrt(), &clock) + world.data(&clock).entropy()
            },
            move |t| {
                let clock = p.process.at(t);
                let data = world.data(&clock);
                let error = world.score(&clock).minus(&data.score()).mean_square(&data) * clock.noise;
                factor(wrong, world.lambda) * error / 2
            },
        )]
    }
}

fn average_gap<S: Scalar>(wrong: u8, p: &ScaledFamily<S>) -> S {
    let (world, end) = (p.world(), p.process.end());
    world.data(&end).kl(&world.prior()) + factor(wrong, p.lam) * world.score_error(&end)
}

struct AverageGap;

impl Formula for AverageGap {
    type Params<S: Scalar> = ScaledFamily<S>;
    fn value<S: Scalar>(p: &ScaledFamily<S>) -> S {
        average_gap(0, p)
    }
}

/// Log-density minus single-sample bound, averaged over data as well.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let claimed = average_gap::<Ball>(wrong, &at_point(POINT)?).to_f64();
        let p: ScaledFamily<Float> = at_point(POINT)?;
        let world = p.world();
        let cost = |t| {
            let clock = p.process.at(t);
            let constant = ReverseSde::plug_in(&clock, &world.score(&clock), world.lambda).drift.slope;
            let scale = clock.noise / ((Float(1.0) - world.lambda) * 2);
            Quadratic { constant, scale, affine: scaled_control(&world, &clock) }
        };
        let (data, sde) = (Gaussian::centred(p.v0), |t| world.inference_sde(&p.process.at(t)));
        let bound = BoundEstimate::new(sde, cost, &world.prior(), data, p.process.horizon());
        let density = Quadratic::log_density(&data);
        let variance = density.moments(&data).1 + bound.variance();
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("log-density minus bound", claimed, variance)],
            drawn: None,
            // Another data point for the density, so that the variances add.
            sampler: sampler(move |noise, out| {
                out[0] = density.map(Lanes::splat).value(noise.gaussian(&data)) - bound.draw(noise);
            }),
        })
    }
}

const INTEGRAL: &str = "integral";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "score-matching-equals-elbo",
    aliases: &["lambda-factor"],
    title: "On average the bound is score matching, with the factor C_λ = (1 − λ/2)²/(1 − λ) ≥ 1",
    expect: Expect::True,
    text: include_str!("score_matching_equals_elbo.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[
        Readings::of("integrand", &Integrand(0)),
        Readings::of(INTEGRAL, &Integral(0)).and_sampled(&Estimates(0)),
    ],
    controls: &[
        Control {
            id: "no-denominator",
            story: "C = (1 − λ/2)², without 1/(1 − λ)",
            readings: Readings::of(INTEGRAL, &Integral(SQUARE_ONLY)).and_sampled(&Estimates(SQUARE_ONLY)),
        },
        Control {
            id: "noise-factor",
            story: "C = 1 − λ, the factor of the noise",
            readings: Readings::of("integrand", &Integrand(DENOMINATOR_FOR_FACTOR)),
        },
        Control {
            id: "drift-factor",
            story: "C = 1 − λ/2, the factor of the drift",
            readings: Readings::of(INTEGRAL, &Integral(HALF_FACTOR)),
        },
    ],
    quantities: &[Quantity::of::<AverageGap>("average-gap", "E_q[log q_0 - ELBO_lambda], in nats", &[])],
};
