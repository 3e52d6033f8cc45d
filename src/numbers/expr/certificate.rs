//! What a proof leaves behind: its terms, rules, facts and assumptions, for a program that trusts none of our algebra.
//!
//! The checker (`tests/certificates/check.py`) rebuilds every term from the nodes, differentiates for itself, and decides
//! the relations with other software. Our normal form is not part of the certificate.

use super::arena::{Arena, Fact, Node};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The version of the layout of [`Certificate`].
const FORMAT: u32 = 1;

/// The version for proofs in every dimension, whose symbols have shapes.
const FORMAT_WITH_LETTERS: u32 = 2;

/// What a proof states, as data. Terms are indices into `nodes`, and operands come before what uses them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The version of this layout.
    pub format: u32,
    /// The id of the claim.
    pub claim: String,
    /// The claim in words.
    pub title: String,
    /// The declared parameters.
    pub symbols: Vec<CertificateSymbol>,
    /// All terms that the rest refers to.
    pub nodes: Vec<CertificateNode>,
    /// The derivatives that formulas used.
    pub facts: Vec<CertificateFact>,
    /// The equalities to check.
    pub relations: Vec<CertificateRelation>,
    /// Divisors: assumed nonzero.
    pub nonzero: Vec<u32>,
    /// Arguments of logarithms and roots, and what the proof assumed besides: positive.
    pub positive: Vec<u32>,
    /// Arguments of φ that the proof divided by; φ is entire, so that the equalities extend to their zeros.
    pub removable: Vec<u32>,
    /// The outcome.
    pub verdict: Verdict,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSymbol {
    /// The unique name.
    pub name: String,
    /// How a report writes it.
    pub latex: String,
    /// Whether it is assumed positive; otherwise it is any real number.
    pub positive: bool,
    /// Its rate of change; without one it is constant in time.
    pub rule: Option<u32>,
    /// Its shape, in a proof for every dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<CertificateShape>,
}

/// The shape of a letter. Sizes have numbers: 0 is the size 1, any other may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateShape {
    /// The number of rows.
    pub rows: u8,
    /// The number of columns.
    pub columns: u8,
    /// Whether it equals its transpose.
    pub symmetric: bool,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum CertificateNode {
    /// A ratio of integers in decimal digits.
    Rational {
        /// The numerator, with its sign.
        numerator: String,
        /// The denominator, positive.
        denominator: String,
    },
    /// The circle constant.
    Pi {},
    /// A parameter, by its place in `symbols`.
    Symbol {
        /// The place.
        symbol: u32,
    },
    /// A function of order `order` applied to one term: only `φ`.
    Phi {
        /// The order, at least 1.
        order: u32,
        /// The argument.
        args: [u32; 1],
    },
    /// `−a`.
    Neg {
        /// The operand.
        args: [u32; 1],
    },
    /// `a + b`.
    Add {
        /// The operands.
        args: [u32; 2],
    },
    /// `a − b`.
    Sub {
        /// The operands.
        args: [u32; 2],
    },
    /// `a b`.
    Mul {
        /// The operands.
        args: [u32; 2],
    },
    /// `a / b`.
    Div {
        /// The operands.
        args: [u32; 2],
    },
    /// `eᵃ`.
    Exp {
        /// The argument.
        args: [u32; 1],
    },
    /// `ln a`.
    Ln {
        /// The argument.
        args: [u32; 1],
    },
    /// `√a`.
    Sqrt {
        /// The argument.
        args: [u32; 1],
    },
    /// The identity matrix.
    Identity {
        /// The number of its size.
        size: u8,
    },
    /// `aᵀ`.
    Transpose {
        /// The operand.
        args: [u32; 1],
    },
    /// `tr a`.
    Trace {
        /// The operand.
        args: [u32; 1],
    },
    /// `ln det a`.
    LogDet {
        /// The operand.
        args: [u32; 1],
    },
    /// `sin a`.
    Sin {
        /// The argument.
        args: [u32; 1],
    },
    /// `cos a`.
    Cos {
        /// The argument.
        args: [u32; 1],
    },
}

/// A derivative that a formula used, to be derived again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum CertificateFact {
    /// `∂of/∂at = is`; `at` must be a symbol.
    Derivative {
        /// The function.
        of: u32,
        /// The symbol.
        at: u32,
        /// The derivative.
        is: u32,
    },
    /// `d of/dt = is` under the rules of the symbols.
    Rate {
        /// The function.
        of: u32,
        /// The rate.
        is: u32,
    },
}

/// Two terms stated to be equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRelation {
    /// What the equality says.
    pub name: String,
    /// One side.
    pub left: u32,
    /// The other side.
    pub right: u32,
}

/// The outcome of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// At least one equality was stated, all are proved, and every fact can be derived again.
    Proved,
    /// No equality was stated, or one left a residue, or a derivative was taken with respect to a compound term.
    Undecided,
}

