//! Rounding against truncation: a smaller step is not a better one, and the best step goes with the fourth root of the roundoff.
//!
//! Values of $L$ that carry a relative error $c\,u$ at most ($u = 2^{-24}$ in single, $2^{-53}$ in double precision) give differences that are off by
//!
//! $$ \frac{\varepsilon^2}{12}\max|L^{(4)}| + \frac{4cu\max|L|}{\varepsilon^2} \text{ (second)}, \qquad \frac{\varepsilon^2}6\max|L'''| + \frac{cu\max|L|}\varepsilon \text{ (first, central)} $$
//!
//! at most. The bounds are least at
//!
//! $$ \varepsilon_* = \Big(\frac{48cu|L|}{|L^{(4)}|}\Big)^{1/4} \text{ with } \sqrt{\tfrac43cu|L||L^{(4)}|}, \qquad \varepsilon_* = \Big(\frac{3cu|L|}{|L'''|}\Big)^{1/3} $$
//!
//! With $c$ and all scales 1 the second difference has $\varepsilon_* = 0.041$ in single and $2.7\cdot10^{-4}$ in double precision. A quadratic has no truncation, so that
//! the largest step is the best. For $L = (k\,y)\,y$ and a step that is a power of two, the roundoff is at most $16u\max|L|/\varepsilon^2$:
//! each end contributes four units (two products, and twice the rounding of $x \pm \varepsilon$), the centre two, doubled, and the sum of the ends two
//! more; the rest is room for second order. A constant $c_0$ in $L$, which no score sees, adds $8u|c_0|/\varepsilon^2$ at most.
//!
//! On a quartic the truncation is $\frac{\varepsilon^2}{12}L^{(4)}$ exactly. The claim has these figures for the mean square of the error over the points: halving a step far right
//! of the best divides it by 15 to 17, where truncation alone gives 16; four halvings left of the best multiply it by $2^{15}$ to $2^{17}$, where a roundoff
//! that did not fluctuate would give $2^{16}$; and a step eight times one near the best multiplies it by 100 at least, where truncation alone would give 4096.
//!
//! Assumptions: rounding to nearest, no underflow. The best steps are proved; the bounds are compared with what the library's own second difference gives in single and
//! double precision, at stated points against the exact value, so that nothing is random. If it failed, a step of $10^{-6}$, harmless in double
//! precision for slopes, would be used for second differences, where it leaves nothing.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Relation, Statement};
use crate::numbers::{Ball, Field, Float, Interval, Scalar, Single, Vector};
use crate::objectives::score_matching::Stencil;
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::Quartic;

const THIRD_ROOT: u8 = 1;
const ONE_VALUE: u8 = 2;
const SMALLER_IS_BETTER: u8 = 3;
const CONSTANT_CANCELS: u8 = 4;
const TINY_STEP: u8 = 5;
const ONE_ROUNDING: u8 = 6;

parameters! {
    /// What the bounds depend on, and two steps.
    TradeOff {
        u: positive "the unit roundoff",
        c: positive "relative error of a value, in units of u",
        L3: positive "largest third derivative",
        L4: positive "largest fourth derivative",
        best: positive "the step that is best",
        eps: positive "any other step",
    }
}

/// Which step is best.
struct Best(u8);

impl Statement for Best {
    type Params<S: Scalar> = TradeOff<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "u=5.9604644775390625e-8 c=3 L3=1.7 L4=0.9 best=0.066 eps=0.013",
            "u=1e-16 c=1 L3=2.3 L4=31 best=1e-4 eps=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p TradeOff<S>) -> Vec<Relation<'p, S>> {
        let unit = p.c * p.u;
        // How large L is if this step is the best one.
        let value = match self.0 {
            THIRD_ROOT => p.L4 * p.best.powi(3) / (unit * 48),
            ONE_VALUE => p.L4 * p.best.powi(4) / (unit * 12),
            _ => p.L4 * p.best.powi(4) / (unit * 48),
        };
        let second = |eps: S| eps.square() * p.L4 / 12 + unit * value * 4 / eps.square();
        let value_of_first = p.L3 * p.best.powi(3) / (unit * 3);
        let first = |eps: S| eps.square() * p.L3 / 6 + unit * value_of_first / eps;
        let positive = NonNegative::declared;
        let square = NonNegative::square((p.eps.square() - p.best.square()) / p.eps);
        let cubic = NonNegative::square(p.eps - p.best).times(positive(p.eps + p.best * 2)).over(positive(p.eps));
        vec![
            Relation::equal("least bound, squared", second(p.best).square(), unit * value * p.L4 * 4 / 3),
            Relation::at_most("second difference", second(p.best), second(p.eps), square.times(positive(p.L4 / 12))),
            Relation::at_most("first difference", first(p.best), first(p.eps), cubic.times(positive(p.L3 / 6))),
        ]
    }
}

