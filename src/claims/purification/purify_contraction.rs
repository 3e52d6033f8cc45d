//! How fast purification along a Gaussian energy forgets its input, and for which step lengths.
//!
//! A step of length $\alpha$ multiplies a displacement along an eigenvector of $P$ by $1 - \alpha\lambda$, so that
//!
//! $$ |x_k - \mu_E| \le \rho^k|x_0 - \mu_E|, \qquad \rho = \max(|1 - \alpha\lambda_{min}|, |1 - \alpha\lambda_{max}|) $$
//!
//! for between the ends of the spectrum nothing is larger than at the ends. It converges iff $0 < \alpha < 2/\lambda_{max}$, and fastest at
//!
//! $$ \alpha^* = \frac2{\lambda_{min} + \lambda_{max}}, \qquad \rho^* = \frac{\kappa - 1}{\kappa + 1}, \qquad
//! \frac{\lambda_{max}(1 - \alpha\lambda_{min})^2 + \lambda_{min}(1 - \alpha\lambda_{max})^2}{\lambda_{min} + \lambda_{max}} = \rho^{*2} + \lambda_{min}\lambda_{max}(\alpha - \alpha^*)^2 $$
//!
//! The last identity is why: the larger of two squares is at least their weighted mean. Between $1/\lambda_{max}$ and $2/\lambda_{max}$ it converges too, but
//! changes sides in every step. All classes end at $\mu_E$: with one Gaussian energy, what distinguishes them is forgotten at the rate $\rho$.
//!
//! Assumptions: $P$ positive definite, steps of one length, no clipping. If it failed, the limit of the step length would be stated for the wrong eigenvalue.
//! Not stochastic: nothing is sampled.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::objectives::purification::{Steps, step};
use crate::parameters;

const ENERGY_RATE: u8 = 1;
const EARLY_LIMIT: u8 = 2;
const MONOTONE: u8 = 3;
const INVERSE_OF_THE_LARGEST: u8 = 4;
const CLASSES_REMAIN: u8 = 5;

parameters! {
    /// A spectrum and a step.
    Spectrum {
        a: positive "the smallest eigenvalue",
        b: positive "the largest eigenvalue",
        w: probability "the share of the smallest in one between",
        alpha: positive "the length of a step",
        r: fraction "alpha b/2 of a step that converges",
    }
}

/// The best step, as it is stated.
fn best<S: Scalar>(wrong: u8, a: S, b: S) -> S {
    if wrong == INVERSE_OF_THE_LARGEST { b.recip() } else { S::int(2) / (a + b) }
}

/// Eigenvalue by eigenvalue.
struct Ends(u8);

impl Statement for Ends {
    type Params<S: Scalar> = Spectrum<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "a=0.7929 b=2.2071 w=0.37 alpha=0.55 r=0.413",
            "a=0.31 b=41.7 w=0.93 alpha=0.047 r=0.999",
            "a=1e-9 b=3.7 w=0.013 alpha=0.54 r=0.61",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Spectrum<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        // One step of a displacement along an eigenvector.
        let after = |curvature: S, length: S| step(|x| x.scale(-curvature), &Vector(vec![S::one()]), length)[0];
        let [a, b, w, rest] = [p.a, p.b, p.w, S::one() - p.w].map(NonNegative::declared);
        let at_ends = p.w * after(p.a, p.alpha).square() + (S::one() - p.w) * after(p.b, p.alpha).square();
        let between = after(p.w * p.a + (S::one() - p.w) * p.b, p.alpha).square();
        let spread = NonNegative::square(p.alpha * (p.b - p.a));
        let (kappa, best) = (p.b / p.a, best(wrong, p.a, p.b));
        let rate = (kappa - 1) / (kappa + 1);
        let stated = if wrong == ENERGY_RATE { rate.square() } else { rate };
        let weighted = (p.b * after(p.a, p.alpha).square() + p.a * after(p.b, p.alpha).square()) / (p.a + p.b);
        let slack = a.times(b).times(NonNegative::square(p.alpha - S::int(2) / (p.a + p.b)));
        // A step below the limit forgets αλ(2 − αλ) of the square.
        let length = p.r * 2 / p.b;
        let [share, left] = [p.r, S::one() - p.r].map(NonNegative::declared);
        let forgotten = share.times(left).times(NonNegative::declared(S::int(4)));
        vec![
            Relation::at_most("largest at the ends", between, at_ends, w.times(rest).times(spread)),
            Relation::equal("best step, smallest eigenvalue", after(p.a, best), stated),
            Relation::equal("best step, largest eigenvalue", after(p.b, best), -stated),
            Relation::at_most("no step is better", stated.square(), weighted, slack),
            Relation::at_most("converges below the limit", after(p.b, length).square(), S::one(), forgotten),
        ]
    }
}

parameters! {
    /// A largest eigenvalue and a step between 1 and 2 over it.
    Late {
        b: positive "the largest eigenvalue",
        r: fraction "alpha b/2, above one half",
    }
}

/// Between `1/λ` and `2/λ`.
struct Oscillates(u8);

impl Statement for Oscillates {
    type Params<S: Scalar> = Late<S>;

    fn points(&self) -> &'static [&'static str] {
        &["b=2.2071 r=0.5001", "b=0.31 r=0.77", "b=41.7 r=0.9999"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Late<S>) -> Vec<Relation<'p, S>> {
        let end = step(|x| x.scale(-p.b), &Vector(vec![S::one()]), p.r * 2 / p.b)[0];
        let order = |wrong: bool, lower: S, upper: S| if wrong { (upper, lower) } else { (lower, upper) };
        let side = order(self.0 == MONOTONE, end, S::zero());
        let size = order(self.0 == EARLY_LIMIT, end.square(), S::one());
        vec![Relation::below("changes sides", side.0, side.1), Relation::below("comes nearer", size.0, size.1)]
    }
}

