//! Two solutions of the same noising SDE approach each other, and exactly how fast is known.
//!
//! $$ \frac{d}{dt}\mathrm{KL}(q_t\|p_t) = -\tfrac12 E_{q_t}\left\|\nabla\log\frac{q_t}{p_t}\right\|_Q^2 $$
//!
//! Against the stationary law of a variance-preserving process, with $\Lambda_t = \int_0^t\beta$,
//!
//! $$ \mathrm{KL}(q_t\|N(0, I)) \le e^{-\Lambda_t}\,\mathrm{KL}(q_0\|N(0, I)) $$
//!
//! with equality exactly for a pure shift of the mean, where $\mathrm{KL}_t = \frac12 e^{-\Lambda_t}|m_0|^2$. In one dimension, with
//! $v_t = e^{-\Lambda_t}v_0 + w_t$ and $w_t = 1 - e^{-\Lambda_t}$, what is left below the bound is an average of divergences,
//!
//! $$ e^{-\Lambda_t}\mathrm{KL}_0 - \mathrm{KL}_t
//! = e^{-\Lambda_t}\,\mathrm{KL}(N(0, v_0)\|N(0, v_t)) + w_t\,\mathrm{KL}(N(0, 1)\|N(0, v_t)) $$
//!
//! and in $d$ dimensions the eigenvalues of the covariance add up.
//!
//! Assumptions: both laws Gaussian, variances positive, any linear SDE; $L$ may be singular. If it failed, the prior error of a
//! diffusion model would not vanish with the length of the process, and the bound on the likelihood by score matching, of which this
//! is the differential form, would be wrong.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Quadratic, Relation, Statement, Statistic, TimeIntegral, Trial, sampler};
use crate::numbers::{Ball, Covariance, Field, Float, Scalar, Vector, rate};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Clock, Gaussian, GaussianPair, Marginal, MultivariateGaussian, Process, Schedule};

const NO_HALF: u8 = 1;
const OTHER_LAW: u8 = 2;
const FAST: u8 = 3;
const SLOW: u8 = 4;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4137 v0=0.3137 mb=-0.5511 vb=2.2213";

/// What multiplies the relative Fisher information.
fn fraction<S: Scalar>(wrong: u8) -> S {
    if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) }
}

struct Dissipation(u8);

impl Statement for Dissipation {
    type Params<S: Scalar> = GaussianPair<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 mb=0 vb=0.9137",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.2719 v0=0.513 mb=0.4 vb=1.3",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=0.6137 v0=0.8117 mb=0.1 vb=0.3119",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 m0=0.3119 v0=1.8117 mb=-0.9 vb=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GaussianPair<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let end = p.data.process.end();
        let (q, other) = (p.data.start(), p.other());
        let plain = end.diffuse(&q).kl(&end.diffuse(&other));
        let dissipation = Relation::rate(
            "divergence",
            (S::zero(), p.data.process.horizon()),
            |t| {
                let (q, other) = p.moving_laws(t);
                q.kl(&other)
            },
            move |t| {
                let (q, other) = p.laws_at(t);
                let relative = q.score().minus(&other.score());
                let law = if wrong == OTHER_LAW { other } else { q };
                -fraction::<S>(wrong) * p.data.process.at(t).noise * relative.mean_square(&law)
            },
        );
        vec![dissipation, Relation::equal("divergence by the difference at t = 0", end.kl(&q, &other), plain)]
    }
}

/// Two Gaussian marginals of one linear SDE, each moving by its equations.
struct Marginals<S> {
    first: Marginal<S>,
    second: Marginal<S>,
}

impl<S: Scalar> Parameters<S> for Marginals<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let first = Marginal::read(source)?;
        let mean: Vector<S> = source.vector("mb", "the mean of the second law at this time")?;
        let covariance: Covariance<S> = source.covariance("Sb", "the covariance of the second law at this time")?;
        source.same_dimension(&["m", "mb", "Sb"])?;
        let second = Marginal { sde: first.sde.clone(), law: MultivariateGaussian { mean, covariance } };
        second.declare(source);
        Ok(Self { first, second })
    }
}

struct MatrixDissipation(u8);

impl Statement for MatrixDissipation {
    type Params<S: Scalar> = Marginals<S>;

    fn points(&self) -> &'static [&'static str] {
        &["A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] \
         S=[[1.3,0.45],[0.45,0.71]] mb=[-0.47,0.59] Sb=[[0.83,-0.27],[-0.27,1.91]]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Marginals<S>) -> Vec<Relation<'p, S>> {
        let (q, other) = (&p.first.law, &p.second.law);
        let relative = q.score().minus(&other.score());
        let law = if self.0 == OTHER_LAW { other } else { q };
        let information = relative.mean_square(&p.first.sde.noise(), law);
        let divergence = rate(p.first.moving().law.kl(&p.second.moving().law));
        vec![Relation::equal("divergence in d dimensions", divergence, -fraction::<S>(self.0) * information)]
    }
}

parameters! {
    /// A Gaussian on its way to the stationary law of a variance-preserving process.
    Relaxing {
        L: positive "the integral of beta so far",
        m0: real "the mean at t = 0",
        v0: positive "the variance at t = 0",
    }
}

impl<S: Scalar> Relaxing<S> {
    /// Any variance-preserving process, in the clock `Λ`.
    fn clock(&self) -> Clock<S> {
        Process::new(Schedule::VpLinear { b0: S::one(), b1: S::one() }, self.L).end()
    }
}

struct Decay(u8);

impl Statement for Decay {
    type Params<S: Scalar> = Relaxing<S>;

