//! The mean pinball loss over 19 levels that is reported as the CRPS is not the CRPS: it is 4.8% more for a perfect forecast.
//!
//! Reported is $\sum_k\frac1{19}\sum_{i=1}^{19}2\Lambda_{.05i}(\hat q_{k,i}, y_k)\,/\,\sum_k|y_k|$, over the entries $k$ to be imputed, after the
//! data have been scaled back. For a forecast $N(m, \tau^2)$ with its exact quantiles $c_q = m + \tau\Phi^{-1}(q)$ and a truth
//! $N(m_0, \tau_0^2)$, with $\zeta = (c_q - m_0)/\tau_0$, the numerator expects the mean over the levels of
//!
//! $$ E\,2\Lambda_q = 2\left[q(m_0 - c_q) + (c_q - m_0)\Phi(\zeta) + \tau_0\varphi(\zeta)\right], \qquad
//! E\,2\Lambda_q = 2\tau\varphi(\Phi^{-1}(q)) \text{ if the forecast is right} $$
//!
//! On the levels $1/20, \dots, 19/20$ a right forecast scores $.59142\,\tau$, and $\tau/\sqrt\pi = .56419\,\tau$ is its CRPS: a ratio of
//! $1.0482633$. With 9 levels it is $.61732\,\tau$, with 99 $.56978\,\tau$. The sum over $n$ levels is divided by $n$, and there are $n + 1$
//! intervals: $\frac n{n+1}$ times the mean is the trapezoidal rule for $\int_0^1 2\Lambda_q\,dq$, which is below the CRPS. The denominator
//! tends to $E|y|$ under the marginal law $N(\mu, s)$ of the data, so that
//!
//! $$ \frac{\tau\,\frac1{19}\sum_i2\varphi(\Phi^{-1}(.05i))}{E|N(\mu, s)|} $$
//!
//! is what a perfect forecaster reports in the limit of many entries. It changes when the data are shifted. The mean of the ratios
//! $2\Lambda/|y|$, entry by entry, has no expectation at all, because $1/|y|$ has none.
//!
//! Assumptions: $\tau, \tau_0, s > 0$; exact quantiles, not those of 100 samples, which add to the score. Enclosed by quadrature on both sides
//! of every quantile, and drawn; a proof reads no $\Phi$. If it failed, a score of $.56\,\tau$ would be the target of a test that every
//! correct imputer fails by 4.8%.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar};
use crate::objectives::scoring::{
    exact_quantiles, expected_crps, expected_quantile_crps, mean_magnitude, quantile_crps,
};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{ForecastAndTruth, Gaussian};

const SCORE: u8 = 1;
const ONE_PINBALL: u8 = 2;
const LEVELS_FLIPPED: u8 = 3;
const WITH_ENDS: u8 = 4;
const CONDITIONAL: u8 = 5;
const SHIFT_INVARIANT: u8 = 6;

/// The levels that are reported: `.05, .10, …, .95`.
const REPORTED: u32 = 19;

/// More levels than anyone reports; each costs a quantile.
const MOST_LEVELS: u32 = 100_000;

/// A forecast scored at evenly spaced levels.
struct OnGrid<S> {
    laws: ForecastAndTruth<S>,
    levels: u32,
}

impl<S: Scalar> Parameters<S> for OnGrid<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let laws = ForecastAndTruth::read(source)?;
        let levels = source.count("levels", "how many levels, i/(levels + 1)")?;
        if levels > MOST_LEVELS {
            let why =
                format!("parameter `levels` is {levels}, and each level costs a quantile; give at most {MOST_LEVELS}");
            return Err(InputError::Condition(why));
        }
        Ok(Self { laws, levels })
    }
}

parameters! {
    /// A forecaster who knows the conditional law, and the marginal law of the data.
    Ideal {
        tau: positive "conditional standard deviation, of truth and forecast",
        mu: real "mean of the data",
        s: positive "variance of the data, not their standard deviation",
    }
}

