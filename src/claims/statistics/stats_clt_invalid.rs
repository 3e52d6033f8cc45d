//! The normal approximation is off by orders of magnitude where false alarms are to be rare.
//!
//! Losses of score matching are quadratic in Gaussian draws, so that the sum of $n$ of them is like $\chi^2_n$. The probability that it exceeds its mean by $z$ standard
//! deviations,
//!
//! $$ P\big(\chi_n^2 > n + z\sqrt{2n}\big) = Q\big(\tfrac n2, h\big), \quad h = \tfrac12\big(n + z\sqrt{2n}\big), \qquad e^{-h}\sum_{j<n/2}\frac{h^j}{j!}\ \text{ for even } n $$
//!
//! tends to $\Phi(-z)$ slowly: at $z = 6.8065$, where $\Phi(-z)$ is $5\cdot10^{-12}$, it is 6 172 times that for $n = 100$, 46 times for $n = 1000$, 4.0 times for $10^4$, 1.16 times for $10^6$. Below
//! the mean the error is the other way, and power is lost. A $z$-test at $10^{-11}$ with a hundred draws therefore raises thousands of times the false alarms that it promises. The evidence used here
//! does not: for every $n$, with $\rho = 1 + z\sqrt{2/n}$,
//!
//! $$ P\big(\chi_n^2 > n\rho\big) \le e^{-\frac n2(\rho - 1 - \ln\rho)} $$
//!
//! Assumptions: none but $n \ge 1$. Enclosed by finite sums against the integral of the density; the bound is proved from the generating function's stationary point. Nothing is
//! sampled: no number of draws would see $10^{-12}$. If it failed, either the tests of this library waste draws, or those that trust the limit are right.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Float, OverLine, Panel, Scalar, derivative, integrate_to_digits};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{ChiSquare, Gaussian};

const NORMAL: u8 = 1;
const VARIANCE_NOT_DOUBLED: u8 = 2;
const ONE_TERM_MORE: u8 = 3;
const NO_LOGARITHM: u8 = 4;
const HALF_THE_TILT: u8 = 5;
const SYMMETRIC: u8 = 6;

parameters! {
    /// A sum of squares and a threshold.
    Threshold {
        n: count "degrees of freedom",
        z: real "standard deviations from the mean",
    }
}

impl Threshold<Ball> {
    fn law(&self) -> ChiSquare {
        ChiSquare { degrees: self.n }
    }

    /// `Φ(−z)`.
    fn normal(&self) -> Ball {
        Gaussian::centred(Ball::one()).above(self.z)
    }

    /// The upper tail, or what is taken for it.
    fn tail(&self, wrong: u8) -> Ball {
        let n = Ball::int(self.n.into());
        match wrong {
            NORMAL => self.normal(),
            VARIANCE_NOT_DOUBLED => self.law().above(n + self.z * n.sqrt()),
            ONE_TERM_MORE => ChiSquare { degrees: self.n + 2 }.above(self.law().standardised(self.z)),
            _ => self.law().above(self.law().standardised(self.z)),
        }
    }

    /// The tail as an integral of the density, to so many digits: up to where the Chernoff bound of what is beyond is negligible.
    fn tail_by_quadrature(&self, digits: usize) -> Ball {
        let (law, log) = (self.law(), self.law().log_normaliser());
        let value = |x: Ball| law.log_density(x, log).exp();
        let panel = |x: Panel| law.log_density(x, <Panel as OverLine>::enclosed(log)).exp();
        let from = law.standardised(self.z);
        let n = f64::from(self.n);
        let to = Ball::from(n + 60.0 * (2.0 * n).sqrt() + 800.0);
        integrate_to_digits(&value, &panel, from, to, digits)
            + Ball::zero().hull(&chernoff(n.into(), to / Ball::from(n)))
    }
}

/// `e^{−(n/2)(ρ − 1 − ln ρ)}`.
fn chernoff<S: Scalar>(n: S, ratio: S) -> S {
    (-n * ratio.minus_1_minus_ln() / 2).exp()
}

/// Tails at points.
struct Tails(u8);

impl Enclosed for Tails {
    fn points(&self) -> &'static [&'static str] {
        &["n=100 z=6.8065", "n=1000 z=6.8065", "n=37 z=-1.3", "n=1 z=3.1"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        const DIGITS: usize = 12;
        let p: Threshold<Ball> = at_point(point)?;
        let ratio = p.law().standardised(p.z) / i64::from(p.n);
        // On the side of the mean that is asked about, relative to the tail.
        let bound = chernoff(Ball::int(p.n.into()), ratio);
        let (exact, claimed) = (p.tail_by_quadrature(DIGITS), p.tail(self.0));
        let side = match p.z.certainly_positive() {
            true => p.tail(0),
            false => p.law().below(p.law().standardised(p.z)),
        };
        let bound = if self.0 == NO_LOGARITHM { (-(ratio - 1) * i64::from(p.n) / 2).exp() } else { bound };
        Ok(vec![
            EnclosedRelation::equal("tail by its integral", move |_| claimed / exact - 1),
            EnclosedRelation::at_most("below Chernoff's bound", move |_| bound / side - 1),
        ])
    }
}

parameters! {
    /// A threshold, and by how much the limit is off there.
    Factor {
        threshold: of(Threshold) "degrees and threshold",
        least: positive "the tail is at least so many times the normal one",
        most: positive "and at most so many times",
    }
}

