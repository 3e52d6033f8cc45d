//! DPM-Solver-1 is DDIM, whether it holds the predicted noise or the predicted data.
//!
//! From level $a$ to level $b$, with $h = \lambda_b - \lambda_a$ in $\lambda = \ln(\alpha/\sigma)$, HALF the log-signal-to-noise ratio,
//!
//! $$ z_b = \frac{\alpha_b}{\alpha_a}z_a - \sigma_b(e^h - 1)\hat\epsilon_a = \frac{\sigma_b}{\sigma_a}z_a + \alpha_b(1 - e^{-h})\hat x_a
//! = \alpha_b\hat x_a + \sigma_b\hat\epsilon_a $$
//!
//! on every schedule. On data $N(\mu, s)$ with the exact network the mean is kept, $\alpha_a\mu \mapsto \alpha_b\mu$, and what is left of the schedule
//! is $n = \sigma/\alpha$: deviations of $y = z/\alpha$ from $\mu$ are multiplied by
//!
//! $$ A = \frac{s + n_an_b}{s + n_a^2}, \qquad \ln\frac{A}{A_{ex}} = -\frac{u(1-u)}2h^2 + O(h^3), \quad u = \frac s{s + n_a^2} $$
//!
//! where $A_{ex} = \sqrt{w_b/w_a}$, $w = s + n^2$, is the exact flow. $N$ steps multiply $z$ by $\frac{\alpha_N}{\alpha_0}\prod A$.
//!
//! Assumptions: $\alpha, \sigma, s > 0$; any schedule, steps of any length. If it failed, the exponential integrators that all faster solvers
//! refine would not begin at the sampler they are compared with. A deterministic sampler is an affine map, so this is decided by
//! algebra and enclosure, and never by sampling: a draw would say nothing that the map does not.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::objectives::samplers::{
    Form, Leap, LocalError, Prediction, SOLVERS, Series, Singlestep, Solver, Stages, ddim_direction, ddim_step,
};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{LambdaGrid, Level, Oracle, Rung};

const SHRINKING: u8 = 1;
const BACKWARDS: u8 = 2;
const FULL_LOG_SNR: u8 = 3;

parameters! {
    /// A step between two levels of any schedule.
    Step {
        a: positive "alpha at the start of the step",
        b: positive "alpha at its end",
        na: positive "sigma/alpha at the start of the step",
        nb: positive "sigma/alpha at its end",
        s: positive "the data variance",
        mu: real "the data mean",
    }
}

/// The leap of order one, or what people write for it.
fn leap<S: Scalar>(wrong: u8, prediction: Prediction, from: &Level<S>, to: &Level<S>) -> Leap<S> {
    let right = Leap::flow(prediction, from, to);
    let grown = from.ratio() / to.ratio();
    let growth = match (wrong, prediction) {
        (SHRINKING, Prediction::Noise) => grown.recip() - 1,
        (BACKWARDS, Prediction::Data) => grown - 1,
        (FULL_LOG_SNR, Prediction::Noise) => grown.square() - 1,
        _ => right.growth,
    };
    Leap { growth, ..right }
}

struct OneStep(u8);

impl Statement for OneStep {
    type Params<S: Scalar> = Step<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "a=0.1213 b=0.3137 na=8.1662 nb=3.0269 s=0.37 mu=1.3",
            "a=1.7 b=0.9 na=2.3 nb=0.0137 s=1e-6 mu=-0.5",
            "a=0.3 b=0.8 na=80 nb=0.71 s=9 mu=2.1",
            "a=0.6 b=0.7 na=1.3 nb=1.1 s=1 mu=0.8",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Step<S>) -> Vec<Relation<'p, S>> {
        let oracle = Oracle::new(p.mu, p.s);
        let [from, to] = [(p.a, p.na), (p.b, p.nb)].map(|(alpha, n)| Level { alpha, sigma: alpha * n });
        let start = Form::initial();
        let step = |prediction: Prediction| {
            let predicted = start.through(&prediction.at(&oracle, &from));
            leap(self.0, prediction, &from, &to).carry(&start, &predicted)
        };
        let (noise, data) = (step(Prediction::Noise), step(Prediction::Data));
        let rung = Rung::between(from, to);
        let ddim = ddim_step(&start, &rung, &oracle, ddim_direction(&rung, S::zero()), S::zero());
        let closed = p.b / p.a * (p.s + p.na * p.nb) / (p.s + p.na.square());
        vec![
            Relation::equal("factor in the noise form", noise.start, closed),
            Relation::equal("factor in the data form", data.start, closed),
            Relation::equal("mean in the noise form", noise.start * (p.a * p.mu) + noise.offset, p.b * p.mu),
            Relation::equal("offset in both forms", noise.offset, data.offset),
            Relation::equal("factor of DDIM", ddim.start, noise.start),
            Relation::equal("offset of DDIM", ddim.offset, noise.offset),
        ]
    }
}

parameters! {
    /// The start of a short step.
    Short {
        n: positive "sigma/alpha at the start of the step",
        s: positive "the data variance",
    }
}

/// The error of a step to leading order.
struct Error(u8);

