//! What can be claimed: equalities, rates and inequalities between closed forms, in any reading.

use crate::numbers::{Dual, Scalar, Vector};
use crate::parameters::Parameters;

/// A claim as mathematics: relations between formulas, generic over the reading. A wrong version is another value of the same
/// type, such as `Gap(NO_HALF)` beside `Gap(0)`, so that it runs the same code.
pub trait Statement: Sync + 'static {
    /// What the relations depend on.
    type Params<S: Scalar>: Parameters<S>;

    /// Where it is enclosed, as `name=value` words: exact, and such that no wrong version can hide. The first point also
    /// gives the shapes and choices of the proof.
    fn points(&self) -> &'static [&'static str];

    /// Whether a proof keeps the explicit process of each point instead of one of which only the rules are known.
    fn explicit(&self) -> bool {
        false
    }

    /// The relations, each of which must hold.
    fn relations<'p, S: Scalar>(&self, p: &'p Self::Params<S>) -> Vec<Relation<'p, S>>;
}

/// One relation, with a name that its wrong versions share.
pub struct Relation<'p, S> {
    /// Its name within the claim.
    pub name: String,
    /// What is related.
    pub kind: RelationKind<'p, S>,
}

/// A function of time in one reading.
pub type OfTime<'p, S, R> = Box<dyn Fn(S) -> R + 'p>;

/// The two sides of a relation; they must come by different routes.
pub enum RelationKind<'p, S> {
    /// `left = right`.
    Equal(S, S),
    /// `d state/dt = rate` on `[from, to]`. Proved by differentiation, certified by `state(to) − state(from) = ∫ rate`.
    Rate {
        /// The closed form with its derivative.
        state: OfTime<'p, S, Dual<S>>,
        /// What the derivative should be.
        rate: OfTime<'p, S, S>,
        /// Lower limit of the integral.
        from: S,
        /// Upper limit of the integral.
        to: S,
    },
    /// `lower ≤ upper`, because `upper − lower = gap` and the gap cannot be negative.
    AtMost {
        /// The smaller side.
        lower: S,
        /// The larger side.
        upper: S,
        /// Their difference, built from squares.
        gap: NonNegative<S>,
    },
    /// `lower ≤ upper` at the stated points, for no stated reason: certified or refuted there, never proved.
    Below {
        /// The side that should be smaller.
        lower: S,
        /// The side that should be larger.
        upper: S,
    },
}

impl<'p, S: Scalar> Relation<'p, S> {
    /// `left = right`.
    pub fn equal(name: impl Into<String>, left: S, right: S) -> Self {
        Self { name: name.into(), kind: RelationKind::Equal(left, right) }
    }

    /// `left = right`, a relation for each component; the only component of a vector needs no number.
    pub fn componentwise(name: &str, left: &Vector<S>, right: &Vector<S>) -> Vec<Self> {
        let sides = left.0.iter().zip(&right.0).zip(1..);
        let named = |i: usize| if left.dimension() == 1 { name.to_owned() } else { format!("{name}, component {i}") };
        sides.map(|((left, right), i)| Self::equal(named(i), *left, *right)).collect()
    }

    /// `d state/dt = rate` on `[from, to]`.
    pub fn rate(
        name: impl Into<String>,
        (from, to): (S, S),
        state: impl Fn(S) -> Dual<S> + 'p,
        rate: impl Fn(S) -> S + 'p,
    ) -> Self {
        let kind = RelationKind::Rate { state: Box::new(state), rate: Box::new(rate), from, to };
        Self { name: name.into(), kind }
    }

    /// `state(from) ≤ state(to)`, because the rate cannot be negative: an inequality whose gap is an integral.
    pub fn grows(
        name: impl Into<String>,
        range: (S, S),
        state: impl Fn(S) -> Dual<S> + 'p,
        rate: impl Fn(S) -> NonNegative<S> + 'p,
    ) -> Self {
        Self::rate(name, range, state, move |t| rate(t).value())
    }

    /// `lower ≤ upper` with its gap.
    pub fn at_most(name: impl Into<String>, lower: S, upper: S, gap: NonNegative<S>) -> Self {
        Self { name: name.into(), kind: RelationKind::AtMost { lower, upper, gap } }
    }

    /// `lower ≤ upper` at the stated points. Where a gap can be exhibited, [`Self::at_most`] says more.
    pub fn below(name: impl Into<String>, lower: S, upper: S) -> Self {
        Self { name: name.into(), kind: RelationKind::Below { lower, upper } }
    }
}

/// A number that cannot be negative by the way it was built; there is no other way to build one.
#[derive(Debug, Clone, Copy)]
pub struct NonNegative<S>(S);

impl<S: Scalar> NonNegative<S> {
    /// `x²`.
    pub fn square(x: S) -> Self {
        Self(x.square())
    }

    /// `eˣ`.
    pub fn exp(x: S) -> Self {
        Self(x.exp())
    }

    /// `u − 1 − ln u` for `u = 1 + excess > 0`: twice a Kullback–Leibler divergence.
    pub fn divergence(excess: S) -> Self {
        Self(excess.minus_ln_1p())
    }

    /// The sum of two.
    pub fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The product of two.
    pub fn times(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    /// The quotient of two, where the divisor does not vanish.
    pub fn over(self, other: Self) -> Self {
        Self(self.0 / other.0)
    }

    /// A declared non-negative parameter: a variance, a squared diffusion coefficient, a positive constant.
    pub fn declared(parameter: S) -> Self {
        Self(parameter)
    }

    /// The number itself.
    pub fn value(self) -> S {
        self.0
    }
}