/// `E 2Λ` on the grid by quadrature on both sides of each quantile, or a wrong version of it.
fn by_quadrature(wrong: u8, grid: &[(Ball, Ball)], truth: &Gaussian<Ball>, radius: f64) -> Ball {
    let factor = if wrong == ONE_PINBALL { 1 } else { 2 };
    let sum = grid.iter().fold(Ball::zero(), |sum, (level, quantile)| {
        let rest = Ball::one() - *level;
        let sides = if wrong == LEVELS_FLIPPED { [*level, rest] } else { [rest, *level] };
        sum + truth.mean_of_hinge(*quantile, sides.map(|share| share * factor), radius)
    });
    sum / grid.len() as i64
}

/// Any forecast.
struct Levels(u8);

impl Enclosed for Levels {
    fn points(&self) -> &'static [&'static str] {
        &[
            "m=0 sd=1 m_true=0 sd_true=1 levels=19",
            "m=0.3 sd=1.7 m_true=1 sd_true=0.8 levels=19",
            "m=-1.1 sd=0.0137 m_true=0.9 sd_true=1.3 levels=4",
            "m=0.3 sd=170 m_true=1.9 sd_true=0.8 levels=9",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: OnGrid<Ball> = at_point(point)?;
        let (forecast, truth) = (p.laws.forecast.law(), p.laws.truth());
        let grid = exact_quantiles(&forecast, p.levels);
        let score = match wrong {
            SCORE => expected_crps(&forecast, &truth),
            _ => expected_quantile_crps(&grid, &truth),
        };
        Ok(vec![EnclosedRelation::equal("mean over the levels", move |radius| {
            score - by_quadrature(wrong, &grid, &truth, radius)
        })])
    }
}

/// `2φ(Φ⁻¹(q))` on average over the levels: what a right forecast of unit deviation scores.
fn calibrated(levels: u32) -> Ball {
    let standard = Gaussian::centred(Ball::one());
    let density = |(_, quantile): &(Ball, Ball)| standard.log_density(*quantile).exp() * 2;
    exact_quantiles(&standard, levels).iter().map(density).fold(Ball::zero(), |sum, x| sum + x) / i64::from(levels)
}

/// A right forecast, and the normalised score.
struct Normalised(u8);

impl Enclosed for Normalised {
    fn points(&self) -> &'static [&'static str] {
        &["tau=0.6 mu=1.5 s=2", "tau=0.137 mu=-0.31 s=0.719"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Ideal<Ball> = at_point(point)?;
        let data = match wrong {
            CONDITIONAL => Gaussian::new(p.mu, p.tau.square()),
            SHIFT_INVARIANT => Gaussian::centred(p.s),
            _ => Gaussian::new(p.mu, p.s),
        };
        let reported = match wrong {
            SCORE => p.tau / Ball::pi().sqrt(),
            _ => p.tau * calibrated(REPORTED),
        };
        let marginal = Gaussian::new(p.mu, p.s);
        let normalised = reported / mean_magnitude(&data);
        Ok(vec![
            EnclosedRelation::equal("many entries of a right forecast", move |radius| {
                let law = Gaussian::new(p.mu, p.tau.square());
                let sum = by_quadrature(wrong, &exact_quantiles(&law, REPORTED), &law, radius);
                normalised - sum / marginal.mean_of_hinge(Ball::zero(), [Ball::one(); 2], radius)
            }),
            // The rule gives the trapezia under a concave function, which vanishes at both ends.
            EnclosedRelation::at_most("the trapezoidal rule is below the score", move |_| {
                let (n, ends) = (i64::from(REPORTED), if wrong == WITH_ENDS { 0 } else { 1 });
                p.tau / Ball::pi().sqrt() - p.tau * calibrated(REPORTED) * n / (n + ends)
            }),
        ])
    }
}

