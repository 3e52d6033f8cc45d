//! The loss in continuous time depends on the schedule through its two ends alone, if the network sees the noise level and not the time.
//!
//! For a network that is a function of the state and of $\rho$, up to the scale of the state ($\hat\epsilon^b(z) = \hat\epsilon^a(z/c)$ where the levels are
//! $c$ times as large), with $mse(\rho) = E\|x-\hat x_\rho\|^2$,
//!
//! $$ -\tfrac12\int_0^1\rho'(t)\,mse(\rho(t))\,dt = \tfrac12\int_{\rho(1)}^{\rho(0)}mse(\rho)\,d\rho, \qquad
//! \frac{\partial L_\infty}{\partial\rho(0)} = \tfrac12mse(\rho(0)), \quad \frac{\partial L_\infty}{\partial\rho(1)} = -\tfrac12mse(\rho(1)) $$
//!
//! Proved for a free function $\gamma(t) = -\ln\rho$ and a free scale: the loss up to $t$ is a function of $\gamma(t)$, with the antiderivative in closed form
//! for any affine network: made for $N(\mu', s_q)$ and used on $N(\mu, s)$ it is
//!
//! $$ \tfrac12\int^\rho mse = \tfrac12\ln(1+\rho s_q) + \frac{\rho(s + (\mu-\mu')^2 - s_q)}{2(1+\rho s_q)} $$
//!
//! Integrated along a linear, a quadratic, a cosine and a geometric schedule with the same ends. Three things are *not* invariant: the ends; the loss of finitely
//! many steps, of which ten waste $4.3459$ on a linear $\gamma$ from $-9$ to $5$ with $s = 0.7$ and $2.5423$ on the geometric schedule; and a network that is
//! told $t$ and was made for another schedule.
//!
//! Assumptions: $\rho$ falls and is differentiable. Nothing is sampled. If it failed, the schedule would have to be tuned for the bound and not for the variance
//! of its estimator alone.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar, derivative};
use crate::objectives::finite_loss::{loss, slack};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::worlds::{Affine, Gaussian, GaussianChannel, Level, NoiseSchedule, Oracle};

const TOLD_THE_TIME: u8 = 1;
const NOT_RESCALED: u8 = 2;
const FREE_ENDS: u8 = 3;
const ANY_STEPS: u8 = 4;

parameters! {
    /// Any schedule, and a network for data of another law.
    Wrong {
        schedule: of(NoiseSchedule) "schedule and data",
        s_q: positive "the variance of the data that the network is made for",
        dm: real "the mean of the data minus that of those",
        scale: positive "by how much larger the states are than the network is used to",
    }
}

/// The loss up to any time.
struct AnySchedule(u8);

impl Statement for AnySchedule {
    type Params<S: Scalar> = Wrong<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "schedule=quadratic s=0.7 gamma_0=-9 gamma_1=5 s_q=1.3 dm=0.37 scale=2.3",
            "schedule=linear s=0.7 gamma_0=-9 gamma_1=5 s_q=1.3 dm=0.37 scale=2.3",
            "schedule=cosine s=0.7 gamma_0=-9 gamma_1=5 s_q=1.3 dm=0.37 scale=2.3",
            "schedule=geometric s=0.7 gamma_0=-9 gamma_1=5 s_q=1.3 dm=0.37 scale=2.3",
            "schedule=cosine s=9 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 s_q=8.13 dm=-0.71 scale=0.1137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Wrong<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let second = p.schedule.ends.channel.s + p.dm.square();
        vec![Relation::rate(
            "loss up to a time",
            (S::zero(), S::one()),
            move |t| {
                let network = GaussianChannel { s: Dual::constant(p.s_q) };
                -network.information_at(Dual::constant(second), (-p.schedule.moving(t)).exp())
            },
            move |t| {
                let gamma = p.schedule.moving(t);
                let level = Level::variance_preserving(-gamma.re / 2);
                let seen = if wrong == TOLD_THE_TIME { p.schedule.ends.line.level(t) } else { level };
                let network = Oracle::new(S::zero(), p.s_q).noise(&seen);
                // States come at another scale and are brought back.
                let back = if wrong == NOT_RESCALED { S::one() } else { p.scale.recip() };
                let network = Affine { slope: network.slope * back, offset: network.offset };
                let data = Gaussian::new(p.dm, p.schedule.ends.channel.s);
                let noise = Target { data: S::zero(), noise: S::one() };
                let [error, _] = square(&residual(&data, &level.scaled(p.scale), &noise, &network));
                gamma.eps * error / 2
            },
        )]
    }
}

