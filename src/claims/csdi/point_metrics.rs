//! MAE and RMSE of point forecasts from the exact law; and why the median of 100 samples never reaches them.
//!
//! Of the median (or mean) of the exact law $N(m, \tau^2)$, of one random sample, and of the mean of $n$ samples:
//!
//! $$ \mathrm{MAE} = \tau\sqrt{2/\pi},\ \mathrm{RMSE} = \tau; \qquad \mathrm{MAE} = \frac{2\tau}{\sqrt\pi},\ \mathrm{RMSE} = \sqrt2\,\tau;
//! \qquad \mathrm{RMSE} = \tau\sqrt{1 + \tfrac1n} $$
//!
//! The sample median of CSDI is the lower middle element for even $n$, an order statistic with
//!
//! $$ E\,X_{(k)}^p = k\binom nk\int z^p\,\Phi^{k-1}(1 - \Phi)^{n-k}\varphi\,dz, \qquad k = \tfrac n2 $$
//!
//! in units of $\tau$ from $m$. For $n = 100$ it is biased by $-.01250626723\,\tau$, its mean square is $.01579771819\,\tau^2$, and so
//! $\mathrm{RMSE} = \tau\sqrt{1 + E\,X_{(k)}^2} = 1.00786790712\,\tau$. The RMSE of many entries is the root of the mean of $\tau_k^2$, above the
//! mean of the $\tau_k$.
//!
//! Assumptions: samples from the exact conditional law, independent of each other and of the truth. Moments of Gaussian errors are
//! proved; those with an absolute value or an order statistic are enclosed, by the density above and by
//! $E\,X^2 = \int_0^\infty 2x\,P(|X| > x)\,dx$ with binomial sums; medians are drawn.
//!
//! If it failed, a correct imputer would be failed for missing $\tau$ by $0.8\%$, or a bias of its medians be blamed on the network.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Plan, Relation, Sampler, Statement, Statistic, Trial, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::scoring::{
    order_statistic_mean_by_tails, order_statistic_moment, order_statistic_square_by_tails,
};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Gaussian, GaussianPolynomial, to_digits};

const EXACT_MEDIAN: u8 = 1;
const MEAN_OF_SAMPLES: u8 = 2;
const UNBIASED: u8 = 3;
const SAMPLE_IS_MEDIAN: u8 = 4;
const MEAN_DEVIATION: u8 = 5;
const EXACT_MEAN: u8 = 6;
const COUNTED_FROM_ZERO: u8 = 7;

parameters! {
    /// Entries of different difficulty, and a number of samples for each.
    Entries {
        taus: vector "standard deviations of the conditional laws of the entries, not variances",
        n: count "samples",
    }
}

/// Squared errors, which Gaussian moments give.
struct Squares(u8);

impl Statement for Squares {
    type Params<S: Scalar> = Entries<S>;

    fn points(&self) -> &'static [&'static str] {
        &["taus=[1.7,0.31] n=3", "taus=[0.0137,4.1,0.719] n=2", "taus=[0.37] n=20"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Entries<S>) -> Vec<Relation<'p, S>> {
        let (n, count) = (p.n as usize, p.taus.dimension() as i64);
        let tau = p.taus[0];
        // The truth of the first entry and its samples, all independent.
        let covariance = Matrix::from_fn(n + 1, n + 1, |i, j| if i == j { tau.square() } else { S::zero() });
        let square = |weights: Vec<S>| {
            let error = GaussianPolynomial(weights.into_iter().enumerate().map(|(i, w)| (w, vec![i])).collect());
            error.times(&error).mean(&covariance)
        };
        let of_the_mean = square((0..=n).map(|i| if i == 0 { S::one() } else { -S::one() / n as i64 }).collect());
        let of_a_sample = square(vec![S::one(), -S::one()]);
        let share = if self.0 == EXACT_MEAN { S::one() } else { S::one() + S::int(n as i64).recip() };
        let average = |f: &dyn Fn(S) -> S| p.taus.0.iter().fold(S::zero(), |sum, tau| sum + f(*tau)) / count;
        let (pooled, deviation) = (average(&|tau| tau.square()), average(&|tau| tau));
        let pairs = (0..p.taus.dimension()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let apart = pairs.fold(NonNegative::square(S::zero()), |sum, (i, j)| {
            sum.plus(NonNegative::square((p.taus[i] - p.taus[j]) / count))
        });
        let spread = if self.0 == MEAN_DEVIATION { S::zero() } else { apart.value() };
        vec![
            Relation::equal("mean square of the mean of n samples", of_the_mean, tau.square() * share),
            Relation::equal("mean square of one sample", of_a_sample, tau.square() * 2),
            Relation::equal("mean square of many entries", pooled, deviation.square() + spread),
            Relation::at_most("above the mean deviation", deviation.square(), pooled, apart),
        ]
    }
}

