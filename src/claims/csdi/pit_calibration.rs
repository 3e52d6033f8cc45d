//! The probability integral transform is uniform iff the forecast is calibrated; how far off it is otherwise; and what it does not see.
//!
//! For the forecast $N(m, \tau^2)$ and the truth $Y \sim N(m_0, \tau_0^2)$, with $U = F(Y)$ and $k = \tau_0/\tau$,
//!
//! $$ E\,U = \Phi\left(\frac{m_0 - m}{\sqrt{\tau^2 + \tau_0^2}}\right), \qquad \mathrm{Var}\,U = \frac1{2\pi}\arcsin\frac{k^2}{1 + k^2}
//! \quad (m = m_0), \qquad P\left(\tfrac a2 < U < 1 - \tfrac a2\right) = 2\Phi\left(\Phi^{-1}(1 - \tfrac a2)/k\right) - 1 $$
//!
//! The variance is $\frac1{12}$ iff $k = 1$. In several dimensions the PITs of the entries of one series are dependent: of two entries with
//! the correlation $\rho$ they have the covariance $\frac1{2\pi}\arcsin\frac\rho2$, so that a test that pools them as independent is not one. Uniform PITs do not
//! make the joint law right: with the diagonal of $C$ for $C$ the squared distance $\sum_i(y_i - m_i)^2/C_{ii}$ has the variance
//!
//! $$ 2\sum_{ij}\frac{C_{ij}^2}{C_{ii}C_{jj}} \ge 2d $$
//!
//! where $(y - m)^\top C^{-1}(y - m)$ has $2d$. The Rosenblatt transform $L^{-1}(y - m)$, $C = LL^\top$, is independent standard normal. With $n$
//! members instead of a law, the share of members below the truth takes $n + 1$ values, and its variance is $\frac{n + 2}{12n}$.
//!
//! Assumptions: Gaussian laws, $\tau, \tau_0 > 0$, $C$ positive definite. The joint part is proved; what has a $\Phi$ in it is enclosed and drawn.
//! If it failed, a forecast that is 11% short of variance, as a correct sampler of 50 steps is ($k = 1.06$), would be told from a calibrated one by
//! the wrong threshold.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar, arctan, integrate, normal_density, normal_quantile};
use crate::objectives::scoring::{
    coverage, pit_covariance, pit_covariance_by_quadrature, pit_mean, pit_moment, pit_variance,
};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{ForecastAndTruth, Gaussian, GaussianPolynomial};

const CALIBRATED: u8 = 1;
const SHARP_FORECAST: u8 = 2;
const UNSCALED: u8 = 3;
const INDEPENDENT: u8 = 4;
const MARGINAL: u8 = 5;
const CONTINUOUS: u8 = 6;

parameters! {
    /// A forecast, its truth, and a nominal coverage.
    Nominal {
        laws: of(ForecastAndTruth) "forecast and truth",
        nominal: fraction "nominal coverage 1 - a of the central interval",
    }
}

/// What is claimed of the mean, the variance with equal means, and the coverage.
fn claimed(wrong: u8, p: &Nominal<Ball>) -> [Ball; 3] {
    let (forecast, truth) = (p.laws.forecast.law(), p.laws.truth());
    let k = p.laws.sd_true / p.laws.forecast.sd;
    match wrong {
        CALIBRATED => [Ball::ratio(1, 2), Ball::ratio(1, 12), p.nominal],
        SHARP_FORECAST => [forecast.below(truth.mean), pit_variance(k), coverage(p.nominal, k)],
        UNSCALED => {
            [pit_mean(&forecast, &truth), arctan(k.square()) / (Ball::pi() * 2), coverage(p.nominal, k.recip())]
        }
        _ => [pit_mean(&forecast, &truth), pit_variance(k), coverage(p.nominal, k)],
    }
}

/// One entry.
struct OneEntry(u8);

