//! Quantities of the random worlds, read by the library's own readers: enclosed, in doubles with condition numbers, and
//! with their roundings counted.

use ouracle::claims::{Formula, Quantity};
use ouracle::numbers::{Ball, Field, Float, Rational, Scalar, Vector};
use ouracle::parameters;
use ouracle::parameters::{ExactReader, Inputs, Parameters};
use ouracle::strategies::{Decimal, OtherGaussianPoint, RotatedPoint};
use ouracle::worlds::{AffineScore, AxisNoise, Rotated, ScaledScore, rotation};
use std::cell::Cell;
use std::ops::{Add, Div, Mul, Neg, Sub};

parameters! {
    /// A world in d dimensions at a point.
    Plugged {
        process: process "the noising process",
        turns: vector "tangents of half angles of the rotation",
        centre: vector "means of the reference along the axes",
        v0: vector "its variances",
        delta: vector "relative errors of the score",
        mpi: vector "prior means along the axes",
        vpi: vector "prior variances",
        lam: below_one "member of the plug-in family",
        x: vector "the data point",
    }
}

parameters! {
    /// The exact score of another Gaussian, with its own prior.
    Other {
        process: process "the noising process",
        m: real "mean of the other Gaussian",
        v: positive "its variance",
        lam: below_one "member of the plug-in family",
        x: real "the data point",
    }
}

impl<S: Scalar> Plugged<S> {
    fn world(&self) -> Rotated<S> {
        let axes = (0..self.v0.dimension()).map(|i| AffineScore {
            scaled: ScaledScore { v0: self.v0[i], delta: self.delta[i], lambda: self.lam, vpi: self.vpi[i] },
            centre: self.centre[i],
            prior_mean: self.mpi[i],
        });
        Rotated::new(rotation(self.v0.dimension(), &self.turns), axes.collect())
    }

    fn noise(&self) -> AxisNoise<S> {
        AxisNoise::Shared(self.process.clone())
    }
}

pub struct LogLikelihood;
pub struct Elbo;
pub struct OtherLogLikelihood;
pub struct OtherElbo;

impl Formula for LogLikelihood {
    type Params<S: Scalar> = Plugged<S>;
    fn value<S: Scalar>(p: &Plugged<S>) -> S {
        let (noise, d) = (p.noise(), p.v0.dimension());
        p.world().log_likelihood(&p.x, &noise.start(d), &noise.end(d))
    }
}

impl Formula for Elbo {
    type Params<S: Scalar> = Plugged<S>;
    fn value<S: Scalar>(p: &Plugged<S>) -> S {
        p.world().elbo(&p.x, &p.noise().end(p.v0.dimension()))
    }
}

impl<S: Scalar> Other<S> {
    fn world(&self) -> AffineScore<S> {
        let end = self.process.end();
        AffineScore {
            scaled: ScaledScore { v0: self.v, delta: S::zero(), lambda: self.lam, vpi: end.variance(self.v) },
            centre: self.m,
            prior_mean: end.mean(self.m),
        }
    }
}

impl Formula for OtherLogLikelihood {
    type Params<S: Scalar> = Other<S>;
    fn value<S: Scalar>(p: &Other<S>) -> S {
        p.world().model(&p.process.start(), &p.process.end()).log_density(p.x)
    }
}

impl Formula for OtherElbo {
    type Params<S: Scalar> = Other<S>;
    fn value<S: Scalar>(p: &Other<S>) -> S {
        p.world().elbo(p.x, &p.process.end())
    }
}

pub fn rotated_inputs(case: &RotatedPoint) -> Inputs {
    let list = |numbers: &[Decimal]| {
        let texts: Vec<String> = numbers.iter().map(Decimal::to_string).collect();
        format!("[{}]", texts.join(","))
    };
    let along =
        |field: fn(&ouracle::strategies::AxisPoint) -> Decimal| list(&case.axes.iter().map(field).collect::<Vec<_>>());
    // A list of parameters may not be empty; in one dimension there is nothing to turn.
    let turns = if case.turns.is_empty() { "[0]".to_owned() } else { list(&case.turns) };
    let words = format!(
        "{} turns={turns} centre={} v0={} delta={} mpi={} vpi={} lam={} x={}",
        case.noising,
        along(|axis| axis.centre),
        along(|axis| axis.v0),
        along(|axis| axis.delta),
        along(|axis| axis.prior_mean),
        along(|axis| axis.vpi),
        case.lambda,
        list(&case.x)
    );
    Inputs::from_words(words.split_whitespace()).expect("cases print as words")
}

pub fn other_inputs(case: &OtherGaussianPoint) -> Inputs {
    let OtherGaussianPoint { noising, other_mean, other_variance, lambda, x, .. } = case;
    let words = format!("{noising} m={other_mean} v={other_variance} lam={lambda} x={x}");
    Inputs::from_words(words.split_whitespace()).expect("cases print as words")
}