impl Certificate {
    /// The certificate of an arena, with the terms that it refers to in their order of creation.
    pub(super) fn of(arena: &Arena, claim: &str, title: &str) -> Self {
        let mut kept = vec![false; arena.nodes.len()];
        let mut keep = |index: u32| kept[index as usize] = true;
        arena.symbols.iter().filter_map(|(_, rule)| *rule).for_each(&mut keep);
        for fact in &arena.facts {
            match *fact {
                Fact::Derivative { of, at, is } => [of, at, is].into_iter().for_each(&mut keep),
                Fact::Rate { of, is } => [of, is].into_iter().for_each(&mut keep),
            }
        }
        arena.relations.iter().flat_map(|r| [r.left, r.right]).for_each(&mut keep);
        // What the decision added for itself is not for export.
        let ours = |index: &u32| arena.mentions(*index, |symbol| arena.forms.is_internal(symbol));
        let exported_terms = |terms: Vec<u32>| terms.into_iter().filter(|index| !ours(index)).collect::<Vec<_>>();
        let nonzero = exported_terms(arena.divisors.iter().copied().collect());
        let positive = exported_terms(arena.positives.iter().copied().collect());
        let removable = exported_terms(arena.normaliser.removable().collect());
        nonzero.iter().chain(&positive).chain(&removable).copied().for_each(&mut keep);
        for index in (0..kept.len()).rev() {
            if kept[index] {
                arena.nodes[index].operands().for_each(|a| kept[a as usize] = true);
            }
        }
        let places: Vec<u32> = kept
            .iter()
            .scan(0, |next, &kept| {
                let place = *next;
                *next += u32::from(kept);
                Some(place)
            })
            .collect();
        let at = |index: u32| places[index as usize];
        let facts: Vec<_> = arena
            .facts
            .iter()
            .map(|fact| match *fact {
                Fact::Derivative { of, at: symbol, is } => {
                    CertificateFact::Derivative { of: at(of), at: at(symbol), is: at(is) }
                }
                Fact::Rate { of, is } => CertificateFact::Rate { of: at(of), is: at(is) },
            })
            .collect();
        let verifiable = |fact: &Fact| match *fact {
            Fact::Derivative { at, .. } => matches!(arena.nodes[at as usize], Node::Symbol(_)),
            Fact::Rate { .. } => true,
        };
        let proved = !arena.relations.is_empty()
            && arena.relations.iter().all(|relation| relation.proved)
            && arena.facts.iter().all(verifiable);
        let letters = arena.forms.letters;
        let parameters = || (0..).zip(&arena.symbols).filter(|(number, _)| !arena.forms.is_internal(*number));
        let numbers: HashMap<u32, u32> = parameters().map(|(number, _)| number).zip(0..).collect();
        Self {
            format: if letters { FORMAT_WITH_LETTERS } else { FORMAT },
            claim: claim.to_owned(),
            title: title.to_owned(),
            symbols: parameters()
                .map(|(_, (symbol, rule))| CertificateSymbol {
                    name: symbol.name.clone(),
                    latex: symbol.latex.clone(),
                    positive: symbol.positive,
                    rule: rule.map(at),
                    shape: letters.then_some(CertificateShape {
                        rows: symbol.shape.rows.0,
                        columns: symbol.shape.columns.0,
                        symmetric: symbol.shape.symmetric,
                    }),
                })
                .collect(),
            nodes: (arena.nodes.iter().zip(&kept))
                .filter(|(_, kept)| **kept)
                .map(|(node, _)| exported(node, &numbers, at))
                .collect(),
            facts,
            relations: (arena.relations.iter())
                .map(|r| CertificateRelation { name: r.name.clone(), left: at(r.left), right: at(r.right) })
                .collect(),
            nonzero: nonzero.into_iter().map(at).collect(),
            positive: positive.into_iter().map(at).collect(),
            removable: removable.into_iter().map(at).collect(),
            verdict: if proved { Verdict::Proved } else { Verdict::Undecided },
        }
    }
}

fn exported(node: &Node, numbers: &HashMap<u32, u32>, at: impl Fn(u32) -> u32) -> CertificateNode {
    use CertificateNode as C;
    match *node {
        Node::Rational(ref q) => {
            C::Rational { numerator: q.numerator().to_string(), denominator: q.denominator().to_string() }
        }
        Node::Pi => C::Pi {},
        // A term of the proof mentions no symbol of ours; if one did, the checker would find no such symbol.
        Node::Symbol(symbol) => C::Symbol { symbol: numbers.get(&symbol).copied().unwrap_or(u32::MAX) },
        Node::Neg(a) => C::Neg { args: [at(a)] },
        Node::Add(a, b) => C::Add { args: [at(a), at(b)] },
        Node::Sub(a, b) => C::Sub { args: [at(a), at(b)] },
        Node::Mul(a, b) => C::Mul { args: [at(a), at(b)] },
        Node::Div(a, b) => C::Div { args: [at(a), at(b)] },
        Node::Exp(a) => C::Exp { args: [at(a)] },
        Node::Ln(a) => C::Ln { args: [at(a)] },
        Node::Sqrt(a) => C::Sqrt { args: [at(a)] },
        Node::Sin(a) => C::Sin { args: [at(a)] },
        Node::Cos(a) => C::Cos { args: [at(a)] },
        Node::Identity(size) => C::Identity { size: size.0 },
        Node::Transpose(a) => C::Transpose { args: [at(a)] },
        Node::Trace(a) => C::Trace { args: [at(a)] },
        Node::LogDet(a) => C::LogDet { args: [at(a)] },
        Node::Phi(order, a) => C::Phi { order, args: [at(a)] },
    }
}