/// The score of a truth that is drawn.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "m=0.3 sd=1.7 m_true=0.3 sd_true=1.7 levels=19";
        let exact: OnGrid<Ball> = at_point(POINT)?;
        let (forecast, truth) = (exact.laws.forecast.law(), exact.laws.truth());
        let grid = exact_quantiles(&forecast, exact.levels);
        let mean = match self.0 {
            SCORE => expected_crps(&forecast, &truth),
            ONE_PINBALL => expected_quantile_crps(&grid, &truth) / 2,
            _ => expected_quantile_crps(&grid, &truth),
        };
        let grid: Vec<_> = grid.iter().map(|(q, c)| (Float(q.to_f64()), Float(c.to_f64()))).collect();
        let truth = truth.map(|moment| Float(moment.to_f64()));
        Ok(Plan {
            point: POINT,
            // The mean slope over symmetric levels is between −1 and 1: the variance is at most that of the truth.
            statistics: vec![Statistic::mean("mean loss over the levels", mean.to_f64(), truth.variance.0)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                out[0] = Lanes(noise.gaussian(&truth).0.map(|y| quantile_crps(&grid, Float(y)).0));
            }),
        })
    }
}

/// The expected mean over so many levels.
fn on_grid(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: OnGrid<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(expected_quantile_crps(&exact_quantiles(&p.laws.forecast.law(), p.levels), &p.laws.truth()))
}

/// The same over the 19 levels that are reported.
fn reported(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: ForecastAndTruth<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(expected_quantile_crps(&exact_quantiles(&p.forecast.law(), REPORTED), &p.truth()))
}

/// What a perfect forecaster reports.
fn normalised(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Ideal<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(p.tau * calibrated(REPORTED) / mean_magnitude(&Gaussian::new(p.mu, p.s)))
}

const NORMALISED: &str = "normalised";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "csdi-quantile-crps",
    aliases: &[],
    title: "The mean pinball loss over 19 levels is 1.048 times the CRPS of a perfect forecast, whatever the data",
    expect: Expect::True,
    text: include_str!("csdi_quantile_crps.rs"),
    sources: &["tashiro2021", "gneiting2007"],
    readings: &[
        Readings::certified("", &ByEnclosure(Levels(0))).and_sampled(&Draws(0)),
        Readings::certified(NORMALISED, &ByEnclosure(Normalised(0))),
    ],
    controls: &[
        Control {
            id: "is-the-score",
            story: "the mean over the levels taken for the CRPS, τ/√π for a perfect forecast: 4.8% off",
            readings: Readings::certified("", &ByEnclosure(Levels(SCORE))).and_sampled(&Draws(SCORE)),
        },
        Control {
            id: "one-pinball",
            story: "the pinball loss without the factor 2",
            readings: Readings::certified("", &ByEnclosure(Levels(ONE_PINBALL))).and_sampled(&Draws(ONE_PINBALL)),
        },
        Control {
            id: "levels-flipped",
            story: "q below the quantile and 1 − q above it",
            readings: Readings::certified("", &ByEnclosure(Levels(LEVELS_FLIPPED))),
        },
        Control {
            id: "normalised-score",
            story: "the normalised number of a perfect forecast computed from its CRPS",
            readings: Readings::certified(NORMALISED, &ByEnclosure(Normalised(SCORE))),
        },
        Control {
            id: "conditional-denominator",
            story: "E|y| under the conditional law of the forecast for the marginal law of the data",
            readings: Readings::certified(NORMALISED, &ByEnclosure(Normalised(CONDITIONAL))),
        },
        Control {
            id: "shift-invariant",
            story: "E|y| of centred data: the score computed before the data are scaled back",
            readings: Readings::certified(NORMALISED, &ByEnclosure(Normalised(SHIFT_INVARIANT))),
        },
        Control {
            id: "twenty-intervals",
            story: "the sum over 19 levels divided by 19 taken for the trapezoidal rule, which divides by 20",
            readings: Readings::certified(NORMALISED, &ByEnclosure(Normalised(WITH_ENDS))),
        },
    ],
    quantities: &[
        Quantity::enclosed::<ForecastAndTruth<Float>>(
            "expected-19",
            "the expected mean over the levels .05, ..., .95 of twice the pinball loss, in the unit of y",
            &[],
            reported,
        ),
        Quantity::enclosed::<OnGrid<Float>>(
            "expected",
            "the same over so many evenly spaced levels i/(levels + 1)",
            &[],
            on_grid,
        ),
        Quantity::enclosed::<Ideal<Float>>(
            "normalised-crps",
            "what a perfect forecaster reports in the limit of many entries: that mean over E|y|, without unit",
            &[],
            normalised,
        ),
    ],
};
