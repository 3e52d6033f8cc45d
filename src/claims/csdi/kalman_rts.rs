//! Filter and smoother give the law of a noisy Ornstein–Uhlenbeck series at every time, and its likelihood, in one pass each way.
//!
//! At irregular times with gaps $\Delta$, $a = e^{-\theta\Delta}$, seen at some of them as $y_i = x_i + N(0, R)$: from the stationary law,
//! $m^-_0 = \mu$ and $P^-_0 = s$,
//!
//! $$ m^- = \mu + a(m - \mu), \quad P^- = a^2P - s\,\mathrm{expm1}(-2\theta\Delta), \qquad
//! S = P^- + R, \quad K = P^-/S, \quad m = m^- + K(y - m^-), \quad P = P^-R/S $$
//!
//! where something was seen, $m = m^-$, $P = P^-$ elsewhere; then backwards with $G_i = P_ia_{i+1}/P^-_{i+1}$
//!
//! $$ m^s_i = m_i + G_i(m^s_{i+1} - m^-_{i+1}), \qquad P^s_i = P_i + G_i^2(P^s_{i+1} - P^-_{i+1}), \qquad
//! \mathrm{Cov}(x_i, x_{i+1} \mid y) = G_iP^s_{i+1} $$
//!
//! and $\log p(y) = -\frac12\sum[\ln 2\pi S + (y - m^-)^2/S]$ over the *observed* times. All of it equals conditioning one dense Gaussian
//! vector, at a cost linear in the number of times. The moments are those of $x_i$, not of $y_i$. $R = 0$ is allowed: then $P = 0$ after an
//! observation, and the smoother is still defined because $P^- > 0$.
//!
//! Assumptions: $s, \theta > 0$, $R \ge 0$, times that differ. It is proved for three times and for four, the likelihood as a determinant
//! and a squared distance; for 200 times, of which 65 are seen, it is enclosed against the dense matrix. If it failed, imputations of long series would be compared with
//! numbers that depend on how they were computed.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Float, Lanes, Matrix, Scalar, Vector};
use crate::parameters::{InputError, at_point};
use crate::worlds::timeseries::{
    Filter, Irregular, Observed, ObservedAt, OrnsteinUhlenbeck, Series, Smoother, StateSpace,
};

const UNSEEN_COUNTED: u8 = 1;
const PREDICTED_GAIN: u8 = 2;
const NO_NOISE: u8 = 3;
const NOT_STATIONARY: u8 = 4;

type Ou<S> = Observed<OrnsteinUhlenbeck<S>, S>;

/// Both passes, or what a wrong version takes for them.
fn passes<S: Scalar>(wrong: u8, p: &Ou<S>) -> (Filter<S>, Smoother<S>) {
    let filter = match wrong {
        UNSEEN_COUNTED => {
            let values = p.series.by_time().into_iter().map(|y| y.unwrap_or(S::zero())).collect();
            let observed = (0..p.series.size()).collect();
            let filled = Series { values: Vector(values), observed, ..p.series.clone() };
            let mut filter = p.filter();
            filter.innovations = Filter::new(&p.process, &filled).innovations;
            filter
        }
        NO_NOISE => Filter::new(&p.process, &Series { noise: S::zero(), ..p.series.clone() }),
        // The spread that noise adds in one unit of time, as if nothing had happened before.
        NOT_STATIONARY => {
            let start = Matrix::from_fn(1, 1, |_, _| p.process.theta * p.process.s * 2);
            Filter::starting_from(start, &p.process, &p.series)
        }
        _ => p.filter(),
    };
    let smoother = match wrong {
        PREDICTED_GAIN => filter.smooth_by(|i| filter.gain(i, &filter.predicted[i].covariance)),
        _ => filter.smooth(),
    };
    (filter, smoother)
}

/// Everything that the passes say at these times, beside the dense matrix.
fn compared<S: Scalar>(wrong: u8, p: &Ou<S>, places: impl Iterator<Item = usize>) -> Vec<(&'static str, usize, S, S)> {
    let (_, smoother) = passes(wrong, p);
    let dense = p.dense();
    let mut compared = Vec::new();
    for i in places {
        let (swift, slow) = (smoother.law(i), dense.law(&p.process, i));
        compared.push(("mean", i, swift.mean, slow.mean));
        compared.push(("variance", i, swift.variance, slow.variance));
        if i + 1 < p.series.size() {
            compared.push(("lag-one covariance", i, smoother.lag_one(i), dense.covariance(&p.process, i, i + 1)));
        }
    }
    compared
}

/// A few times.
struct Short(u8);

