//! Hash-consed terms: one arena for each proof, on one thread.
//!
//! A scope installs a fresh arena and puts the previous one back when it ends, so that node indices depend on the proof
//! alone, and never on what ran before it. A handle remembers its arena: used elsewhere it becomes [`Expr::NOWHERE`],
//! which no proof accepts, instead of denoting some other term.

use super::forms::Forms;
use super::normal::Normaliser;
use super::words::{Shape, Size};
use super::{Expr, ProofError};
use crate::numbers::Rational;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

/// One term; its operands have smaller indices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Rational(Rational),
    Pi,
    Symbol(u32),
    Neg(u32),
    Add(u32, u32),
    Sub(u32, u32),
    Mul(u32, u32),
    Div(u32, u32),
    Exp(u32),
    Ln(u32),
    Sqrt(u32),
    Sin(u32),
    Cos(u32),
    Phi(u32, u32),
    /// Only of letters, from here on.
    Identity(Size),
    Transpose(u32),
    Trace(u32),
    LogDet(u32),
}

impl Node {
    /// The operands, in order.
    pub(super) fn operands(&self) -> impl Iterator<Item = u32> + use<> {
        let (a, b) = match *self {
            Self::Rational(_) | Self::Pi | Self::Symbol(_) | Self::Identity(_) => (None, None),
            Self::Neg(a) | Self::Exp(a) | Self::Ln(a) | Self::Sqrt(a) | Self::Sin(a) | Self::Cos(a) => (Some(a), None),
            Self::Phi(_, a) | Self::Transpose(a) | Self::Trace(a) | Self::LogDet(a) => (Some(a), None),
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) | Self::Div(a, b) => (Some(a), Some(b)),
        };
        a.into_iter().chain(b)
    }

    /// The same operation on other operands.
    pub(super) fn map<E>(&self, mut f: impl FnMut(u32) -> Result<u32, E>) -> Result<Self, E> {
        Ok(match *self {
            Self::Rational(_) | Self::Pi | Self::Symbol(_) | Self::Identity(_) => self.clone(),
            Self::Neg(a) => Self::Neg(f(a)?),
            Self::Add(a, b) => Self::Add(f(a)?, f(b)?),
            Self::Sub(a, b) => Self::Sub(f(a)?, f(b)?),
            Self::Mul(a, b) => Self::Mul(f(a)?, f(b)?),
            Self::Div(a, b) => Self::Div(f(a)?, f(b)?),
            Self::Exp(a) => Self::Exp(f(a)?),
            Self::Ln(a) => Self::Ln(f(a)?),
            Self::Sqrt(a) => Self::Sqrt(f(a)?),
            Self::Sin(a) => Self::Sin(f(a)?),
            Self::Cos(a) => Self::Cos(f(a)?),
            Self::Phi(k, a) => Self::Phi(k, f(a)?),
            Self::Transpose(a) => Self::Transpose(f(a)?),
            Self::Trace(a) => Self::Trace(f(a)?),
            Self::LogDet(a) => Self::LogDet(f(a)?),
        })
    }
}

/// A declared parameter of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The unique name, as in files and messages.
    pub name: String,
    /// How a report writes it.
    pub latex: String,
    /// Whether the proof assumes that it is positive; a matrix, that it is positive definite.
    pub positive: bool,
    /// A number, or a letter that stands for a vector or a matrix.
    pub shape: Shape,
}

/// What a formula claims about a derivative; an independent checker differentiates for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// `∂of/∂at = is`.
    Derivative { of: u32, at: u32, is: u32 },
    /// `d of/dt = is` under the rules of the symbols.
    Rate { of: u32, is: u32 },
}

/// Two terms that the proof must show equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) proved: bool,
}

/// Everything a proof has written down.
#[derive(Debug, Default)]
pub(super) struct Arena {
    epoch: u64,
    pub(super) nodes: Vec<Node>,
    index: HashMap<Node, u32>,
    pub(super) symbols: Vec<(Symbol, Option<u32>)>,
    pub(super) facts: BTreeSet<Fact>,
    pub(super) relations: Vec<Relation>,
    /// Divisors, whether or not the quotient was used: what a formula computes, it must be able to compute.
    pub(super) divisors: BTreeSet<u32>,
    /// Arguments of logarithms and roots, and what the proof assumed positive by itself.
    pub(super) positives: BTreeSet<u32>,
    /// The first misuse; no verdict is given after one.
    pub(super) fault: Option<ProofError>,
    pub(super) normaliser: Normaliser,
    /// What is known of terms made of letters.
    pub(super) forms: Forms,
}

thread_local! {
    static ARENA: RefCell<Option<Arena>> = const { RefCell::new(None) };
    static EPOCH: Cell<u64> = const { Cell::new(0) };
}

/// Runs `body` in a fresh arena and puts the previous one back, also when `body` panics.
pub(super) fn scope<T>(body: impl FnOnce() -> T) -> T {
    struct Restore(Option<Arena>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ARENA.set(self.0.take());
        }
    }
    let epoch = EPOCH.get() + 1;
    EPOCH.set(epoch);
    let _restore = Restore(ARENA.replace(Some(Arena { epoch, ..Arena::default() })));
    body()
}

/// Gives the current arena to `body`, which must not call anything that could reach it again.
pub(super) fn with<T>(body: impl FnOnce(&mut Arena) -> T) -> Option<T> {
    ARENA.with(|arena| arena.try_borrow_mut().ok().and_then(|mut arena| arena.as_mut().map(body)))
}

/// Adds the term that `make` builds, or answers [`Expr::NOWHERE`] outside of a proof.
pub(super) fn build(make: impl FnOnce(&mut Arena) -> Option<u32>) -> Expr {
    with(|arena| make(arena).map(|index| arena.handle(index))).flatten().unwrap_or(Expr::NOWHERE)
}