parameters! {
    /// One entry.
    Entry {
        tau: positive "standard deviation of the conditional law, not its variance",
    }
}

/// Absolute errors.
struct Absolute(u8);

impl Enclosed for Absolute {
    fn points(&self) -> &'static [&'static str] {
        &["tau=1.7", "tau=0.0137"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Entry<Ball> = at_point(point)?;
        let pi = Ball::pi();
        let error = |variance: Ball, radius: f64| {
            Gaussian::centred(variance).mean_of_hinge(Ball::zero(), [Ball::one(); 2], radius)
        };
        let of_the_median = p.tau * (Ball::int(2) / pi).sqrt();
        let of_a_sample = if self.0 == SAMPLE_IS_MEDIAN { of_the_median } else { p.tau * 2 / pi.sqrt() };
        Ok(vec![
            EnclosedRelation::equal("absolute error of the median", move |radius| {
                of_the_median - error(p.tau.square(), radius)
            }),
            EnclosedRelation::equal("absolute error of one sample", move |radius| {
                of_a_sample - error(p.tau.square() * 2, radius)
            }),
        ])
    }
}

/// The `k`-th smallest of `n`.
struct Place {
    n: u32,
    k: u32,
}

/// Larger samples are not drawn, and their integrands are too steep.
const MOST_SAMPLES: u32 = 100_000;

impl<S: Scalar> Parameters<S> for Place {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let n = source.count("n", "samples")?;
        let k = source.count("k", "the k-th smallest of them, counted from 1; n/2 is the lower median")?;
        if k > n {
            return Err(InputError::Condition(format!(
                "`k` is {k}, but there are n = {n} samples; give k from 1 to n"
            )));
        }
        few_enough(n)?;
        Ok(Self { n, k })
    }
}

fn few_enough(n: u32) -> Result<(), InputError> {
    if n <= MOST_SAMPLES {
        return Ok(());
    }
    Err(InputError::Condition(format!(
        "parameter `n` is {n}; moments of order statistics are for n up to {MOST_SAMPLES}"
    )))
}

/// The bias of order statistics.
struct Means(u8);

impl Enclosed for Means {
    fn points(&self) -> &'static [&'static str] {
        &["n=100 k=50", "n=7 k=3"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let Place { n, k } = at_point::<Ball, _>(point)?;
        Ok(vec![EnclosedRelation::equal("mean", move |radius| {
            let mean = if wrong == UNBIASED { Ball::zero() } else { order_statistic_moment(n, k, 1, radius) };
            mean - order_statistic_mean_by_tails(n, k, radius)
        })])
    }
}

/// The error of a sample median.
struct Errors(u8);

