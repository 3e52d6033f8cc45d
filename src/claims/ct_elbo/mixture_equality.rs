//! With the exact score the bound misses the likelihood by what the prior misses, at every point and for any data.
//!
//! For data $q_0$, a mixture of Gaussian laws for example, the exact score $s = \nabla\log q_t$ and the prior $\pi$:
//!
//! $$ \mathrm{ELBO}(x) = \log q_0(x) + E\left[\log\frac{\pi(Y_T)}{q_T(Y_T)} \,\middle|\, Y_0 = x\right] $$
//!
//! so that $\pi = q_T$ makes it an equality at *every* $x$, not only on average. The reason is that the log-density pays
//! along the noising path exactly what the bound pays:
//!
//! $$ \frac{d}{dt} E[\log q_t(Y_t) \mid Y_0 = x] = E\left[\tfrac12 G s(Y_t)^2 + G s'(Y_t) - \nabla\cdot f \,\middle|\, Y_0 = x\right] $$
//!
//! The score of a mixture is the average of the scores of its components, weighted by their probabilities given the noisy
//! state at the *same* time.
//!
//! Assumptions: a density that is smooth for $t > 0$. The pointwise identity behind the rate is proved for mixtures of two
//! laws on any schedule, and the rate itself certified by integrals over the line. This is decided by enclosure and never by sampling:
//! the claim is an equality at each point, and a sample would only see it through the noise of its own paths.
//!
//! If it failed, Gaussian tests would prove nothing about data with modes: a code that is exact for one Gaussian, where
//! every score is affine, could be wrong for two.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Float, OverLine, Scalar, derivative, rate};
use crate::objectives::elbo::RunningCost;
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Gaussian, GaussianData, LogDensity, Mixture, MixtureAtPoint, MixturePoint, OfLaws, to_digits};

const OLD: u8 = 1;
const ONE: u8 = 2;
const MATCHED: u8 = 3;
const MARGINAL: u8 = 4;

/// The score of a mixture from the scores of its components, or a wrong version of it.
fn score<S: Scalar>(wrong: u8, now: &Mixture<S>, start: &Mixture<S>, y: S) -> S {
    let scores: Vec<_> = now.components().map(|(_, law)| law.score().value(y)).collect();
    match wrong {
        // The points name the heaviest component last.
        ONE => scores.last().copied().unwrap_or_else(S::zero),
        MATCHED => now.moment_matched().score().value(y),
        _ => {
            let shares = if wrong == OLD { start } else { now }.responsibilities(y);
            shares.into_iter().zip(scores).fold(S::zero(), |sum, (share, score)| sum + share * score)
        }
    }
}

/// The score and its derivative.
fn score_and_slope<S: Scalar>(wrong: u8, now: &Mixture<S>, start: &Mixture<S>, y: S) -> (S, S) {
    let (still, still_start) = (now.map(Dual::constant), start.map(Dual::constant));
    (score(wrong, now, start, y), derivative(|y| score(wrong, &still, &still_start, y), y))
}

/// At one point: the score, and how the log-density moves.
struct Pointwise(u8);

const POINTS: &[&str] = &[
    "b0=0.1 b1=9.137 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.2719 x=0.1137",
    "process=ve-geometric smin=0.1 smax=3.17 T=0.9 wt=[0.4137,0.5863] m=[-0.7119,1.3317] v=[0.2119,0.0713] \
     t=0.4719 x=0.2137",
    // φ = 0.8 and w = 0.36 to sixteen digits.
    "b0=0.4462871026284195 b1=0.4462871026284195 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] \
     t=1 x=0.1137",
];

impl Statement for Pointwise {
    type Params<S: Scalar> = MixtureAtPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p MixtureAtPoint<S>) -> Vec<Relation<'p, S>> {
        let (clock, law) = (p.at.clock(), p.at.law());
        let (score, slope) = score_and_slope(self.0, &law, &p.at.data.start, p.x);
        let ((drift, noise), y) = (clock.sde(), p.x);
        let moved = noise * (score.square() + slope) / 2 - drift.value(y) * score - drift.slope;
        vec![
            Relation::equal("score", law.score(y), score),
            Relation::equal("log-density", rate(p.at.moving_law().log_density(Dual::constant(y))), moved),
        ]
    }
}

parameters! {
    /// Gaussian data and a point.
    Point {
        data: of(GaussianData) "data and process",
        x: real "the data point",
    }
}

