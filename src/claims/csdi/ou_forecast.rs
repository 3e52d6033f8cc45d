//! Forecasts of an Ornstein–Uhlenbeck process: only the last observation counts, and horizons are correlated.
//!
//! Given the past without noise, at horizons $h \le h'$ after the last observation,
//!
//! $$ m = \mu + e^{-\theta h}(x_{last} - \mu), \qquad V(h) = s(1 - e^{-2\theta h}) = -s\,\mathrm{expm1}(-2\theta h), \qquad
//! \mathrm{Cov}(x_h, x_{h'}) = e^{-\theta(h'-h)}V(h) $$
//!
//! $V$ is the solution of $\dot V = -2\theta V + 2\theta s$ from $V(0) = 0$. The process is reversible, so that a backcast from the first
//! observation is the same formula.
//!
//! The second form of $V$ is the one to compute with: at $h = 10^{-9}$ the first loses half of the digits of a double. The part *in
//! double precision* holds the second to six roundings, three of inputs and three of operations, to which no input is more sensitive than
//! in proportion.
//!
//! Assumptions: $s, \theta, h > 0$, the last observation without noise. If it failed, intervals at long horizons would grow without bound,
//! and those of sums over horizons would be too narrow. Nothing is sampled: both sides are laws of one Gaussian vector.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Matrix, Scalar, Vector};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::timeseries::{OrnsteinUhlenbeck, StateSpace};
use crate::worlds::{Gaussian, MultivariateGaussian, Regression};

parameters! {
    /// Two observations, and two horizons after the last.
    Horizons {
        process: of(OrnsteinUhlenbeck) "the process",
        g: positive "time between the last two observations",
        h: positive "the first horizon",
        d: positive "time between the horizons",
        xlast: real "the last observation",
        xbefore: real "the one before",
    }
}

const EULER: u8 = 1;
const INDEPENDENT: u8 = 2;
const NO_RETURN: u8 = 3;
const DIFFERENCE: u8 = 4;

impl<S: Scalar> Horizons<S> {
    /// The law of the unknown among the times of two observations and two horizons, by one Gaussian vector.
    fn dense(&self, known: &[usize], unknown: &[usize]) -> Regression<S> {
        let gaps = [self.g, self.h, self.d];
        let lag = |i: usize, j: usize| gaps[j..i].iter().fold(S::zero(), |sum, gap| sum + *gap);
        let covariance = Matrix::symmetric(4, |i, j| self.process.kernel(lag(i, j)));
        let mean = Vector(vec![self.process.mu; 4]);
        MultivariateGaussian { mean, covariance: Covariance::new(covariance) }.given(known, unknown)
    }
}

/// `V(h)`, or what a wrong version takes for it.
fn variance<S: Scalar>(wrong: u8, process: &OrnsteinUhlenbeck<S>, h: S) -> S {
    match wrong {
        EULER => process.theta * process.s * 2 * h,
        DIFFERENCE => process.s * (S::one() - (process.theta * h * -2).exp()),
        _ => process.step(h).variance,
    }
}

struct Forecast(u8);