impl Statement for Error {
    type Params<S: Scalar> = Short<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=0.9 s=0.37", "n=3.7 s=9", "n=0.0023 s=1e-6"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Short<S>) -> Vec<Relation<'p, S>> {
        let local = LocalError::new(p.n, p.s);
        let [a, b] = local.ends();
        let errors = [Prediction::Noise, Prediction::Data].map(|prediction| {
            let start = Form::<Series<S>>::initial();
            let predicted = start.through(&prediction.at(local.oracle(), &a));
            local.of(&leap(self.0, prediction, &a, &b).carry(&start, &predicted))
        });
        let w = p.s + p.n.square();
        let (u, rest) = (p.s / w, p.n.square() / w);
        let mut relations = Vec::new();
        for (error, form) in errors.iter().zip(["noise form", "data form"]) {
            relations.push(Relation::equal(format!("no error of order h, {form}"), error.coefficient(1), S::zero()));
            relations.push(Relation::equal(format!("error of order h², {form}"), error.coefficient(2), -u * rest / 2));
        }
        relations
    }
}

/// What the solvers of the probability flow depend on.
struct Chain<S> {
    grid: LambdaGrid<S>,
    s: S,
    mu: S,
}

impl<S: Scalar> Parameters<S> for Chain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "the data variance")?;
        let mu = source.real("mu", Domain::Real, "the data mean")?;
        Ok(Self { grid: LambdaGrid::read(source)?, s, mu })
    }
}

/// Many steps on a variance-preserving schedule.
struct ManySteps(u8);

impl Statement for ManySteps {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=12",
            "s=1e-6 mu=-0.5 lambda_start=-4.1 lambda_end=9.2 N=50",
            "s=9 mu=0.7 lambda_start=-3.3 lambda_end=2.7 N=7",
            "s=1 mu=1.9 lambda_start=-1.3 lambda_end=2.1 N=2",
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let (levels, oracle) = (p.grid.levels(), Oracle::new(p.mu, p.s));
        let end = levels.windows(2).fold(Form::initial(), |state, pair| {
            let predicted = state.through(&Prediction::Noise.at(&oracle, &pair[0]));
            leap(self.0, Prediction::Noise, &pair[0], &pair[1]).carry(&state, &predicted)
        });
        // Without a schedule: n = e^{−λ} goes down by one factor a step.
        let ratio = |i: u32| (-p.grid.lambda(i)).exp();
        let product = (0..p.grid.steps).fold(S::one(), |product, i| {
            let (n, next) = (ratio(i), ratio(i + 1));
            product * (p.s + n * next) / (p.s + n.square())
        });
        let alpha = |i: u32| (ratio(i).square() + 1).sqrt().recip();
        let scale = alpha(p.grid.steps) / alpha(0);
        let solver = Singlestep { prediction: Prediction::Data, stages: Stages::First };
        let data = solver.run(&levels, &oracle, Level::variance_preserving);
        vec![
            Relation::equal("factor of all steps", end.start, scale * product),
            Relation::equal("offset of all steps", end.offset, p.mu * (alpha(p.grid.steps) - alpha(0) * end.start)),
            Relation::equal("factor of all steps in the data form", data.start, scale * product),
        ]
    }
}

/// A solver by its name.
struct Named<S> {
    solver: &'static str,
    s: S,
    grid: LambdaGrid<S>,
}

impl<S: Scalar> Parameters<S> for Named<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let solver = source.choice("solver", SOLVERS, false, "the solver")?;
        let s = source.real("s", Domain::Positive, "the data variance")?;
        Ok(Self { solver, s, grid: LambdaGrid::read(source)? })
    }
}

/// `A_N`.
struct Factor;

impl Formula for Factor {
    type Params<S: Scalar> = Named<S>;
    fn value<S: Scalar>(p: &Named<S>) -> S {
        let oracle = Oracle::new(S::zero(), p.s);
        Solver::named(p.solver).run(&p.grid.levels(), &oracle, Level::variance_preserving).start
    }
}

const STEP: &str = "step";
const ERROR: &str = "error of a step";
const CHAIN: &str = "many steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "dpm-solver-1",
    aliases: &["dpm-solver-factors"],
    title: "DPM-Solver-1 is DDIM, in its noise form and in its data form",
    expect: Expect::True,
    text: include_str!("dpm_solver_1.rs"),
    sources: &["lu2022dpm", "lu2022pp", "song2021ddim"],
    readings: &[
        Readings::of(STEP, &OneStep(0)),
        Readings::of(ERROR, &Error(0)),
        Readings::certified(CHAIN, &ManySteps(0)),
    ],
    controls: &[
        Control {
            id: "shrinking-noise-form",
            story: "e^{−h} − 1 in the noise form, carried over from the data form",
            readings: Readings::of(STEP, &OneStep(SHRINKING)),
        },
        Control {
            id: "backwards",
            story: "h of the wrong sign in the data form, as if λ fell on the way to the data",
            readings: Readings::of(STEP, &OneStep(BACKWARDS)),
        },
        Control {
            id: "backwards-in-a-short-step",
            story: "h of the wrong sign in the data form: not even of order one",
            readings: Readings::of(ERROR, &Error(BACKWARDS)),
        },
        Control {
            id: "full-log-snr",
            story: "λ taken for the whole log-signal-to-noise ratio, so that e^h − 1 is read with twice the h",
            readings: Readings::of(ERROR, &Error(FULL_LOG_SNR)),
        },
        Control {
            id: "full-log-snr-in-many-steps",
            story: "the same over many steps: next to nothing is left of the start",
            readings: Readings::certified(CHAIN, &ManySteps(FULL_LOG_SNR)),
        },
    ],
    quantities: &[Quantity::of::<Factor>(
        "a",
        "the factor A_N in z_N = A_N z_0 + b after N steps of a solver on a variance-preserving schedule",
        &[("mu", Domain::Real)],
    )],
};
