//! Data, noise, velocity and score are one prediction in four units, and each error is the others' times a ratio.
//!
//! For $z = \alpha x + \sigma\epsilon$, $n^2 = \alpha^2 + \sigma^2$ and $v = \alpha\epsilon - \sigma x$, at any level,
//!
//! $$ x = \frac{\alpha z - \sigma v}{n^2}, \quad \epsilon = \frac{\sigma z + \alpha v}{n^2}, \quad \hat\epsilon = \frac{z - \alpha\hat x}\sigma, \quad
//! \text{score} = -\frac{\hat\epsilon}\sigma = \frac{\alpha\hat x - z}{\sigma^2} $$
//!
//! $$ x - \hat x = -\frac\sigma\alpha(\epsilon - \hat\epsilon) = -\frac\sigma{n^2}(v - \hat v), \qquad \epsilon - \hat\epsilon = \frac\alpha{n^2}(v - \hat v) $$
//!
//! On the line $\alpha = 1 - t$, $\sigma = t$ of flow matching the velocity is $u = \epsilon - x = (z - x)/t$; at any level $x - \hat x = -\frac\sigma{\alpha+\sigma}(u - \hat u)$. For Gaussian data and
//! $v_t = \alpha^2s + \sigma^2$ the exact predictions are
//!
//! $$ \hat\epsilon = \frac{\sigma(z - \alpha\mu)}{v_t}, \qquad \hat v = -\sigma\mu + \frac{\alpha\sigma(1 - s)(z - \alpha\mu)}{v_t} $$
//!
//! of which the second is nothing for centred data of unit variance. The catalogue states it for variance-preserving levels; it holds at all.
//!
//! Assumptions: $\alpha, \sigma > 0$. These are identities of numbers, so nothing is sampled. If one failed, a network trained for one target would be run as another, which gives images all the
//! same, of another law: the exchange of $v$ on a process that is not variance-preserving does that.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar};
use crate::objectives::parameterisation::Predicted;
use crate::parameters;
use crate::worlds::{Affine, Gaussian, Level, Oracle};

const SIGN: u8 = 1;
const UNIT_NORM: u8 = 2;
const SCORE_IS_NOISE: u8 = 3;
const FLOW_SIGN: u8 = 4;
const SAME_ERROR: u8 = 5;

/// What a network for `v` is trained for, or with the other sign.
fn velocity<S: Scalar>(wrong: u8, level: &Level<S>, of: &Predicted<S>) -> S {
    let right = of.velocity(level);
    if wrong == SIGN { -right } else { right }
}

/// Data and noise from `v`, or as on a variance-preserving level.
fn from_velocity<S: Scalar>(wrong: u8, level: &Level<S>, z: S, v: S) -> Predicted<S> {
    match wrong {
        UNIT_NORM => Predicted { data: level.alpha * z - level.sigma * v, noise: level.sigma * z + level.alpha * v },
        _ => Predicted::from_velocity(level, z, v),
    }
}

parameters! {
    /// A level, what is true, what is predicted, and the law of the data.
    Prediction {
        alpha: positive "what multiplies the data",
        sigma: positive "what multiplies the noise",
        x: real "the data",
        e: real "the noise",
        y: real "what the network takes for the data",
        s: positive "data variance",
        mu: real "data mean",
    }
}

/// At any level.
struct Exchange(u8);

impl Statement for Exchange {
    type Params<S: Scalar> = Prediction<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.3119 x=0.7137 e=-1.1719 y=1.3137 s=0.37 mu=1.3",
            "alpha=1 sigma=80.37 x=-2.3137 e=0.7719 y=0.4137 s=9 mu=-0.7119",
            "alpha=0.6 sigma=0.8 x=1.3137 e=0.3119 y=-0.7119 s=0.000001 mu=0.7",
            "alpha=0.0001 sigma=1.0137 x=0.3137 e=-0.7719 y=1.4137 s=2.3119 mu=0.1719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Prediction<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let level = Level { alpha: p.alpha, sigma: p.sigma };
        let z = p.alpha * p.x + p.sigma * p.e;
        let truth = Predicted { data: p.x, noise: p.e };
        let believed = Predicted::from_data(&level, z, p.y);
        let of_truth = from_velocity(wrong, &level, z, velocity(wrong, &level, &truth));
        let of_belief = from_velocity(wrong, &level, z, velocity(wrong, &level, &believed));
        let score = if wrong == SCORE_IS_NOISE { -truth.noise } else { truth.score(&level) };
        let flow = |of: &Predicted<S>| if wrong == FLOW_SIGN { -of.flow() } else { of.flow() };
        let norm = if wrong == UNIT_NORM { S::one() } else { p.alpha.square() + p.sigma.square() };
        let errors = Predicted { data: p.x - p.y, noise: p.e - believed.noise };
        let ratio = if wrong == SAME_ERROR { -p.sigma } else { -level.ratio() };
        let of_velocity = velocity(wrong, &level, &truth) - velocity(wrong, &level, &believed);
        let of_flow = flow(&truth) - flow(&believed);
        let conditional = level.law(&Gaussian::new(p.x, S::zero())).score().value(z);
        vec![
            Relation::equal("data from v", of_truth.data, p.x),
            Relation::equal("noise from v", of_truth.noise, p.e),
            Relation::equal("there and back by v", of_belief.data, p.y),
            Relation::equal("there and back by the noise", Predicted::from_noise(&level, z, believed.noise).data, p.y),
            Relation::equal("score of the latent given the data", score, conditional),
            Relation::equal("data from the score", Predicted::from_score(&level, z, score).data, p.x),
            Relation::equal("data from u", Predicted::from_flow(&level, z, flow(&truth)).data, p.x),
            Relation::equal("noise from u", Predicted::from_flow(&level, z, flow(&truth)).noise, p.e),
            Relation::equal("errors of data and noise", errors.data, ratio * errors.noise),
            Relation::equal("errors of data and v", errors.data, -p.sigma / norm * of_velocity),
            Relation::equal("errors of noise and v", errors.noise, p.alpha / norm * of_velocity),
            Relation::equal("errors of data and u", errors.data, -p.sigma / (p.alpha + p.sigma) * of_flow),
        ]
    }
}