impl Enclosed for OneEntry {
    fn points(&self) -> &'static [&'static str] {
        &[
            "m=0 sd=1 m_true=0.5 sd_true=1 nominal=0.9",
            "m=0.3 sd=1 m_true=-0.8 sd_true=0.5 nominal=0.9",
            "m=0.5 sd=1 m_true=0 sd_true=2 nominal=0.9",
            "m=1.3 sd=0.9 m_true=1.19 sd_true=1 nominal=0.9",
            "m=-0.4 sd=1.1 m_true=0.31 sd_true=1 nominal=0.9",
            "m=0.3 sd=1.7 m_true=0.2 sd_true=0.0137 nominal=0.5",
            "m=0.31 sd=0.037 m_true=1.7 sd_true=1.3 nominal=0.99",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Nominal<Ball> = at_point(point)?;
        let [mean, variance, covered] = claimed(self.0, &p);
        let (forecast, truth) = (p.laws.forecast.law(), p.laws.truth());
        let same_mean = Gaussian::new(forecast.mean, truth.variance);
        let k = p.laws.sd_true / p.laws.forecast.sd;
        Ok(vec![
            EnclosedRelation::equal("mean", move |radius| {
                mean - pit_moment(&forecast, &truth, Ball::zero(), 1, radius)
            }),
            EnclosedRelation::equal("variance with equal means", move |radius| {
                variance - pit_moment(&forecast, &same_mean, Ball::ratio(1, 2), 2, radius)
            }),
            // The density of the truth over the interval of the forecast.
            EnclosedRelation::equal("coverage with equal means", move |radius| {
                let edge = normal_quantile((p.nominal + 1) / 2) / k;
                covered - integrate(&normal_density, &normal_density, -edge, edge, radius)
            }),
        ])
    }
}

parameters! {
    /// The correlation of two entries.
    Pair {
        rho: fraction "correlation of the entries",
    }
}

/// Two entries of a series.
struct TwoEntries(u8);

impl Enclosed for TwoEntries {
    fn points(&self) -> &'static [&'static str] {
        &["rho=0.5788", "rho=0.0137", "rho=0.999"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let Pair { rho } = at_point::<Ball, Pair<Ball>>(point)?;
        let covariance = match self.0 {
            INDEPENDENT => Ball::zero(),
            _ => pit_covariance(rho),
        };
        Ok(vec![EnclosedRelation::equal("covariance of two transforms", move |radius| {
            covariance - pit_covariance_by_quadrature(rho, radius)
        })])
    }
}

parameters! {
    /// A conditional law of several entries.
    Conditional {
        C: covariance "conditional covariance of the entries",
    }
}

/// All entries together.
struct Joint(u8);

impl Statement for Joint {
    type Params<S: Scalar> = Conditional<S>;

    fn points(&self) -> &'static [&'static str] {
        &["C=[[\"65/90\",\"42/90\"],[\"42/90\",0.9]]", "C=[[1.3,0.45],[0.45,0.71]]", "C=[[0.37,-0.2119],[-0.2119,4.1]]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Conditional<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let c = p.C.matrix();
        let d = c.rows();
        let marginal = Matrix::from_fn(d, d, |i, j| if i == j { c[(i, i)].recip() } else { S::zero() });
        // The variance of yᵀ A y, from the moments of fourth order.
        let variance = |form: &Matrix<S>| {
            let terms = (0..d * d).map(|at| (form[(at / d, at % d)], vec![at / d, at % d])).collect();
            let form = GaussianPolynomial(terms);
            form.times(&form).mean(c) - form.mean(c).square()
        };
        let correlations = (0..d * d).map(|at| {
            let (i, j) = (at / d, at % d);
            c[(i, j)].square() / (c[(i, i)] * c[(j, j)])
        });
        let believed = match wrong {
            INDEPENDENT => S::int(d as i64),
            _ => correlations.fold(S::zero(), |sum, square| sum + square),
        };
        let lower = c.cholesky();
        let whitening = match wrong {
            MARGINAL => marginal.map(S::sqrt),
            _ => lower.adjugate().scale(lower.determinant().recip()),
        };
        let white = &(&whitening * c) * &whitening.transpose();
        let entry = |name: &'static str, i: usize, j: usize| {
            Relation::equal(name, white[(i, j)], if i == j { S::one() } else { S::zero() })
        };
        vec![
            Relation::equal("variance of the squared distance", variance(p.C.precision()), S::int(2 * d as i64)),
            Relation::equal("variance with the diagonal alone", variance(&marginal), believed * 2),
            entry("variance of the first transform", 0, 0),
            entry("variance of the second transform", 1, 1),
            entry("covariance of the transforms", 0, 1),
        ]
    }
}

