//! Girsanov weights have mean one, make one process out of another, and may have no second moment.
//!
//! The density of $dY = -kY\,dt + \sigma\,dB$ against $dY = \sigma\,dB$, both from $Y_0 = 0$, is
//! $w = \exp(-\int\theta\,dB - \frac12\int\theta^2dt)$ with $\theta = kY/\sigma$, the Itô integral taken under the latter. Then
//!
//! $$ E_0[w] = 1, \qquad E_0[w\,Y_T^2] = \sigma^2\,\frac{1-e^{-2kT}}{2k}, \qquad
//! E_0[w^2] = e^{kT}\left(\cosh\nu T + \frac{2k}{\nu}\sinh\nu T\right)^{-1/2}, \quad \nu = \sqrt2\,|k| $$
//!
//! For $k \ge 0$ the second moment is always finite, for $k < 0$ only before
//!
//! $$ T^* = \frac{\mathrm{artanh}(1/\sqrt2)}{\sqrt2\,|k|} $$
//!
//! Behind it is the Feynman–Kac equation of $F = \log E_0[e^{-p\int\theta\,dB - \frac12r^2\int\theta^2dt - \frac12cY_T^2} \mid Y_t = y]$, a quadratic in $y$:
//! $F' = pk\,yF_y - \frac12\sigma^2(F_{yy} + F_y^2) - \frac12(p^2 - r^2)\,\theta^2$.
//!
//! Assumptions: $\sigma > 0$, $k$ constant. If it failed, reweighting paths of one sampler to another would be biased; where the
//! second moment is infinite, the estimate is unbiased and useless, and no sample shows it.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar, derivative};
use crate::objectives::path_weight::{Kernel, LogQuadratic, PathWeight};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::ForcedOu;

parameters! {
    /// Two laws of paths and where to compare expectations under them.
    Paths {
        k: real "rate of mean reversion, of either sign",
        sig: positive "diffusion coefficient",
        T: positive "the end",
        y: real "the start of a conditional expectation",
        c: positive "tilt at the end",
    }
}

const NO_ENERGY: u8 = 1;
const STRATONOVICH: u8 = 2;
const FLIPPED: u8 = 3;

/// The weight, or what a wrong version takes for it, but for a factor that does not depend on the path.
fn weight<S: Scalar>(wrong: u8, k: S, sig: S) -> PathWeight<S> {
    match wrong {
        NO_ENERGY => PathWeight::new(sig.square(), k, S::zero()),
        FLIPPED => PathWeight::density(-k, sig.square()),
        _ => PathWeight::density(k, sig.square()),
    }
}

/// The logarithm of that factor: `∫θ∘dB = ∫θ dB + ½kT`.
fn factor<S: Scalar>(wrong: u8, k: S, time: S) -> S {
    if wrong == STRATONOVICH { -k * time / 2 } else { S::zero() }
}

struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = Paths<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "k=0.8137 sig=1.3171 T=1.1119 y=0.6171 c=0.4119",
            "k=-0.6137 sig=0.7119 T=0.8137 y=-1.2171 c=0.3137",
            "k=0.0001 sig=0.8313 T=1.7137 y=0.9119 c=1.4119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Paths<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let right = PathWeight::density(p.k, p.sig.square());
        let believed = weight(wrong, p.k, p.sig);
        let correction = |time| factor(wrong, p.k, time);
        let square = right.squared();
        let backward = move |t: S| {
            let still = believed.squared().map(Dual::constant);
            let time = Dual::constant(p.T) - Dual::variable(t);
            let value = still.log_expectation(time, Dual::constant(p.c)).value(Dual::constant(p.y));
            value + factor(wrong, Dual::constant(p.k), time) * 2
        };
        let segment = right.kernel(p.T).before(&LogQuadratic { constant: S::zero(), curvature: -p.c });
        let whole = believed.log_expectation(p.T, p.c);
        let log_mean = |c: Dual<S>| {
            let still = believed.map(Dual::constant);
            let time = Dual::constant(p.T);
            still.log_expectation(time, c).constant + factor(wrong, Dual::constant(p.k), time)
        };
        let process = ForcedOu::constant(-p.k, S::zero(), p.sig).transition(S::zero(), p.T);
        vec![
            Relation::equal("mean of the weight", log_mean(Dual::constant(S::zero())).re.exp(), S::one()),
            // −2∂_c log E[w e^{−½cY²}] is the second moment of the end under the tilted law, at c = 0 that of the process.
            Relation::equal(
                "weighted second moment of the end",
                derivative(log_mean, p.c) * -2,
                process.variance / (process.variance * p.c + 1),
            ),
            Relation::rate("second moment going backwards", (S::zero(), p.T), backward, move |t| {
                let slope = square.log_expectation(p.T - t, p.c).curvature;
                // p = 2 and r² = 2, so that p² − r² = 2.
                let theta = p.k * p.y / p.sig;
                p.k * p.y.square() * slope * 2 - p.sig.square() * (slope + (slope * p.y).square()) / 2 - theta.square()
            }),
            Relation::equal("ends as the tilt", square.log_expectation(S::zero(), p.c).curvature, -p.c),
            Relation::equal("value over one segment", whole.constant + correction(p.T), segment.constant),
            Relation::equal("curvature over one segment", whole.curvature, segment.curvature),
        ]
    }
}