impl Arena {
    /// The index behind a handle; a handle of another proof is a fault.
    pub(super) fn resolve(&mut self, term: Expr) -> Option<u32> {
        if term.epoch == self.epoch {
            Some(term.index)
        } else {
            self.fault(ProofError::Foreign);
            None
        }
    }

    pub(super) fn handle(&self, index: u32) -> Expr {
        Expr { index, epoch: self.epoch, thread: PhantomData }
    }

    pub(super) fn fault(&mut self, error: ProofError) {
        self.fault.get_or_insert(error);
    }

    pub(super) fn constant(&self, index: u32) -> Option<&Rational> {
        match &self.nodes[index as usize] {
            Node::Rational(q) => Some(q),
            _ => None,
        }
    }

    fn is(&self, index: u32, value: &Rational) -> bool {
        self.constant(index) == Some(value)
    }

    pub(super) fn rational(&mut self, q: Rational) -> Option<u32> {
        self.insert(Node::Rational(q))
    }

    /// Adds a term after folding constants, `0 + x`, `1·x` and `0·x`: a derivative is full of them, and reports would be.
    pub(super) fn add(&mut self, node: Node) -> Option<u32> {
        let (zero, one) = (Rational::ZERO, Rational::ONE);
        let folded = match node {
            Node::Neg(a) => match (self.constant(a), &self.nodes[a as usize]) {
                (Some(q), _) => Err(-q.clone()),
                (None, &Node::Neg(inner)) => Ok(inner),
                _ => return self.insert(node),
            },
            Node::Add(a, b) => match (self.constant(a), self.constant(b)) {
                (Some(p), Some(q)) => Err(p + q),
                (Some(p), _) if *p == zero => Ok(b),
                (_, Some(q)) if *q == zero => Ok(a),
                _ => return self.insert(node),
            },
            Node::Sub(a, b) => match (self.constant(a), self.constant(b)) {
                (Some(p), Some(q)) => Err(p - q),
                (Some(p), _) if *p == zero => return self.add(Node::Neg(b)),
                (_, Some(q)) if *q == zero => Ok(a),
                _ => return self.insert(node),
            },
            Node::Mul(a, b) => match (self.constant(a), self.constant(b)) {
                (Some(p), Some(q)) => Err(p * q),
                _ if self.is(a, &zero) || self.is(b, &zero) => Err(zero),
                _ if self.is(a, &one) => Ok(b),
                _ if self.is(b, &one) => Ok(a),
                _ => return self.insert(node),
            },
            Node::Div(a, b) => {
                // A zero divisor stays, so that the proof can name it.
                match (self.constant(a), self.constant(b)) {
                    (_, Some(q)) if *q == zero => {}
                    (Some(p), Some(q)) => return self.rational(p / q),
                    (_, Some(q)) if *q == one => return Some(a),
                    _ => {}
                }
                self.divisors.insert(b);
                if self.is(a, &zero) && !self.is(b, &zero) { Err(zero) } else { return self.insert(node) }
            }
            // A number in the place of a matrix is a multiple of the identity.
            Node::Transpose(a) => match (self.constant(a), &self.nodes[a as usize]) {
                (Some(_), _) => Ok(a),
                (None, &Node::Transpose(inner)) => Ok(inner),
                _ => return self.insert(node),
            },
            Node::Trace(a) if self.is(a, &zero) => Err(zero),
            Node::Exp(a) | Node::Cos(a) if self.is(a, &zero) => Err(one),
            Node::Sin(a) if self.is(a, &zero) => Err(zero),
            Node::Phi(k, a) if self.is(a, &zero) => Err((1..=k).fold(one, |q, n| q / Rational::from(n))),
            Node::Ln(a) | Node::Sqrt(a) => match self.constant(a) {
                Some(q) if *q == one => Err(if matches!(node, Node::Ln(_)) { zero } else { one }),
                Some(q) if *q == zero && matches!(node, Node::Sqrt(_)) => Err(zero),
                _ => {
                    self.positives.insert(a);
                    return self.insert(node);
                }
            },
            _ => return self.insert(node),
        };
        match folded {
            Ok(index) => Some(index),
            Err(constant) => self.rational(constant),
        }
    }

    fn insert(&mut self, node: Node) -> Option<u32> {
        if let Some(&index) = self.index.get(&node) {
            return Some(index);
        }
        let Ok(index) = u32::try_from(self.nodes.len()) else {
            self.fault(ProofError::TooLarge);
            return None;
        };
        self.index.insert(node.clone(), index);
        self.nodes.push(node);
        Some(index)
    }

    /// Declares a symbol, or finds the one already declared alike.
    pub(super) fn symbol(&mut self, symbol: Symbol) -> Option<u32> {
        let known = self.symbols.iter().position(|(other, _)| other.name == symbol.name);
        let number = match known {
            Some(number) if self.symbols[number].0 == symbol => number,
            Some(_) => {
                self.fault(ProofError::Redeclared(symbol.name));
                return None;
            }
            None => {
                self.symbols.push((symbol, None));
                self.symbols.len() - 1
            }
        };
        self.insert(Node::Symbol(number as u32))
    }

    /// Attaches a rate of change to a symbol, once.
    pub(super) fn rule(&mut self, symbol: u32, rate: u32) {
        let Node::Symbol(number) = self.nodes[symbol as usize] else {
            return self.fault(ProofError::NoSymbol);
        };
        let (symbol, rule) = &mut self.symbols[number as usize];
        match rule {
            Some(known) if *known != rate => {
                let error = ProofError::SecondRule(symbol.name.clone());
                self.fault(error);
            }
            _ => *rule = Some(rate),
        }
    }
}
