//! The gap of the bound is half the integrated squared distance between the control and the model's own score.
//!
//! $$ \log p_\theta(x) - \mathcal E^\infty(x) = \tfrac12\int_0^T E\left[\,|a - \sigma^\top\nabla\log u_t(Y_t)|^2 \,\big|\, Y_0 = x\right]dt $$
//!
//! Three things are easily confused: the expectation is under the *inference* path started at $x$; $u_t$ are the marginals
//! of the *model*, not of the data; and there is a ½. Decided for the scaled-score family at every $\lambda < 1$ and every
//! schedule, and for an exact score with a constant shift $b_0$ on unit VP, where with $L = \Lambda_T$ the gap does not
//! depend on $x$:
//!
//! $$ \tfrac{b_0^2}{2}\left[L - 4\left(1 - e^{-L/2}\right)^2\right] $$
//!
//! In several dimensions it is decided by `plugin-multivariate`, and asked for here as `model=plugin-multivariate`: the same
//! integral, enclosed along the model's own covariance.
//!
//! If it failed, the gap could not be attributed to the score, and training would not tighten the bound.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Quadratic, Relation, Statement, Statistic, TimeIntegral, Trial, sampler};
use crate::numbers::{Ball, Dual, Float, Lanes, Scalar};
use crate::objectives::elbo::{scaled_control, squared_mismatch};
use crate::objectives::plugin_elbo;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Clock, Gaussian, LinearPlugin, ReverseSde, ScaledPoint, UnitShift};

/// A point with the model's variance: in a proof a free state under its own rate, so that the gap is proved for whatever
/// solves the reverse SDE; else the closed form of `family-scaled-score`.
pub(in crate::claims) struct Generated<S> {
    point: ScaledPoint<S>,
    variance: Option<Dual<S>>,
}

impl<S: Scalar> Parameters<S> for Generated<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = ScaledPoint::read(source)?;
        let variance = source.free("V", "V", true).map(|re| {
            let (world, clock) = (point.family.world(), point.family.process.at(S::zero()));
            let reverse = ReverseSde::plug_in(&clock, &world.score(&clock), world.lambda);
            let eps = reverse.variance_rate(&Gaussian::centred(re));
            source.rule(re, eps);
            Dual { re, eps }
        });
        Ok(Self { point, variance })
    }
}

impl<S: Scalar> Generated<S> {
    /// The model's law at inference time `t`, with its rate.
    fn model(&self, t: S) -> Gaussian<Dual<S>> {
        let (world, process) = (self.point.family.world().map(Dual::constant), &self.point.family.process);
        let closed = || world.model(&process.moving(t), &process.end().map(Dual::constant));
        self.variance.map_or_else(closed, Gaussian::centred)
    }
}

/// The models that can be asked about.
const MODELS: &[&str] = &["scaled-score", "affine-shift", "plugin-multivariate"];

fn read_model<S: Scalar>(source: &mut dyn Source<S>) -> Result<&'static str, InputError> {
    source.choice("model", MODELS, true, "the model and its score")
}

/// A model whose gap has a closed form.
enum Model<S> {
    Scaled(ScaledPoint<S>),
    Shifted(UnitShift<S>),
}

impl<S: Scalar> Parameters<S> for Model<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        match read_model(source)? {
            "scaled-score" => ScaledPoint::read(source).map(Self::Scaled),
            "affine-shift" => {
                source.choice("process", &["unit-vp"], true, "the noising process of the shifted score")?;
                source.optional("x", Domain::Real, "the data point, without effect")?;
                UnitShift::read(source).map(Self::Shifted)
            }
            other => {
                Err(InputError::Condition(format!("the gap of {other} has no closed form; ask for its enclosure")))
            }
        }
    }
}

/// A model in several dimensions.
struct Multivariate<S>(LinearPlugin<S>);

impl<S: Scalar> Parameters<S> for Multivariate<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        read_model(source)?;
        LinearPlugin::read(source).map(Self)
    }
}

/// The gap in closed form, or by the integral of the mismatch.
fn enclose_gap(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let model = read_model::<Ball>(&mut ExactReader::new(inputs, ignored))?;
    if model == "plugin-multivariate" {
        let Multivariate(plugin) = ExactReader::new(inputs, ignored).read()?;
        return plugin_elbo::to_digits(&plugin, digits, plugin_elbo::gap);
    }
    ExactReader::new(inputs, ignored).read().map(|model| GapValue::value(&model))
}

const NO_HALF: u8 = 1;
pub(in crate::claims) const DATA_SCORE: u8 = 2;
const MARGINAL_LAW: u8 = 3;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 lam=0.3 vpi=1.1719 x=0.8113";

pub(in crate::claims) struct Gap(pub(in crate::claims) u8);

