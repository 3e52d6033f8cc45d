//! What the CRPS expects: least for the truth itself, and more than it should be from an ensemble that counts pairs of one member.
//!
//! For the forecast $N(m, \tau^2)$ with the distribution function $F$ and the truth $Y \sim N(m_0, \tau_0^2)$ with $G$,
//!
//! $$ E\,\mathrm{CRPS} = g(m - m_0, \tau^2 + \tau_0^2) - \frac\tau{\sqrt\pi} = \frac{\tau_0}{\sqrt\pi} + \int(F - G)^2dx $$
//!
//! with $g(\delta, v) = E|N(\delta, v)| = 2\sqrt v\,\varphi(\delta/\sqrt v) + \delta(2\Phi(\delta/\sqrt v) - 1)$. The excess over the
//! ideal score is the squared distance of the two distribution functions, so the score is proper. Of an ensemble of $n$ draws the score
//!
//! $$ \frac1n\sum_i|x_i - y| - \frac c2\sum_{i,j}|x_i - x_j|, \qquad c = \frac1{n^2} \quad\text{or}\quad c = \frac1{n(n-1)} $$
//!
//! expects $\tau/(n\sqrt\pi)$ more than the score of the law it was drawn from with the first, and exactly that score with the second:
//! $\frac{\tau}{\sqrt\pi}(1 + \frac1n)$ against $\frac\tau{\sqrt\pi}$ if the forecast is right.
//!
//! Assumptions: $\tau, \tau_0 > 0$, members independent given the truth. The score is enclosed (a proof reads no normal distribution
//! function) and drawn. If it failed, a sharper or a flatter forecast than the truth would win; and where the ensemble's bias is
//! overlooked, a model looks better only because it was asked for more samples.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Field, Float, Integrand, Lanes, OverLine, Scalar};
use crate::objectives::scoring::{Pairs, crps, ensemble_crps, expected_crps, expected_ensemble_crps, mean_magnitude};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{ForecastAndTruth, Gaussian, Range};

const CERTAIN_TRUTH: u8 = 1;
const DEVIATIONS_ADDED: u8 = 2;
const SHARPEST: u8 = 3;
const UNBIASED: u8 = 4;
const FAIR_OVER_SQUARES: u8 = 5;

parameters! {
    /// An ensemble from the forecast.
    EnsembleForecast {
        laws: of(ForecastAndTruth) "forecast and truth",
        n: count "members of the ensemble",
    }
}

/// The expected score, or what people take for it.
fn expected(wrong: u8, forecast: &Gaussian<Ball>, truth: &Gaussian<Ball>) -> Ball {
    match wrong {
        CERTAIN_TRUTH => crps(forecast, truth.mean),
        DEVIATIONS_ADDED => {
            let deviations = forecast.variance.sqrt() + truth.variance.sqrt();
            let apart = Gaussian::new(forecast.mean - truth.mean, deviations.square());
            mean_magnitude(&apart) - (forecast.variance / Ball::pi()).sqrt()
        }
        _ => expected_crps(forecast, truth),
    }
}

/// `(F − G)² + a G(1 − G) + b F(1 − F)`, which averages `(F̂ − 1{Y ≤ x})²` over the truth for `a = 1`, and over `n` members for `b = 1/n`.
struct Squares {
    forecast: Gaussian<Ball>,
    truth: Gaussian<Ball>,
    uncertain: i64,
    members: Option<u32>,
}

impl Integrand for Squares {
    fn value<S: OverLine>(&self, x: S) -> S {
        let below = |law: &Gaussian<Ball>| law.map(S::enclosed).below(x);
        let (f, g) = (below(&self.forecast), below(&self.truth));
        let both = |share: S| share * (S::one() - share);
        let distance = (f - g).square() + both(g) * self.uncertain;
        self.members.map_or(distance, |n| distance + both(f) / i64::from(n))
    }
}

impl Squares {
    fn integral(&self, radius: f64) -> Ball {
        // The square is at most the sum of the tails of both laws, and so are the products.
        let laws = [self.forecast, self.truth, self.forecast, self.truth];
        Range::of(&laws, radius).integral(self, radius)
    }
}