impl Enclosed for Errors {
    fn points(&self) -> &'static [&'static str] {
        &["n=100 k=50", "n=7 k=3"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let Place { n, k } = at_point::<Ball, _>(point)?;
        Ok(vec![EnclosedRelation::equal("root mean squared error", move |radius| {
            let square = match wrong {
                EXACT_MEDIAN => Ball::zero(),
                MEAN_OF_SAMPLES => Ball::one() / i64::from(n),
                _ => order_statistic_moment(n, k, 2, radius),
            };
            (square + 1).sqrt() - (order_statistic_square_by_tails(n, k, radius) + 1).sqrt()
        })])
    }
}

/// Two and three samples, of which the moments have closed forms.
struct Few(u8);

impl Enclosed for Few {
    fn points(&self) -> &'static [&'static str] {
        &["n=2 k=1", "n=3 k=1", "n=3 k=2"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let place: Place = at_point::<Ball, _>(point)?;
        let (pi, root_three) = (Ball::pi(), Ball::int(3).sqrt());
        let (mean, square) = match (place.n, place.k) {
            (2, _) => (-pi.sqrt().recip(), Ball::one()),
            (_, 1) => (-Ball::ratio(3, 2) / pi.sqrt(), root_three / (pi * 2) + 1),
            _ => (Ball::zero(), Ball::one() - root_three / pi),
        };
        // Counted from zero, the smallest has the number 0.
        let k = if self.0 == COUNTED_FROM_ZERO { place.n.min(place.k + 1) } else { place.k };
        Ok(vec![
            EnclosedRelation::equal("closed form of the mean", move |radius| {
                order_statistic_moment(place.n, k, 1, radius) - mean
            }),
            EnclosedRelation::equal("closed form of the mean square", move |radius| {
                order_statistic_moment(place.n, k, 2, radius) - square
            }),
        ])
    }
}

const SAMPLED: &str = "n=20 k=10";

/// Mean and variance of a power of the sampled order statistic, and its sampler.
fn sampled(power: i32) -> Result<([f64; 2], Box<dyn Sampler>), InputError> {
    /// Far below what the draws resolve.
    const RADIUS: f64 = 1e-9;

    let Place { n, k } = at_point::<Float, Place>(SAMPLED)?;
    let [mean, square] = [power, 2 * power].map(|power| order_statistic_moment(n, k, power, RADIUS).to_f64());
    let draw = sampler(move |noise, out| {
        let samples: Vec<_> = (0..n).map(|_| noise.normal()).collect();
        out[0] = Lanes(std::array::from_fn(|lane| {
            let mut sorted: Vec<_> = samples.iter().map(|x| x.0[lane]).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            sorted[k as usize - 1].powi(power)
        }));
    });
    Ok(([mean, square - mean * mean], draw))
}

/// Sample medians.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let ([mean, variance], sampler) = sampled(1)?;
        let mean = if self.0 == UNBIASED { 0.0 } else { mean };
        let statistics = vec![Statistic::mean("sample median", mean, variance)];
        Ok(Plan { point: SAMPLED, statistics, drawn: None, sampler })
    }
}

/// Their squares.
struct SquareDraws(u8);

impl Trial for SquareDraws {
    fn plan(&self) -> Result<Plan, InputError> {
        let ([square, variance], sampler) = sampled(2)?;
        let square = match self.0 {
            EXACT_MEDIAN => 0.0,
            MEAN_OF_SAMPLES => 1.0 / 20.0,
            _ => square,
        };
        let statistics = vec![Statistic::mean("square of the sample median", square, variance)];
        Ok(Plan { point: SAMPLED, statistics, drawn: None, sampler })
    }
}

/// `E X²` of an order statistic.
fn second_moment(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let Place { n, k } = ExactReader::new(inputs, ignored).read::<Ball, _>()?;
    Ok(to_digits(digits, 1.0 / f64::from(n), |radius| order_statistic_moment(n, k, 2, radius)))
}

/// `E X` of an order statistic.
fn mean(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let Place { n, k } = ExactReader::new(inputs, ignored).read::<Ball, _>()?;
    Ok(to_digits(digits, 1.0 / f64::from(n), |radius| order_statistic_moment(n, k, 1, radius)))
}

