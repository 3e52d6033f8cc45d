//! A shift of the exact score moves the model's mean and leaves its variance; the gap is the same at every data point.
//!
//! Data are $N(m_0, v_0)$, the score is $\nabla\log q_t + b(t)$ with any function $b$, the prior is $q_T$ and $\lambda = 0$. With
//! $R = v/(\varphi^2 v_0)$ the model at time $t$ is $N(m_t + n_t, v_t)$, and
//!
//! $$ n_t = R_t\varphi_t\int_t^T\frac{G b}{R\varphi}\,ds, \qquad
//! \log p_\theta(x) - \mathrm{ELBO}(x) = \tfrac12\int_0^T G\left(b - \tfrac{n}{v}\right)^2 dt $$
//!
//! On average over the data the shift costs more than the gap, because the model is wrong as well:
//!
//! $$ \tfrac12\int_0^T G\,b^2\,dt = \mathrm{KL}(q_0\|p_\theta) + \tfrac12\int_0^T G\left(b - \tfrac{n}{v}\right)^2 dt,
//! \qquad \mathrm{KL}(q_0\|p_\theta) = \frac{n_0^2}{2 v_0} $$
//!
//! On unit VP with a constant shift $b_0$ and $L = \Lambda_T$ the gap is $\frac{b_0^2}2[L - 4(1 - e^{-L/2})^2]$ and the divergence
//! $2b_0^2(1 - e^{-L/2})^2$, together $\frac{b_0^2}2 L$: the gap grows without end while the divergence saturates.
//!
//! Assumptions: $v_0 > 0$, $\pi = q_T$, $b$ square integrable against $G$; proved for every schedule and every $b$.
//! If it failed, a constant bias of a network would not show in the mean of its samples, and a growing gap would be taken for
//! a worsening model.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{BoundEstimate, LinearPath, Plan, Quadratic, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Panel, Scalar};
use crate::objectives::elbo::{RunningCost, squared_mismatch};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};
use crate::worlds::{Affine, Clock, Gaussian, GaussianData, LinearShift, ReverseSde, ShiftedScore, UnitShift};

/// A shift at a point. In a proof the shift is a free number at each time, and what is ahead of it a free state with its
/// rate; else the shift is `c₀/φ + c₁φ/v`, for which both are closed forms on every schedule.
struct Point<S> {
    data: GaussianData<S>,
    c0: S,
    c1: S,
    x: S,
    free: Option<ShiftedScore<Dual<S>>>,
}

impl<S: Scalar> Parameters<S> for Point<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let data = GaussianData::read(source)?;
        let c0 = source.real("c0", Domain::Real, "the part c0/phi of the shift")?;
        let c1 = source.real("c1", Domain::Real, "the part c1 phi/v of the shift")?;
        let x = source.real("x", Domain::Real, "the data point")?;
        let free = source.free("b", "b", false).zip(source.free("u", "u", false)).map(|(shift, ahead)| {
            let still = ShiftedScore { start: data.start(), shift, ahead };
            let eps = still.ahead_rate(&data.process.at(S::zero()));
            source.rule(ahead, eps);
            ShiftedScore { ahead: Dual { re: ahead, eps }, ..still.map(Dual::constant) }
        });
        Ok(Self { data, c0, c1, x, free })
    }
}

impl<S: Scalar> Point<S> {
    /// The score at `t`, with its derivatives.
    fn moving(&self, t: S) -> ShiftedScore<Dual<S>> {
        let still = Dual::constant;
        let closed = || {
            let (clock, end) = (self.data.process.moving(t), self.data.process.end().map(still));
            let [v0, c0, c1] = [self.data.v0, self.c0, self.c1].map(still);
            let (now, then) = (clock.log_ratio(v0), end.log_ratio(v0));
            ShiftedScore {
                start: self.data.start().map(still),
                shift: c0 / clock.phi + c1 * clock.phi / clock.variance(v0),
                // ∫ G/v = ln R and ∫ Gφ²/v² = (1 − 1/R)/v₀.
                ahead: c0 * v0 * (then - now) + c1 * ((-now).exp() - (-then).exp()),
            }
        };
        self.free.unwrap_or_else(closed)
    }

    fn at(&self, t: S) -> ShiftedScore<S> {
        self.moving(t).map(|moving| moving.re)
    }
}

const AVERAGE_BOUND: u8 = 1;
const FREE_FALL: u8 = 2;

/// Half the squared mismatch: the rate of the gap, or with the data's score in place of the model's that of the bound.
fn gap_rate<S: Scalar>(wrong: u8, clock: &Clock<S>, score: &Affine<S>, [data, model]: [&Gaussian<S>; 2]) -> S {
    let other = if wrong == AVERAGE_BOUND { data } else { model };
    squared_mismatch(clock, score, &other.score(), data, S::zero()) / 2
}

