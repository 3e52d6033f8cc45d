//! The adaptive step of score-based purification is a scaled exact line search on Gaussian energies, whatever the probe.
//!
//! The length is found by a second score at a probe $\delta > 0$ along the first:
//!
//! $$ \alpha = \frac{\lambda\delta}{1 - z}, \qquad z = \frac{s(x)^\top s(x + \delta s(x))}{|s(x)|^2} $$
//!
//! For $s(x) = -P(x - \mu_E)$ and $g = P(x - \mu_E)$ it is $\lambda g^\top g/g^\top Pg$: for $\lambda = 1$ Cauchy's length. The energy $f = \frac12(x - \mu_E)^\top P(x - \mu_E)$ falls by
//!
//! $$ f' = f\Big[1 - \lambda(2 - \lambda)\frac{(g^\top g)^2}{(g^\top Pg)(g^\top P^{-1}g)}\Big] \le f\Big[1 - \lambda(2 - \lambda)\frac{4\kappa}{(1 + \kappa)^2}\Big], \qquad 0 < \lambda < 2 $$
//!
//! with the condition number $\kappa$ of $P$; the bound is Kantorovich's, here from a chord of $1/\lambda$ and from $y(c - y) \le c^2/4$, and so of any dimension.
//! For $P = I/\tau^2$ the length is $\lambda\tau^2$, and $x_k - \mu_E = (1 - \lambda)^k(x_0 - \mu_E)$.
//!
//! For other energies it tends to $-\lambda|s|^2/(s^\top\nabla s\,s)$ as $\delta \to 0$, *negative* where the energy is concave along $s$. For two classes on the line with
//! $|\mu| = 1.2$, $\tau^2 = 0.9$ it is negative for $0 < u < 0.5345$, at $u = 0.3$ about $-2.44$: without a clamp the step leads to the saddle between them.
//!
//! Assumptions: no clipping; the published code clips the length to $[10^{-5}, 10^{-1}]$. The difference $1 - z$ cancels: a rounding
//! by $u$ moves the length by about $u/(\delta p)$ of itself, $p = g^\top Pg/g^\top g$, in single precision at $\delta = 10^{-7}$ and $p = 1$ by half of it. If it failed,
//! the step of a purifier would depend on a probe that nobody reports. Not stochastic.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Relation, Statement};
use crate::numbers::{Ball, Covariance, Dual, Matrix, Scalar, Vector, derivative};
use crate::objectives::purification::{
    MirroredClasses, adaptive_descent, adaptive_length, adaptive_length_limit, exact_descent, gaussian_length, step,
};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};

const DEPENDS_ON_PROBE: u8 = 1;
const NO_RELAXATION: u8 = 2;
const ROOT_OF_THE_RATE: u8 = 3;
const ANY_RELAXATION: u8 = 4;
const ALWAYS_POSITIVE: u8 = 5;
const CAUCHY_FOR_ALL: u8 = 6;
const ONE_STEP_SHORT: u8 = 7;

parameters! {
    /// A Gaussian energy, an input, and what the step is made of.
    Energy {
        P: covariance "the precision of the energy",
        mu: vector "its mode",
        x: vector "the input",
        delta: positive "the probe",
        lam: positive "the relaxation, 1 for an exact line search",
    }
}

/// The length, and what a step does to the energy.
struct Length(u8);