parameters! {
    /// The ends, and data.
    Ends {
        s: positive "data variance",
        snr_max: positive "the ratio at time 0",
        snr_min: positive "the ratio at time 1",
    }
}

/// What moving an end does.
struct Moved(u8);

impl Statement for Moved {
    type Params<S: Scalar> = Ends<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 snr_max=13.7 snr_min=0.137", "s=9 snr_max=100000000 snr_min=0.00000001"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ends<S>) -> Vec<Relation<'p, S>> {
        let still = Dual::constant;
        let between = |most: Dual<S>, least: Dual<S>| {
            let channel = GaussianChannel { s: still(p.s) };
            channel.information(most) - channel.information(least)
        };
        let half = |snr: S| {
            let error = GaussianChannel { s: p.s }.mmse(snr) / 2;
            if self.0 == FREE_ENDS { S::zero() } else { error }
        };
        vec![
            Relation::equal("first end", derivative(|snr| between(snr, still(p.snr_min)), p.snr_max), half(p.snr_max)),
            Relation::equal("last end", derivative(|snr| between(still(p.snr_max), snr), p.snr_min), -half(p.snr_min)),
        ]
    }
}

parameters! {
    /// A schedule and a number of steps.
    Chain {
        schedule: of(NoiseSchedule) "schedule and data",
        T: count "the number of steps",
    }
}

/// Finitely many steps: each schedule wastes its own share.
struct Finite(u8);

impl Statement for Finite {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "schedule=geometric s=0.7 gamma_0=-9 gamma_1=5 T=10",
            "schedule=quadratic s=0.7 gamma_0=-9 gamma_1=5 T=10",
            "schedule=cosine s=0.37 gamma_0=-4.137 gamma_1=6.1 T=7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let (channel, line) = (p.schedule.ends.channel, p.schedule.ends.line);
        let steps = p.schedule.steps(p.T);
        let paid = if self.0 == ANY_STEPS { line.steps(p.T) } else { steps.clone() };
        let limit = channel.information((-line.start).exp()) - channel.information((-line.end).exp());
        let paid = loss(&paid, |snr| channel.mmse(snr));
        vec![Relation::equal("slack of a schedule", paid - limit, slack(&channel, &steps))]
    }
}

const ANY: &str = "any schedule";
const ENDS: &str = "ends";
const FINITE: &str = "finitely many steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-schedule-invariance",
    aliases: &[],
    title: "The loss in continuous time does not depend on the schedule between its ends",
    expect: Expect::True,
    text: include_str!("vdm_schedule_invariance.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of(ANY, &AnySchedule(0)),
        Readings::of(ENDS, &Moved(0)),
        Readings::certified(FINITE, &Finite(0)),
    ],
    controls: &[
        Control {
            id: "told-the-time",
            story: "a network told t, made for a linear γ and run on another schedule",
            readings: Readings::of(ANY, &AnySchedule(TOLD_THE_TIME)),
        },
        Control {
            id: "state-not-rescaled",
            story: "a network given states at another scale than it is used to",
            readings: Readings::of(ANY, &AnySchedule(NOT_RESCALED)),
        },
        Control {
            id: "ends-do-not-matter",
            story: "the ends taken to be as free as what is between them",
            readings: Readings::of(ENDS, &Moved(FREE_ENDS)),
        },
        Control {
            id: "any-steps",
            story: "the loss of finitely many steps taken to be that of a linear γ on every schedule",
            readings: Readings::certified(FINITE, &Finite(ANY_STEPS)),
        },
    ],
    quantities: &[],
};