/// From the data to the prior, for Gaussian data on any schedule.
struct OverTime(u8);

impl Statement for OverTime {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4119 v0=0.3137 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3119 v0=0.8117 x=1.7131",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        vec![Relation::rate(
            "log-density over time",
            (S::zero(), p.data.process.horizon()),
            move |t| {
                let path = p.data.process.moving(t).given(Dual::constant(p.x));
                p.data.moving_law(t).expected_log_density(&path)
            },
            move |t| {
                let (clock, law) = (p.data.process.at(t), p.data.law_at(t));
                let path = if wrong == MARGINAL { law } else { clock.given(p.x) };
                let divergence = clock.noise * law.score().slope - clock.alpha;
                RunningCost::new(divergence, &clock, &law.score(), &path, S::zero()).total()
            },
        )]
    }
}

/// `½ s² + s′` for a score `s` of the mixture now, which a wrong version takes from the mixture at the start.
#[derive(Clone, Copy)]
struct PathCost(u8);

impl OfLaws<2> for PathCost {
    fn value<S: OverLine>(self, [now, start]: &[Mixture<S>; 2], y: S) -> S {
        let (score, slope) = score_and_slope(self.0, now, start, y);
        score.square() / 2 + slope
    }
}

/// On average over noising paths from one point.
struct Paths(u8);

impl Enclosed for Paths {
    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: MixtureAtPoint<Ball> = at_point(point)?;
        let (clock, law, start) = (p.at.clock(), p.at.law(), p.at.data.start.clone());
        let moving = (p.at.moving_law(), p.at.moving_clock().given(Dual::constant(p.x)));
        let path = Mixture::single(clock.given(p.x));
        Ok(vec![EnclosedRelation::equal("log-density along paths", move |radius| {
            let cost = path.expectation([&law, &start], PathCost(wrong), radius);
            moving.0.expected_log_density_rate(&moving.1, radius) - (clock.noise * cost - clock.alpha)
        })])
    }
}

/// `ELBO(x)` with the exact score and the prior `N(0, 1)`.
fn elbo(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: MixturePoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (end, path) = (p.data.end(), p.data.process.end().given(p.x));
    let known = p.data.start.log_density(p.x) + Gaussian::centred(Ball::one()).expected_log_density(&path);
    let path = Mixture::single(path);
    let magnitude = known.to_f64().abs().max(1.0);
    Ok(to_digits(digits, magnitude, |radius| known - path.expectation([&end], LogDensity, radius)))
}

const TIME: &str = "over time";
const PATHS: &str = "paths";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "mixture-equality",
    aliases: &[],
    title: "With the exact score and the exact prior the bound is the likelihood at every point, also of mixtures",
    expect: Expect::True,
    text: include_str!("mixture_equality.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[
        Readings::of("", &Pointwise(0)),
        Readings::of(TIME, &OverTime(0)),
        Readings::certified(PATHS, &ByEnclosure(Paths(0))),
    ],
    controls: &[
        Control {
            id: "old-responsibilities",
            story: "the probabilities of the components given the noisy state computed with the laws at t = 0",
            readings: Readings::of("", &Pointwise(OLD)),
        },
        Control {
            id: "one-component",
            story: "the score of the likeliest component alone",
            readings: Readings::of("", &Pointwise(ONE)),
        },
        Control {
            id: "moment-matched",
            story: "the score of the Gaussian law with the mixture's mean and variance",
            readings: Readings::of("", &Pointwise(MATCHED)),
        },
        Control {
            id: "old-responsibilities-on-paths",
            story: "the bound with the first of these scores",
            readings: Readings::certified(PATHS, &ByEnclosure(Paths(OLD))),
        },
        Control {
            id: "moment-matched-on-paths",
            story: "the bound with the last of these scores",
            readings: Readings::certified(PATHS, &ByEnclosure(Paths(MATCHED))),
        },
        Control {
            id: "marginal-paths",
            story: "paths drawn from the data at large instead of from the point that is scored",
            readings: Readings::of(TIME, &OverTime(MARGINAL)),
        },
    ],
    quantities: &[Quantity::enclosed::<MixturePoint<Float>>(
        "elbo",
        "ELBO(x) with the exact score of the mixture and prior N(0, 1), in nats",
        &[("t", Domain::Positive)],
        elbo,
    )],
};