parameters! {
    /// A Gaussian energy and two classes.
    Energy {
        P: covariance "the precision of the energy",
        mu: vector "its mode",
        first: vector "an input of one class",
        second: vector "an input of the other class",
        k: count "how many steps",
    }
}

/// The extreme eigenvalues of a symmetric 2 × 2 matrix, the smaller one first.
pub(super) fn ends<S: Scalar>(matrix: &Matrix<S>) -> [S; 2] {
    let (middle, lean) = (matrix.trace() / 2, (matrix[(0, 0)] - matrix[(1, 1)]) / 2);
    let reach = (lean.square() + matrix[(0, 1)].square()).sqrt();
    [middle - reach, middle + reach]
}

/// The rate of a matrix, and what becomes of two classes.
struct Rate(u8);

impl Statement for Rate {
    type Params<S: Scalar> = Energy<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "P=[[2,0.5],[0.5,1]] mu=[0.3,-0.7] first=[1.4,-2.2] second=[-1.1,0.9] k=5",
            "P=[[1.3,0.9],[0.9,0.7]] mu=[-1.1,0.4] first=[2.1,1.3] second=[0.31,-1.7] k=9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Energy<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let [a, b] = ends(p.P.matrix());
        let length = best(wrong, a, b);
        let rate = (b - a) / (b + a);
        let rate = if wrong == ENERGY_RATE { rate.square() } else { rate };
        let one = Steps::without_noise(p.P.matrix().clone(), length, 1).one();
        // A symmetric matrix without trace has the eigenvalues ±√−det.
        let square = -one.determinant();
        vec![
            Relation::equal("trace of the best step", one.trace(), S::zero()),
            Relation::equal("squared norm of the best step", square, rate.square()),
        ]
    }
}

/// What the classes are after k steps.
struct Forgotten(u8);

impl Statement for Forgotten {
    type Params<S: Scalar> = Energy<S>;

    fn points(&self) -> &'static [&'static str] {
        Rate(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Energy<S>) -> Vec<Relation<'p, S>> {
        let [a, b] = ends(p.P.matrix());
        let run = |start: &Vector<S>| {
            (0..p.k).fold(start.clone(), |x, _| step(|x| p.P.matrix() * &(&p.mu - x), &x, b.recip()))
        };
        let (first, second) = (run(&p.first), run(&p.second));
        let square = |v: &Vector<S>| v.dot(v);
        let start = square(&(&p.first - &p.second));
        // Below the best step the smallest eigenvalue decides.
        let rate = S::one() - a / b;
        let rate = if self.0 == ENERGY_RATE { rate.square() } else { rate };
        let bound = start * rate.powi(2 * p.k as i32);
        let apart = square(&(&first - &second));
        let (lower, upper) = if self.0 == CLASSES_REMAIN { (start, apart) } else { (apart, bound) };
        vec![Relation::below("classes come nearer", lower, upper)]
    }
}

const ENDS: &str = "ends of the spectrum";
const LATE: &str = "late steps";
const RATE: &str = "rate";
const FORGOTTEN: &str = "classes";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-contraction",
    aliases: &[],
    title: "Purification along a Gaussian energy contracts at the rate of an end of its spectrum, below 2/λ",
    expect: Expect::True,
    text: include_str!("purify_contraction.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of(ENDS, &Ends(0)),
        Readings::certified(LATE, &Oscillates(0)),
        Readings::of(RATE, &Rate(0)),
        Readings::certified(FORGOTTEN, &Forgotten(0)),
    ],
    controls: &[
        Control {
            id: "rate-of-the-energy",
            story: "the square of (κ − 1)/(κ + 1), at which the energy falls, for the distance",
            readings: Readings::of(ENDS, &Ends(ENERGY_RATE)),
        },
        Control {
            id: "rate-of-the-energy-of-a-matrix",
            story: "the same for a matrix",
            readings: Readings::of(RATE, &Rate(ENERGY_RATE)),
        },
        Control {
            id: "rate-of-the-energy-of-classes",
            story: "two classes said to come nearer at that rate",
            readings: Readings::certified(FORGOTTEN, &Forgotten(ENERGY_RATE)),
        },
        Control {
            id: "early-limit",
            story: "1/λ, where the steps begin to change sides, for the limit of convergence",
            readings: Readings::certified(LATE, &Oscillates(EARLY_LIMIT)),
        },
        Control {
            id: "monotone",
            story: "an approach from one side claimed for every step that converges",
            readings: Readings::certified(LATE, &Oscillates(MONOTONE)),
        },
        Control {
            id: "inverse-of-the-largest",
            story: "1/λ taken for the best step",
            readings: Readings::of(ENDS, &Ends(INVERSE_OF_THE_LARGEST)),
        },
        Control {
            id: "inverse-of-the-largest-of-a-matrix",
            story: "the same for a matrix",
            readings: Readings::of(RATE, &Rate(INVERSE_OF_THE_LARGEST)),
        },
        Control {
            id: "classes-remain",
            story: "a purifier with one Gaussian energy said to keep classes apart",
            readings: Readings::certified(FORGOTTEN, &Forgotten(CLASSES_REMAIN)),
        },
    ],
    quantities: &[],
};
