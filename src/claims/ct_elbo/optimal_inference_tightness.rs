//! The bound is tight exactly if the inference SDE is the reversal of the model.
//!
//! Along the inference SDE $dY = (-\mu + \sigma a)\,dt + \sigma\,dB$ from $Y_0 = x$ the gap grows at the rate
//!
//! $$ \nabla\cdot\mu + \tfrac12|a|^2 - \frac{d}{dt}E\log u_t(Y_t) = \tfrac12\left|a - \sigma^\top\nabla\log u_t\right|^2 \ge 0 $$
//!
//! (for each path the left side is the running cost less the Itô drift of $\log u$). A sum of squares vanishes only if every
//! square does: the gap is zero if and only if
//!
//! $$ a = \sigma^\top\nabla\log u_t \quad\text{almost everywhere, that is}\quad dY = (\sigma\sigma^\top\nabla\log u_t - \mu)\,dt + \sigma\,dB, $$
//!
//! the Anderson reversal of the *model*. Decided for any density in one to three dimensions, and for Gaussian models with a
//! wrong score, a wrong prior and any $\lambda < 1$. There the path of the reversal is known by conditioning: it is the
//! generative path given that it ends at $x$,
//!
//! $$ Y_t \sim N\left(M_t + \frac{c_t V_t}{V_0}(x - M_0),\ V_t - \frac{c_t^2V_t^2}{V_0}\right), \qquad
//! \mathrm{Cov}(X_{T-t}, X_T) = c_tV_t $$
//!
//! Assumptions: $\sigma$ does not depend on the point and may have any rank; $u_t$ smooth and positive. If it failed, a better
//! inference process could beat the reversal, and a zero gap would say nothing about it. What it does not say is that the
//! reversal of the *data* is optimal: $\nabla\log q$ in place of $\nabla\log u$ leaves a gap whenever $q \ne u$.
//!
//! This is an identity and a closed form; nothing is gained by sampling it.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Dual, Jet, Scalar, Vector};
use crate::objectives::elbo::RunningCost;
use crate::objectives::pathwise::{cost, ito_drift};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{Affine, AffineScore, Clock, Diffusion, Gaussian, ReverseSde, ScaledScore, score_field};

const OPPOSITE: u8 = 1;
const DATA_SCORE: u8 = 2;

parameters! {
    /// Any model with any density, any control, and the gradient of another log-density, at a point.
    Density {
        model: of(Diffusion) "the generative SDE",
        log_u: of(Jet) "log u",
        a: vector "a control, one entry for each column of the diffusion factor",
        E: vector "the gradient of log q for another density q, d entries",
    }
}

struct AnyDensity(u8);

impl Statement for AnyDensity {
    type Params<S: Scalar> = Density<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "f=[0.41,-0.93] Df=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] F=[0.31,-0.83] \
             H=[[-1.3,0.45],[0.45,-0.71]] a=[0.57,-1.21] E=[-0.47,0.29]",
            "f=[0.41] Df=[[-0.7]] L=[[1.3]] F=[0.83] H=[[-0.61]] a=[0.57] E=[-0.47]",
            "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] L=[[0.9],[-1.7],[0.4]] \
             F=[0.31,-0.83,0.57] H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]] a=[0.57] E=[-0.47,0.29,0.6]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let (model, log_u) = (&p.model, &p.log_u);
        let pulled = |score: &Vector<S>| &model.factor.transpose() * score;
        let optimum = match self.0 {
            OPPOSITE => -&pulled(&log_u.gradient),
            DATA_SCORE => pulled(&p.E),
            _ => pulled(&log_u.gradient),
        };
        // The model's own time runs backwards.
        let log_u_rate = -model.log_density_rate(log_u);
        let earned = |control: &Vector<S>| ito_drift(model, control, log_u_rate, log_u);
        let half = NonNegative::declared(S::ratio(1, 2));
        let squares = p.a.0.iter().zip(&optimum.0).map(|(a, best)| NonNegative::square(*a - *best));
        let gap = squares.reduce(NonNegative::plus).unwrap_or(NonNegative::square(S::zero())).times(half);
        let mut relations = vec![
            Relation::equal("no gap at the optimum", earned(&optimum), cost(model, &optimum)),
            Relation::at_most("no control beats the optimum", earned(&p.a), cost(model, &p.a), gap),
        ];
        let inference = &(&model.factor * &optimum) - &model.drift.value;
        let reversal = model.plug_in(&score_field(log_u), S::zero()).drift.value;
        relations.extend(Relation::componentwise("the reversal of the model", &inference, &reversal));
        relations
    }
}

