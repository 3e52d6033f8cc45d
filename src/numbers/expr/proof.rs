//! The scope of a proof: declare symbols, state equalities, take the certificate.

use super::arena::{self, Arena, Node, Relation, Symbol};
use super::words::Shape;
use super::{Certificate, Expr};
use std::marker::PhantomData;

/// Residues are shown by their first terms.
const SHOWN_TERMS: usize = 4;

/// Why a proof gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A term of another proof, or of none, was used.
    #[error("a term was used outside of the proof that made it; build all terms inside one `Proof::scope`")]
    Foreign,
    /// A divisor is zero for all parameters.
    #[error("the formula divides by a term that is zero for all parameters; it has no value anywhere")]
    DivisionByZero,
    /// The argument of a logarithm or a root, or an assumption, contradicts the other assumptions.
    #[error(
        "a logarithm, a root or an assumption needs a positive term, but the term is never positive where the other assumptions hold"
    )]
    NotPositive,
    /// The normal form is too large.
    #[error(
        "the normal form grows beyond {} terms; divide the formula by a common factor or prove it in parts",
        super::polynomial::LARGEST
    )]
    TooLarge,
    /// An exponent is too large.
    #[error("an exponent grows beyond ±2147483647; prove the formula with a symbol in its place")]
    Exponent,
    /// A name was declared twice, differently.
    #[error("the symbol `{0}` is declared twice with different properties; give the second one its own name")]
    Redeclared(String),
    /// A symbol got a second rate of change.
    #[error("the symbol `{0}` already has another rate of change; declare one rule for each symbol")]
    SecondRule(String),
    /// The formula is no formula of vectors and matrices as wholes.
    #[error("in every dimension, {0}; write the formula with whole vectors and matrices")]
    Shape(&'static str),
    /// A rule was declared for a compound term.
    #[error("a rate of change was declared for a compound term; declare rules for symbols only")]
    NoSymbol,
}

/// The answer to "are these two terms equal wherever the assumptions hold?"
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Equality {
    /// The numerator of their difference is the zero polynomial.
    Proved,
    /// Something is left. That is no refutation: look for a point where the terms differ.
    Residue {
        /// The first terms of the numerator.
        terms: Vec<String>,
        /// The number of terms of the numerator.
        count: usize,
    },
}

impl Equality {
    /// Whether the terms are equal.
    pub fn is_proved(&self) -> bool {
        matches!(self, Self::Proved)
    }
}

/// An open proof: the right to declare symbols and to ask questions about terms.
///
/// ```
/// use ouracle::numbers::{Expr, Field, Proof, Scalar};
/// fn log_density<S: Scalar>(x: S, v: S) -> S {
///     -(x.square() / v + (S::pi() * v * 2).ln()) / 2
/// }
/// let equal = Proof::scope(|proof| {
///     let (x, v) = (proof.symbol("x", "x"), proof.positive("v", "v"));
///     let density = (-x.square() / (v * 2)).exp() / (v * 2 * Expr::pi()).sqrt();
///     proof.equal("density", log_density(x, v).exp(), density)
/// });
/// assert!(equal.unwrap().is_proved());
/// ```
#[derive(Debug)]
pub struct Proof(PhantomData<*const ()>);

impl Proof {
    /// Opens a proof with an empty arena for the duration of `body`.
    ///
    /// A proof inside a proof has its own arena; neither can use the terms of the other.
    pub fn scope<T>(body: impl FnOnce(&Self) -> T) -> T {
        arena::scope(|| body(&Self(PhantomData)))
    }

    /// Declares a real parameter; the same declaration again gives the same symbol.
    pub fn symbol(&self, name: &str, latex: &str) -> Expr {
        declare(name, latex, false, Shape::NUMBER)
    }

    /// Declares a positive parameter; the same declaration again gives the same symbol.
    pub fn positive(&self, name: &str, latex: &str) -> Expr {
        declare(name, latex, true, Shape::NUMBER)
    }

    /// Declares a vector or a matrix of unknown size; `positive` says that it is symmetric and positive definite. From here on
    /// entries of vectors and matrices may be matrices themselves, and an equality is one in every dimension.
    ///
    /// ```
    /// use ouracle::numbers::expr::{Shape, Size};
    /// use ouracle::numbers::{Matrix, Proof};
    /// let d = Size::unknown(0);
    /// let equal = Proof::scope(|proof| {
    ///     let [a, b] = ["A", "B"].map(|name| Matrix::symmetric(1, |_, _| proof.letter(name, name, Shape::matrix(d, d), false)));
    ///     proof.equal("cyclic", (&a * &b).trace(), (&b * &a).trace())
    /// });
    /// assert!(equal.unwrap().is_proved());
    /// ```
    pub fn letter(&self, name: &str, latex: &str, shape: Shape, positive: bool) -> Expr {
        arena::with(|arena| arena.forms.letters = true);
        declare(name, latex, positive, Shape { symmetric: shape.symmetric || positive, ..shape })
    }