/// An ensemble of so many members.
struct Members(u32);

impl<S: Scalar> Parameters<S> for Members {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        source.count("n", "members of the ensemble").map(Self)
    }
}

/// Members in place of a law.
struct Ranks(u8);

impl Enclosed for Ranks {
    fn points(&self) -> &'static [&'static str] {
        &["n=1", "n=5", "n=100"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let Members(n) = at_point::<Ball, _>(point)?;
        let claimed = rank_variance(self.0, n);
        // All n + 1 ranks are equally likely.
        let squares = (0..=n).map(|rank| (Ball::ratio(i64::from(rank), n) - Ball::ratio(1, 2)).square());
        let variance = squares.fold(Ball::zero(), |sum, square| sum + square) / (i64::from(n) + 1);
        Ok(vec![EnclosedRelation::equal("variance of the share below", move |_| claimed - variance)])
    }
}

/// `(n + 2)/12n`, or `1/12`.
fn rank_variance(wrong: u8, n: u32) -> Ball {
    if wrong == CONTINUOUS { Ball::ratio(1, 12) } else { Ball::int(i64::from(n) + 2) / (i64::from(n) * 12) }
}

/// The transform of a drawn truth.
struct Transforms(u8);

impl Trial for Transforms {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "m=-0.4 sd=1.3 m_true=0.31 sd_true=0.717 nominal=0.9";
        const RADIUS: f64 = 1e-14;
        let (exact, p): (Nominal<Ball>, Nominal<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let [mean, variance, covered] = claimed(self.0, &exact).map(|moment| moment.to_f64());
        let [_, square, inside] = claimed(0, &exact).map(|moment| moment.to_f64());
        let (law, truth) = (exact.laws.forecast.law(), exact.laws.truth());
        let moment = |power| pit_moment(&law, &truth, Ball::zero(), power, RADIUS);
        let spread = (moment(2) - moment(1).square()).to_f64();
        let same_mean = Gaussian::new(law.mean, truth.variance);
        let fourth = pit_moment(&law, &same_mean, Ball::ratio(1, 2), 4, RADIUS).to_f64();
        let (law, truth) = (p.laws.forecast.law(), p.laws.truth());
        let edge = (exact.nominal / 2).to_f64();
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("transform", mean, spread),
                Statistic::mean(
                    "square of the deviation from 1/2 with equal means",
                    variance,
                    fourth - square * square,
                ),
                Statistic::mean("inside the interval with equal means", covered, inside * (1.0 - inside)),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let y = noise.gaussian(&truth);
                let apart = Lanes::splat(law.mean - truth.mean);
                out[0] = Lanes(y.0.map(|y| law.below(Float(y)).0));
                let equal = Lanes((y + apart).0.map(|y| law.below(Float(y)).0 - 0.5));
                out[1] = equal.square();
                out[2] = Lanes(equal.0.map(|u| f64::from(u8::from(u.abs() < edge))));
            }),
        })
    }
}

/// The share of members below a drawn truth.
struct RankDraws(u8);

impl Trial for RankDraws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "n=5";
        let Members(n) = at_point::<Ball, _>(POINT)?;
        let [claimed, square] = [self.0, 0].map(|wrong| rank_variance(wrong, n).to_f64());
        let deviations = (0..=n).map(|rank| f64::from(rank) / f64::from(n) - 0.5);
        let fourth = deviations.map(|x| x.powi(4)).sum::<f64>() / f64::from(n + 1);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("square of the share below, from 1/2", claimed, fourth - square * square)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let y = noise.normal();
                let mut below = [0_u32; WIDTH];
                for _ in 0..n {
                    let member = noise.normal();
                    (0..WIDTH).for_each(|lane| below[lane] += u32::from(member.0[lane] < y.0[lane]));
                }
                out[0] = Lanes(below.map(|rank| (f64::from(rank) / f64::from(n) - 0.5).powi(2)));
            }),
        })
    }
}

