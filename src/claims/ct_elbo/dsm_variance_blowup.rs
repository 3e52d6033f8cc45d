//! Three losses that differ by a constant on average, and without bound in variance as time goes to zero.
//!
//! With Gaussian data, $x \sim q_0$ and the exact score $s$, the residual $s - \nabla\log q_{t|0}$ is $N(0, \frac1w - \frac1v)$. Per $g^4$, the
//! second moments of one sample at a fixed time are
//!
//! $$ \tfrac34\left(\tfrac1w - \tfrac1v\right)^2 \text{ for } \tfrac12|s - \nabla\log q_{t|0}|^2, \quad
//! \tfrac1{vw} - \tfrac1{4v^2} \text{ without its constant, } \tfrac12s^2 - s\nabla\log q_{t|0}, \quad
//! \tfrac3{4v^2} \text{ for } \tfrac12s^2 + s' $$
//!
//! With a uniform time on $[\epsilon, T]$ the denoising loss has $E X^2 = \frac34(T-\epsilon)\int_\epsilon^T g^4(\frac1w - \frac1v)^2dt$, and with a time of density
//! $\frac{g^2}{w}/Z$ it has, for **every** schedule and with $L = \ln\frac vw$,
//!
//! $$ E X^2 = \tfrac34 Z\int_\epsilon^T g^2w\left(\tfrac1w - \tfrac1v\right)^2dt
//! = \tfrac34 Z\left[1 - e^{-L} - L\right]_\epsilon^T, \qquad \text{on VP } e^{-L} = \tfrac{e^\Lambda - 1}{e^\Lambda - 1 + v_0} $$
//!
//! The rates show where the integrals over the clock $\Lambda$ of VP are closed, in $\rho = e^\Lambda - 1$: as $\epsilon \to 0$ the denoising loss has
//! the pole $\frac1\rho$, the loss without its constant the logarithm $-\frac1{v_0}\ln\rho$, and implicit score matching neither. So at uniform
//! times their second moments, which are those of the clock but for a factor between the bounds of $\beta$, grow like $\frac1\epsilon$, like $\ln\frac1\epsilon$, and not at
//! all; at importance-sampled times that of the denoising loss grows like $\ln^2\frac1\epsilon$, through $Z$ and $L$. With $\beta$ from $0.1$ to
//! $20.13$, $T = 1$ and $v_0 = 0.3137$ the mean at $\epsilon = 10^{-5}$ is $6.327591$ and the second moments are $76073.07$ and $209.1770$; at
//! $\epsilon = 10^{-12}$ they are $7.5\cdot10^{11}$ and $834.2403$.
//!
//! The loss at uniform times is decided by enclosure and never by sampling, because its tail is so heavy that its standard
//! error is unreliable. Assumptions: $v_0 > 0$ and $0 < \epsilon < T$. If it failed, a small $\epsilon$ would cost nothing, and the loss
//! with the smallest variance would be a matter of taste.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ImportanceLoss, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Panel, Scalar, integrate_to_digits};
use crate::objectives::denoising::{
    ScorePair, importance_moment, log_variance_ratio, losses, moment_integral, residual_variance, uniform_integrand,
};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};
use crate::worlds::{Clock, TimeLaw};

parameters! {
    /// Gaussian data at a time of any process.
    AtTime {
        process: process "the noising process",
        t: positive "the time",
        v0: positive "data variance v_0",
    }
}

parameters! {
    /// Gaussian data and the smallest time.
    Range {
        law: of(TimeLaw) "the process and the smallest time",
        v0: positive "data variance v_0",
    }
}

const SAME_VARIANCE: u8 = 1;
const NO_POLE: u8 = 2;
const NO_LOGARITHM: u8 = 3;
const FIXED_RATIO: u8 = 4;
const WEIGHT_LEFT: u8 = 5;
const FIXED_VARIANCE: u8 = 6;