impl Statement for Short {
    type Params<S: Scalar> = Ou<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=1.7 theta=0.8 mu=0.4 times=[0,0.37,1.48] observed=[0,2] values=[0.7,-1.1] obs_noise_var=0.3",
            "s=0.9 theta=2.3 mu=-0.7 times=[3,3.11,3.9] observed=[1,2] values=[0.2,1.9] obs_noise_var=1.7",
            "s=1.7 theta=0.8 mu=0.4 times=[2,2.000000001,2.7,3.1] observed=[1,3] values=[0.7,-1.1] obs_noise_var=0.01",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ou<S>) -> Vec<Relation<'p, S>> {
        let moments = compared(self.0, p, 0..p.series.size()).into_iter();
        let mut relations: Vec<_> =
            moments.map(|(name, i, left, right)| Relation::equal(format!("{name} {i}"), left, right)).collect();
        // The likelihood without its logarithm, of which a proof knows too little.
        let (swift, slow) = (passes(self.0, p).0.volume_and_distance(), p.dense().volume_and_distance());
        relations.push(Relation::equal("determinant of what was seen", swift.0, slow.0));
        relations.push(Relation::equal("distance of what was seen", swift.1, slow.1));
        relations
    }
}

/// Two hundred times, of which 65 are seen.
struct Long(u8);

impl Enclosed for Long {
    fn points(&self) -> &'static [&'static str] {
        &["s=1.7 theta=0.8 mu=0.4 n=200 obs_noise_var=0", "s=0.83 theta=0.119 mu=-0.7 n=200 obs_noise_var=0.37"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Irregular<OrnsteinUhlenbeck<Ball>, Ball> = at_point(point)?;
        let moments = compared(self.0, &p.0, [0, 6, 60, 61, 117, 199].into_iter()).into_iter();
        let (swift, slow) = (passes(self.0, &p.0).0.log_likelihood(), p.0.dense().log_likelihood());
        let compared = moments.chain([("log-likelihood", 0, swift, slow)]);
        Ok(compared.map(|(name, _, left, right)| EnclosedRelation::equal(name, move |_| left - right)).collect())
    }
}

/// Series drawn step by step: what the smoother leaves of two neighbours between observations.
struct Draws(u8);

impl Draws {
    const POINT: &str =
        "s=1.7 theta=0.8 mu=0.4 times=[0,0.63,0.91,1.81,2.36] observed=[0,3,4] values=[0,0,0] obs_noise_var=2.3";
    const PLACES: [usize; 2] = [1, 2];

    /// What multiplies each deviation from the mean that was seen, in the smoothed mean at each place.
    fn weights(&self, p: &Ou<Float>) -> [Vec<Float>; 2] {
        let mu = p.process.mu;
        let count = p.series.observed.len();
        Self::PLACES.map(|i| {
            let weight = |j: usize| {
                let unit = (0..count).map(|k| if k == j { mu + 1 } else { mu }).collect();
                let series = Series { values: Vector(unit), ..p.series.clone() };
                passes(self.0, &Observed { process: p.process, series }).1.law(i).mean - mu
            };
            (0..count).map(weight).collect()
        })
    }