const POINTS: &[&str] = &[
    "m=0 sd=1 m_true=0 sd_true=1 n=20",
    "m=0.3 sd=1.7 m_true=1 sd_true=0.8 n=7",
    "m=-1.1 sd=0.137 m_true=0.9 sd_true=1.3 n=2",
];

struct Expected(u8);

impl Enclosed for Expected {
    fn points(&self) -> &'static [&'static str] {
        &POINTS[1..]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: EnsembleForecast<Ball> = at_point(point)?;
        let (forecast, truth) = (p.laws.forecast.law(), p.laws.truth());
        let score = expected(wrong, &forecast, &truth);
        let ideal = (truth.variance / Ball::pi()).sqrt();
        // A forecast without any width scores E|Y − m₀|.
        let least = if wrong == SHARPEST { mean_magnitude(&Gaussian::centred(truth.variance)) } else { ideal };
        // The forecast of the right mean with a tenth more deviation than the truth.
        let near = expected_crps(&Gaussian::new(truth.mean, truth.variance * 121 / 100), &truth);
        Ok(vec![
            EnclosedRelation::equal("score of one truth on average", move |radius| {
                score - Squares { forecast, truth, uncertain: 1, members: None }.integral(radius)
            }),
            EnclosedRelation::equal("excess over the ideal score", move |radius| {
                score - ideal - Squares { forecast, truth, uncertain: 0, members: None }.integral(radius)
            }),
            EnclosedRelation::at_most("the ideal is least", move |_| near - least),
        ])
    }
}

struct Ensembles(u8);

impl Enclosed for Ensembles {
    fn points(&self) -> &'static [&'static str] {
        &POINTS[..2]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: EnsembleForecast<Ball> = at_point(point)?;
        let (forecast, truth, n) = (p.laws.forecast.law(), p.laws.truth(), p.n);
        let all = if self.0 == UNBIASED { Pairs::Distinct } else { Pairs::All };
        let distinct = if self.0 == FAIR_OVER_SQUARES { Pairs::All } else { Pairs::Distinct };
        let [all, distinct] = [all, distinct].map(|pairs| expected_ensemble_crps(&forecast, n, &truth, pairs));
        let squares = move |members| Squares { forecast, truth, uncertain: 1, members };
        Ok(vec![
            EnclosedRelation::equal("all pairs", move |radius| all - squares(Some(n)).integral(radius)),
            EnclosedRelation::equal("pairs of two members", move |radius| distinct - squares(None).integral(radius)),
        ])
    }
}

const SAMPLED: &str = "m=0.3 sd=1.7 m_true=1 sd_true=0.8 n=4";

/// The score of the law for a truth that is drawn.
struct TruthDraws(u8);

impl Trial for TruthDraws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (EnsembleForecast<Ball>, EnsembleForecast<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let mean = expected(self.0, &exact.laws.forecast.law(), &exact.laws.truth());
        let (forecast, truth) = (p.laws.forecast.law(), p.laws.truth());
        Ok(Plan {
            point: SAMPLED,
            // As y moves by a step, the score moves by no more: its variance is at most that of the truth.
            statistics: vec![Statistic::mean("score of a drawn truth", mean.to_f64(), truth.variance.0)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                out[0] = Lanes(noise.gaussian(&truth).0.map(|y| crps(&forecast, Float(y)).0));
            }),
        })
    }
}

/// The score of an ensemble and a truth that are drawn.
struct EnsembleDraws(u8);