    /// Declares `d symbol/dt = rate`. A symbol without a rule is constant in time.
    pub fn declare_rule(&self, symbol: Expr, rate: Expr) {
        arena::with(|arena| {
            if let (Some(symbol), Some(rate)) = (arena.resolve(symbol), arena.resolve(rate)) {
                arena.rule(symbol, rate);
            }
        });
    }

    /// Assumes that a term is positive, such as a determinant; the certificate names the assumption.
    ///
    /// # Errors
    /// [`ProofError::NotPositive`] if other assumptions contradict it, or any other [`ProofError`] on the way.
    pub fn assume_positive(&self, term: Expr) -> Result<(), ProofError> {
        ask(|arena| {
            let term = arena.resolve(term).ok_or(ProofError::Foreign)?;
            arena.positives.insert(term);
            arena.check_domain()
        })
    }

    /// Whether two terms are equal wherever the assumptions hold, without stating it in the certificate.
    ///
    /// # Errors
    /// A [`ProofError`] if any divisor of the proof is zero, if assumptions contradict each other, or if it grows too large.
    pub fn decide(&self, left: Expr, right: Expr) -> Result<Equality, ProofError> {
        ask(|arena| {
            let (left, right) = arena.resolve(left).zip(arena.resolve(right)).ok_or(ProofError::Foreign)?;
            arena.decide(left, right)
        })
    }

    /// States under `name` that two terms are equal, and decides it.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn equal(&self, name: &str, left: Expr, right: Expr) -> Result<Equality, ProofError> {
        ask(|arena| {
            let (left, right) = arena.resolve(left).zip(arena.resolve(right)).ok_or(ProofError::Foreign)?;
            let equality = arena.decide(left, right)?;
            let proved = equality.is_proved();
            arena.relations.push(Relation { name: name.to_owned(), left, right, proved });
            Ok(equality)
        })
    }

    /// What has been assumed so far, as LaTeX: divisors that do not vanish, terms that are positive.
    pub fn assumed(&self) -> Vec<String> {
        let terms = arena::with(|arena| {
            let compound = |index: &&u32| {
                let node = arena.nodes.get(**index as usize);
                !matches!(node, None | Some(Node::Rational(_) | Node::Symbol(_) | Node::Pi))
            };
            let nonzero = arena.divisors.iter().filter(|index| !arena.positives.contains(index)).filter(compound);
            let positive = arena.positives.iter().filter(compound);
            let nonzero = nonzero.map(|index| (arena.handle(*index), r"\neq 0"));
            nonzero.chain(positive.map(|index| (arena.handle(*index), "> 0"))).collect::<Vec<_>>()
        });
        terms.unwrap_or_default().into_iter().map(|(term, relation)| format!("{} {relation}", term.latex())).collect()
    }

    /// Everything that another program needs to check the stated equalities again.
    ///
    /// # Errors
    /// The first misuse of a term or a symbol, if there was one.
    pub fn certificate(&self, claim: &str, title: &str) -> Result<Certificate, ProofError> {
        ask(|arena| {
            arena.check_domain()?;
            Ok(Certificate::of(arena, claim, title))
        })
    }
}

fn declare(name: &str, latex: &str, positive: bool, shape: Shape) -> Expr {
    arena::build(|arena| arena.symbol(Symbol { name: name.to_owned(), latex: latex.to_owned(), positive, shape }))
}

/// Questions about a proof with a fault are answered by the fault.
fn ask<T>(question: impl FnOnce(&mut Arena) -> Result<T, ProofError>) -> Result<T, ProofError> {
    arena::with(|arena| {
        let answer = arena.fault.clone().map_or_else(|| question(arena), Err);
        // A question may itself have met a foreign term.
        arena.fault.clone().map_or(answer, Err)
    })
    .unwrap_or(Err(ProofError::Foreign))
}

impl Arena {
    pub(super) fn declared(&self) -> Vec<Symbol> {
        self.symbols.iter().map(|(symbol, _)| symbol.clone()).collect()
    }

    /// Every divisor of the proof must be a nonzero term, and every argument of a root or logarithm one that can be
    /// positive, whether or not the answer still depends on it: `0·(1/0)` is not 0.
    fn check_domain(&mut self) -> Result<(), ProofError> {
        let (mut divisors, mut positives) = (self.divisors.clone(), self.positives.clone());
        if self.forms.letters {
            (divisors, positives) = (self.numbers_among(&divisors)?, self.numbers_among(&positives)?);
        }
        let symbols = self.declared();
        self.normaliser.check_domain(&self.nodes, &symbols, &divisors, &positives)
    }

    fn decide(&mut self, left: u32, right: u32) -> Result<Equality, ProofError> {
        self.check_domain()?;
        if self.forms.letters {
            return self.decide_forms(left, right);
        }
        let symbols = self.declared();
        let residue = self.normaliser.difference(&self.nodes, &symbols, left, right)?;
        if residue.is_zero() {
            return Ok(Equality::Proved);
        }
        let terms = self.normaliser.print(&residue, &symbols, SHOWN_TERMS);
        Ok(Equality::Residue { terms, count: residue.terms().len() })
    }
}
