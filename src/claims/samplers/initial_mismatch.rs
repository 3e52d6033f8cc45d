//! The wrong start of a sampler leaves an error that no number of steps removes; the SDE forgets it, the flow remembers it.
//!
//! Samplers start from $N(m_\pi, v_\pi)$, mostly $N(0, 1)$, and not from the law $N(\varphi_Tm_0, v_T)$ of the noised data. Under the exact reverse dynamics of the plug-in
//! family (λ = 0 the SDE, λ = 1 the probability flow) the model at time $t$ is off by
//!
//! $$ \Psi_t\,(m_\pi - \varphi_Tm_0), \quad \Psi_t^2\,(v_\pi - v_T), \qquad
//! \Psi_t = \frac{\varphi_t}{\varphi_T}\left(\frac{R_t}{R_T}\right)^{1-\lambda/2}, \quad R = \frac v{\varphi^2v_0} $$
//!
//! in mean and variance, so that at the data $\Psi = \varphi_Tv_0/v_T$ for the SDE and $\sqrt{v_0/v_T}$ for the flow. From $N(0, 1)$ on a variance-preserving process
//! the errors are $-\Psi\varphi_Tm_0$ and $\Psi^2\varphi_T^2(1-v_0)$; from $N(0, \sigma_{\max}^2)$ on a variance-exploding one, by the flow, the variance misses $v_0\Psi^2$. Ancestral
//! sampling with the exact variance of each step has the error of the SDE at *any* number of steps.
//!
//! Assumptions: $v_0, v_\pi > 0$, $\lambda \le 1$, the exact score, any schedule. If it failed, this floor would be blamed on the step size.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar};
use crate::objectives::samplers::{ancestral_step, law};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{Clock, DdpmPoint, Gaussian, LinearBeta, ReverseSde};

const FLOW_FORGETS: u8 = 1;
const STEP_SIZE: u8 = 2;
const DEVIATION: u8 = 3;

parameters! {
    /// A process, data, a start, and a member of the plug-in family.
    Start {
        process: process "the noising process",
        m0: real "data mean",
        v0: positive "data variance",
        mpi: real "mean of the start",
        vpi: positive "variance of the start",
        lam: at_most_one "member of the family, 0 the SDE and 1 the flow",
    }
}

/// `Ψ` between the end of the process and this time.
fn memory<S: Scalar>(v0: S, lambda: S, now: &Clock<S>, end: &Clock<S>) -> S {
    let forgotten = end.log_ratio(v0) - now.log_ratio(v0);
    now.phi / end.phi * ((lambda / 2 - 1) * forgotten).exp()
}

/// The model's law at this time.
fn model<S: Scalar>(wrong: u8, p: &Start<S>, now: &Clock<S>, end: &Clock<S>) -> Gaussian<S> {
    let lambda = if wrong == FLOW_FORGETS { S::zero() } else { p.lam };
    let memory = memory(p.v0, lambda, now, end);
    let data = Gaussian::new(p.m0, p.v0);
    let [exact, last] = [now, end].map(|clock| clock.diffuse(&data));
    let of_variance = if wrong == DEVIATION { memory } else { memory.square() };
    Gaussian::new(exact.mean + memory * (p.mpi - last.mean), exact.variance + of_variance * (p.vpi - last.variance))
}

/// The error on its way to the data.
struct Memory(u8);

impl Statement for Memory {
    type Params<S: Scalar> = Start<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=1.3 v0=0.37 mpi=0.2119 vpi=1.1719 lam=1",
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=1.3 v0=0.37 mpi=0.2119 vpi=1.1719 lam=0",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.7 v0=9 mpi=0 vpi=1 lam=0.3137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=2.1 v0=0.8117 mpi=0 vpi=10.0489 lam=1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Start<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (process, end) = (&p.process, p.process.end());
        let range = (S::zero(), process.horizon());
        let data = Gaussian::new(p.m0, p.v0);
        let moving = move |t: S| {
            let still = Start {
                process: p.process.constant(),
                m0: Dual::constant(p.m0),
                v0: Dual::constant(p.v0),
                mpi: Dual::constant(p.mpi),
                vpi: Dual::constant(p.vpi),
                lam: Dual::constant(p.lam),
            };
            model(wrong, &still, &process.moving(t), &end.map(Dual::constant))
        };
        let generative = move |t: S| {
            let clock = process.at(t);
            let reverse = ReverseSde::plug_in(&clock, &clock.diffuse(&data).score(), p.lam);
            (reverse, model(wrong, p, &clock, &end))
        };
        let start = model(wrong, p, &end, &end);
        vec![
            Relation::equal("mean of the start", start.mean, p.mpi),
            Relation::equal("variance of the start", start.variance, p.vpi),
            Relation::rate(
                "mean of the model",
                range,
                move |t| moving(t).mean,
                move |t| {
                    let (reverse, law) = generative(t);
                    reverse.mean_rate(&law)
                },
            ),
            Relation::rate(
                "variance of the model",
                range,
                move |t| moving(t).variance,
                move |t| {
                    let (reverse, law) = generative(t);
                    reverse.variance_rate(&law)
                },
            ),
        ]
    }
}