parameters! {
    /// The ratio of the standard deviations.
    Ratio {
        k: positive "standard deviation of the truth over that of the forecast, tau_0/tau",
    }
}

parameters! {
    /// The ratio of the standard deviations, and a nominal coverage.
    Covered {
        ratio: of(Ratio) "the ratio",
        nominal: fraction "nominal coverage of the central interval",
    }
}

/// `Var U` for equal means.
fn variance(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Ratio<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(pit_variance(p.k))
}

/// `E U`.
fn mean(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: ForecastAndTruth<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(pit_mean(&p.forecast.law(), &p.truth()))
}

/// The coverage for equal means.
fn covered(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Covered<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(coverage(p.nominal, p.ratio.k))
}

const TWO: &str = "two entries";
const JOINT: &str = "joint law";
const RANKS: &str = "ranks";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "pit-calibration",
    aliases: &[],
    title: "The probability integral transform of Gaussian forecasts: its moments, and the joint law that it does not see",
    expect: Expect::True,
    text: include_str!("pit_calibration.rs"),
    sources: &["gneiting2007calibration", "rosenblatt1952"],
    readings: &[
        Readings::certified("", &ByEnclosure(OneEntry(0))).and_sampled(&Transforms(0)),
        Readings::certified(TWO, &ByEnclosure(TwoEntries(0))),
        Readings::of(JOINT, &Joint(0)),
        Readings::certified(RANKS, &ByEnclosure(Ranks(0))).and_sampled(&RankDraws(0)),
    ],
    controls: &[
        Control {
            id: "always-uniform",
            story: "the transform taken to be uniform whatever the forecast",
            readings: Readings::certified("", &ByEnclosure(OneEntry(CALIBRATED))).and_sampled(&Transforms(CALIBRATED)),
        },
        Control {
            id: "sharp-forecast",
            story: "the mean of the transform from the forecast's width alone, as if the truth had none",
            readings: Readings::certified("", &ByEnclosure(OneEntry(SHARP_FORECAST)))
                .and_sampled(&Transforms(SHARP_FORECAST)),
        },
        Control {
            id: "ratio-upside-down",
            story: "arctan k² for arcsin k²/(1 + k²), and coverage with τ/τ₀ for τ₀/τ",
            readings: Readings::certified("", &ByEnclosure(OneEntry(UNSCALED))).and_sampled(&Transforms(UNSCALED)),
        },
        Control {
            id: "independent-entries",
            story: "the transforms of the entries of one series pooled as independent",
            readings: Readings::certified(TWO, &ByEnclosure(TwoEntries(INDEPENDENT))),
        },
        Control {
            id: "diagonal-is-enough",
            story: "uniform transforms of all entries taken to make the joint law right",
            readings: Readings::of(JOINT, &Joint(INDEPENDENT)),
        },
        Control {
            id: "marginal-whitening",
            story: "each entry divided by its own deviation in place of the Rosenblatt transform",
            readings: Readings::of(JOINT, &Joint(MARGINAL)),
        },
        Control {
            id: "ranks-as-transform",
            story: "the share of members below the truth tested for the variance 1/12",
            readings: Readings::certified(RANKS, &ByEnclosure(Ranks(CONTINUOUS))).and_sampled(&RankDraws(CONTINUOUS)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Ratio<Float>>("pit-variance", "Var F(Y) for equal means, k = tau_0/tau", &[], variance),
        Quantity::enclosed::<ForecastAndTruth<Float>>("pit-mean", "E F(Y)", &[], mean),
        Quantity::enclosed::<Covered<Float>>(
            "coverage",
            "the probability that the truth is in the central interval, for equal means",
            &[],
            covered,
        ),
    ],
};
