//! Times drawn where the denoising loss is large, and weighted back.
//!
//! For $t$ with density $p(t) = \frac{g^2/w}{Z}$ on $[\epsilon, T]$ and $Y_t = \varphi x + \sqrt w\,\varepsilon$,
//!
//! $$ X = Z\cdot\tfrac12\left|\sqrt w\,s(Y_t, t) + \varepsilon\right|^2 \quad\text{is unbiased for}\quad
//! \int_\epsilon^T \tfrac{g^2}{2}E|s - \nabla\log q_{t|0}|^2\,dt $$
//!
//! for every $x$ and every score. As $(w/\varphi^2)' = g^2/\varphi^2$, for **every** schedule
//!
//! $$ Z = \int_\epsilon^T \frac{g^2}{w}\,dt = \ln\frac{w_T}{\varphi_T^2} - \ln\frac{w_\epsilon}{\varphi_\epsilon^2} $$
//!
//! so that $t$ is uniform in the logarithm of the noise-to-signal ratio $\rho = w/\varphi^2$, and $t_u$ is where it has gone the share $u$ of
//! its way: $\Lambda = \ln(1 + \rho)$ on VP, $\sinh^2\frac\Lambda2 = \frac\rho4$ on sub-VP, $\sigma_-^2(\sigma_+/\sigma_-)^{2t/T} = \sigma_-^2 + \rho$ on VE.
//! With the exact score and $x \sim N(0, v_0)$ the mean of $X$ is $\frac12\left[\ln\frac{v}{w}\right]$ between $T$ and $\epsilon$.
//!
//! A density capped at its value at $\epsilon$ on $[0, \epsilon)$, normalised by $\epsilon\,g_\epsilon^2/w_\epsilon + Z$, is unbiased on $[\epsilon, T]$ only: before
//! $\epsilon$ the loss enters with the weight $\frac{g_\epsilon^2/w_\epsilon}{g_t^2/w_t}$, less than one while $g^2/w$ falls. Uniform times need the factor $T - \epsilon$.
//!
//! With $\epsilon = 10^{-5}$ and $T = 1$, $Z = 15.21297$ on VP with $\beta$ from $0.1$ to $3.137$, and $23.92947$ with $\beta$ from $0.1$ to $20.13$: so much is lost with the factor.
//!
//! Assumptions: $0 < \epsilon < T$ and $w_\epsilon > 0$. If it failed, likelihood training with importance-sampled times would minimise
//! another objective, or report a loss in other units.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ImportanceLoss, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Rational, Scalar};
use crate::objectives::denoising::{importance_moment, moment_integral, residual_variance};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Affine, Clock, Gaussian, TimeLaw};

parameters! {
    /// Any affine score at a time of the loss, with a time before it.
    Loss {
        law: of(TimeLaw) "the law of times",
        t: positive "a time after eps",
        early: positive "a time before eps",
        a: real "slope of the score",
        b: real "offset of the score",
        x: real "the data point",
    }
}

parameters! {
    /// The law of times, Gaussian data, and a probability.
    Quantile {
        law: of(TimeLaw) "the law of times",
        v0: positive "data variance v_0",
        u: positive "a probability",
    }
}

const NO_NORMALISER: u8 = 1;
const ROOT: u8 = 2;
const SQUARE: u8 = 3;
const HORIZON: u8 = 4;
const CAPPED_UNBIASED: u8 = 5;
const UNIFORM_RATIO: u8 = 6;

/// `G/w`, the density of times but for its normaliser.
fn density<S: Scalar>(clock: &Clock<S>) -> S {
    clock.noise / clock.w
}

/// `½E|√w s + ε|²` for `Y = φx + √w ε`, in the variable `ε`.
fn noise_loss<S: Scalar>(score: &Affine<S>, clock: &Clock<S>, x: S) -> S {
    let root = clock.w.sqrt();
    let start = clock.given(x).mean;
    let error = Affine { slope: score.slope * root, offset: score.value(start) }.scale(root);
    let unit = Affine { slope: S::one(), offset: S::zero() };
    error.plus(&unit).mean_square(&Gaussian::centred(S::one())) / 2
}

/// `½G E|s − ∇log q_{t|0}|²`, in the variable `y`.
fn score_loss<S: Scalar>(score: &Affine<S>, clock: &Clock<S>, x: S) -> S {
    let given = clock.given(x);
    score.minus(&given.score()).mean_square(&given) * clock.noise / 2
}

/// What is drawn, times its density, is the integrand.
struct Unbiased(u8);