/// One quantity in all its readings.
pub struct Read {
    pub exact: Ball,
    pub double: f64,
    /// `κ = |f| + Σ |pⱼ ∂f/∂pⱼ|`, by the library.
    pub condition: f64,
    /// How many roundings the formula makes, those of its inputs included.
    pub roundings: f64,
}

impl Read {
    /// What the roundings may do to a result of arithmetic with unit roundoff `u`: each is charged as one rounding of the
    /// input to which the result is most sensitive. A formula that does worse is not stable, which is a bug.
    pub fn tolerance(&self, u: f64) -> f64 {
        self.roundings * u * self.condition
    }
}

pub fn read<F: Formula>(inputs: &Inputs) -> Read {
    let quantity = Quantity::of::<F>("", "", &[]);
    let exact = quantity.ask(inputs, 60).expect("finite at every case").value;
    let in_double = quantity.double.expect("a closed form");
    let (double, condition) = in_double(inputs, &[]).expect("readable");
    ROUNDINGS.set(0);
    let params: F::Params<Counted> = ExactReader::new(inputs, &[]).read().expect("readable");
    let _ = F::value(&params);
    Read { exact, double: double.0, condition, roundings: f64::from(ROUNDINGS.get()) }
}

/// A difference of two quantities. Their roundings do not cancel even where their sensitivities do, as in a gap that
/// vanishes identically, so its condition is the sum of theirs.
pub fn difference<A: Formula, B: Formula>(inputs: &Inputs) -> Read {
    let (a, b) = (read::<A>(inputs), read::<B>(inputs));
    Read {
        exact: a.exact - b.exact,
        double: a.double - b.double,
        condition: a.condition + b.condition,
        roundings: a.roundings + b.roundings + 1.0,
    }
}

pub fn gap(case: &RotatedPoint) -> Read {
    difference::<LogLikelihood, Elbo>(&rotated_inputs(case))
}

/// The unit roundoff of doubles.
pub const DOUBLE: f64 = f64::EPSILON / 2.0;

/// What one operation adds to the width of an enclosure, relatively: an ulp of 237 bits at each end, four for the elementary
/// functions, whose errors are bounded by 2⁻²³².
pub fn enclosure() -> f64 {
    2f64.powi(-232)
}

thread_local! {
    static ROUNDINGS: Cell<u32> = const { Cell::new(0) };
}

/// A reading that counts its roundings.
#[derive(Debug, Clone, Copy)]
pub struct Counted(Float);

fn counted(value: Float, roundings: u32) -> Counted {
    ROUNDINGS.set(ROUNDINGS.get() + roundings);
    Counted(value)
}

impl Neg for Counted {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident),+) => {$(
        impl $trait for Counted {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                counted($trait::$method(self.0, other.0), 1)
            }
        }
        impl $trait<i64> for Counted {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                counted($trait::$method(self.0, n), 1)
            }
        }
    )+};
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Field for Counted {
    fn rational(q: &Rational) -> Self {
        counted(Float::rational(q), 1)
    }
}

impl Scalar for Counted {
    fn pi() -> Self {
        counted(Float::pi(), 1)
    }
    fn exp(self) -> Self {
        counted(self.0.exp(), 1)
    }
    fn exp_m1(self) -> Self {
        counted(self.0.exp_m1(), 1)
    }
    fn ln(self) -> Self {
        counted(self.0.ln(), 1)
    }
    fn ln_1p(self) -> Self {
        counted(self.0.ln_1p(), 1)
    }
    fn sqrt(self) -> Self {
        counted(self.0.sqrt(), 1)
    }
    fn sin_cos(self) -> (Self, Self) {
        let (sine, cosine) = self.0.sin_cos();
        (counted(sine, 1), counted(cosine, 1))
    }
    /// Three for each step of the recurrence; the series makes fewer that matter.
    fn phi(self, k: u32) -> Self {
        counted(self.0.phi(k), 3 * k.max(1))
    }
}

/// The world of a case must be the world of its words.
#[test]
fn words_and_cases_agree() {
    super::holds(32, ouracle::strategies::rotated_point(), |case| {
        let words: Plugged<Ball> = ExactReader::new(&rotated_inputs(&case), &[]).read().expect("readable");
        let (d, world, x): (usize, Rotated<Ball>, Vector<Ball>) = (case.dimension(), case.world(), case.point());
        let end = words.noise().end(d);
        let read = read::<Elbo>(&rotated_inputs(&case));
        super::vanishes(world.elbo(&x, &end) - words.world().elbo(&words.x, &end), read.tolerance(enclosure()))
    });
}

const _: fn() = || {
    fn reads<T: Parameters<Counted>>() {}
    reads::<Plugged<Counted>>();
};
