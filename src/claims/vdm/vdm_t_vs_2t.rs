//! Dividing every step of a chain lowers its loss on average over the data, and not for every $x$ nor for every network.
//!
//! If the step from $\rho_i$ to $\rho_{i-1}$ is divided at $\rho_m$, the loss changes by the error that the network loses on the way:
//!
//! $$ L_T - L_{2T} = \tfrac12\sum_i(\rho_{i-1}-\rho_m)\,[err(\rho_i) - err(\rho_m)], \qquad
//! \tfrac12\sum_i\frac{(\rho_{i-1}-\rho_m)(\rho_m-\rho_i)\,s^2}{(1+\rho_is)(1+\rho_ms)} > 0 $$
//!
//! the latter for the exact network, averaged over data of variance $s$. All assumptions are needed: the same ends, grids that are *nested* (from
//! $T$ to $T+1$ steps this says nothing), an average over the data, and an error that falls as $\rho$ grows.
//!
//! * At one $x$ the exact network has the error $e = \frac{D+s^2\rho}{(1+\rho s)^2}$, $D = (x-\mu)^2$, whose slope
//!   $\frac{s(s - 2D - s^2\rho)}{(1+\rho s)^3}$ is positive near $\rho = 0$ if $D < s/2$: at the mean of the data, noise hides that the guess is
//!   right. With $D = 0$, $s = 1$ and $\rho$ from $1$ over $0.1$ to $0.01$, $L_1(x) = 0.0048525 < L_2(x) = 0.0376312$.
//! * A network for data of variance $s_q = 7$ on data of variance $0.7$, with $\gamma$ linear from $1$ to $6$, loses $0.14501$, $0.26179$, $0.32393$ and
//!   $0.32313$ in $1$, $2$, $4$ and $8$ steps: its error rises with $\rho$ near $0$ if $s_q > 2s$.
//!
//! All of it is algebra and sums of closed forms; draws would add nothing. If it failed on average, a bound could not be tightened by more steps;
//! and who takes it for a law of every example or every checkpoint sees a fault where there is none.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Dual, Scalar, derivative};
use crate::objectives::finite_loss::{loss, refinement};
use crate::parameters;
use crate::worlds::{GammaSteps, GaussianChannel, SnrStep};

pub(in crate::claims) const EACH_X: u8 = 1;
const EVERY_NETWORK: u8 = 2;
const NOT_SQUARED: u8 = 3;
const WHOLE_STEP: u8 = 4;
const ERROR_RISES: u8 = 5;

parameters! {
    /// One step, divided, one data point and a network for other data.
    Divided {
        s: positive "data variance",
        snr: positive "the ratio at the noisy end of the step",
        low: positive "by how much it rises to the middle",
        high: positive "by how much it rises from there to the clean end",
        D: nonnegative "(x - mu)^2",
        s_q: positive "the variance of the data that the network is made for",
    }
}

impl<S: Scalar> Divided<S> {
    fn channel(&self) -> GaussianChannel<S> {
        GaussianChannel { s: self.s }
    }

    fn middle(&self) -> S {
        self.snr + self.low
    }

    /// What is lost at this error in one step and in its two parts.
    fn losses(&self, error: impl Fn(S) -> S) -> [S; 2] {
        let whole = SnrStep { noisy: self.snr, rise: self.low + self.high };
        let parts = [SnrStep { noisy: self.middle(), rise: self.high }, SnrStep { noisy: self.snr, rise: self.low }];
        [loss(&[whole], &error), loss(&parts, &error)]
    }

    /// The mean squared error that is meant.
    fn error(&self, which: u8, snr: S) -> S {
        match which {
            EACH_X => self.channel().error_at(self.D, snr),
            EVERY_NETWORK => GaussianChannel { s: self.s_q }.error_at(self.s, snr),
            _ => self.channel().mmse(snr),
        }
    }
}

const DIVIDED: &[&str] = &[
    "s=1 snr=0.01 low=0.09 high=0.9 D=0 s_q=7",
    "s=0.37 snr=0.0137 low=0.2119 high=3.137 D=0.0119 s_q=9.13",
    "s=9 snr=0.00000001 low=0.000003 high=100000000 D=0.37 s_q=50.13",
];

/// One step divided in two.
struct OneStep(u8);

impl Statement for OneStep {
    type Params<S: Scalar> = Divided<S>;

    fn points(&self) -> &'static [&'static str] {
        DIVIDED
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Divided<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let channel = p.channel();
        let [coarse, fine] = p.losses(|snr| p.error(wrong, snr));
        let weight = if wrong == NOT_SQUARED { p.s } else { p.s.square() };
        let declared = NonNegative::declared;
        let lower = [p.snr, p.middle()].map(|snr| declared(snr * p.s + 1));
        let product = declared(p.low).times(declared(p.high)).times(declared(weight / 2));
        let [at_x, divided_at_x] = p.losses(|snr| channel.error_at(p.D, snr));
        let fall = channel.error_at(p.D, p.snr) - channel.error_at(p.D, p.middle());
        let length = if wrong == WHOLE_STEP { p.low + p.high } else { p.high };
        let error = |snr: Dual<S>| GaussianChannel { s: Dual::constant(p.s) }.error_at(Dual::constant(p.D), snr);
        let turn = if wrong == ERROR_RISES { p.s - p.D } else { p.s - p.D * 2 };
        vec![
            Relation::at_most("on average", fine, coarse, product.over(lower[0]).over(lower[1])),
            Relation::equal("at one x", at_x - divided_at_x, length * fall / 2),
            Relation::equal(
                "slope of the error at one x",
                derivative(error, p.snr),
                p.s * (turn - p.s.square() * p.snr) / (p.snr * p.s + 1).powi(3),
            ),
        ]
    }
}