impl Statement for Length {
    type Params<S: Scalar> = Energy<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "P=[[2,0.5],[0.5,1]] mu=[0.3,-0.7] x=[1.4,-2.2] delta=0.13 lam=0.7",
            "P=[[1.3137e5,21.3],[21.3,0.6719]] mu=[-1.1,0.4] x=[1e-3,-2.2] delta=1e-7 lam=1.9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Energy<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let precision = p.P.matrix();
        let score = |x: &Vector<S>| precision * &(&p.mu - x);
        let away = &p.x - &p.mu;
        let g = precision * &away;
        let probed = adaptive_length(score, &p.x, p.delta, p.lam);
        let relaxation = if wrong == NO_RELAXATION { S::one() } else { p.lam };
        let stated = gaussian_length(precision, &g, relaxation);
        let stated = if wrong == DEPENDS_ON_PROBE { stated * (p.delta + 1) } else { stated };
        let energy = |x: &Vector<S>| precision.bilinear(x, x) / 2;
        let after = energy(&(&step(score, &p.x, probed) - &p.mu));
        let share = g.dot(&g).square() / (precision.bilinear(&g, &g) * p.P.precision().bilinear(&g, &g));
        let gained = if wrong == CAUCHY_FOR_ALL { S::one() } else { p.lam * (S::int(2) - p.lam) };
        let fixed = precision.map(Dual::constant);
        let mode = p.mu.map(Dual::constant);
        let limit = adaptive_length_limit(|x: &Vector<Dual<S>>| &fixed * &(&mode - x), &p.x, p.lam);
        vec![
            Relation::equal("length", probed, stated),
            Relation::equal("length in the limit", limit, stated),
            Relation::equal("energy after a step", after, energy(&away) * (S::one() - gained * share)),
        ]
    }
}

parameters! {
    /// An isotropic energy.
    Isotropic {
        tau2: positive "the variance of the energy",
        x: vector "the displacement from the mode",
        delta: positive "the probe",
        lam: positive "the relaxation",
        k: count "how many steps",
    }
}

/// The length is the variance.
struct Round(u8);

impl Statement for Round {
    type Params<S: Scalar> = Isotropic<S>;

    fn points(&self) -> &'static [&'static str] {
        &["tau2=0.37 x=[1.3,-0.2] delta=0.13 lam=0.7 k=3", "tau2=3.7e-5 x=[-2.9,11.1] delta=0.9 lam=1.31 k=9"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Isotropic<S>) -> Vec<Relation<'p, S>> {
        let relaxation = if self.0 == NO_RELAXATION { S::one() } else { p.lam };
        let precision = Matrix::identity(p.x.dimension()).scale(p.tau2.recip());
        let probed = adaptive_length(|x| &precision * &-x, &p.x, p.delta, p.lam);
        let end = adaptive_descent(&precision, &p.x, p.lam, p.k);
        let factor = (S::one() - relaxation).powi(p.k as i32);
        let mut relations = vec![Relation::equal("the variance", probed, relaxation * p.tau2)];
        relations.extend(Relation::componentwise("after k steps", &end, &p.x.scale(factor)));
        relations
    }
}

parameters! {
    /// Two ends of a spectrum, and a place between them.
    Spectrum {
        a: positive "the smallest curvature",
        b: positive "the largest curvature",
        w: probability "the share of the smallest in one between",
        y: positive "g^T P g",
        n: positive "g^T g",
    }
}

/// The bound on the share that a step gains.
struct Kantorovich(u8);

impl Statement for Kantorovich {
    type Params<S: Scalar> = Spectrum<S>;

    fn points(&self) -> &'static [&'static str] {
        &["a=0.3 b=2.9 w=0.37 y=1.9 n=0.8", "a=1e-7 b=41.3 w=0.999 y=7.1 n=2.3"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Spectrum<S>) -> Vec<Relation<'p, S>> {
        let rest = S::one() - p.w;
        let between = p.w * p.a + rest * p.b;
        let (sum, product) = (p.a + p.b, p.a * p.b);
        let [a, b, weight, other] = [p.a, p.b, p.w, rest].map(NonNegative::declared);
        let middle = weight.times(a).plus(other.times(b));
        let spread = NonNegative::square(p.b - p.a).over(a.times(b).times(middle));
        let weights = weight.times(other);
        let kappa = p.b / p.a;
        let ratio = (kappa - 1) / (kappa + 1);
        let rate = if self.0 == ROOT_OF_THE_RATE { ratio } else { ratio.square() };
        vec![
            // gᵀP⁻¹g ≤ ((a + b)n − y)/(ab), curvature by curvature.
            Relation::at_most("a chord above 1/λ", between.recip(), (sum - between) / product, weights.times(spread)),
            Relation::at_most(
                "a product with a given sum",
                p.y * (sum * p.n - p.y),
                (sum * p.n).square() / 4,
                NonNegative::square(sum * p.n / 2 - p.y),
            ),
            Relation::equal("rate of an exact search", S::one() - kappa * 4 / (kappa + 1).square(), rate),
        ]
    }
}