impl Statement for Unbiased {
    type Params<S: Scalar> = Loss<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 eps=0.00001 t=0.4137 early=0.000007 a=-1.3137 b=0.4719 x=0.8113",
            "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 eps=0.0137 t=0.7119 early=0.0091 a=-0.8137 b=-0.2719 x=1.3137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 eps=0.0313 t=0.2137 early=0.0117 a=-0.7119 b=0.3137 x=-0.6171",
        ]
    }

    fn explicit(&self) -> bool {
        true
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Loss<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let score = Affine { slope: p.a, offset: p.b };
        let (now, early, first) = (p.law.process.at(p.t), p.law.process.at(p.early), p.law.process.at(p.law.eps));
        let (normaliser, length) = (p.law.normaliser(), p.law.process.horizon() - p.law.eps);
        // The density of the time times the factor of the loss. A wrong density comes with its own normaliser, which cancels.
        let weight = match wrong {
            NO_NORMALISER => density(&now) / normaliser,
            ROOT => density(&now).sqrt(),
            _ => density(&now) / normaliser * normaliser,
        };
        let capped = p.law.eps * density(&first) + normaliser;
        let share = if wrong == CAPPED_UNBIASED { S::one() } else { density(&first) / density(&early) };
        let factor = if wrong == HORIZON { p.law.process.horizon() } else { length };
        let drawn = |clock: &Clock<S>| noise_loss(&score, clock, p.x);
        let integrand = |clock: &Clock<S>| score_loss(&score, clock, p.x);
        vec![
            Relation::equal("importance times", weight * drawn(&now), integrand(&now)),
            Relation::equal("uniform times", factor / length * density(&now) * drawn(&now), integrand(&now)),
            Relation::equal("capped density after eps", density(&now) / capped * capped * drawn(&now), integrand(&now)),
            Relation::equal(
                "capped density before eps",
                density(&first) / capped * capped * drawn(&early),
                share * integrand(&early),
            ),
        ]
    }
}

/// The normaliser and the mean, on any schedule.
struct Integrals(u8);

const POINTS: &[&str] = &[
    SAMPLED,
    "process=vp-linear b0=0.1 b1=3.137 T=1 eps=0.00001 v0=0.3137 u=0.3719",
    "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.00001 v0=0.3137 u=0.3719",
    "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 eps=0.0137 v0=0.513 u=0.6137",
    "process=ve-geometric smin=0.1 smax=3.17 T=0.9 eps=0.0313 v0=0.8117 u=0.2719",
];

impl Statement for Integrals {
    type Params<S: Scalar> = Quantile<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Quantile<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (p.law.eps, p.law.process.horizon());
        vec![
            Relation::rate(
                "normaliser",
                range,
                |t| p.law.process.moving(t).log_noise_to_signal(),
                move |t| {
                    let clock = p.law.process.at(t);
                    if wrong == SQUARE { clock.noise } else { density(&clock) }
                },
            ),
            Relation::rate(
                "mean with the exact score",
                range,
                |t| moment_integral(1, &p.law.process.moving(t), Dual::constant(p.v0)) / 2,
                |t| {
                    let clock = p.law.process.at(t);
                    clock.noise * residual_variance(&clock, p.v0) / 2
                },
            ),
        ]
    }
}

/// The distribution function, with its density, and its inverse.
struct Inverse(u8);

impl Statement for Inverse {
    type Params<S: Scalar> = Quantile<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Quantile<S>) -> Vec<Relation<'p, S>> {
        let (first, last) = p.law.ends();
        let mass = if self.0 == NO_NORMALISER { S::one() } else { p.law.normaliser() };
        let distribution = Relation::rate(
            "distribution of times",
            (p.law.eps, p.law.process.horizon()),
            move |t| {
                let so_far =
                    p.law.process.moving(t).log_noise_to_signal() - Dual::constant(first.log_noise_to_signal());
                so_far / Dual::constant(p.law.normaliser())
            },
            move |t| density(&p.law.process.at(t)) / mass,
        );
        let ratio = |clock: &Clock<S>| clock.log_noise_to_signal().exp();
        let time = match self.0 {
            UNIFORM_RATIO => p.law.time_at(ratio(&first) * (S::one() - p.u) + ratio(&last) * p.u),
            _ => p.law.quantile(p.u),
        };
        let so_far = |t: S| TimeLaw { process: p.law.process.clone(), eps: t }.normaliser();
        let share = time.map(|t| Relation::equal("quantile", p.law.normaliser() - so_far(t), p.u * p.law.normaliser()));
        share.into_iter().chain([distribution]).collect()
    }
}

const SAMPLED: &str = "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.0137 v0=0.3137 u=0.3719";