/// The exact `v`, an affine function of `z`, or a wrong version of it.
fn exact_velocity<S: Scalar>(wrong: u8, level: &Level<S>, data: &Gaussian<S>) -> Affine<S> {
    let law = level.law(data);
    let slope = level.alpha * level.sigma * (S::int(1) - data.variance) / law.variance;
    let right = Affine { slope, offset: -level.sigma * data.mean - slope * law.mean };
    if wrong == SIGN { right.scale(S::int(-1)) } else { right }
}

/// The exact network.
struct Exact(u8);

impl Statement for Exact {
    type Params<S: Scalar> = Prediction<S>;

    fn points(&self) -> &'static [&'static str] {
        Exchange(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Prediction<S>) -> Vec<Relation<'p, S>> {
        let level = Level { alpha: p.alpha, sigma: p.sigma };
        let oracle = Oracle::new(p.mu, p.s);
        let z = p.alpha * p.x + p.sigma * p.e;
        let believed = Predicted::from_data(&level, z, oracle.denoised(&level).value(z));
        let law = level.law(&oracle.data);
        // E[v | z] by the covariances of v with z: ασ of the noise and −ασs of the data.
        let velocity = exact_velocity(self.0, &level, &oracle.data);
        vec![
            Relation::equal("exact noise", believed.noise, p.sigma * (z - law.mean) / law.variance),
            Relation::equal("exact v", velocity.value(z), believed.velocity(&level)),
            Relation::equal("exact score", believed.score(&level), law.score().value(z)),
        ]
    }
}

parameters! {
    /// A point on the line from data to noise.
    Line {
        t: fraction "the share of the noise",
        x: real "the data",
        e: real "the noise",
    }
}

/// `(1 − t)x + tε`.
fn latent<S: Scalar>(t: S, x: S, e: S) -> S {
    (S::one() - t) * x + t * e
}

/// On the line of flow matching.
struct OnTheLine(u8);

impl Statement for OnTheLine {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        &["t=0.3137 x=0.7119 e=-1.3137", "t=0.0001 x=-2.3119 e=0.7137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let level = Level { alpha: S::int(1) - p.t, sigma: p.t };
        let z = latent(p.t, p.x, p.e);
        let flow = Predicted::from_data(&level, z, p.x).flow();
        let flow = if self.0 == FLOW_SIGN { -flow } else { flow };
        vec![
            Relation::equal("from the latent", flow, (z - p.x) / p.t),
            // How fast the latent moves.
            Relation::rate(
                "velocity of the line",
                (S::zero(), p.t),
                move |t| latent(Dual::variable(t), Dual::constant(p.x), Dual::constant(p.e)),
                move |_| flow,
            ),
        ]
    }
}

parameters! {
    /// A level and the variance of the data.
    Slope {
        alpha: positive "what multiplies the data",
        sigma: positive "what multiplies the noise",
        s: positive "data variance",
    }
}

/// `ασ(1 − s)/(α²s + σ²)`.
struct VelocitySlope;

impl Formula for VelocitySlope {
    type Params<S: Scalar> = Slope<S>;
    fn value<S: Scalar>(p: &Slope<S>) -> S {
        exact_velocity(0, &Level { alpha: p.alpha, sigma: p.sigma }, &Gaussian::centred(p.s)).slope
    }
}

const EXACT: &str = "exact network";
const LINE: &str = "line";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-parameterisations",
    aliases: &[],
    title: "Data, noise, velocity and score as one prediction, and the ratios of their errors",
    expect: Expect::True,
    text: include_str!("vdm_parameterisations.rs"),
    sources: &["kingma2021", "salimans2022"],
    readings: &[Readings::of("", &Exchange(0)), Readings::of(EXACT, &Exact(0)), Readings::of(LINE, &OnTheLine(0))],
    controls: &[
        Control {
            id: "sign-of-v",
            story: "v = σx − αε, the target of other code",
            readings: Readings::of("", &Exchange(SIGN)),
        },
        Control {
            id: "sign-of-the-exact-v",
            story: "the same for the exact network",
            readings: Readings::of(EXACT, &Exact(SIGN)),
        },
        Control {
            id: "norm-of-vp",
            story: "x = αz − σv on a process that does not preserve variance",
            readings: Readings::of("", &Exchange(UNIT_NORM)),
        },
        Control {
            id: "score-is-the-noise",
            story: "−ε̂ for the score, without the division by σ",
            readings: Readings::of("", &Exchange(SCORE_IS_NOISE)),
        },
        Control {
            id: "sign-of-u",
            story: "u = x − ε, the velocity of the time that runs towards the data",
            readings: Readings::of("", &Exchange(FLOW_SIGN)),
        },
        Control {
            id: "velocity-towards-the-data",
            story: "the same on the line",
            readings: Readings::of(LINE, &OnTheLine(FLOW_SIGN)),
        },
        Control {
            id: "error-without-the-signal",
            story: "x − x̂ = −σ(ε − ε̂), as on a variance-exploding process",
            readings: Readings::of("", &Exchange(SAME_ERROR)),
        },
    ],
    quantities: &[Quantity::of::<VelocitySlope>(
        "velocity-slope",
        "the slope in z of the exact prediction of v = alpha eps - sigma x",
        &[],
    )],
};