/// The energy falls.
struct Falls(u8);

impl Statement for Falls {
    type Params<S: Scalar> = Energy<S>;

    fn points(&self) -> &'static [&'static str] {
        Length(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Energy<S>) -> Vec<Relation<'p, S>> {
        let relaxation = if self.0 == ANY_RELAXATION { p.lam + 2 } else { p.lam };
        let away = &p.x - &p.mu;
        let energy = |x: &Vector<S>| p.P.matrix().bilinear(x, x) / 2;
        let end = adaptive_descent(p.P.matrix(), &away, relaxation, 3);
        vec![Relation::below("the energy falls", energy(&end), energy(&away))]
    }
}

parameters! {
    /// Two classes on the line, and a probe.
    Line {
        nu: positive "the centre of one class",
        tau2: positive "the variance, noise included, below nu^2",
        u: positive "the input, between the saddle and the inflection",
        delta: positive "a small probe",
    }
}

/// Between two modes the length is negative.
struct Concave(u8);

impl Statement for Concave {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "nu=1.2 tau2=0.9 u=0.3 delta=1e-6",
            "nu=1.2 tau2=0.9 u=0.5344 delta=1e-6",
            "nu=3.1 tau2=0.7 u=1e-9 delta=1e-3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let classes = MirroredClasses::isotropic(Vector(vec![p.nu]), p.tau2);
        let moving = classes.map(Dual::constant);
        let score = |u: Dual<S>| moving.score(&Vector(vec![u]))[0];
        let at = Vector(vec![p.u]);
        let limit = adaptive_length_limit(|x| moving.score(x), &at, S::one());
        let probed = adaptive_length(|x| classes.score(x), &at, p.delta, S::one());
        // In one dimension −|s|²/(s s′ s) is −1/s′, and s′ vanishes where tanh² = 1 − τ²/ν².
        let root = (S::one() - p.tau2 / p.nu.square()).sqrt();
        let inflection = p.tau2 / p.nu * (root.ln_1p() - (-root).ln_1p()) / 2;
        let [limited, at_probe] = [("limit", limit), ("length", probed)].map(|(name, length)| {
            let (lower, upper) = if self.0 == ALWAYS_POSITIVE { (S::zero(), length) } else { (length, S::zero()) };
            Relation::below(format!("the {name} is negative"), lower, upper)
        });
        vec![
            limited,
            at_probe,
            Relation::equal("limit on the line", limit, -derivative(score, p.u).recip()),
            Relation::equal("inflection", derivative(score, inflection), S::zero()),
        ]
    }
}

/// A centred Gaussian energy and a number of steps.
struct Descent<S> {
    precision: Covariance<S>,
    start: Vector<S>,
    relaxation: S,
    count: u32,
}

impl<S: Scalar> Parameters<S> for Descent<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.covariance("P", "the precision of the energy, centred at 0")?;
        let start = source.vector("x", "the input")?;
        let relaxation = source.real("lambda", Domain::Real, "the relaxation, 1 for an exact line search")?;
        let count = source.index("steps", "how many steps")?;
        source.same_dimension(&["P", "x"])?;
        Ok(Self { precision, start, relaxation, count })
    }
}

struct EnergyAfter;

impl Formula for EnergyAfter {
    type Params<S: Scalar> = Descent<S>;
    fn value<S: Scalar>(p: &Descent<S>) -> S {
        let end = adaptive_descent(p.precision.matrix(), &p.start, p.relaxation, p.count);
        p.precision.matrix().bilinear(&end, &end) / 2
    }
}

/// The most that the number of steps times the dimension can be: the width grows with the steps, and this takes about a second.
const MOST_WORK: u64 = 1400;