/// The rate of the model's mean, at itself or, as if nothing pulled back what has moved, at the mean of the data.
fn mean_rate<S: Scalar>(wrong: u8, clock: &Clock<S>, score: &Affine<S>, [data, model]: [&Gaussian<S>; 2]) -> S {
    let place = if wrong == FREE_FALL { data } else { model };
    ReverseSde::plug_in(clock, score, S::zero()).mean_rate(place)
}

/// Any shift on any schedule.
struct EveryShift(u8);

impl Statement for EveryShift {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=0.3137 c0=0.4119 c1=-0.2313 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 c0=-0.3119 c1=0.7131 x=1.7131",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=0.7 v0=1.513 c0=0.2137 c1=0.5119 x=-0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.data.process.horizon());
        let model = move |t: S| p.moving(t).model(&p.data.process.moving(t));
        let at = move |t: S| (p.data.process.at(t), p.at(t));
        vec![
            Relation::rate(
                "mean of the model",
                range,
                move |t| model(t).mean,
                move |t| {
                    let (clock, world) = at(t);
                    mean_rate(wrong, &clock, &world.score(&clock), [&world.data(&clock), &world.model(&clock)])
                },
            ),
            Relation::rate(
                "variance of the model",
                range,
                move |t| model(t).variance,
                move |t| {
                    let (clock, world) = at(t);
                    ReverseSde::plug_in(&clock, &world.score(&clock), S::zero()).variance_rate(&world.model(&clock))
                },
            ),
            // The increment of E log u_t(Y_t) is E log π(Y_T) − log p_θ(x), that is cost − gap.
            Relation::rate(
                "gap",
                range,
                move |t| model(t).expected_log_density(&p.data.process.moving(t).given(Dual::constant(p.x))),
                move |t| {
                    let (clock, world) = at(t);
                    let (score, law) = (world.score(&clock), clock.given(p.x));
                    let divergence = ReverseSde::plug_in(&clock, &score, S::zero()).drift.slope;
                    let cost = RunningCost::new(divergence, &clock, &score, &law, S::zero()).total();
                    cost - gap_rate(wrong, &clock, &score, [&world.data(&clock), &world.model(&clock)])
                },
            ),
            // KL(q_T‖π) = 0, so that the increment is −KL(q_0‖p_θ).
            Relation::rate(
                "average cost of a shift",
                range,
                move |t| p.moving(t).data(&p.data.process.moving(t)).kl(&model(t)),
                move |t| {
                    let (clock, world) = at(t);
                    let (score, data) = (world.score(&clock), world.data(&clock));
                    let average = score.minus(&data.score()).mean_square(&data) * clock.noise / 2;
                    gap_rate(wrong, &clock, &score, [&data, &world.model(&clock)]) - average
                },
            ),
        ]
    }
}

/// The closed form on unit VP.
struct Unit(u8);

const POINT: &str = "b0=0.7 L=2 x=0.8113";

parameters! {
    /// The unit shift at a data point.
    UnitPoint {
        world: of(UnitShift) "the shift",
        x: real "the data point",
    }
}

/// The model and the gap that a version believes in.
fn believed<S: Scalar>(wrong: u8, world: &UnitShift<S>, lambda: S) -> (Gaussian<S>, S) {
    let (model, to_go) = (world.model(lambda), world.L - lambda);
    let mean = if wrong == FREE_FALL { world.b0 * to_go } else { model.mean };
    let gap = if wrong == AVERAGE_BOUND { world.b0.square() * to_go / 2 } else { world.gap(lambda) };
    (Gaussian { mean, ..model }, gap)
}

impl Statement for Unit {
    type Params<S: Scalar> = UnitPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "b0=-0.3719 L=7.3137 x=1.2137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p UnitPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (world, zero) = (&p.world, S::zero());
        let moving = move |t: S| believed(wrong, &world.map(Dual::constant), Dual::variable(t));
        let (model, gap) = believed(wrong, world, zero);
        vec![
            Relation::rate(
                "mean on unit VP",
                (zero, world.L),
                move |t| moving(t).0.mean,
                move |t| {
                    let clock = Clock::variance_preserving(t);
                    ReverseSde::plug_in(&clock, &world.score(), S::zero()).mean_rate(&believed(wrong, world, t).0)
                },
            ),
            Relation::equal(
                "divergence and gap on unit VP",
                Gaussian::centred(S::one()).kl(&model) + gap,
                world.b0.square() * world.L / 2,
            ),
        ]
    }
}