/// Whether the divided step loses less, without a reason.
pub(in crate::claims) struct Order(pub(in crate::claims) u8);

impl Statement for Order {
    type Params<S: Scalar> = Divided<S>;

    fn points(&self) -> &'static [&'static str] {
        DIVIDED
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Divided<S>) -> Vec<Relation<'p, S>> {
        let [coarse, fine] = p.losses(|snr| p.error(self.0, snr));
        vec![Relation::below("a divided step", fine, coarse)]
    }
}

/// Twice the number of equal steps.
struct Doubled(u8);

impl Statement for Doubled {
    type Params<S: Scalar> = GammaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 gamma_0=-9 gamma_1=5 T=2",
            "s=0.7 gamma_0=-13.3 gamma_1=5 T=200",
            "s=0.37 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=1",
            "s=9 gamma_0=18.3 gamma_1=18.420680743952367 T=3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GammaSteps<S>) -> Vec<Relation<'p, S>> {
        let (channel, line) = (p.point.channel, &p.point.line);
        let [coarse, fine] = [1, 2].map(|times| loss(&line.steps(p.steps * times), |snr| channel.mmse(snr)));
        let gain = refinement(&channel, &line.steps(p.steps * 2));
        let gain = if self.0 == NOT_SQUARED { gain / channel.s } else { gain };
        vec![Relation::equal("T against 2T", coarse - fine, gain)]
    }
}

parameters! {
    /// A chain and a network that may be made for other data.
    AnyNetwork {
        chain: of(GammaSteps) "the chain and the data",
        s_q: positive "the variance of the data that the network is made for",
    }
}

/// The same with a network that may be wrong.
struct Networks(u8);

impl Statement for Networks {
    type Params<S: Scalar> = AnyNetwork<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 gamma_0=1 gamma_1=6 T=1 s_q=7",
            "s=0.7 gamma_0=1 gamma_1=6 T=2 s_q=7",
            "s=0.7 gamma_0=1 gamma_1=6 T=4 s_q=7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyNetwork<S>) -> Vec<Relation<'p, S>> {
        let data = p.chain.point.channel;
        let made_for = GaussianChannel { s: if self.0 == EVERY_NETWORK { p.s_q } else { data.s } };
        let total =
            |times: u32| loss(&p.chain.point.line.steps(p.chain.steps * times), |snr| made_for.error_at(data.s, snr));
        vec![Relation::below("twice the steps", total(2), total(1))]
    }
}

/// `L_T − L_2T`.
struct Gain;

impl Formula for Gain {
    type Params<S: Scalar> = GammaSteps<S>;
    fn value<S: Scalar>(p: &GammaSteps<S>) -> S {
        refinement(&p.point.channel, &p.point.line.steps(p.steps * 2))
    }
}

const ONE: &str = "one step";
const ORDER: &str = "order";
const NETWORKS: &str = "networks";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-t-vs-2t",
    aliases: &["vdm-T-vs-2T"],
    title: "Twice the steps lower the loss on average over the data, if the network's error falls with the noise",
    expect: Expect::True,
    text: include_str!("vdm_t_vs_2t.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of(ONE, &OneStep(0)),
        Readings::certified(ORDER, &Order(0)),
        Readings::of("", &Doubled(0)),
        Readings::certified(NETWORKS, &Networks(0)),
    ],
    controls: &[
        Control {
            id: "for-each-x",
            story: "the gain of the average claimed at each data point",
            readings: Readings::of(ONE, &OneStep(EACH_X)),
        },
        Control {
            id: "lower-for-each-x",
            story: "more steps taken to be better at every data point: at the mean of the data they are not",
            readings: Readings::certified(ORDER, &Order(EACH_X)),
        },
        Control {
            id: "lower-for-every-network",
            story: "more steps taken to be better for every network: not for one whose error rises with the ratio",
            readings: Readings::certified(NETWORKS, &Networks(EVERY_NETWORK)),
        },
        Control {
            id: "variance-not-squared",
            story: "s for s² in the gain",
            readings: Readings::of(ONE, &OneStep(NOT_SQUARED)),
        },
        Control {
            id: "variance-not-squared-in-the-sum",
            story: "the same, over a chain",
            readings: Readings::of("", &Doubled(NOT_SQUARED)),
        },
        Control {
            id: "whole-step",
            story: "the fall of the error weighted with the whole step for its clean half",
            readings: Readings::of(ONE, &OneStep(WHOLE_STEP)),
        },
        Control {
            id: "rises-below-the-variance",
            story: "the error at one x taken to rise near pure noise if D < s: it does if D < s/2",
            readings: Readings::of(ONE, &OneStep(ERROR_RISES)),
        },
    ],
    quantities: &[Quantity::of::<Gain>(
        "l-t-minus-l-2t",
        "L_T - L_2T of the exact network with a linear gamma and equal steps, in nats",
        &[],
    )],
};
