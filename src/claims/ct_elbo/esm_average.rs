//! Implicit and explicit score matching differ by a constant only after averaging over the data, never at a data point.
//!
//! With $l = \nabla\log q_t$, any score model $s$ and $Q = LL^\top$:
//!
//! $$ E_{q_t}\left[\tfrac12|s|_Q^2 + \nabla\cdot(Qs)\right] = E_{q_t}\tfrac12|s - l|_Q^2 - \tfrac12 E_{q_t}|l|_Q^2 $$
//!
//! Denoising score matching is larger than explicit score matching by what noise takes from the data, a mutual information
//! and a minimal squared error:
//!
//! $$ \tfrac12\int_\epsilon^T G\left(\frac1w - J(q_t)\right)dt = I(Y_0; Y_\epsilon) - I(Y_0; Y_T)
//! = \tfrac12\int_\epsilon^T \frac{G\varphi^2}{w^2}\,E\,\mathrm{Var}(Y_0 \mid Y_t)\,dt $$
//!
//! At a data point, where denoising and implicit score matching still differ by a constant, explicit score matching does
//! not: for $s = (1+\delta)l$ and centred Gaussian data the first identity fails there by
//! $(1+\delta)(x^2/v_0 - 1)(1 - 1/R_T)$ over the whole time.
//!
//! Assumptions: $q_t$ smooth, which noise makes it. Proved for Gaussian laws and affine scores; certified for mixtures by
//! integrals over the line. This is decided by enclosure and never by sampling: near the data the variance of the
//! denoising integrand is beyond any sample.
//!
//! If it failed, a loss that cannot be computed (the true score is unknown) could not be replaced by one that can; and where
//! it does fail, point by point, a per-example loss is no measure of the error at that example.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Float, OverLine, Scalar};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{
    Affine, AffineField, Clock, Gaussian, GaussianData, Marginal, Mixture, MixtureAtPoint, MixtureAtTime, OfLaws,
    SquaredScore, to_digits,
};

const POINTWISE: u8 = 1;
const NO_CONSTANT: u8 = 2;
const UNWEIGHTED: u8 = 3;
const INFORMATION_ONLY: u8 = 4;
const NO_SIGNAL: u8 = 5;

parameters! {
    /// A Gaussian marginal in any dimension and an affine score that need not be its own.
    AnyScore {
        marginal: of(Marginal) "the process and its law at this time",
        K: matrix "slope of the score",
        k: vector "offset of the score",
    }
}

/// Averages over Gaussian laws.
struct Averages(u8);

impl Statement for Averages {
    type Params<S: Scalar> = AnyScore<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] \
             K=[[-1.1,0.37],[0.12,-0.53]] k=[0.29,-0.47]",
            "A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]] K=[[-1.1]] k=[0.29]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyScore<S>) -> Vec<Relation<'p, S>> {
        let (law, noise) = (&p.marginal.law, p.marginal.sde.noise());
        let model = AffineField { slope: p.K.clone(), offset: p.k.clone() };
        let exact = law.score();
        let divergence = if self.0 == UNWEIGHTED { p.K.trace() } else { (&noise * &p.K).trace() };
        let implicit = model.mean_square(&noise, law) / 2 + divergence;
        let explicit = model.minus(&exact).mean_square(&noise, law) / 2;
        let constant = if self.0 == NO_CONSTANT { S::zero() } else { exact.mean_square(&noise, law) / 2 };
        vec![Relation::equal("implicit and explicit", implicit, explicit - constant)]
    }
}

parameters! {
    /// Gaussian data, a score wrong by a factor, a point, and a time to start from.
    Scaled {
        data: of(GaussianData) "data and process",
        delta: real "relative error of the score (1 + delta) grad log q",
        x: real "a data point",
        eps: positive "where time starts, for losses that are infinite at 0",
    }
}

/// Enclosed over time for Gaussian data on any schedule.
struct OverTime(u8);

impl<S: Scalar> Scaled<S> {
    /// Clock, marginal law and the model's score.
    fn at(&self, t: S) -> (Clock<S>, Gaussian<S>, Affine<S>) {
        let law = self.data.law_at(t);
        (self.data.process.at(t), law, law.score().scale(self.delta + 1))
    }