/// `E[w Y_T²]` from `log E[w e^{−½cY_T²}]` of a centred Gaussian: `−2 ∂_c` at `c = 0`.
fn second_of_end(log_expectation: impl FnOnce(Dual<Ball>) -> Dual<Ball>) -> Ball {
    derivative(|c| log_expectation(c).exp(), Ball::zero()) * -2
}

/// Segments into which a path is cut.
const SEGMENTS: usize = 8;

/// Brownian paths with the exact expectation of the weight given the path at the ends of the segments.
struct Weighted(u8);

impl Trial for Weighted {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        // Small enough for the weight of −k to have a second moment too.
        const POINT: &str = "k=0.4137 sig=1.3171 T=1.1119 y=0 c=1";
        let p: Paths<Ball> = at_point(POINT)?;
        let right = PathWeight::density(p.k, p.sig.square());
        let variance = ForcedOu::constant(-p.k, Ball::zero(), p.sig).transition(Ball::zero(), p.T).variance;
        let second = right.squared().log_expectation(p.T, Ball::zero()).constant.exp();
        let statistics = vec![
            ("weighted second moment of the end", variance),
            ("mean of the weight", Ball::one()),
            ("second moment of the weight", second),
        ];
        let spread = drawn(0, &p);
        let step = p.T / SEGMENTS as i64;
        let (weight, brownian) = (weight(wrong, p.k, p.sig), brownian(&p));
        let shift = factor(wrong, p.k, step);
        let lanes = |weight: PathWeight<Ball>, shift: Ball| {
            let segment = weight.given_ends(&brownian, step);
            Kernel { constant: segment.constant + shift, ..segment }.map(|c| Lanes::<WIDTH>::splat(Float(c.to_f64())))
        };
        let (once, twice) = (lanes(weight, shift), lanes(weight.squared(), shift * 2));
        let deviation = Lanes::splat(Float((p.sig.square() * step).to_f64()).sqrt());
        Ok(Plan {
            point: POINT,
            statistics: statistics
                .into_iter()
                .zip(spread)
                .map(|((name, claimed), (_, variance))| Statistic::mean(name, claimed.to_f64(), variance))
                .collect(),
            drawn: Some(drawn(wrong, &p).to_vec()),
            sampler: sampler(move |noise, out| {
                let zero = Lanes::splat(Float(0.0));
                let (mut y, mut log, mut log_square) = (zero, zero, zero);
                for _ in 0..SEGMENTS {
                    let end = y + deviation * noise.normal();
                    log = log + once.value(y, end);
                    log_square = log_square + twice.value(y, end);
                    y = end;
                }
                let exp = |exponent: Lanes<WIDTH>| Lanes(exponent.0.map(|x| Float(x).exp().0));
                out[1] = exp(log);
                out[2] = exp(log_square);
                out[0] = out[1] * y.square();
            }),
        })
    }
}

/// The weight of nothing, under whose law the paths are drawn.
fn brownian(p: &Paths<Ball>) -> PathWeight<Ball> {
    PathWeight::density(Ball::zero(), p.sig.square())
}