parameters! {
    /// A score wrong by a factor and in its centre, with any Gaussian prior.
    Model {
        process: process "the noising process",
        v0: positive "variance of the reference that the score belongs to",
        mr: real "mean of the reference",
        delta: real "relative error of the score (1 + delta) grad log r",
        lam: below_one "member of the plug-in family, lambda < 1",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
    }
}

impl<S: Scalar> Model<S> {
    fn world(&self) -> AffineScore<S> {
        let scaled = ScaledScore { v0: self.v0, delta: self.delta, lambda: self.lam, vpi: self.vpi };
        AffineScore { scaled, centre: self.mr, prior_mean: self.mpi }
    }
}

/// The generative path seen from inference time `t`: its law there, its law at the end, and what the drift makes of one
/// unit of the state in between.
struct Generated<S> {
    now: Gaussian<S>,
    last: Gaussian<S>,
    transfer: S,
}

impl<S: Scalar> Generated<S> {
    /// In closed form.
    fn closed(world: &AffineScore<S>, (t, start, end): (&Clock<S>, &Clock<S>, &Clock<S>)) -> Self {
        let transfer = world.scaled.transfer(start, t);
        Self { now: world.model(t, end), last: world.model(start, end), transfer }
    }

    /// The law at `t`, given that the path ends at `x`.
    fn ending_at(&self, x: S) -> Gaussian<S> {
        let covariance = self.transfer * self.now.variance;
        Gaussian {
            mean: self.now.mean + covariance / self.last.variance * (x - self.last.mean),
            variance: self.now.variance - covariance.square() / self.last.variance,
        }
    }

    /// In another reading.
    fn map<R>(&self, f: impl Fn(S) -> R) -> Generated<R> {
        Generated { now: self.now.map(&f), last: self.last.map(&f), transfer: f(self.transfer) }
    }
}

/// A model with its path: in a proof free states under their own rates, so that the statement holds for whatever solves
/// the reverse SDE; else the closed forms.
struct Path<S> {
    model: Model<S>,
    states: Option<Generated<Dual<S>>>,
}

impl<S: Scalar> Parameters<S> for Path<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = Model::read(source)?;
        let clock = model.process.at(S::zero());
        let reverse = ReverseSde::plug_in(&clock, &model.world().score(&clock), model.lam);
        let mut law = |mean: &str, variance: &str| {
            Some(Gaussian::new(source.free(mean, mean, false)?, source.free(variance, variance, true)?))
        };
        let laws = law("M", "V").zip(law("M_0", "V_0"));
        let states = laws.zip(source.free("C", "C", true)).map(|((now, last), transfer)| {
            let states = Generated {
                now: Gaussian::new(
                    Dual { re: now.mean, eps: reverse.mean_rate(&now) },
                    Dual { re: now.variance, eps: reverse.variance_rate(&now) },
                ),
                last: last.map(Dual::constant),
                transfer: Dual { re: transfer, eps: reverse.drift.slope * transfer },
            };
            let moving = [states.now.mean, states.now.variance, states.transfer];
            moving.iter().for_each(|state| source.rule(state.re, state.eps));
            states
        });
        Ok(Self { model, states })
    }
}

impl<S: Scalar> Path<S> {
    /// At inference time `t`, with rates.
    fn at(&self, t: S) -> Generated<Dual<S>> {
        let process = &self.model.process;
        let ends = [process.start(), process.end()].map(|clock| clock.map(Dual::constant));
        let closed = || {
            let world = self.model.world().map(Dual::constant);
            Generated::closed(&world, (&process.moving(t), &ends[0], &ends[1]))
        };
        self.states.as_ref().map_or_else(closed, |states| states.map(|state| state))
    }
}

