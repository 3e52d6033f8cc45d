//! Equally spaced times with one common random shift: unbiased, and with a variance that falls like the square of their number.
//!
//! A batch has the times $t_i = (u + i/k) \bmod 1$, $i = 0, \dots, k-1$, for one uniform $u$. Each is uniform, so that the batch mean
//! $A(u) = \frac1k\sum_if(t_i)$ of the density $f$ of the loss in time is unbiased for $L_\infty = \int f$, and
//!
//! $$ \mathrm{Var}_u\,A = k\int_0^{1/k}A(u)^2du - L_\infty^2 = \frac1k\sum_{j=0}^{k-1}\int_0^1f(t)\,f\big((t+\tfrac jk)\bmod1\big)dt - L_\infty^2
//! = \frac{(f(1)-f(0))^2}{12k^2} + O(k^{-4}) $$
//!
//! Here $f(t) = \frac\Gamma2w$, $w = \rho s/(1+\rho s)$, $\rho = e^{-\gamma(t)}$ with linear $\gamma$, $\Gamma = \gamma(1) - \gamma(0)$, and the autocovariances are closed: a lag in time acts
//! like a smaller $s$. With $s = 0.7$, $\gamma$ from $-9$ to $5$ and $k = 8$ it is $0.06319087$; independent times have $1.011954$, the first term of the expansion is $0.06318208$. For
//! $f = bt + ct^2$ the variance is $\frac{(b+c)^2}{12k^2} + \frac{c^2}{180k^4}$, exactly, and only for $c = 0$ that of one time divided by $k^2$.
//!
//! What noise and data add for each element, $\frac2k\int f^2$, stays. Antithetic pairs $t, 1-t$ keep the even part of $f$: its variance is
//! twice that of two independent times. Times $(i + u_i)/k$ with a $u_i$ for each are another estimator, with a variance of order $k^{-3}$.
//!
//! Assumptions: $f$ smooth on $[0, 1]$; it need not be periodic. If it failed, batches with such times would be biased, or no less
//! noisy than others.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Panel, Scalar, integrate, integrate_to_digits};
use crate::objectives::shifted_lattice::{ShiftedLattice, lagged_integral, lattice_variance};
use crate::objectives::time_density::{density, power_integral, power_mean};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::GammaBatch;

const OVER_SQUARE: u8 = 1;
const FRESH_SHIFTS: u8 = 2;
const JITTERED: u8 = 3;
const ANTITHETIC_HELPS: u8 = 4;
const NO_WRAP: u8 = 5;
const NOISE_TOO: u8 = 6;

parameters! {
    /// A batch, and a lag.
    Lagged {
        batch: of(GammaBatch) "data, schedule and batch",
        lag: fraction "a lag in time",
    }
}

/// Integrals over the shift and over time.
struct Integrals(u8);

impl Statement for Integrals {
    type Params<S: Scalar> = Lagged<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 gamma_0=-9 gamma_1=5 k=3 lag=0.37",
            "s=2.3 gamma_0=-18.42 gamma_1=18.42 k=2 lag=0.013",
            "s=1e-12 gamma_0=-3.1 gamma_1=-2.9 k=5 lag=0.91",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Lagged<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (point, size) = (&p.batch.point, i64::from(p.batch.size));
        let step = S::int(size).recip();
        let times = move |u: S| (0..size).map(move |i| u + S::int(i) / size);
        let over_batch = move |n: u32, u: S| {
            let point = point.map(Dual::constant);
            times(u).fold(Dual::zero(), |sum, t| sum + power_integral(&point, n, Dual::variable(t)))
        };
        let range = (S::zero(), step);
        vec![
            Relation::rate(
                "batch mean",
                range,
                move |u| over_batch(1, u),
                move |u| times(u).fold(S::zero(), |sum, t| sum + density(point, t)),
            ),
            Relation::rate(
                "variance of noise and data",
                range,
                move |u| over_batch(2, u) * 2 / size,
                // A squared error of mean f has the variance 2f²; the mean of k of them is divided by k².
                move |u| {
                    let sum = times(u).fold(S::zero(), |sum, t| sum + density(point, t).square() * 2);
                    if wrong == NOISE_TOO { sum / (size * size) } else { sum / size }
                },
            ),
            Relation::rate(
                "product of two times",
                (S::zero(), S::one() - p.lag),
                move |t| lagged_integral(&point.map(Dual::constant), Dual::constant(p.lag), Dual::variable(t)),
                move |t| density(point, t) * density(point, t + p.lag),
            ),
        ]
    }
}

/// The density `bt + ct²`, and a batch size.
struct Quadratic<S> {
    b: S,
    c: S,
    size: u32,
}

impl<S: Scalar> Parameters<S> for Quadratic<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let b = source.real("b", Domain::Real, "the slope at 0")?;
        let c = source.real("c", Domain::Real, "the curvature")?;
        Ok(Self { b, c, size: source.count("k", "the number of times in a batch")? })
    }
}