/// The errors of mean and variance from `N(0, 1)` on a variance-preserving process that keeps `ᾱ_T`: no difference of close numbers.
fn errors<S: Scalar>(data: &Gaussian<S>, kept: S, flow: bool) -> Gaussian<S> {
    let last = (data.variance - 1) * kept + 1;
    let share = data.variance / last;
    let memory = if flow { share.sqrt() } else { kept.sqrt() * share };
    Gaussian::new(-memory * kept.sqrt() * data.mean, memory.square() * kept * (S::int(1) - data.variance))
}

/// Ancestral sampling with the exact variance of each step.
struct AnySteps(u8);

impl Statement for AnySteps {
    type Params<S: Scalar> = DdpmPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 schedule=linear beta_1=0.1137 beta_T=0.4119 T=2",
            "s=9 mu=-0.7 schedule=linear beta_1=0.0137 beta_T=0.3 T=7",
            "s=0.000001 mu=0.7 schedule=quad beta_1=0.0001 beta_T=0.1 T=50",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p DdpmPoint<S>) -> Vec<Relation<'p, S>> {
        let data = p.oracle.data;
        let levels = p.schedule.levels();
        let chain = law(&p.schedule.descent(), &p.oracle, |z, rung| {
            let [now, then] = [rung.noisy, rung.clean].map(|level| level.law(&data).variance);
            ancestral_step(z, rung, &p.oracle, (rung.forward.variance * then / now).sqrt())
        });
        let samples = chain.apply(&Gaussian::centred(S::one()));
        let last_draw = p.schedule.betas[0] * data.variance / levels[0].law(&data).variance;
        let kept = levels.last().map_or(S::one(), |level| level.alpha.square());
        let error = errors(&data, kept, false);
        let over = if self.0 == STEP_SIZE { levels.len() as i64 } else { 1 };
        vec![
            Relation::equal("error of the mean", samples.mean - data.mean, error.mean / over),
            Relation::equal(
                "error of the variance",
                samples.variance + last_draw - data.variance,
                error.variance / over,
            ),
        ]
    }
}

/// A process that ends at `t = 1`, its data, and the dynamics.
struct Dynamics<S> {
    world: LinearBeta<S>,
    flow: bool,
}

impl<S: Scalar> Parameters<S> for Dynamics<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let dynamics = source.choice("dynamics", &["sde", "ode"], false, "the reverse SDE, or the probability flow")?;
        Ok(Self { world: LinearBeta::read(source)?, flow: dynamics == "ode" })
    }
}

impl<S: Scalar> Dynamics<S> {
    fn errors(&self) -> Gaussian<S> {
        let kept = (-(self.world.beta_0 + self.world.beta_1) / 2).exp();
        errors(&self.world.data, kept, self.flow)
    }
}

/// The error of the mean.
struct MeanError;

impl Formula for MeanError {
    type Params<S: Scalar> = Dynamics<S>;
    fn value<S: Scalar>(p: &Dynamics<S>) -> S {
        p.errors().mean
    }
}

/// The error of the variance.
struct VarianceError;

impl Formula for VarianceError {
    type Params<S: Scalar> = Dynamics<S>;
    fn value<S: Scalar>(p: &Dynamics<S>) -> S {
        p.errors().variance
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "initial-mismatch",
    aliases: &[],
    title: "The wrong start of a sampler: the SDE forgets it, the flow remembers it, and more steps do not help",
    expect: Expect::True,
    text: include_str!("initial_mismatch.rs"),
    sources: &["song2021sde", "ho2020"],
    readings: &[Readings::of("dynamics", &Memory(0)), Readings::of("any number of steps", &AnySteps(0))],
    controls: &[
        Control {
            id: "the-flow-forgets-too",
            story: "the error of the SDE expected of every member of the family",
            readings: Readings::of("dynamics", &Memory(FLOW_FORGETS)),
        },
        Control {
            id: "deviation-for-variance",
            story: "the error of the variance multiplied by Ψ instead of Ψ²",
            readings: Readings::of("dynamics", &Memory(DEVIATION)),
        },
        Control {
            id: "blamed-on-the-step-size",
            story: "an error that is said to vanish like 1/N",
            readings: Readings::of("any number of steps", &AnySteps(STEP_SIZE)),
        },
    ],
    quantities: &[
        Quantity::of::<MeanError>(
            "mean-error",
            "mean of the samples minus mu under the exact reverse dynamics from N(0, 1), linear beta on [0, 1]",
            &[],
        ),
        Quantity::of::<VarianceError>(
            "variance-error",
            "variance of the samples minus s under the exact reverse dynamics from N(0, 1), linear beta on [0, 1]",
            &[],
        ),
    ],
};
