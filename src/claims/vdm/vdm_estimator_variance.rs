//! The variance of a one-sample estimate of the continuous-time loss, exactly: noise, data and time all count.
//!
//! The exact network leaves, along an axis of variance $s_j$, the error $\epsilon_j - \hat\epsilon_j \sim N(0, w_j)$ with $w_j = \rho s_j/(1+\rho s_j)$. For a
//! uniform time $t$ and $f_j = \frac12\gamma'(t)w_j$,
//!
//! $$ g = \tfrac12\gamma'(t)\|\epsilon-\hat\epsilon\|^2, \qquad E\,g = \int_0^1\sum_jf_j\,dt = L_\infty, \qquad
//! \mathrm{Var}\,g = \int_0^1\Big[\big(\sum_jf_j\big)^2 + 2\sum_jf_j^2\Big]dt - L_\infty^2 $$
//!
//! with $\gamma$ the FULL $-\ln$ SNR. The mean is the same for every schedule between two ends; so with fixed ends the gradient of the
//! variance along the schedule is that of $E\,g^2$, which is what is minimised when a schedule is learned. In one dimension with linear $\gamma$, $\Gamma = \gamma(1) - \gamma(0)$,
//!
//! $$ \mathrm{Var}\,g = 3C - L_\infty^2, \qquad C = \int_0^1f^2dt = \frac\Gamma4\left[\ln(1+\rho s) + \frac1{1+\rho s}\right]_{\rho_1}^{\rho_0} $$
//!
//! of which the time alone makes $C - L_\infty^2$. With $s = 0.7$ and $\gamma$ from $-9$ to $5$ the total is $61.60130$, that of the time $8.095634$. In several
//! dimensions the time is common to all, and variances do not add up.
//!
//! Assumptions: $s_j > 0$; data, noise and time are drawn independently. If it failed, the noise of a training curve would be
//! misjudged, and with it the schedule that is said to lower it.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Matrix, Scalar, derivative};
use crate::objectives::prediction::{Target, residual};
use crate::objectives::time_density::{cross_integral, density, power_integral, power_mean, total_variance};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{GammaLine, GammaPoint, Gaussian, GaussianChannel, GaussianPolynomial, Level, Oracle};

const TIME_ONLY: u8 = 1;
const KURTOSIS_TWO: u8 = 2;
const SEPARATE_TIMES: u8 = 3;
const HALF_LOG: u8 = 4;
const FREE_END: u8 = 5;

parameters! {
    /// Two axes at one noise level.
    Axes {
        s: positive "data variance along one axis",
        s2: positive "data variance along another",
        mu: real "data mean along both",
        snr: positive "the signal-to-noise ratio",
        scale: positive "the scale of the state, without effect",
    }
}

/// At one level.
struct AtLevel(u8);

impl Statement for AtLevel {
    type Params<S: Scalar> = Axes<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 s2=2.3 mu=0.3 snr=1.7 scale=0.6",
            "s=0.05 s2=4 mu=-1.1 snr=1e8 scale=1.3",
            "s=1e-12 s2=0.31 mu=0.7 snr=1e-8 scale=2.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Axes<S>) -> Vec<Relation<'p, S>> {
        let level = Level::at_snr(p.snr).scaled(p.scale);
        let target = Target { data: S::zero(), noise: S::one() };
        let errors = [p.s, p.s2].map(|s| {
            let oracle = Oracle::new(p.mu, s);
            residual(&oracle.data, &level, &target, &oracle.noise(&level))
        });
        let w = [p.s, p.s2].map(|s| GaussianChannel { s }.noise_mmse(p.snr));
        let covariance = Matrix::from_fn(2, 2, |i, j| if i == j { errors[i].variance } else { S::zero() });
        let loss = GaussianPolynomial(vec![(S::one(), vec![0, 0]), (S::one(), vec![1, 1])]);
        let squares = w[0].square() + w[1].square();
        let spread = if self.0 == KURTOSIS_TWO { squares } else { squares * 2 };
        vec![
            Relation::equal("mean of the error", errors[0].mean, S::zero()),
            Relation::equal("variance of the error", errors[0].variance, w[0]),
            Relation::equal(
                "second moment of the squared error",
                loss.times(&loss).mean(&covariance),
                (w[0] + w[1]).square() + spread,
            ),
        ]
    }
}