/// The same from exact numbers, with digits of its own however many of the steps lose theirs.
fn energy_after(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Descent<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (dimension, steps) = (p.start.dimension(), p.count);
    let most = MOST_WORK / dimension as u64;
    if u64::from(steps) > most {
        let why = format!(
            "`steps` is {steps}, but in {dimension} dimensions it must be at most {most}: each step widens the exact numbers that \
             the next one multiplies; give fewer `steps`"
        );
        return Err(InputError::Condition(why));
    }
    let mut exact = ExactReader::new(inputs, ignored);
    let rows = exact.exact_symmetric("P", "the precision of the energy")?;
    let start = exact.exact_vector("x", "the input")?;
    let relaxation = inputs.rational("lambda").unwrap_or_default();
    Ok(exact_descent(&rows, &start, &relaxation, p.count))
}

/// The numbers of any width against the steps of fixed width.
struct Widened(u8);

impl Enclosed for Widened {
    fn points(&self) -> &'static [&'static str] {
        &[
            "P=[[2,0.5],[0.5,1]] x=[1.4,-2.2] lambda=0.7 steps=3",
            "P=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] x=[1.4,-2.2,0.7] lambda=1 steps=5",
            "P=[[1.3137e5,21.3],[21.3,0.6719]] x=[1e-3,-2.2] lambda=2.3 steps=2",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Descent<Ball> = at_point(point)?;
        let widened = energy_after(&Inputs::from_words(point.split_whitespace())?, &[], 0)?;
        let count = if self.0 == ONE_STEP_SHORT { p.count - 1 } else { p.count };
        let stepped = EnergyAfter::value(&Descent { count, ..p });
        Ok(vec![EnclosedRelation::equal("energy after some steps", move |_| stepped - widened)])
    }
}

const LENGTH: &str = "";
const ROUND: &str = "isotropic energy";
const BOUND: &str = "Kantorovich's bound";
const FALLS: &str = "energy";
const CONCAVE: &str = "between two modes";
const WIDENED: &str = "steps in numbers of any width";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-adaptive-step",
    aliases: &[],
    title: "The adaptive step of purification is a scaled exact line search on Gaussian energies, and negative between two modes",
    expect: Expect::True,
    text: include_str!("purify_adaptive_step.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of(LENGTH, &Length(0)),
        Readings::of(ROUND, &Round(0)),
        Readings::of(BOUND, &Kantorovich(0)),
        Readings::certified(FALLS, &Falls(0)),
        Readings::certified(CONCAVE, &Concave(0)),
        Readings::certified(WIDENED, &ByEnclosure(Widened(0))),
    ],
    controls: &[
        Control {
            id: "depends-on-the-probe",
            story: "a length that grows with the probe, by the factor 1 + δ",
            readings: Readings::of(LENGTH, &Length(DEPENDS_ON_PROBE)),
        },
        Control {
            id: "no-relaxation",
            story: "Cauchy's length without λ",
            readings: Readings::of(LENGTH, &Length(NO_RELAXATION)),
        },
        Control {
            id: "no-relaxation-of-the-variance",
            story: "the variance without λ",
            readings: Readings::of(ROUND, &Round(NO_RELAXATION)),
        },
        Control {
            id: "gain-of-an-exact-search",
            story: "the decay of an exact line search for every λ: 1 for λ(2 − λ)",
            readings: Readings::of(LENGTH, &Length(CAUCHY_FOR_ALL)),
        },
        Control {
            id: "rate-of-the-distance",
            story: "(κ − 1)/(κ + 1) for the energy, which falls by its square",
            readings: Readings::of(BOUND, &Kantorovich(ROOT_OF_THE_RATE)),
        },
        Control {
            id: "any-relaxation",
            story: "the energy said to fall for λ > 2, too",
            readings: Readings::certified(FALLS, &Falls(ANY_RELAXATION)),
        },
        Control {
            id: "always-positive",
            story: "a step said to be positive between two modes, too",
            readings: Readings::certified(CONCAVE, &Concave(ALWAYS_POSITIVE)),
        },
        Control {
            id: "one-step-short",
            story: "the energy after one step fewer",
            readings: Readings::certified(WIDENED, &ByEnclosure(Widened(ONE_STEP_SHORT))),
        },
    ],
    quantities: &[Quantity::of::<EnergyAfter>(
        "energy",
        "x^T P x/2 after some steps x - lambda (g^T g/g^T P g) g, g = P x, without clipping",
        &[],
    )
    .enclosed_by(energy_after)],
};