/// Densities for which all is a polynomial.
struct Polynomials(u8);

impl Statement for Polynomials {
    type Params<S: Scalar> = Quadratic<S>;

    fn points(&self) -> &'static [&'static str] {
        // As many proofs as batch sizes need points of different shapes: the batch size is one.
        &["b=1.3 c=-0.7 k=8", "b=1 c=0 k=8", "b=-0.9 c=0.9 k=1"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Quadratic<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let size = i64::from(p.size);
        let f = |t: S| p.b * t + p.c * t.square();
        let mean = p.b / 2 + p.c / 3;
        let rise = p.b + p.c;
        // ∫ (βX + κ(X² − 1/12))² dX
        let integral = |beta: S, kappa: S, x: Dual<S>| {
            let [beta, kappa] = [beta, kappa].map(Dual::constant);
            let even = x.powi(5) / 5 - x.powi(3) / 18 + x / 144;
            beta.square() * x.powi(3) / 3 + beta * kappa * (x.powi(4) / 2 - x.square() / 12) + kappa.square() * even
        };
        let one_time = (rise.square() + p.c.square() / 15) / 12;
        let lattice = match wrong {
            OVER_SQUARE => one_time / (size * size),
            _ => rise.square() / (12 * size * size) + p.c.square() / (180 * size.pow(4)),
        };
        let kept = if wrong == ANTITHETIC_HELPS { S::zero() } else { p.c };
        let centred = |x: S| integral(rise / size, p.c / (size * size), Dual::constant(x)).re;
        let half = S::ratio(1, 2);
        vec![
            Relation::rate(
                "squared deviation of a batch",
                (S::zero(), S::int(size).recip()),
                move |u| integral(rise / size, p.c / (size * size), Dual::variable(u) * size - Dual::constant(half)),
                move |u| {
                    let sum = (0..size).fold(S::zero(), |sum, i| sum + f(u + S::int(i) / size));
                    (sum / size - mean).square() * size
                },
            ),
            Relation::equal("variance of a batch", centred(half) - centred(-half), lattice),
            Relation::rate(
                "antithetic pairs",
                (S::zero(), S::one()),
                move |t| integral(S::zero(), kept, Dual::variable(t) - Dual::constant(half)),
                move |t| ((f(t) + f(S::one() - t)) / 2 - mean).square(),
            ),
        ]
    }
}

/// The batch in both readings of a quadrature, written with `1 − w` if it is below a half in the middle of time.
fn lattices(p: &GammaBatch<Ball>, panel: &GammaBatch<Panel>) -> (ShiftedLattice<Ball>, ShiftedLattice<Panel>) {
    let middle = p.point.line.snr(Ball::ratio(1, 2)) * p.point.channel.s;
    let complement = (middle - 1).certainly_positive();
    (ShiftedLattice::new(p, complement), ShiftedLattice::new(panel, complement))
}

/// `(A(u) − L_∞)²` integrated over the shift, against the closed autocovariances.
struct Variance(u8);

impl Enclosed for Variance {
    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "s=2.3 gamma_0=-18.42 gamma_1=18.42 k=3",
            "s=0.7 gamma_0=-13.3 gamma_1=5 k=100",
            "s=0.31 gamma_0=-2.1 gamma_1=1.7 k=1",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let (p, panel): (GammaBatch<Ball>, GammaBatch<Panel>) = (at_point(point)?, at_point(point)?);
        let claimed = claimed(self.0, &p);
        Ok(vec![EnclosedRelation::equal("variance over the shift", move |radius| {
            let (f, over_panel) = lattices(&p, &panel);
            integrate(&|v| f.squared(v), &|v| over_panel.squared(v), Ball::zero(), Ball::one(), radius) - claimed
        })])
    }
}

/// `Var A`, or what people put in its place.
fn claimed(wrong: u8, p: &GammaBatch<Ball>) -> Ball {
    let (mean, square, size) = (power_mean(&p.point, 1), power_mean(&p.point, 2), i64::from(p.size));
    match wrong {
        OVER_SQUARE => (square - mean.square()) / (size * size),
        FRESH_SHIFTS => (square - mean.square()) / size,
        JITTERED => {
            // (1/k²) Σ Var f(t_i), t_i uniform in its cell.
            let at = |i: i64| power_integral(&p.point, 1, Ball::int(i) / size);
            let cells = (0..size).fold(Ball::zero(), |sum, i| sum + (at(i + 1) - at(i)).square());
            square / size - cells
        }
        NO_WRAP => {
            let lags = (1..p.size).map(|j| Ball::ratio(i64::from(j), p.size));
            let products = lags.fold(square, |sum, lag| {
                sum + lagged_integral(&p.point, lag, Ball::one() - lag) - lagged_integral(&p.point, lag, Ball::zero())
            });
            products / size - mean.square()
        }
        _ => lattice_variance(&p.point, p.size),
    }
}