/// The binary digits of a number: 24 in single, 53 in double precision.
struct Precision(u32);

impl Parameters<Float> for Precision {
    fn read(source: &mut dyn Source<Float>) -> Result<Self, InputError> {
        let name = source.choice("precision", &["single", "double"], false, "the numbers that a formula is read by")?;
        Ok(Self(if name == "single" { 24 } else { 53 }))
    }
}

/// A log-density of dyadic coefficients, as code evaluates it.
#[derive(Clone, Copy)]
enum Energy {
    /// `(k y) y`.
    Quadratic,
    /// The same with a constant.
    Shifted,
    /// A quartic.
    Quartic,
}

impl Energy {
    /// The constant of the shifted one.
    const CONSTANT: i64 = 10_000;

    fn value<S: Field>(self, y: S) -> S {
        let quadratic = || (S::ratio(-27, 32) * y) * y;
        match self {
            Self::Quadratic => quadratic(),
            Self::Shifted => quadratic() + Self::CONSTANT,
            Self::Quartic => Self::quartic().log_density(y),
        }
    }

    fn quartic<S: Field>() -> Quartic<S> {
        Quartic { a: S::ratio(13, 16), b: S::ratio(5, 32) }
    }

    /// `L″`, exactly.
    fn curvature(self, x: Ball) -> Ball {
        match self {
            Self::Quadratic | Self::Shifted => Ball::ratio(-27, 16),
            Self::Quartic => Self::quartic().score_slope(x),
        }
    }

    /// At each point: what the second difference with the step `2⁻ⁿ` is off by, and the largest `|L|` but for the constant.
    fn errors(self, digits: u32, n: u32) -> Vec<[Ball; 2]> {
        (-40..=40)
            .map(|at| {
                if digits == 24 { self.error(at, n, |x: Single| x.0.into()) } else { self.error(at, n, |x: Float| x.0) }
            })
            .collect()
    }

    fn error<S: Field>(self, at: i64, n: u32, double: impl Fn(S) -> f64) -> [Ball; 2] {
        let exact = |x: S| Ball::from(Interval::point(double(x)));
        // Neither the points nor their squares are short: each is the rounded third of an odd multiple of 1/8.
        let x = S::ratio(2 * at + 1, 24);
        let eps = (0..n).fold(S::one(), |eps, _| eps / 2);
        let stencil = Stencil::new(|y| self.value(y[0]), &Vector(vec![x]), &Vector(vec![eps]));
        let off = exact(stencil.curvature() * stencil.factor) - self.curvature(exact(x));
        let without = if matches!(self, Self::Shifted) { Self::Quadratic } else { self };
        let values = [exact(x), exact(x) + exact(eps), exact(x) - exact(eps)].map(|y| magnitude(without.value(y)));
        [magnitude(off), values.into_iter().fold(Ball::zero(), largest)]
    }

    /// The mean square of what the second difference is off by.
    fn mean_square(self, digits: u32, n: u32) -> Ball {
        let errors = self.errors(digits, n);
        errors.iter().fold(Ball::zero(), |sum, [off, _]| sum + off.square()) / errors.len() as i64
    }

    /// The largest of it.
    fn worst(self, digits: u32, n: u32) -> Ball {
        self.errors(digits, n).into_iter().fold(Ball::zero(), |worst, [off, _]| largest(worst, off))
    }
}

fn magnitude(x: Ball) -> Ball {
    Ball::new(x.mig(), x.mag()).unwrap_or(Ball::whole())
}

fn largest(a: Ball, b: Ball) -> Ball {
    if a.certainly_le(&b) { b } else { a }
}

/// The library's second difference in both precisions.
struct Runs(u8);