/// The loss averages to the integral.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let forgotten = self.0 == NO_NORMALISER;
        let (exact, p): (Quantile<Ball>, Quantile<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let moment = |n| importance_moment(n, &exact.law, exact.v0);
        let (mean, variance) = (moment(1).to_f64(), (moment(2) - moment(1).square()).to_f64());
        let loss = ImportanceLoss::new(p.law, p.v0);
        let z = loss.normaliser().0;
        let factor = Lanes::splat(if forgotten { Float(1.0) } else { loss.normaliser() });
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![Statistic::mean("loss at importance-sampled times", mean, variance)],
            drawn: forgotten.then(|| vec![(mean / z, variance / (z * z))]),
            sampler: sampler(move |noise, out| out[0] = loss.draw(noise) * factor),
        })
    }
}

/// `Z`.
struct Normaliser;

impl Formula for Normaliser {
    type Params<S: Scalar> = TimeLaw<S>;
    fn value<S: Scalar>(p: &TimeLaw<S>) -> S {
        p.normaliser()
    }
}

/// The parameters of `t_u`: a schedule whose clock can be inverted in closed form.
pub struct TimeQuantile<S> {
    law: TimeLaw<S>,
    u: S,
}

impl<S: Scalar> Parameters<S> for TimeQuantile<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let law = TimeLaw::read(source)?;
        let u = source.real("u", Domain::Probability, "the probability")?;
        if law.quantile(u).is_none() {
            let why = "the times of vp-cosine have no closed form here; give vp-linear, sub-vp-linear or ve-geometric";
            return Err(InputError::Condition(why.to_owned()));
        }
        Ok(Self { law, u })
    }
}

/// `t_u`.
struct Time;

impl Formula for Time {
    type Params<S: Scalar> = TimeQuantile<S>;
    fn value<S: Scalar>(p: &TimeQuantile<S>) -> S {
        // The reader has refused every schedule without a quantile.
        p.law.quantile(p.u).unwrap_or(p.law.eps)
    }
}

/// `t_u`; at both ends exactly `ε` and `T`, where the square root of a vanishing `β` would be enclosed poorly.
fn time_quantile(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: TimeQuantile<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(match inputs.rational("u") {
        Some(u) if u == Rational::ZERO => p.law.eps,
        Some(u) if u == Rational::ONE => p.law.process.horizon(),
        _ => Time::value(&p),
    })
}

const LOSS: &str = "any score";
const INTEGRALS: &str = "integrals over time";
const QUANTILE: &str = "quantile";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "time-importance-sampling",
    aliases: &[],
    title: "Times drawn with density ∝ g²/w leave the denoising loss unbiased and are uniform in log-SNR",
    expect: Expect::True,
    text: include_str!("time_importance_sampling.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[
        Readings::of(LOSS, &Unbiased(0)).and_sampled(&Draws(0)),
        Readings::of(INTEGRALS, &Integrals(0)),
        Readings::certified(QUANTILE, &Inverse(0)),
    ],
    controls: &[
        Control {
            id: "no-normaliser",
            story: "the loss at importance-sampled times without the factor Z",
            readings: Readings::of(LOSS, &Unbiased(NO_NORMALISER)).and_sampled(&Draws(NO_NORMALISER)),
        },
        Control {
            id: "unnormalised-density",
            story: "g²/w taken for a density: it has the mass Z",
            readings: Readings::certified(QUANTILE, &Inverse(NO_NORMALISER)),
        },
        Control { id: "root", story: "p ∝ g/√w for g²/w", readings: Readings::of(LOSS, &Unbiased(ROOT)) },
        Control {
            id: "square",
            story: "p ∝ g², the likelihood weight itself, for g²/w",
            readings: Readings::of(INTEGRALS, &Integrals(SQUARE)),
        },
        Control {
            id: "horizon-for-length",
            story: "uniform times on [ε, T] with the factor T for T − ε",
            readings: Readings::of(LOSS, &Unbiased(HORIZON)),
        },
        Control {
            id: "capped-unbiased",
            story: "the capped density unbiased before ε too",
            readings: Readings::of(LOSS, &Unbiased(CAPPED_UNBIASED)),
        },
        Control {
            id: "uniform-ratio",
            story: "uniform in the noise-to-signal ratio for uniform in its logarithm",
            readings: Readings::certified(QUANTILE, &Inverse(UNIFORM_RATIO)),
        },
    ],
    quantities: &[
        Quantity::of::<Normaliser>(
            "normaliser",
            "Z = integral of g^2/w over [eps, T]",
            &[("u", Domain::Probability), ("v0", Domain::Positive)],
        ),
        Quantity::of::<Time>(
            "time-quantile",
            "the time t_u before which the share u of Z lies, in units of T",
            &[("v0", Domain::Positive)],
        )
        .enclosed_by(time_quantile),
    ],
};