const SAMPLED: &str = "s=0.7 gamma_0=-9 gamma_1=5 k=8";

/// A batch mean and its squared deviation.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: GammaBatch<Ball> = at_point(SAMPLED)?;
        let (panel, p): (GammaBatch<Panel>, GammaBatch<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let (f, over_panel) = lattices(&exact, &panel);
        let fourth = integrate(
            &|v| f.squared(v).square(),
            &|v| over_panel.squared(v).square(),
            Ball::zero(),
            Ball::one(),
            1e-12,
        );
        let variance = claimed(0, &exact);
        let mean = power_mean(&exact.point, 1).to_f64();
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![
                Statistic::mean("batch mean", mean, variance.to_f64()),
                Statistic::mean(
                    "squared deviation",
                    claimed(self.0, &exact).to_f64(),
                    (fourth - variance.square()).to_f64(),
                ),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let u = noise.uniform();
                let batch = Lanes::<WIDTH>(std::array::from_fn(|lane| {
                    let time = |i| (u.0[lane] + f64::from(i) / f64::from(p.size)).fract();
                    (0..p.size).map(|i| density(&p.point, Float(time(i))).0).sum::<f64>() / f64::from(p.size)
                }));
                let deviation = batch - Lanes::splat(Float(mean));
                out[0] = batch;
                out[1] = deviation * deviation;
            }),
        })
    }
}

/// The largest logarithm of `ρs` and of its inverse.
const FARTHEST: f64 = 600.0;

/// `Var A` by quadrature, which does not cancel where `f` hardly moves.
fn variance(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: GammaBatch<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panel: GammaBatch<Panel> = ExactReader::new(inputs, ignored).read()?;
    // The bounds of the remainders are doubles, which end at 10^±308.
    let far = |t: Ball| (p.point.line.gamma(t) - p.point.channel.s.ln()).to_f64().abs() > FARTHEST;
    if far(Ball::zero()) || far(Ball::one()) {
        let why = format!("the quadrature over the shift needs |gamma - ln s| <= {FARTHEST} at both ends of time");
        return Err(InputError::Condition(why));
    }
    let (f, over_panel) = lattices(&p, &panel);
    Ok(integrate_to_digits(&|v| f.squared(v), &|v| over_panel.squared(v), Ball::zero(), Ball::one(), digits + 2))
}

const INTEGRALS: &str = "integrals";
const POLYNOMIALS: &str = "polynomials";
const VARIANCE: &str = "variance";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "low-discrepancy-times",
    aliases: &[],
    title: "Equally spaced times with a common shift leave the loss unbiased, with a variance of order 1/k²",
    expect: Expect::True,
    text: include_str!("low_discrepancy_times.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of(INTEGRALS, &Integrals(0)),
        Readings::of(POLYNOMIALS, &Polynomials(0)),
        Readings::certified(VARIANCE, &ByEnclosure(Variance(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "over-k-squared",
            story: "the variance of one time divided by k²",
            readings: Readings::certified(VARIANCE, &ByEnclosure(Variance(OVER_SQUARE)))
                .and_sampled(&Draws(OVER_SQUARE)),
        },
        Control {
            id: "over-k-squared-for-a-polynomial",
            story: "the same for a quadratic density; for a linear one it happens to hold",
            readings: Readings::of(POLYNOMIALS, &Polynomials(OVER_SQUARE)),
        },
        Control {
            id: "fresh-shifts",
            story: "a fresh shift for each element, which makes the times independent",
            readings: Readings::certified(VARIANCE, &ByEnclosure(Variance(FRESH_SHIFTS)))
                .and_sampled(&Draws(FRESH_SHIFTS)),
        },
        Control {
            id: "jittered",
            story: "a time uniform in each of k cells taken for a lattice with one shift",
            readings: Readings::certified(VARIANCE, &ByEnclosure(Variance(JITTERED))).and_sampled(&Draws(JITTERED)),
        },
        Control {
            id: "no-wrap",
            story: "autocovariances without what comes back at the end of time, mod 1 forgotten",
            readings: Readings::certified(VARIANCE, &ByEnclosure(Variance(NO_WRAP))),
        },
        Control {
            id: "antithetic-always-helps",
            story: "antithetic pairs taken to remove the variance in time, whatever f is",
            readings: Readings::of(POLYNOMIALS, &Polynomials(ANTITHETIC_HELPS)),
        },
        Control {
            id: "less-noise-too",
            story: "the variance of noise and data taken to fall like 1/k² as well",
            readings: Readings::of(INTEGRALS, &Integrals(NOISE_TOO)),
        },
    ],
    quantities: &[Quantity::enclosed::<GammaBatch<Float>>(
        "var-ld",
        "variance over the shift of the mean of the loss density at k equally spaced times, linear gamma, in nats squared",
        &[],
        variance,
    )],
};