/// Mean and variance of each statistic, exactly, by recursion over the segments.
fn drawn(wrong: u8, p: &Paths<Ball>) -> [(f64, f64); 3] {
    let weight = weight(wrong, p.k, p.sig);
    let expectation = |weight: &PathWeight<Ball>, n: i64, tilt: Dual<Ball>| {
        let step = p.T / SEGMENTS as i64;
        let segment = weight.given_ends(&brownian(p), step).power(n);
        let step = segment.plus(&brownian(p).kernel(step)).map(Dual::constant);
        let last = LogQuadratic { constant: Dual::zero(), curvature: -tilt };
        (0..SEGMENTS).fold(last, |later, _| step.before(&later)).constant
    };
    let none = Dual::constant(Ball::zero());
    let shift = |n: i64| factor(wrong, p.k, p.T) * n;
    let moment =
        |weight: &PathWeight<Ball>, n: i64, power: i64| (expectation(weight, n, none).re + shift(n * power)).exp();
    let end = |n: i64| second_of_end(|c| expectation(&weight, n, c)) * shift(n).exp();
    let law = |mean: Ball, square: Ball| (mean.to_f64(), (square - mean.square()).to_f64());
    let square = weight.squared();
    // The end is a centred Gaussian under w², so E[w²Y⁴] = 3 E[w²Y²]²/E[w²].
    let fourth = end(2).square() * 3 / moment(&weight, 2, 1);
    [
        law(end(1), fourth),
        law(moment(&weight, 1, 1), moment(&weight, 2, 1)),
        law(moment(&square, 1, 2), moment(&square, 2, 2)),
    ]
}

parameters! {
    /// The rate and the end.
    Rate {
        k: real "rate of mean reversion, of either sign",
        T: positive "the end",
    }
}

/// `E_0[w²]`.
struct SecondMoment;

impl Formula for SecondMoment {
    type Params<S: Scalar> = Rate<S>;
    fn value<S: Scalar>(p: &Rate<S>) -> S {
        PathWeight::density(p.k, S::one()).squared().log_expectation(p.T, S::zero()).constant.exp()
    }
}

/// The second moment, or a sentence that says from when on it is infinite.
fn second_moment(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Rate<Ball> = ExactReader::new(inputs, ignored).read()?;
    // D decreases from 1 if k < 0, and is above 1 otherwise.
    if PathWeight::density(p.k, Ball::one()).squared().determinant(p.T, Ball::zero()).certainly_positive() {
        return Ok(SecondMoment::value(&p));
    }
    let root = Ball::int(2).sqrt();
    // artanh(1/√2) = ln(1 + √2)
    let from = (root + 1).ln() / (-root * p.k);
    Err(InputError::Condition(format!(
        "the second moment is infinite: for k < 0 it is finite only before T* = {}; give T < T* or k >= 0",
        from.to_decimal(15)
    )))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "girsanov",
    aliases: &[],
    title: "Girsanov weights: mean one, the moments of the other process, and when there is a second moment",
    expect: Expect::True,
    text: include_str!("girsanov.rs"),
    sources: &["girsanov1960"],
    readings: &[Readings::of("", &Moments(0)).and_sampled(&Weighted(0))],
    controls: &[
        Control {
            id: "no-energy",
            story: "exp(−∫θ dB) without the half of ∫θ²",
            readings: Readings::of("", &Moments(NO_ENERGY)).and_sampled(&Weighted(NO_ENERGY)),
        },
        Control {
            id: "stratonovich",
            story: "midpoint sums for ∫θ dB: the Stratonovich integral",
            readings: Readings::of("", &Moments(STRATONOVICH)).and_sampled(&Weighted(STRATONOVICH)),
        },
        Control {
            id: "flipped-sign",
            story: "+∫θ dB: the weight of −k, whose mean is one all the same",
            readings: Readings::of("", &Moments(FLIPPED)).and_sampled(&Weighted(FLIPPED)),
        },
    ],
    quantities: &[Quantity {
        enclose: second_moment,
        ..Quantity::of::<SecondMoment>("second-moment", "E_0[(dP_k/dP_0)^2], OU of rate k against Brownian motion", &[])
    }],
};