impl Statement for Gap {
    type Params<S: Scalar> = Generated<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 delta=-0.1713 lam=-0.7 vpi=10.3 x=1.7131",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=0.0917 lam=0 vpi=0.9 x=0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Generated<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let point = &p.point;
        let world = point.family.world();
        vec![Relation::rate(
            "gap",
            (S::zero(), point.family.process.horizon()),
            // cost − E log u_t: its increment is E log u_0(x) − E log π(Y_T) + cost = log p_θ(x) − ELBO(x).
            move |t| {
                let (world, clock) = (world.map(Dual::constant), point.family.process.moving(t));
                let x = Dual::constant(point.x);
                world.cost(x, &clock) - p.model(t).expected_log_density(&world.inference(x, &clock))
            },
            move |t| {
                let clock = point.family.process.at(t);
                let model = p.model(t).map(|moving| moving.re).score();
                let score = if wrong == DATA_SCORE { world.data(&clock).score() } else { model };
                let law = if wrong == MARGINAL_LAW { world.data(&clock) } else { world.inference(point.x, &clock) };
                let rate = squared_mismatch(&clock, &scaled_control(&world, &clock), &score, &law, world.lambda);
                if wrong == NO_HALF { rate } else { rate / 2 }
            },
        )]
    }
}

/// The shifted score in the clock `Λ`.
struct ShiftedGap(u8);

impl Statement for ShiftedGap {
    type Params<S: Scalar> = UnitShift<S>;

    fn points(&self) -> &'static [&'static str] {
        &["b0=0.3719 L=7.3137", "b0=0.7 L=2"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p UnitShift<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        vec![Relation::rate(
            "gap of a shift",
            (S::zero(), p.L),
            |t| -p.map(Dual::constant).gap(Dual::variable(t)),
            move |t| {
                let clock = Clock::variance_preserving(t);
                // The mismatch does not depend on the state, so any law of it will do.
                let data = Gaussian::centred(S::one());
                let score = if wrong == DATA_SCORE { data.score() } else { p.model(t).score() };
                squared_mismatch(&clock, &p.score(), &score, &data, S::zero()) / 2
            },
        )]
    }
}

fn scaled_gap<S: Scalar>(p: &ScaledPoint<S>) -> S {
    let (world, end) = (p.family.world(), p.family.process.end());
    world.model(&p.family.process.start(), &end).log_density(p.x) - world.elbo(p.x, &end)
}

struct GapValue;

impl Formula for GapValue {
    type Params<S: Scalar> = Model<S>;
    fn value<S: Scalar>(p: &Model<S>) -> S {
        match p {
            Model::Scaled(point) => scaled_gap(point),
            Model::Shifted(shifted) => shifted.gap(S::zero()),
        }
    }
}

/// Half the squared mismatch along inference paths: an integral to draw from, and the start of the paths.
pub(crate) fn mismatch(words: &str) -> Result<(TimeIntegral, Gaussian<Float>), InputError> {
    let p: ScaledPoint<Float> = at_point(words)?;
    let world = p.family.world();
    let integral = TimeIntegral::new(
        |t| world.inference_sde(&p.family.process.at(t)),
        |t| {
            let clock = p.family.process.at(t);
            let rest = Float(1.0) - world.lambda;
            let model = world.model(&clock, &p.family.process.end()).score();
            let affine = scaled_control(&world, &clock).minus(&model.scale(rest));
            Quadratic { constant: Float(0.0), scale: clock.noise / (rest * 2), affine }
        },
        p.family.process.horizon().0,
    );
    Ok((integral, Gaussian::new(p.x, Float(0.0))))
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let closed = scaled_gap::<Ball>(&at_point(POINT)?).to_f64();
        let claimed = if wrong == NO_HALF { closed * 2.0 } else { closed };
        let (integral, start) = mismatch(POINT)?;
        let variance = integral.moments(&start).1;
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("half the squared mismatch", claimed, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| out[0] = integral.draw(Lanes::splat(start.mean), noise)),
        })
    }
}

const SHIFT: &str = "shifted score";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "variational-gap",
    aliases: &[],
    title: "The gap is half the integrated squared distance between control and model score, along inference paths",
    expect: Expect::True,
    text: include_str!("variational_gap.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Gap(0)).and_sampled(&Draws(0)), Readings::of(SHIFT, &ShiftedGap(0))],
    controls: &[
        Control {
            id: "no-half",
            story: "the integral without its ½",
            readings: Readings::of("", &Gap(NO_HALF)).and_sampled(&Draws(NO_HALF)),
        },
        Control {
            id: "data-score",
            story: "∇log q of the data in place of ∇log u of the model: the integrand of the average bound",
            readings: Readings::of("", &Gap(DATA_SCORE)),
        },
        Control {
            id: "marginal-law",
            story: "the expectation under the data marginal q_t instead of the path started at x",
            readings: Readings::of("", &Gap(MARGINAL_LAW)),
        },
        Control {
            id: "data-score-of-a-shift",
            story: "∇log q in place of ∇log u for the shifted score: (b0²/2) Λ instead of the gap",
            readings: Readings::of(SHIFT, &ShiftedGap(DATA_SCORE)),
        },
    ],
    quantities: &[
        Quantity::of::<GapValue>("gap", "log p_theta(x) - ELBO_lambda(x), in nats", &[]).enclosed_by(enclose_gap)
    ],
};