    /// `−I(Y_0; Y_t) = H(Y_t | Y_0) − H(Y_t)`.
    fn minus_information(&self, t: S) -> Dual<S> {
        let clock = self.data.process.moving(t);
        clock.given(Dual::constant(self.x)).entropy() - self.data.moving_law(t).entropy()
    }

    /// `½ G E(s − l)²` under this law of the state, and the constant `½ G E l²` that implicit score matching is without.
    fn explicit(&self, t: S, under: &Gaussian<S>) -> (S, S) {
        let (clock, law, score) = self.at(t);
        let half = clock.noise / 2;
        (half * score.minus(&law.score()).mean_square(under), half * law.score().mean_square(under))
    }
}

impl Statement for OverTime {
    type Params<S: Scalar> = Scaled<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 delta=0.2719 x=0.8113 eps=0.00001",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=0.4119 v0=0.8117 delta=-0.1713 x=1.7131 eps=0.0119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Scaled<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let horizon = p.data.process.horizon();
        vec![
            Relation::rate(
                "implicit minus explicit",
                (S::zero(), horizon),
                // −½ ∫ G J.
                move |t| -p.data.process.moving(t).log_ratio(Dual::constant(p.data.v0)) / 2,
                move |t| {
                    let (clock, law, score) = p.at(t);
                    let under = if wrong == POINTWISE { clock.given(p.x) } else { law };
                    let implicit = clock.noise * (score.mean_square(&under) / 2 + score.slope);
                    let (explicit, constant) = p.explicit(t, &under);
                    // Nothing, if the identity holds under this law; and the constant of the average.
                    implicit - (explicit - constant) - p.explicit(t, &law).1
                },
            ),
            Relation::rate(
                "denoising minus explicit",
                (p.eps, horizon),
                move |t| match wrong {
                    INFORMATION_ONLY => -p.data.process.moving(t).log_ratio(Dual::constant(p.data.v0)) / 2,
                    _ => p.minus_information(t),
                },
                move |t| {
                    let (clock, law, score) = p.at(t);
                    // Given Y_0 the error s − ∇log q_{t|0} has slope a + 1/w and the mean of s; the latter varies with Y_0.
                    let signal = Gaussian::new(law.mean, clock.phi.square() * p.data.v0);
                    let spread = (score.slope + clock.w.recip()).square() * clock.w;
                    clock.noise * (score.mean_square(&signal) + spread) / 2 - p.explicit(t, &law).0
                },
            ),
            Relation::rate(
                "information and minimal error",
                (p.eps, horizon),
                move |t| p.minus_information(t),
                move |t| {
                    let clock = p.data.process.at(t);
                    let error = Mixture::single(p.data.start()).posterior(&clock, p.x).variance();
                    information_rate(wrong, &clock, error)
                },
            ),
        ]
    }
}

/// `−dI/dt = ½ G φ²/w² · E Var(Y_0 | Y_t)`, or a wrong version of it.
fn information_rate<S: Scalar>(wrong: u8, clock: &Clock<S>, error: S) -> S {
    let signal = if wrong == NO_SIGNAL { S::one() } else { clock.phi.square() };
    clock.noise * signal / clock.w.square() * error / 2
}

/// `½ s² + s′` for the score of a model.
#[derive(Clone, Copy)]
struct Implicit;

impl OfLaws<1> for Implicit {
    fn value<S: OverLine>(self, [model]: &[Mixture<S>; 1], y: S) -> S {
        model.score(y).square() / 2 + model.score_slope(y)
    }
}

/// `½ (s − l)²`.
#[derive(Clone, Copy)]
struct Explicit;

impl OfLaws<2> for Explicit {
    fn value<S: OverLine>(self, [model, law]: &[Mixture<S>; 2], y: S) -> S {
        (model.score(y) - law.score(y)).square() / 2
    }
}

const POINTS: &[&str] = &[
    "b0=0.1 b1=9.137 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.2719 x=0.1137",
    "process=ve-geometric smin=0.1 smax=3.17 T=0.9 wt=[0.4137,0.5863] m=[-0.7119,1.3317] v=[0.2119,0.0713] \
     t=0.4719 x=0.2137",
];

/// Averages over mixtures at one time; the model has the components of the data with equal weights.
struct Mixtures(u8);