impl Statement for Forecast {
    type Params<S: Scalar> = Horizons<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=1.7 theta=0.8 mu=0.4 g=0.63 h=1 d=0.37 xlast=-1.2 xbefore=0.9",
            "s=0.5 theta=3 mu=-0.7 g=1e-9 h=1e-9 d=2.3 xlast=1.3 xbefore=1.2999",
            "s=2.3 theta=0.0137 mu=1.3 g=0.2 h=11 d=0.0119 xlast=-0.6 xbefore=0.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Horizons<S>) -> Vec<Relation<'p, S>> {
        let (wrong, process) = (self.0, &p.process);
        let law = |horizon: S| {
            let right = process.step(horizon).apply(&Gaussian::new(p.xlast, S::zero()));
            let mean = if wrong == NO_RETURN { p.xlast } else { right.mean };
            Gaussian::new(mean, variance(wrong, process, horizon))
        };
        let (first, second) = (law(p.h), law(p.h + p.d));
        let shared = if wrong == INDEPENDENT { S::zero() } else { process.step(p.d).factor * first.variance };
        let dense = p.dense(&[0, 1], &[2, 3]);
        let means = &(&dense.matrix * &Vector(vec![p.xbefore, p.xlast])) + &dense.offset;
        // The second observation is the target, and the horizons are where something was seen: first the nearer one.
        let back = p.dense(&[2, 3], &[1]);
        let backcast = &(&back.matrix * &Vector(vec![p.xlast, p.xbefore])) + &back.offset;
        vec![
            Relation::equal("mean", first.mean, means[0]),
            Relation::equal("variance", first.variance, dense.covariance[(0, 0)]),
            Relation::equal("mean at the second horizon", second.mean, means[1]),
            Relation::equal("variance at the second horizon", second.variance, dense.covariance[(1, 1)]),
            Relation::equal("covariance of the horizons", shared, dense.covariance[(1, 0)]),
            Relation::equal("backcast, mean", first.mean, backcast[0]),
            Relation::equal("backcast, variance", first.variance, back.covariance[(0, 0)]),
            Relation::rate(
                "rate of the variance",
                (S::zero(), p.h),
                move |t| {
                    let OrnsteinUhlenbeck { s, theta, mu } = *process;
                    let [s, theta, mu] = [s, theta, mu].map(Dual::constant);
                    variance(wrong, &OrnsteinUhlenbeck { s, theta, mu }, Dual::variable(t))
                },
                move |t| {
                    let noise = process.theta * process.s * 2;
                    noise - process.theta * process.step(t).variance * 2
                },
            ),
        ]
    }
}

parameters! {
    /// A process and a horizon.
    Horizon {
        s: positive "stationary variance",
        theta: positive "rate of return theta, 1/time",
        h: positive "the horizon",
    }
}

impl<S: Scalar> Horizon<S> {
    fn variance(&self, wrong: u8) -> S {
        variance(wrong, &OrnsteinUhlenbeck { s: self.s, theta: self.theta, mu: S::zero() }, self.h)
    }
}

/// The variance as a double computes it, for horizons from short to long.
struct InDouble(u8);

impl Enclosed for InDouble {
    fn points(&self) -> &'static [&'static str] {
        &["s=1.7 theta=0.8 h=1e-9", "s=0.37 theta=3.1 h=0.0123", "s=41.3 theta=0.7 h=1.9", "s=0.1 theta=2.3 h=17"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        const ROUNDINGS: i64 = 6;
        let exact: Ball = at_point::<Ball, Horizon<Ball>>(point)?.variance(0);
        let double: Float = at_point::<Float, Horizon<Float>>(point)?.variance(self.0);
        let unit = Ball::from(f64::EPSILON) / 2;
        let bound = unit * ROUNDINGS / (Ball::one() - unit * ROUNDINGS);
        let error = Ball::from(double.0) / exact - 1;
        Ok(vec![EnclosedRelation::at_most("relative error, squared", move |_| bound.square() - error.square())])
    }
}

/// `V(h)`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Horizon<S>;
    fn value<S: Scalar>(p: &Horizon<S>) -> S {
        p.variance(0)
    }
}

const DOUBLE: &str = "in double precision";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ou-forecast",
    aliases: &[],
    title: "Forecasts of an Ornstein–Uhlenbeck process: only the last observation counts, and horizons are correlated",
    expect: Expect::True,
    text: include_str!("ou_forecast.rs"),
    sources: &["uhlenbeck1930", "tashiro2021"],
    readings: &[Readings::of("", &Forecast(0)), Readings::certified(DOUBLE, &ByEnclosure(InDouble(0)))],
    controls: &[
        Control {
            id: "euler-innovation",
            story: "2θsh for the variance over a horizon, which grows without bound",
            readings: Readings::of("", &Forecast(EULER)),
        },
        Control {
            id: "independent-horizons",
            story: "each horizon drawn by itself: right marginals, and paths without memory",
            readings: Readings::of("", &Forecast(INDEPENDENT)),
        },
        Control {
            id: "no-return-to-the-mean",
            story: "the last observation carried forward",
            readings: Readings::of("", &Forecast(NO_RETURN)),
        },
        Control {
            id: "difference-of-ones",
            story: "1 − e^{−2θh} in double precision: of 16 digits 7 are lost at h = 1e-9",
            readings: Readings::certified(DOUBLE, &ByEnclosure(InDouble(DIFFERENCE))),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "variance",
        "variance at the horizon h after the last observation, in squared units of the data",
        &[],
    )],
};