/// An entry and the number of samples of which the median is taken.
struct Median<S> {
    tau: S,
    n: u32,
}

impl<S: Scalar> Parameters<S> for Median<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let tau =
            source.real("tau", Domain::Positive, "standard deviation of the conditional law, not its variance")?;
        let n = source.count("n", "samples, of which the lower median is taken")?;
        few_enough(n)?;
        Ok(Self { tau, n })
    }
}

/// `τ √(1 + E X²)` of the lower median.
fn rmse(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Median<Ball> = ExactReader::new(inputs, ignored).read()?;
    let square = to_digits(digits, 1.0, |radius| order_statistic_moment(p.n, p.n.div_ceil(2), 2, radius) + 1);
    Ok(p.tau * square.sqrt())
}

const ABSOLUTE: &str = "absolute errors";
const MEANS: &str = "bias of sample medians";
const ERRORS: &str = "errors of sample medians";
const FEW: &str = "two and three samples";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "point-metrics",
    aliases: &["sample-median"],
    title: "MAE and RMSE of exact forecasts, and the bias and error of the lower median of n samples",
    expect: Expect::True,
    text: include_str!("point_metrics.rs"),
    sources: &["tashiro2021", "david2003"],
    readings: &[
        Readings::of("", &Squares(0)),
        Readings::certified(ABSOLUTE, &ByEnclosure(Absolute(0))),
        Readings::certified(MEANS, &ByEnclosure(Means(0))).and_sampled(&Draws(0)),
        Readings::certified(ERRORS, &ByEnclosure(Errors(0))).and_sampled(&SquareDraws(0)),
        Readings::certified(FEW, &ByEnclosure(Few(0))),
    ],
    controls: &[
        Control {
            id: "exact-mean",
            story: "the RMSE of a mean of n samples taken for τ",
            readings: Readings::of("", &Squares(EXACT_MEAN)),
        },
        Control {
            id: "mean-of-deviations",
            story: "the RMSE of many entries as the mean of their standard deviations",
            readings: Readings::of("", &Squares(MEAN_DEVIATION)),
        },
        Control {
            id: "sample-is-median",
            story: "the MAE of the median expected of one random sample",
            readings: Readings::certified(ABSOLUTE, &ByEnclosure(Absolute(SAMPLE_IS_MEDIAN))),
        },
        Control {
            id: "exact-median",
            story: "RMSE = τ expected of the median of 100 samples: 0.8% off",
            readings: Readings::certified(ERRORS, &ByEnclosure(Errors(EXACT_MEDIAN)))
                .and_sampled(&SquareDraws(EXACT_MEDIAN)),
        },
        Control {
            id: "median-as-mean",
            story: "√(1 + 1/n), which is right for the mean of n samples, for their median",
            readings: Readings::certified(ERRORS, &ByEnclosure(Errors(MEAN_OF_SAMPLES)))
                .and_sampled(&SquareDraws(MEAN_OF_SAMPLES)),
        },
        Control {
            id: "unbiased-median",
            story: "the lower of two middle elements taken for an unbiased median",
            readings: Readings::certified(MEANS, &ByEnclosure(Means(UNBIASED))).and_sampled(&Draws(UNBIASED)),
        },
        Control {
            id: "counted-from-zero",
            story: "the place of an order statistic counted from 0, as sorted arrays are indexed",
            readings: Readings::certified(FEW, &ByEnclosure(Few(COUNTED_FROM_ZERO))),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Place>(
            "second-moment",
            "E of the square of the k-th smallest of n standard normals, in units of tau^2",
            &[],
            second_moment,
        ),
        Quantity::enclosed::<Place>("mean", "E of the k-th smallest of n standard normals, in units of tau", &[], mean),
        Quantity::enclosed::<Median<Float>>(
            "rmse",
            "the RMSE of the lower median of n samples of the exact law, in the unit of the data",
            &[],
            rmse,
        ),
    ],
};