/// Samples have the shifted mean, and estimates of the bound average to `log p_θ(x) − gap`.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: UnitPoint<Ball> = at_point(POINT)?;
        let (model, gap) = believed(self.0, &exact.world, Ball::zero());
        let bound = exact.world.model(Ball::zero()).log_density(exact.x) - gap;

        let p: UnitPoint<Float> = at_point(POINT)?;
        let (score, prior) = (p.world.score(), Gaussian::centred(Float(1.0)));
        let reverse = move |t| ReverseSde::plug_in(&Clock::variance_preserving(t), &score, Float(0.0));
        let path = LinearPath::reversed(p.world.L.0, 16, reverse);
        let cost = |t| Quadratic { constant: reverse(t).drift.slope, scale: Float(0.5), affine: score };
        let sde = |t| Clock::variance_preserving(t).sde();
        let estimate = BoundEstimate::new(sde, cost, &prior, Gaussian::new(p.x, Float(0.0)), p.world.L);
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("mean of the samples", model.mean.to_f64(), model.variance.to_f64()),
                Statistic::mean("single-sample bound", bound.to_f64(), estimate.variance()),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let start = noise.gaussian(&prior);
                out[0] = path.walk(start, noise);
                out[1] = estimate.draw(noise);
            }),
        })
    }
}

/// A shift at a data point, on the process for which the bound is closed form.
struct Shifted<S>(UnitPoint<S>);

impl<S: Scalar> Parameters<S> for Shifted<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        source.choice("process", &["unit-vp"], true, "the noising process of the shifted score")?;
        UnitPoint::read(source).map(Self)
    }
}

struct Elbo;

impl Formula for Elbo {
    type Params<S: Scalar> = Shifted<S>;
    fn value<S: Scalar>(p: &Shifted<S>) -> S {
        p.0.world.elbo(p.0.x)
    }
}

/// The shift of which the gap is asked.
enum AnyShift<S> {
    Linear(LinearShift<S>),
    Unit(UnitShift<S>),
}

impl<S: Scalar> Parameters<S> for AnyShift<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        match source.choice("process", &["vp-linear", "unit-vp"], true, "the noising process")? {
            "unit-vp" => UnitShift::read(source).map(Self::Unit),
            _ => LinearShift::read(source).map(Self::Linear),
        }
    }
}

fn gap(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let exact: AnyShift<Ball> = ExactReader::new(inputs, ignored).read()?;
    let over_panel: AnyShift<Panel> = ExactReader::new(inputs, ignored).read()?;
    Ok(match (&exact, &over_panel) {
        (AnyShift::Linear(exact), AnyShift::Linear(over_panel)) => exact.gap(over_panel, digits),
        (AnyShift::Unit(exact), _) => exact.gap(Ball::zero()),
        (AnyShift::Linear(_), AnyShift::Unit(_)) => Ball::whole(),
    })
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "family-affine-shift",
    aliases: &[],
    title: "A shift of the score moves the model's mean; the gap does not depend on the data point",
    expect: Expect::True,
    text: include_str!("family_affine_shift.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("every shift", &EveryShift(0)), Readings::of("unit VP", &Unit(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "average-bound",
            story: "½∫G b² taken for the gap: it is the average cost, of which a part is the model's own error",
            readings: Readings::of("every shift", &EveryShift(AVERAGE_BOUND)),
        },
        Control {
            id: "average-bound-on-unit-vp",
            story: "the gap b0² L/2 of a constant shift, without the part that the model's mean makes up for",
            readings: Readings::of("unit VP", &Unit(AVERAGE_BOUND)).and_sampled(&Draws(AVERAGE_BOUND)),
        },
        Control {
            id: "free-fall",
            story: "the mean moved by ∫G b, as if the drift did not pull it back",
            readings: Readings::of("every shift", &EveryShift(FREE_FALL)),
        },
        Control {
            id: "free-fall-on-unit-vp",
            story: "the mean b0 L for 2 b0 (1 − e^{−L/2})",
            readings: Readings::of("unit VP", &Unit(FREE_FALL)).and_sampled(&Draws(FREE_FALL)),
        },
    ],
    quantities: &[
        Quantity::of::<Elbo>("elbo", "ELBO(x) on unit VP with the score -y + b0, in nats", &[]),
        Quantity {
            id: "gap",
            about: "log p_theta(x) - ELBO(x), the same at every x, in nats; the shift is b0 + b1 t",
            ignores: &[("x", Domain::Real)],
            fields: describe::<AnyShift<Float>>,
            enclose: gap,
            double: None,
        },
    ],
};