impl Enclosed for Runs {
    fn points(&self) -> &'static [&'static str] {
        &["precision=single", "precision=double"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let Precision(digits) = at_point(point)?;
        let unit = (0..digits).fold(Ball::one(), |unit, _| unit / 2);
        // The least room below the bound, over all points and some steps from 1 to where nothing is left.
        let room = |energy: Energy, units: i64, constant: i64| {
            let steps = (0..digits).step_by(5);
            let rooms = steps.flat_map(|n| {
                let scale = unit * Ball::int(4).powi(n as i32);
                let room = move |[off, value]: [Ball; 2]| scale * (value * units + Ball::int(constant)) - off;
                energy.errors(digits, n).into_iter().map(room)
            });
            rooms.reduce(|a, b| if a.certainly_le(&b) { a } else { b }).unwrap_or(Ball::whole())
        };
        let constant = if wrong == CONSTANT_CANCELS { 0 } else { 8 * Energy::CONSTANT };
        let order = |name, lower: Ball, upper: Ball, turned: bool| {
            let room = if turned { lower - upper } else { upper - lower };
            EnclosedRelation::at_most(name, move |_| room)
        };
        let (quadratic, shifted) = (
            room(Energy::Quadratic, if wrong == ONE_ROUNDING { 1 } else { 16 }, 0),
            room(Energy::Shifted, 16, constant),
        );
        let middle = digits / 2;
        // The fourth root of 48cu|L|/|L⁗|, where what multiplies u is some hundreds here, and the third root of u.
        let (fourth, third) = (digits / 4 - 2, digits / 3);
        let of_quartic = |n: u32| Energy::Quartic.mean_square(digits, n);
        Ok(vec![
            EnclosedRelation::at_most("roundoff of a quadratic", move |_| quadratic),
            EnclosedRelation::at_most("roundoff with a constant", move |_| shifted),
            order(
                "larger steps on a quadratic",
                Energy::Quadratic.worst(digits, 0),
                Energy::Quadratic.worst(digits, middle),
                wrong == SMALLER_IS_BETTER,
            ),
            order(
                "a tiny step leaves nothing",
                Ball::ratio(27, 16),
                Energy::Quadratic.worst(digits, digits - 4),
                wrong == TINY_STEP,
            ),
            order("best step of a quartic", of_quartic(fourth), of_quartic(third), wrong == THIRD_ROOT),
            order("a larger step", of_quartic(fourth) * 100, of_quartic(fourth - 3), false),
            order("right of the best: at least", of_quartic(1) * 15, of_quartic(0), false),
            order("right of the best: at most", of_quartic(0), of_quartic(1) * 17, false),
            // Roundoff fluctuates from point to point: over four halvings 2¹⁶ is met but for a factor of two.
            order("left of the best: at least", of_quartic(middle - 4) * (1 << 15), of_quartic(middle), false),
            order("left of the best: at most", of_quartic(middle), of_quartic(middle - 4) * (1 << 17), false),
        ])
    }
}

const RUNS: &str = "in single and double precision";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-roundoff",
    aliases: &[],
    title: "Rounding against truncation: the best step goes with the fourth root of the roundoff",
    expect: Expect::True,
    text: include_str!("fd_roundoff.rs"),
    sources: &["pang2020"],
    readings: &[Readings::of("", &Best(0)), Readings::certified(RUNS, &ByEnclosure(Runs(0)))],
    controls: &[
        Control {
            id: "third-root",
            story: "the third root, that of the first difference, for the second difference",
            readings: Readings::of("", &Best(THIRD_ROOT)),
        },
        Control {
            id: "one-value-rounded",
            story: "the roundoff of one value counted, of the four that the second difference adds up",
            readings: Readings::of("", &Best(ONE_VALUE)),
        },
        Control {
            id: "third-root-is-better",
            story: "the third root taken to be the better step, on a quartic",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(THIRD_ROOT))),
        },
        Control {
            id: "smaller-is-better",
            story: "a smaller step taken to be better, always",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(SMALLER_IS_BETTER))),
        },
        Control {
            id: "constant-cancels",
            story: "a constant in L taken to cancel in the difference",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(CONSTANT_CANCELS))),
        },
        Control {
            id: "tiny-step",
            story: "a step of 10⁻⁶ in single precision, whose error is larger than the value",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(TINY_STEP))),
        },
        Control {
            id: "one-rounding",
            story: "the roundoff of a single operation for that of the whole difference",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(ONE_ROUNDING))),
        },
    ],
    quantities: &[],
};