const LOSSES: [&str; 3] = ["denoising loss", "loss without its constant", "implicit loss"];

/// Mean and second moment of each loss, as they are stated.
fn stated<S: Scalar>(wrong: u8, clock: &Clock<S>, v0: S) -> [(S, S); 3] {
    let (v, w) = (clock.variance(v0), clock.w);
    let residual = residual_variance(clock, v0);
    let (mean, implicit) = (-(v * 2).recip(), S::int(3) / (v.square() * 4));
    // Losses that differ by a constant, believed to have the same variance.
    let denoising = match wrong {
        SAME_VARIANCE => implicit - mean.square() + residual.square() / 4,
        _ => residual.square() * 3 / 4,
    };
    [(residual / 2, denoising), (mean, (v * w).recip() - (v.square() * 4).recip()), (mean, implicit)]
}

struct FixedTime(u8);

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 t=0.2719 v0=0.3137";

impl Statement for FixedTime {
    type Params<S: Scalar> = AtTime<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "process=ve-geometric smin=0.1 smax=3.17 T=0.9 t=0.4137 v0=0.8117"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtTime<S>) -> Vec<Relation<'p, S>> {
        let clock = p.process.at(p.t);
        let covariance = ScorePair::new(&clock, p.v0).covariance();
        let stated = stated(self.0, &clock, p.v0);
        let losses = losses(clock.variance(p.v0));
        let each = LOSSES.iter().zip(losses.iter().zip(stated));
        each.flat_map(|(name, (loss, (mean, second)))| {
            [
                Relation::equal(format!("mean, {name}"), loss.mean(&covariance), mean),
                Relation::equal(format!("second moment, {name}"), loss.times(loss).mean(&covariance), second),
            ]
        })
        .collect()
    }
}

/// At importance-sampled times, on any schedule.
struct Importance(u8);

impl Statement for Importance {
    type Params<S: Scalar> = Range<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.00001 v0=0.3137",
            "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 eps=0.0137 v0=0.513",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 eps=0.0313 v0=0.8117",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Range<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let log_ratio = log_variance_ratio(&p.law.process.at(p.law.eps), p.v0);
        let second = -moment_integral(2, &p.law.process.at(p.law.eps), p.v0);
        vec![
            Relation::rate(
                "second moment",
                (p.law.eps, p.law.process.horizon()),
                |t| moment_integral(2, &p.law.process.moving(t), Dual::constant(p.v0)),
                move |t| {
                    let clock = p.law.process.at(t);
                    let residual = residual_variance(&clock, p.v0).square();
                    // X carries Z w, and the density g²/(w Z).
                    clock.noise * residual * if wrong == WEIGHT_LEFT { clock.w.square() } else { clock.w }
                },
            ),
            Relation::at_most("growth", log_ratio - 1, second, NonNegative::exp(-log_ratio)),
        ]
    }
}

/// The second moments over the clock of VP, with the time drawn uniformly in `Λ`: `ρ = e^Λ − 1`, `dρ = (1 + ρ) dΛ`.
struct Rates(u8);

/// Integrals of the three second moments per `g²dt`, but for the factor ¾ of the first and the last.
fn over_the_clock<S: Scalar>(wrong: u8, clock: &Clock<S>, v0: S) -> [S; 3] {
    let rho = clock.w / clock.phi.square();
    let sum = rho + v0;
    let pole = if wrong == NO_POLE { S::zero() } else { rho.recip() };
    let log = if wrong == NO_LOGARITHM { S::zero() } else { rho.ln() };
    let implicit = sum.ln() - (S::one() - v0) / sum;
    // ∫ (1 + ρ)/(ρ(ρ + v₀)) dρ
    let mixed = (log + (v0 - 1) * sum.ln()) / v0;
    [rho.ln() - pole - mixed * 2 + implicit, mixed - implicit / 4, implicit]
}