/// How wrong the limit is, as the catalogue prints it.
struct Limit(u8);

impl Enclosed for Limit {
    fn points(&self) -> &'static [&'static str] {
        &[
            "n=100 z=6.8065 least=6171 most=6172",
            "n=1000 z=6.8065 least=46.06 most=46.07",
            "n=10000 z=6.8065 least=3.99 most=4",
            "n=100000 z=6.8065 least=1.58 most=1.59",
            "n=1000000 z=6.8065 least=1.15 most=1.16",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Factor<Ball> = at_point(point)?;
        let tail = p.threshold.tail(self.0);
        let law = p.threshold.law();
        let factor = tail / p.threshold.normal();
        let normal = p.threshold.normal();
        let lower = law.below(law.standardised(-p.threshold.z));
        let lower = if self.0 == SYMMETRIC { tail } else { lower };
        Ok(vec![
            EnclosedRelation::at_most("at least so many times", move |_| factor - p.least),
            EnclosedRelation::at_most("at most so many times", move |_| p.most - factor),
            EnclosedRelation::at_most("below the mean it is less than the limit", move |_| {
                Ball::one() - lower / normal
            }),
        ])
    }
}

parameters! {
    /// Squares of normals and how far they are above their mean.
    Ratio {
        n: positive "degrees of freedom",
        q: positive "the ratio of the sum to its mean, less 1",
        u: positive "1 - 2t, for the place t of the generating function",
    }
}

/// Where Chernoff's bound comes from.
struct Bound(u8);

impl Statement for Bound {
    type Params<S: Scalar> = Ratio<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=37.1 q=0.31 u=0.71", "n=1.7 q=5.1 u=1.37"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ratio<S>) -> Vec<Relation<'p, S>> {
        // E e^{t(χ² − nρ)} = (1 − 2t)^{−n/2} e^{−tnρ} in nats, at 1 − 2t = u.
        let nats = |u: Dual<S>| {
            let (n, ratio) = (Dual::constant(p.n), Dual::constant(p.q) + 1);
            -n * u.ln() / 2 - n * ratio * (Dual::one() - u) / 2
        };
        let ratio = p.q + 1;
        let at = if self.0 == HALF_THE_TILT { (ratio + 1).recip() * 2 } else { ratio.recip() };
        let value = nats(Dual::constant(at)).re;
        let slope = derivative(nats, p.u);
        let stated = match self.0 {
            NO_LOGARITHM => -p.n * p.q / 2,
            _ => -p.n * p.q.minus_ln_1p() / 2,
        };
        vec![
            Relation::equal("nats of the bound", value, stated),
            // It vanishes at u = 1/ρ.
            Relation::equal("slope of the nats", slope, p.n * (ratio - p.u.recip()) / 2),
        ]
    }
}

/// The upper tail.
fn tail(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Threshold<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(p.tail(0))
}

/// The upper tail over `Φ(−z)`.
fn factor(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Threshold<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(p.tail(0) / p.normal())
}

const LIMIT: &str = "against the limit";
const BOUND: &str = "bound";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "stats-clt-invalid",
    aliases: &[],
    title: "At rare false alarms the normal approximation of a sum of squares is off by orders of magnitude",
    expect: Expect::True,
    text: include_str!("stats_clt_invalid.rs"),
    sources: &["catoni2012", "ville1939"],
    readings: &[
        Readings::certified("", &ByEnclosure(Tails(0))),
        Readings::certified(LIMIT, &ByEnclosure(Limit(0))),
        Readings::of(BOUND, &Bound(0)),
    ],
    controls: &[
        Control {
            id: "normal-tail",
            story: "Φ(−z) taken for the tail, as a z-test does",
            readings: Readings::certified("", &ByEnclosure(Tails(NORMAL))),
        },
        Control {
            id: "limit-is-reached",
            story: "the limit taken to be reached at a hundred draws, or a million",
            readings: Readings::certified(LIMIT, &ByEnclosure(Limit(NORMAL))),
        },
        Control {
            id: "symmetric-tails",
            story: "the lower tail taken to be as heavy as the upper one",
            readings: Readings::certified(LIMIT, &ByEnclosure(Limit(SYMMETRIC))),
        },
        Control {
            id: "variance-not-doubled",
            story: "n for 2n, the variance of the sum",
            readings: Readings::certified("", &ByEnclosure(Tails(VARIANCE_NOT_DOUBLED))),
        },
        Control {
            id: "one-term-more",
            story: "j ≤ n/2 for j < n/2 in the finite sum",
            readings: Readings::certified("", &ByEnclosure(Tails(ONE_TERM_MORE))),
        },
        Control {
            id: "no-logarithm",
            story: "e^{−n(ρ − 1)/2} for the bound, without ln ρ",
            readings: Readings::of(BOUND, &Bound(NO_LOGARITHM)),
        },
        Control {
            id: "wrong-tilt",
            story: "the generating function taken where it is not least",
            readings: Readings::of(BOUND, &Bound(HALF_THE_TILT)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Threshold<Float>>("tail", "P(chi2_n > n + z sqrt(2n)), the upper tail alone", &[], tail),
        Quantity::enclosed::<Threshold<Float>>(
            "factor",
            "the upper tail over Phi(-z), what the normal approximation takes it for",
            &[],
            factor,
        ),
    ],
};