parameters! {
    /// Two axes under a linear `γ`.
    Line {
        point: of(GammaPoint) "data and schedule",
        s2: positive "data variance along another axis",
    }
}

/// Over uniform times with linear `γ`.
struct OverTime(u8);

/// The two axes.
fn axes<S: Scalar>(p: &Line<S>) -> [GammaPoint<S>; 2] {
    [p.point.channel.s, p.s2].map(|s| GammaPoint { channel: GaussianChannel { s }, ..p.point })
}

impl Statement for OverTime {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.05 s2=4 gamma_0=-9 gamma_1=5",
            "s=0.7 s2=2.3 gamma_0=-18.42 gamma_1=18.42",
            "s=1e-12 s2=1.9 gamma_0=-3.1 gamma_1=-2.9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), S::one());
        let moving = || {
            let point = p.point.map(Dual::constant);
            axes(&Line { point, s2: Dual::constant(p.s2) })
        };
        vec![
            Relation::rate(
                "mean",
                range,
                move |t| {
                    moving().iter().fold(Dual::zero(), |sum, axis| sum + power_integral(axis, 1, Dual::variable(t)))
                },
                move |t| axes(p).iter().fold(S::zero(), |sum, axis| sum + density(axis, t)),
            ),
            Relation::rate(
                "second moment",
                range,
                move |t| {
                    let [a, b] = moving();
                    let t = Dual::variable(t);
                    let squares = power_integral(&a, 2, t) + power_integral(&b, 2, t);
                    let product = -a.line.span() / 4 * cross_integral(&a.channel, &b.channel, a.line.snr(t));
                    let noise = match wrong {
                        TIME_ONLY => Dual::zero(),
                        KURTOSIS_TWO => squares,
                        _ => squares * 2,
                    };
                    squares + noise + if wrong == SEPARATE_TIMES { Dual::zero() } else { product * 2 }
                },
                move |t| {
                    let f = axes(p).map(|axis| density(&axis, t));
                    (f[0] + f[1]).square() + (f[0].square() + f[1].square()) * 2
                },
            ),
        ]
    }
}

parameters! {
    /// Any schedule, and a family of schedules with the ends of a line.
    Schedules {
        process: process "the noising process",
        eps: positive "a time after the start",
        s: positive "data variance",
        line: of(GammaLine) "the line between the ends",
        a: real "how much a schedule of the family is bent",
    }
}

/// The mean does not depend on the schedule.
struct AnySchedule(u8);

impl Statement for AnySchedule {
    type Params<S: Scalar> = Schedules<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.00001 s=0.7 gamma_0=-9 gamma_1=5 a=0.3",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 eps=0.0137 s=2.3 gamma_0=-3.1 gamma_1=1.7 a=-0.7",
            "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 eps=0.0313 s=0.05 gamma_0=-18.42 gamma_1=2 a=0.11",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Schedules<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let channel = GaussianChannel { s: Dual::constant(p.s) };
        // γ(t) = γ(0) + Γ(t + a t(1 − t)).
        let so_far = move |t: S, a: Dual<S>| {
            let line = p.line.map(Dual::constant);
            let bend = if wrong == FREE_END { a * Dual::constant(t) } else { a * Dual::constant(t * (S::one() - t)) };
            let gamma = line.start + line.span() * (Dual::constant(t) + bend);
            -channel.information((-gamma).exp())
        };
        vec![
            Relation::rate(
                "mean on any schedule",
                (p.eps, p.process.horizon()),
                move |t| -channel.information(Level::from(&p.process.moving(t)).snr()),
                move |t| {
                    let clock = p.process.at(t);
                    let speed = if wrong == HALF_LOG { clock.noise / clock.w / 2 } else { clock.noise / clock.w };
                    speed * GaussianChannel { s: p.s }.noise_mmse(Level::from(&clock).snr()) / 2
                },
            ),
            Relation::equal(
                "gradient of the mean",
                derivative(|a| so_far(S::one(), a) - so_far(S::zero(), a), p.a),
                S::zero(),
            ),
        ]
    }
}

