//! The reading as a proof: a number is a term, and an identity holds for all parameters or leaves a residue.
//!
//! [`Expr`] is a handle to a hash-consed term. [`Proof`] opens the scope in which terms live, declares symbols and their
//! rates of change, and asks whether two terms are equal. The question is answered by a sparse polynomial over ℚ
//! (`normal.rs`), without a simplifier; what was proved leaves as a [`Certificate`], which another program re-derives.
//!
//! A symbol may also be a *letter*, a vector or a matrix of unknown size, and then stands as the only entry of a `Vector` or
//! `Matrix`: an entry may itself be a matrix, and the formulas for matrices are those for matrices of matrices. Products of
//! letters do not commute; `words.rs` and `forms.rs` bring them to numbers, which the polynomials decide as before.

mod arena;
mod atoms;
mod certificate;
mod clear;
mod directions;
mod evaluate;
mod forms;
mod instantiate;
mod kernels;
mod latex;
mod normal;
mod polynomial;
mod proof;
mod sympy;
#[cfg(test)]
mod tests;
mod words;

pub use arena::Symbol;
pub use certificate::{
    Certificate, CertificateFact, CertificateNode, CertificateRelation, CertificateShape, CertificateSymbol, Verdict,
};
pub use proof::{Equality, Proof, ProofError};
pub use words::{Shape, Size};

use super::{Field, Rational, Scalar};
use arena::{Fact, Node};
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A term of the current [`Proof`]: the [`Scalar`] whose value is known for all parameters at once.
///
/// There is no equality on terms: whether two terms are equal is what a proof decides. A term that leaves its proof, or is
/// made outside of one, denotes nothing; a proof that meets it reports [`ProofError::Foreign`].
#[derive(Clone, Copy)]
pub struct Expr {
    index: u32,
    epoch: u64,
    thread: PhantomData<*const ()>,
}

impl Expr {
    /// The term that belongs to no proof.
    pub(super) const NOWHERE: Self = Self { index: u32::MAX, epoch: 0, thread: PhantomData };

    fn unary(self, node: impl FnOnce(u32) -> Node) -> Self {
        arena::build(|arena| {
            let a = arena.resolve(self)?;
            arena.add(node(a))
        })
    }

    fn binary(self, other: Self, node: impl FnOnce(u32, u32) -> Node) -> Self {
        arena::build(|arena| {
            let (a, b) = (arena.resolve(self)?, arena.resolve(other)?);
            arena.add(node(a, b))
        })
    }
}

/// The formula in LaTeX, cut where it would fill a page.
impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.latex())
    }
}

impl Neg for Expr {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(Node::Neg)
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident;)*) => {$(
        impl $trait for Expr {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.binary(other, Node::$trait)
            }
        }
        impl $trait<i64> for Expr {
            type Output = Self;
            fn $method(self, other: i64) -> Self {
                self.$method(Self::int(other))
            }
        }
    )*};
}

operator! {
    Add add;
    Sub sub;
    Mul mul;
    Div div;
}

/// Asks something of a term of a proof that has letters; elsewhere every term is a number, and `number` answers.
fn of_letters(
    term: Expr,
    number: Expr,
    question: impl FnOnce(&mut arena::Arena, u32) -> Result<u32, ProofError>,
) -> Expr {
    if arena::with(|arena| arena.forms.letters) != Some(true) {
        return number;
    }
    arena::build(|arena| {
        let index = arena.resolve(term)?;
        question(arena, index).map_err(|error| arena.fault(error)).ok()
    })
}

impl Field for Expr {
    fn rational(q: &Rational) -> Self {
        arena::build(|arena| arena.rational(q.clone()))
    }
    fn square(self) -> Self {
        let refused = ProofError::Shape("the square of an entry is taken, and the entry is a vector or a matrix");
        of_letters(self, self, |arena, a| if arena.form(a)?.is_number() { Ok(a) } else { Err(refused) }) * self
    }
    fn transpose(self) -> Self {
        of_letters(self, self, |arena, a| arena.build(Node::Transpose(a)))
    }
    fn trace(self) -> Self {
        of_letters(self, self, |arena, a| arena.build(Node::Trace(a)))
    }
    fn size(self) -> Self {
        of_letters(self, Self::one(), |arena, a| {
            let identity = Node::Identity(arena.form(a)?.rows);
            let identity = arena.build(identity)?;
            arena.build(Node::Trace(identity))
        })
    }
}

impl Scalar for Expr {
    fn pi() -> Self {
        arena::build(|arena| arena.add(Node::Pi))
    }
    fn exp(self) -> Self {
        self.unary(Node::Exp)
    }
    fn exp_m1(self) -> Self {
        self.exp() - 1
    }
    fn ln(self) -> Self {
        self.unary(Node::Ln)
    }
    fn ln_1p(self) -> Self {
        (Self::one() + self).ln()
    }
    fn sqrt(self) -> Self {
        self.unary(Node::Sqrt)
    }
    fn sin_cos(self) -> (Self, Self) {
        (self.unary(Node::Sin), self.unary(Node::Cos))
    }
    fn phi(self, k: u32) -> Self {
        if k == 0 { self.exp() } else { self.unary(|a| Node::Phi(k, a)) }
    }
    fn log_det(self) -> Self {
        let letters = arena::with(|arena| arena.forms.letters) == Some(true);
        if letters { of_letters(self, self, |arena, a| arena.build(Node::LogDet(a))) } else { self.ln() }
    }
    fn direction(self) -> Self {
        of_letters(self, Self::one(), arena::Arena::direction)
    }
    fn along(self, direction: Self) -> Self {
        of_letters(self, self, |arena, a| {
            let direction = arena.resolve(direction).ok_or(ProofError::Foreign)?;
            arena.along(a, direction)
        })
    }
    fn note_derivative(of: Self, at: Self, is: Self) {
        arena::with(|arena| {
            if let (Some(of), Some(at), Some(is)) = (arena.resolve(of), arena.resolve(at), arena.resolve(is)) {
                arena.facts.insert(Fact::Derivative { of, at, is });
            }
        });
    }
    fn note_rate(of: Self, is: Self) {
        arena::with(|arena| {
            if let (Some(of), Some(is)) = (arena.resolve(of), arena.resolve(is)) {
                arena.facts.insert(Fact::Rate { of, is });
            }
        });
    }
}