impl Statement for Rates {
    type Params<S: Scalar> = Range<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.00001 v0=0.3137",
            "process=vp-linear b0=3.7 b1=0.9 T=1.3 eps=0.0013 v0=1.713",
            // With constant β the clock is time.
            "process=vp-linear b0=1.7 b1=1.7 T=1.3 eps=0.0000001 v0=0.513",
        ]
    }

    fn explicit(&self) -> bool {
        true
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Range<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (p.law.eps, p.law.process.horizon());
        let end = p.law.process.end();
        let factor = [S::ratio(3, 4), S::one(), S::ratio(3, 4)];
        let rate = |(i, name): (usize, &'static str)| {
            Relation::rate(
                name,
                range,
                move |t| {
                    let (clock, v0) = (p.law.process.moving(t), Dual::constant(p.v0));
                    let integral = match wrong {
                        // The two second moments believed to be proportional, with the factor that is right at the end.
                        FIXED_RATIO if i == 0 => moment_integral(2, &clock, v0) / Dual::constant(end.w),
                        _ => over_the_clock(wrong, &clock, v0)[i],
                    };
                    integral * Dual::constant(factor[i])
                },
                move |t| {
                    let clock = p.law.process.at(t);
                    clock.noise * stated(0, &clock, p.v0)[i].1
                },
            )
        };
        LOSSES.into_iter().enumerate().map(rate).collect()
    }
}

/// Squares of the three losses at a fixed time, whose eighth moments are finite.
struct Squares(u8);

impl Trial for Squares {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [&str; 3] =
            ["denoising loss, squared", "loss without its constant, squared", "implicit loss, squared"];
        let (exact, p): (AtTime<Ball>, AtTime<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let clock = exact.process.at(exact.t);
        let covariance = ScorePair::new(&clock, exact.v0).covariance();
        let (right, claimed) = (stated(0, &clock, exact.v0), stated(self.0, &clock, exact.v0));
        let statistics =
            NAMES.into_iter().zip(losses(clock.variance(exact.v0))).enumerate().map(|(i, (name, loss))| {
                let square = loss.times(&loss);
                let variance = square.times(&square).mean(&covariance) - right[i].1.square();
                Statistic::mean(name, claimed[i].1.to_f64(), variance.to_f64())
            });
        let clock = p.process.at(p.t);
        let factors = ScorePair::new(&clock, p.v0).factors.map(Lanes::<WIDTH>::splat);
        let losses = losses(clock.variance(p.v0)).map(|loss| loss.map(Lanes::splat));
        let deviation = Lanes::splat(p.v0.sqrt());
        Ok(Plan {
            point: POINT,
            statistics: statistics.collect(),
            drawn: None,
            sampler: sampler(move |noise, out| {
                let (x, z) = (noise.normal() * deviation, noise.normal());
                let scores = [0, 1].map(|i| factors[(i, 0)] * x + factors[(i, 1)] * z);
                out.iter_mut().zip(&losses).for_each(|(out, loss)| *out = loss.value(&scores).square());
            }),
        })
    }
}

const SAMPLED: &str = "process=vp-linear b0=0.1 b1=20.13 T=1 eps=0.0137 v0=0.3137";

/// The square of the loss at importance-sampled times.
struct ImportanceSquare(u8);

impl Trial for ImportanceSquare {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Range<Ball>, Range<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let moment = |n| importance_moment(n, &exact.law, exact.v0);
        let claimed = if self.0 == FIXED_VARIANCE { moment(1).square() * 3 } else { moment(2) };
        let variance = moment(4) - moment(2).square();
        let loss = ImportanceLoss::new(p.law, p.v0);
        let normaliser = Lanes::splat(loss.normaliser());
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![Statistic::mean("squared loss", claimed.to_f64(), variance.to_f64())],
            drawn: None,
            sampler: sampler(move |noise, out| out[0] = (loss.draw(noise) * normaliser).square()),
        })
    }
}