/// One loss in every lane, as training code draws it, and its square.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "s=0.7 gamma_0=-9 gamma_1=5";
        let (exact, p): (GammaPoint<Ball>, GammaPoint<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let (mean, square) = (power_mean(&exact, 1), power_mean(&exact, 2));
        let second = square * 3;
        let claimed = match self.0 {
            TIME_ONLY => square,
            KURTOSIS_TWO => square * 2,
            _ => second,
        };
        // The eighth moment of a standard normal is 105.
        let fourth = power_mean(&exact, 4) * 105;
        let oracle = Oracle { data: Gaussian::new(Float(0.3), p.channel.s) };
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("loss", mean.to_f64(), total_variance(&exact).to_f64()),
                Statistic::mean("squared loss", claimed.to_f64(), (fourth - second.square()).to_f64()),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let (t, x, e) = (noise.uniform(), noise.gaussian(&oracle.data), noise.normal());
                let loss = Lanes::<WIDTH>(std::array::from_fn(|lane| {
                    let (level, x, e) = (p.line.level(Float(t.0[lane])), Float(x.0[lane]), Float(e.0[lane]));
                    let predicted = oracle.noise(&level).value(level.alpha * x + level.sigma * e);
                    (p.line.span() / 2 * (e - predicted).square()).0
                }));
                out[0] = loss;
                out[1] = loss * loss;
            }),
        })
    }
}

struct TotalVariance;

impl Formula for TotalVariance {
    type Params<S: Scalar> = GammaPoint<S>;
    fn value<S: Scalar>(p: &GammaPoint<S>) -> S {
        total_variance(p)
    }
}

const LEVEL: &str = "at one level";
const TIME: &str = "over time";
const SCHEDULE: &str = "any schedule";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-estimator-variance",
    aliases: &[],
    title: "The exact variance of a one-sample estimate of the continuous-time loss",
    expect: Expect::True,
    text: include_str!("vdm_estimator_variance.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of(LEVEL, &AtLevel(0)),
        Readings::of(TIME, &OverTime(0)).and_sampled(&Draws(0)),
        Readings::of(SCHEDULE, &AnySchedule(0)),
    ],
    controls: &[
        Control {
            id: "time-only",
            story: "the variance that the random time makes, taken for the whole",
            readings: Readings::of(TIME, &OverTime(TIME_ONLY)).and_sampled(&Draws(TIME_ONLY)),
        },
        Control {
            id: "kurtosis-two",
            story: "the fourth moment of a Gaussian taken as twice its squared variance",
            readings: Readings::of(TIME, &OverTime(KURTOSIS_TWO)).and_sampled(&Draws(KURTOSIS_TWO)),
        },
        Control {
            id: "kurtosis-two-at-one-level",
            story: "the same at one noise level",
            readings: Readings::of(LEVEL, &AtLevel(KURTOSIS_TWO)),
        },
        Control {
            id: "separate-times",
            story: "dimensions taken as if each had a time of its own",
            readings: Readings::of(TIME, &OverTime(SEPARATE_TIMES)),
        },
        Control {
            id: "half-log-snr",
            story: "the half log-SNR of samplers read as γ",
            readings: Readings::of(SCHEDULE, &AnySchedule(HALF_LOG)),
        },
        Control {
            id: "free-end",
            story: "the mean left out of the gradient although an end of the schedule is learned too",
            readings: Readings::of(SCHEDULE, &AnySchedule(FREE_END)),
        },
    ],
    quantities: &[Quantity::of::<TotalVariance>(
        "var-total",
        "variance of the loss of one draw of time, data and noise, linear gamma, one dimension, in nats squared",
        &[],
    )],
};