impl Enclosed for Mixtures {
    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: MixtureAtPoint<Ball> = at_point(point)?;
        let law = p.at.law();
        let equal = Ball::one() / law.components().count() as i64;
        let model = Mixture::new(law.components().map(|(_, component)| (equal, component)));
        let under = if wrong == POINTWISE { Mixture::single(p.at.clock().given(p.x)) } else { law.clone() };
        Ok(vec![EnclosedRelation::equal("implicit and explicit", move |radius| {
            let constant = match wrong {
                NO_CONSTANT => Ball::zero(),
                _ => under.expectation([&law], SquaredScore, radius) / 2,
            };
            let explicit = under.expectation([&model, &law], Explicit, radius);
            under.expectation([&model], Implicit, radius) - (explicit - constant)
        })])
    }
}

/// What noise takes from a mixture, at one time.
struct Information(u8);

impl Enclosed for Information {
    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: MixtureAtPoint<Ball> = at_point(point)?;
        Ok(vec![EnclosedRelation::equal("information and minimal error", move |radius| {
            let conditional = p.at.moving_clock().given(Dual::constant(p.x)).entropy().eps;
            let error = p.at.minimal_error(radius);
            conditional - p.at.moving_law().entropy_rate(radius) - information_rate(wrong, &p.at.clock(), error)
        })])
    }
}

/// `H(q_t) − H(q_T) − ½ ln(w_t/w_T)`.
fn constant(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: MixtureAtTime<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (law, end) = (p.law(), p.data.end());
    let noise = (p.clock().w / p.data.process.end().w).ln() / 2;
    Ok(to_digits(digits, 1.0, |radius| law.entropy(radius / 2.0) - end.entropy(radius / 2.0) - noise))
}

const TIME: &str = "over time";
const MIXTURES: &str = "mixtures";
const INFORMATION: &str = "information in mixtures";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "esm-average",
    aliases: &[],
    title: "Implicit, explicit and denoising score matching differ by constants, explicit only on average over the data",
    expect: Expect::True,
    text: include_str!("esm_average.rs"),
    sources: &["hyvarinen2005", "vincent2011", "guo2005"],
    readings: &[
        Readings::of("", &Averages(0)),
        Readings::of(TIME, &OverTime(0)),
        Readings::certified(MIXTURES, &ByEnclosure(Mixtures(0))),
        Readings::certified(INFORMATION, &ByEnclosure(Information(0))),
    ],
    controls: &[
        Control {
            id: "pointwise",
            story: "the identity of the averages claimed at each data point",
            readings: Readings::of(TIME, &OverTime(POINTWISE)),
        },
        Control {
            id: "pointwise-for-a-mixture",
            story: "the same, for data that are not Gaussian",
            readings: Readings::certified(MIXTURES, &ByEnclosure(Mixtures(POINTWISE))),
        },
        Control {
            id: "constant-dropped",
            story: "the constant forgotten, so that losses of two kinds are compared as numbers",
            readings: Readings::of("", &Averages(NO_CONSTANT)),
        },
        Control {
            id: "divergence-unweighted",
            story: "∇·s for ∇·(Qs): the divergence does not see the noise that the squares are weighted with",
            readings: Readings::of("", &Averages(UNWEIGHTED)),
        },
        Control {
            id: "half-the-constant",
            story: "½ ∫ G J alone as the constant between denoising and explicit score matching, without G/w",
            readings: Readings::of(TIME, &OverTime(INFORMATION_ONLY)),
        },
        Control {
            id: "signal-forgotten",
            story: "the derivative of information with respect to 1/w in place of the signal-to-noise ratio φ²/w",
            readings: Readings::of(TIME, &OverTime(NO_SIGNAL)),
        },
        Control {
            id: "signal-forgotten-for-a-mixture",
            story: "the same, for data that are not Gaussian",
            readings: Readings::certified(INFORMATION, &ByEnclosure(Information(NO_SIGNAL))),
        },
    ],
    quantities: &[Quantity::enclosed::<MixtureAtTime<Float>>(
        "constant",
        "denoising minus explicit score matching from t to T, I(Y_0; Y_t) - I(Y_0; Y_T), in nats",
        &[("x", Domain::Real)],
        constant,
    )],
};
