//! The entropy of the noised data grows by the divergence of the drift and half the Fisher information that noise sees.
//!
//! For $dY = f\,dt + L\,dB$ with $Q = LL^\top$, $q_t$ the law of $Y_t$ and $l = \nabla\log q_t$:
//!
//! $$ \frac{d}{dt} H(q_t) = E[\nabla\cdot f] + \tfrac12 E[l^\top Q l] $$
//!
//! On a variance-preserving process in $d$ dimensions this is $\frac\beta2(J(q_t) - d)$ with the Fisher information
//! $J = E|l|^2$: entropy stops to grow where the Fisher information has fallen to that of a standard normal.
//!
//! Assumptions: a density with finite entropy and Fisher information. It is proved for Gaussian laws with any linear drift
//! and any noise, and certified for mixtures, whose entropy has no closed form: both sides are integrals over the line.
//! This is decided by enclosure and never by sampling, because no unbiased estimate of an entropy exists.
//!
//! If it failed, likelihoods computed from a score would not integrate: the average bound of a diffusion model is the
//! entropy of the data only because of this identity, and an estimate of mutual information by a trained score would be
//! wrong by what is missing here.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Float, Scalar, rate};
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{GaussianData, Marginal, MixtureAtTime, to_digits};

const NO_HALF: u8 = 1;
const NO_DIVERGENCE: u8 = 2;
const SIGN: u8 = 3;

/// `E[∇·f] + ½ E[lᵀQl]`, or a wrong version of it.
fn production<S: Scalar>(wrong: u8, divergence: S, energy: S) -> S {
    match wrong {
        NO_HALF => divergence + energy,
        NO_DIVERGENCE => energy / 2,
        SIGN => divergence - energy / 2,
        _ => divergence + energy / 2,
    }
}

/// Gaussian laws in any dimension, at one time.
struct Gaussians(u8);

impl Statement for Gaussians {
    type Params<S: Scalar> = Marginal<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]]",
            "A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Marginal<S>) -> Vec<Relation<'p, S>> {
        let energy = p.law.score().mean_square(&p.sde.noise(), &p.law);
        let produced = production(self.0, p.sde.drift.trace(), energy);
        vec![Relation::equal("entropy production", rate(p.moving().law.entropy()), produced)]
    }
}

/// Gaussian data from 0 to `T`, on any schedule.
struct OverTime(u8);

impl Statement for OverTime {
    type Params<S: Scalar> = GaussianData<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.2719 v0=0.513",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 m0=0.4119 v0=1.8117",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GaussianData<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        vec![Relation::rate(
            "entropy over time",
            (S::zero(), p.process.horizon()),
            move |t| p.moving_law(t).entropy(),
            move |t| {
                let (clock, law) = (p.process.at(t), p.law_at(t));
                production(wrong, clock.alpha, clock.noise * law.score().mean_square(&law))
            },
        )]
    }
}

/// Mixtures, at one time.
struct Mixtures(u8);

impl Enclosed for Mixtures {
    fn points(&self) -> &'static [&'static str] {
        &[
            "b0=0.1 b1=9.137 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.2719",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 wt=[0.2137,0.4713,0.315] m=[-2.1719,0.3317,1.9171] \
             v=[0.2119,0.4713,0.0913] t=0.1719",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: MixtureAtTime<Ball> = at_point(point)?;
        let (clock, law, moving) = (p.clock(), p.law(), p.moving_law());
        Ok(vec![EnclosedRelation::equal("entropy production of a mixture", move |radius| {
            let energy = clock.noise * law.fisher_information(radius);
            moving.entropy_rate(radius) - production(wrong, clock.alpha, energy)
        })])
    }
}

/// `H(q_t)`.
fn entropy(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: MixtureAtTime<Ball> = ExactReader::new(inputs, ignored).read()?;
    let law = p.law();
    Ok(to_digits(digits, 1.0, |radius| law.entropy(radius)))
}

const TIME: &str = "over time";
const MIXTURES: &str = "mixtures";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "de-bruijn",
    aliases: &[],
    title: "Entropy grows by the divergence of the drift and half the Fisher information that noise sees",
    expect: Expect::True,
    text: include_str!("de_bruijn.rs"),
    sources: &["stam1959"],
    readings: &[
        Readings::of("", &Gaussians(0)),
        Readings::of(TIME, &OverTime(0)),
        Readings::certified(MIXTURES, &ByEnclosure(Mixtures(0))),
    ],
    controls: &[
        Control {
            id: "no-half",
            story: "G J without its ½, as if noise of variance G dt were noise of amplitude G",
            readings: Readings::of("", &Gaussians(NO_HALF)),
        },
        Control {
            id: "no-half-over-time",
            story: "the same, integrated from data to noise",
            readings: Readings::of(TIME, &OverTime(NO_HALF)),
        },
        Control {
            id: "no-half-of-a-mixture",
            story: "the same, for a law that is not Gaussian",
            readings: Readings::certified(MIXTURES, &ByEnclosure(Mixtures(NO_HALF))),
        },
        Control {
            id: "no-divergence",
            story: "the divergence of the drift dropped: the identity of a process without drift, used with one",
            readings: Readings::of(TIME, &OverTime(NO_DIVERGENCE)),
        },
        Control {
            id: "sign",
            story: "−½ E|l|², as if noise destroyed entropy",
            readings: Readings::certified(MIXTURES, &ByEnclosure(Mixtures(SIGN))),
        },
    ],
    quantities: &[Quantity::enclosed::<MixtureAtTime<Float>>(
        "entropy",
        "the differential entropy H(q_t) of the noised mixture, in nats",
        &[("x", Domain::Real)],
        entropy,
    )],
};