/// The control that is believed to be the best, in units of `g/√(1−λ)`, where the model has this law.
fn best<S: Scalar>(wrong: u8, world: &AffineScore<S>, clock: &Clock<S>, law: &Gaussian<S>) -> Affine<S> {
    let rest = S::int(1) - world.scaled.lambda;
    match wrong {
        OPPOSITE => law.score().scale(-rest),
        DATA_SCORE => world.reference(clock).score().scale(rest),
        _ => law.score().scale(rest),
    }
}

struct GaussianModel(u8);

impl Statement for GaussianModel {
    type Params<S: Scalar> = Path<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 v0=0.3137 mr=0.2119 delta=0.2719 lam=0.3 mpi=0.3119 vpi=1.1719 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 mr=-0.3 delta=-0.1713 lam=-0.7 mpi=0.4 vpi=10.3 x=1.7131",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 mr=0.7 delta=0 lam=0 mpi=-0.2 vpi=0.7 x=0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, path: &'p Path<S>) -> Vec<Relation<'p, S>> {
        let (wrong, p) = (self.0, &path.model);
        let (world, process) = (p.world(), &p.process);
        let range = (S::zero(), process.horizon());
        let at = |t: S| path.at(t).map(|state| state.re);
        let generative = move |t: S| {
            let clock = process.at(t);
            ReverseSde::plug_in(&clock, &world.score(&clock), p.lam)
        };
        let control = move |t: S| best(wrong, &world, &process.at(t), &at(t).now);
        let inference = move |t: S| control(t).scale(process.at(t).noise).minus(&generative(t).drift);
        let (start, end) = (process.start(), process.end());
        let from = Generated::closed(&world, (&start, &start, &end)).ending_at(p.x);
        vec![
            Relation::equal("starts at the data point", from.mean, p.x),
            Relation::equal("starts without spread", from.variance, S::zero()),
            Relation::rate(
                "mean of the inference path",
                range,
                move |t| path.at(t).ending_at(Dual::constant(p.x)).mean,
                move |t| inference(t).value(at(t).ending_at(p.x).mean),
            ),
            Relation::rate(
                "variance of the inference path",
                range,
                move |t| path.at(t).ending_at(Dual::constant(p.x)).variance,
                move |t| inference(t).slope * at(t).ending_at(p.x).variance * 2 + generative(t).noise,
            ),
            // At 0 this is log p(x), at T the prior term: their difference is the cost of the bound, so nothing is lost.
            Relation::rate(
                "no gap",
                range,
                move |t| {
                    let generated = path.at(t);
                    generated.now.expected_log_density(&generated.ending_at(Dual::constant(p.x)))
                },
                move |t| {
                    let law = at(t).ending_at(p.x);
                    RunningCost::new(generative(t).drift.slope, &process.at(t), &control(t), &law, p.lam).total()
                },
            ),
        ]
    }
}

const ANY: &str = "any density";
const GAUSSIAN: &str = "Gaussian model";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "optimal-inference-tightness",
    aliases: &[],
    title: "The bound is tight exactly if the inference SDE is the reversal of the model",
    expect: Expect::True,
    text: include_str!("optimal_inference_tightness.rs"),
    sources: &["huang2021", "anderson1982"],
    readings: &[Readings::of(ANY, &AnyDensity(0)), Readings::of(GAUSSIAN, &GaussianModel(0))],
    controls: &[
        Control {
            id: "opposite-sign",
            story: "a = −σᵀ∇log u: the same energy, steering the wrong way",
            readings: Readings::of(ANY, &AnyDensity(OPPOSITE)),
        },
        Control {
            id: "score-of-another-density",
            story: "a = σᵀ∇log q with q ≠ u: the reversal of the data instead of the model",
            readings: Readings::of(ANY, &AnyDensity(DATA_SCORE)),
        },
        Control {
            id: "opposite-sign-for-a-gaussian",
            story: "a = −σ∇log u along the conditioned path of a Gaussian model",
            readings: Readings::of(GAUSSIAN, &GaussianModel(OPPOSITE)),
        },
        Control {
            id: "data-score-for-a-gaussian",
            story: "the score of the diffused reference, although score and prior of the model are wrong",
            readings: Readings::of(GAUSSIAN, &GaussianModel(DATA_SCORE)),
        },
    ],
    quantities: &[],
};