    /// `Cov` of what is left of the two neighbours, by the kernel.
    fn left(&self, p: &Ou<Float>, weights: &[Vec<Float>; 2]) -> [[f64; 2]; 2] {
        let (times, seen) = (p.series.times(), &p.series.observed);
        let kernel = |i: usize, j: usize| p.process.kernel(times[i.max(j)] - times[i.min(j)]);
        let sum = |terms: &mut dyn Iterator<Item = Float>| terms.fold(Float(0.0), |sum, term| sum + term);
        let covariance = |a: usize, b: usize| {
            let [(i, u), (j, v)] = [a, b].map(|at| (Self::PLACES[at], &weights[at]));
            let across = sum(&mut seen.iter().zip(v).map(|(k, w)| *w * kernel(i, *k)))
                + sum(&mut seen.iter().zip(u).map(|(k, w)| *w * kernel(j, *k)));
            let within = sum(&mut seen.iter().zip(u).map(|(k, x)| {
                *x * sum(&mut seen
                    .iter()
                    .zip(v)
                    .map(|(l, y)| *y * (kernel(*k, *l) + if k == l { p.series.noise } else { Float(0.0) })))
            }));
            (kernel(i, j) - across + within).0
        };
        [0, 1].map(|a| [0, 1].map(|b| covariance(a, b)))
    }
}

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Ou<Float> = at_point(Self::POINT)?;
        let (_, smoother) = passes(self.0, &p);
        let weights = self.weights(&p);
        let drawn = self.left(&p, &weights);
        let [first, second] = Self::PLACES.map(|i| smoother.law(i).variance.0);
        let both = smoother.lag_one(Self::PLACES[0]).0;
        let (start, steps): (Float, Vec<_>) =
            (p.process.s, p.series.gaps.0.iter().map(|gap| p.process.step(*gap)).collect());
        let (mu, noise_deviation, observed) = (p.process.mu, p.series.noise.sqrt(), p.series.observed);
        let square = |[[a, c], [_, b]]: [[f64; 2]; 2]| a * b + c * c;
        Ok(Plan {
            point: Self::POINT,
            statistics: vec![
                Statistic::variance("variance of what is left, first", 0.0, first),
                Statistic::variance("variance of what is left, second", 0.0, second),
                Statistic::mean("product of neighbours", both, square([[first, both], [both, second]])),
            ],
            drawn: Some(vec![(0.0, drawn[0][0]), (0.0, drawn[1][1]), (drawn[0][1], square(drawn))]),
            sampler: sampler(move |noise, out| {
                let mut x = vec![Lanes::splat(mu) + noise.normal() * Lanes::splat(start.sqrt())];
                for step in &steps {
                    x.push(step.step(x[x.len() - 1], noise));
                }
                let seen: Vec<_> = observed
                    .iter()
                    .map(|i| x[*i] - Lanes::splat(mu) + noise.normal() * Lanes::splat(noise_deviation))
                    .collect();
                let left = |at: usize| {
                    let deviation = x[Self::PLACES[at]] - Lanes::splat(mu);
                    seen.iter().zip(&weights[at]).fold(deviation, |left, (y, w)| left - Lanes::splat(*w) * *y)
                };
                let (first, second) = (left(0), left(1));
                out.copy_from_slice(&[first, second, first * second]);
            }),
        })
    }
}

/// `m^s_i`.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = ObservedAt<OrnsteinUhlenbeck<S>, S>;
    fn value<S: Scalar>(p: &Self::Params<S>) -> S {
        p.law().mean
    }
}

/// `P^s_i`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = ObservedAt<OrnsteinUhlenbeck<S>, S>;
    fn value<S: Scalar>(p: &Self::Params<S>) -> S {
        p.law().variance
    }
}

/// `log p(y)`.
struct LogLikelihood;

impl Formula for LogLikelihood {
    type Params<S: Scalar> = Ou<S>;
    fn value<S: Scalar>(p: &Ou<S>) -> S {
        p.filter().log_likelihood()
    }
}

const LONG: &str = "200 times";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "kalman-rts",
    aliases: &[],
    title: "Filter and smoother of a noisy Ornstein–Uhlenbeck series equal the dense conditional law, and its likelihood",
    expect: Expect::True,
    text: include_str!("kalman_rts.rs"),
    sources: &["kalman1960", "rauch1965"],
    readings: &[Readings::of("", &Short(0)).and_sampled(&Draws(0)), Readings::certified(LONG, &ByEnclosure(Long(0)))],
    controls: &[
        Control {
            id: "unseen-times-counted",
            story: "times at which nothing was seen filled with 0 and counted in the likelihood",
            readings: Readings::of("", &Short(UNSEEN_COUNTED)),
        },
        Control {
            id: "unseen-times-counted-of-200",
            story: "the same for the long series",
            readings: Readings::certified(LONG, &ByEnclosure(Long(UNSEEN_COUNTED))),
        },
        Control {
            id: "gain-from-the-prediction",
            story: "P⁻ for P in the gain of the smoother",
            readings: Readings::of("", &Short(PREDICTED_GAIN)).and_sampled(&Draws(PREDICTED_GAIN)),
        },
        Control {
            id: "noise-left-out",
            story: "S = P⁻, observations taken for the state",
            readings: Readings::of("", &Short(NO_NOISE)).and_sampled(&Draws(NO_NOISE)),
        },
        Control {
            id: "start-not-stationary",
            story: "a first variance of 2θs, the noise of a unit of time, for the stationary s",
            readings: Readings::of("", &Short(NOT_STATIONARY)).and_sampled(&Draws(NOT_STATIONARY)),
        },
        Control {
            id: "gain-from-the-prediction-of-200",
            story: "P⁻ for P in the gain, for the long series",
            readings: Readings::certified(LONG, &ByEnclosure(Long(PREDICTED_GAIN))),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "smoothed mean of the process at a time, in units of the data", &[]),
        Quantity::of::<Variance>(
            "variance",
            "smoothed variance of the process at a time, in squared units of the data",
            &[],
        ),
        Quantity::of::<LogLikelihood>("loglik", "log-density of what was seen, in nats", &[]),
    ],
};