impl Trial for EnsembleDraws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (EnsembleForecast<Ball>, EnsembleForecast<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let kinds = [Pairs::All, Pairs::Distinct];
        let law = exact.laws.forecast.law();
        let truth = exact.laws.truth();
        // |score| ≤ Σ|xᵢ − y|/n, because all pairs together never make a score negative; hence E score² ≤ E(X − Y)².
        let apart = (law.mean - truth.mean).square() + law.variance + truth.variance;
        let claimed = kinds.map(|pairs| match (self.0, pairs) {
            (UNBIASED, _) => Pairs::Distinct,
            (FAIR_OVER_SQUARES, _) => Pairs::All,
            _ => pairs,
        });
        let names = ["score with all pairs", "score with pairs of two members"];
        let statistic = |(name, pairs): (&'static str, Pairs)| {
            let mean = expected_ensemble_crps(&law, exact.n, &truth, pairs);
            Statistic::mean(name, mean.to_f64(), apart.to_f64())
        };
        let (forecast, truth, n) = (p.laws.forecast.law(), p.laws.truth(), p.n);
        Ok(Plan {
            point: SAMPLED,
            statistics: names.into_iter().zip(claimed).map(statistic).collect(),
            drawn: None,
            sampler: sampler(move |noise, out| {
                let members: Vec<_> = (0..n).map(|_| noise.gaussian(&forecast)).collect();
                let y = noise.gaussian(&truth);
                for lane in 0..WIDTH {
                    let members: Vec<_> = members.iter().map(|x| Float(x.0[lane])).collect();
                    for (out, pairs) in out.iter_mut().zip(kinds) {
                        out.0[lane] = ensemble_crps(&members, Float(y.0[lane]), pairs).0;
                    }
                }
            }),
        })
    }
}

/// The expected score of the law.
fn of_the_law(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: ForecastAndTruth<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(expected_crps(&p.forecast.law(), &p.truth()))
}

/// The expected score of an ensemble.
fn of_an_ensemble(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: EnsembleForecast<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(expected_ensemble_crps(&p.laws.forecast.law(), p.n, &p.laws.truth(), Pairs::All))
}

const ENSEMBLES: &str = "ensembles";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "expected-crps",
    aliases: &[],
    title: "The CRPS is least in expectation for the truth; the usual score of an ensemble of n expects 1 + 1/n times that",
    expect: Expect::True,
    text: include_str!("expected_crps.rs"),
    sources: &["gneiting2007"],
    readings: &[
        Readings::certified("", &ByEnclosure(Expected(0))).and_sampled(&TruthDraws(0)),
        Readings::certified(ENSEMBLES, &ByEnclosure(Ensembles(0))).and_sampled(&EnsembleDraws(0)),
    ],
    controls: &[
        Control {
            id: "certain-truth",
            story: "the score at the mean of the truth for the mean score",
            readings: Readings::certified("", &ByEnclosure(Expected(CERTAIN_TRUTH)))
                .and_sampled(&TruthDraws(CERTAIN_TRUTH)),
        },
        Control {
            id: "deviations-added",
            story: "(τ + τ₀)² for τ² + τ₀² in the law of the difference",
            readings: Readings::certified("", &ByEnclosure(Expected(DEVIATIONS_ADDED)))
                .and_sampled(&TruthDraws(DEVIATIONS_ADDED)),
        },
        Control {
            id: "sharpest-is-best",
            story: "the score least for a forecast without width at the right mean",
            readings: Readings::certified("", &ByEnclosure(Expected(SHARPEST))),
        },
        Control {
            id: "unbiased-ensemble",
            story: "the score of the empirical law treated as an unbiased estimate: 5% off for 20 members",
            readings: Readings::certified(ENSEMBLES, &ByEnclosure(Ensembles(UNBIASED)))
                .and_sampled(&EnsembleDraws(UNBIASED)),
        },
        Control {
            id: "fair-over-squares",
            story: "the fair score with its pairs divided by n² for n(n − 1)",
            readings: Readings::certified(ENSEMBLES, &ByEnclosure(Ensembles(FAIR_OVER_SQUARES)))
                .and_sampled(&EnsembleDraws(FAIR_OVER_SQUARES)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<ForecastAndTruth<Float>>(
            "expected-crps",
            "E CRPS of the forecast N(m, sd^2) over the truth N(m_true, sd_true^2), in the unit of y",
            &[],
            of_the_law,
        ),
        Quantity::enclosed::<EnsembleForecast<Float>>(
            "ensemble-crps",
            "the expected CRPS of the empirical law of n draws from the forecast (all n^2 pairs), in the unit of y",
            &[],
            of_an_ensemble,
        ),
    ],
};