    fn points(&self) -> &'static [&'static str] {
        &["L=1.6185 m0=0 v0=0.3137", "L=0.7137 m0=1.3119 v0=2.1713", "L=7.3137 m0=-0.4119 v0=0.0137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Relaxing<S>) -> Vec<Relation<'p, S>> {
        let power = match self.0 {
            FAST => S::int(2),
            SLOW => S::ratio(1, 2),
            _ => S::one(),
        };
        let factor = (-p.L * power).exp();
        let (clock, stationary) = (p.clock(), Gaussian::centred(S::one()));
        let divergence = |start: &Gaussian<S>| clock.diffuse(start).kl(&stationary);
        let start = Gaussian::new(p.m0, p.v0);

        // KL(N(0, v) ‖ N(0, v_t)), twice.
        let variance = clock.variance(p.v0);
        let apart = |v: S| NonNegative::divergence((v - variance) / variance);
        let data = NonNegative::exp(-p.L).times(apart(p.v0));
        let gap = data.plus(NonNegative::declared(clock.w).times(apart(S::one())));
        let gap = gap.times(NonNegative::declared(S::ratio(1, 2)));
        let shift = Gaussian::new(p.m0, S::one());
        vec![
            Relation::at_most("decay", divergence(&start), factor * start.kl(&stationary), gap),
            Relation::equal("decay of a shift", divergence(&shift), factor * p.m0.square() / 2),
        ]
    }
}

/// What is dissipated along noising paths, drawn at random times: half the squared relative score.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: GaussianPair<Ball> = at_point(POINT)?;
        let (first, last) = (exact.laws_at(Ball::zero()), exact.laws_at(exact.data.process.horizon()));
        let lost = first.0.kl(&first.1) - last.0.kl(&last.1);

        let p: GaussianPair<Float> = at_point(POINT)?;
        let along = |fraction: Float| {
            let integrand = |t: Float| {
                let (q, other) = p.laws_at(t);
                let (scale, affine) = (fraction * p.data.process.at(t).noise, q.score().minus(&other.score()));
                Quadratic { constant: Float(0.0), scale, affine }
            };
            TimeIntegral::new(|t| p.data.process.at(t).sde(), integrand, p.data.process.horizon().0)
        };
        let right = along(fraction(0)).moments(&p.data.start());
        let start = if wrong == OTHER_LAW { p.other() } else { p.data.start() };
        let integral = along(fraction(wrong));
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("dissipation along noising paths", lost.to_f64(), right.1)],
            drawn: Some(vec![integral.moments(&start)]),
            sampler: sampler(move |noise, out| {
                let from = noise.gaussian(&start);
                out[0] = integral.draw(from, noise);
            }),
        })
    }
}

/// The parameters of the divergence.
pub struct Moment<S> {
    pair: GaussianPair<S>,
    t: S,
}

impl<S: Scalar> Parameters<S> for Moment<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let pair = GaussianPair::read(source)?;
        let t = source.real("t", Domain::NonNegative, "the time, 0 <= t <= T")?;
        source.ordered("t", "T", false)?;
        source.ordered("t", "tend", false)?;
        Ok(Self { pair, t })
    }
}

/// `KL(q_t ‖ p_t)`.
struct Divergence;

impl Formula for Divergence {
    type Params<S: Scalar> = Moment<S>;
    fn value<S: Scalar>(p: &Moment<S>) -> S {
        p.pair.data.process.at(p.t).kl(&p.pair.data.start(), &p.pair.other())
    }
}

/// Also where the two laws are far apart, and their difference knows nothing of the smaller variance.
fn divergence(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Moment<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (q, other) = p.pair.laws_at(p.t);
    let far = q.kl(&other);
    Ok(Divergence::value(&p).intersect(&far).unwrap_or(far))
}

const MATRIX: &str = "in d dimensions";
const STATIONARY: &str = "towards the stationary law";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "relative-de-bruijn",
    aliases: &[],
    title: "The divergence of two noised laws falls by half their relative Fisher information",
    expect: Expect::True,
    text: include_str!("relative_de_bruijn.rs"),
    sources: &["song2021scoreflow"],
    readings: &[
        Readings::of("", &Dissipation(0)).and_sampled(&Draws(0)),
        Readings::of(MATRIX, &MatrixDissipation(0)),
        Readings::of(STATIONARY, &Decay(0)),
    ],
    controls: &[
        Control {
            id: "no-half",
            story: "the relative Fisher information without its ½",
            readings: Readings::of("", &Dissipation(NO_HALF)).and_sampled(&Draws(NO_HALF)),
        },
        Control {
            id: "other-law",
            story: "the expectation under p instead of q",
            readings: Readings::of("", &Dissipation(OTHER_LAW)).and_sampled(&Draws(OTHER_LAW)),
        },
        Control {
            id: "no-half-in-d-dimensions",
            story: "the same ½ forgotten in d dimensions",
            readings: Readings::of(MATRIX, &MatrixDissipation(NO_HALF)),
        },
        Control {
            id: "other-law-in-d-dimensions",
            story: "the expectation under p instead of q in d dimensions",
            readings: Readings::of(MATRIX, &MatrixDissipation(OTHER_LAW)),
        },
        Control {
            id: "decay-of-the-variance",
            story: "rate e^{−2Λ}, at which small errors of the variance decay: false for a shift of the mean",
            readings: Readings::of(STATIONARY, &Decay(FAST)),
        },
        Control {
            id: "decay-of-the-signal",
            story: "rate e^{−Λ/2}, that of the mean: a bound that nothing attains",
            readings: Readings::of(STATIONARY, &Decay(SLOW)),
        },
    ],
    quantities: &[Quantity::of::<Divergence>("kl", "KL(q_t || p_t) of two laws under the same process, in nats", &[])
        .enclosed_by(divergence)],
};