/// The parameters of the second moment.
struct Drawn<S> {
    range: Range<S>,
    uniform: bool,
}

impl<S: Scalar> Parameters<S> for Drawn<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let range = Range::read(source)?;
        let law = source.choice("time_law", &["uniform", "importance"], false, "the law of times on [eps, T]")?;
        Ok(Self { range, uniform: law == "uniform" })
    }
}

/// The bounds of the remainders are doubles, which end at 10^±308.
const SMALLEST: i32 = 280;

/// `E X²`: a quadrature in the logarithm of time, or the closed form.
fn second_moment(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let Drawn { range, uniform }: Drawn<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panel: Drawn<Panel> = ExactReader::new(inputs, ignored).read()?;
    let (eps, horizon) = (range.law.eps, range.law.process.horizon());
    if !uniform {
        return Ok(importance_moment(2, &range.law, range.v0));
    }
    if !(Ball::int(10).powi(-SMALLEST)).certainly_le(&eps) {
        return Err(InputError::Condition(format!("the quadrature over uniform times needs eps >= 1e-{SMALLEST}")));
    }
    let (law, v0) = (&panel.range.law, panel.range.v0);
    let integral = integrate_to_digits(
        &|y| uniform_integrand(&range.law, range.v0, y),
        &|y| uniform_integrand(law, v0, y),
        Ball::zero(),
        (horizon / eps).ln(),
        digits + 2,
    );
    Ok((horizon - eps) * 3 / 4 * integral / eps)
}

const FIXED: &str = "at a fixed time";
const IMPORTANCE: &str = "importance-sampled times";
const CLOCK: &str = "over the clock";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "dsm-variance-blowup",
    aliases: &[],
    title: "The second moment of the denoising loss grows like 1/ε at uniform times, that of implicit score matching not at all",
    expect: Expect::True,
    text: include_str!("dsm_variance_blowup.rs"),
    sources: &["vincent2011", "song2021scoreflow", "huang2021"],
    readings: &[
        Readings::of(FIXED, &FixedTime(0)).and_sampled(&Squares(0)),
        Readings::of(IMPORTANCE, &Importance(0)).and_sampled(&ImportanceSquare(0)),
        Readings::of(CLOCK, &Rates(0)),
    ],
    controls: &[
        Control {
            id: "same-variance",
            story: "losses that differ by a constant on average have the same variance",
            readings: Readings::of(FIXED, &FixedTime(SAME_VARIANCE)).and_sampled(&Squares(SAME_VARIANCE)),
        },
        Control {
            id: "fixed-variance",
            story: "3 (E X)², as if the variance of the residual did not depend on the time drawn",
            readings: Readings::sampled(IMPORTANCE, &ImportanceSquare(FIXED_VARIANCE)),
        },
        Control {
            id: "weight-left-over",
            story: "w² for w: the square of the loss without the density of the time",
            readings: Readings::of(IMPORTANCE, &Importance(WEIGHT_LEFT)),
        },
        Control {
            id: "finite-at-zero",
            story: "the second moment of the denoising loss stays finite as ε → 0",
            readings: Readings::of(CLOCK, &Rates(NO_POLE)),
        },
        Control {
            id: "no-logarithm",
            story: "dropping the constant of the loss makes its second moment finite as ε → 0",
            readings: Readings::of(CLOCK, &Rates(NO_LOGARITHM)),
        },
        Control {
            id: "fixed-ratio",
            story: "importance sampling of times gains a factor that does not depend on ε",
            readings: Readings::of(CLOCK, &Rates(FIXED_RATIO)),
        },
    ],
    quantities: &[Quantity {
        id: "second-moment",
        about: "E[X^2] of the denoising loss of one sample, x ~ N(0, v0), exact score, time on [eps, T]",
        ignores: &[("u", Domain::Probability)],
        fields: describe::<Drawn<Float>>,
        enclose: second_moment,
        double: None,
    }],
};
