//! What a proof leaves behind: its terms, rules, facts and assumptions, for a program that trusts none of our algebra.
//!
//! The checker (`tests/certificates/check.py`) rebuilds every term from the nodes, differentiates for itself, and decides
//! the relations with other software. Our normal form is not part of the certificate.

use super::arena::{Arena, Fact, Node};
use serde::{Deserialize, Serialize};

/// The version of the layout of [`Certificate`].
const FORMAT: u32 = 1;

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
        arena.divisors.iter().chain(&arena.positives).copied().for_each(&mut keep);
        arena.normaliser.removable().for_each(&mut keep);
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
        Self {
            format: FORMAT,
            claim: claim.to_owned(),
            title: title.to_owned(),
            symbols: (arena.symbols.iter())
                .map(|(symbol, rule)| CertificateSymbol {
                    name: symbol.name.clone(),
                    latex: symbol.latex.clone(),
                    positive: symbol.positive,
                    rule: rule.map(at),
                })
                .collect(),
            nodes: (arena.nodes.iter().zip(&kept))
                .filter(|(_, kept)| **kept)
                .map(|(node, _)| exported(node, at))
                .collect(),
            facts,
            relations: (arena.relations.iter())
                .map(|r| CertificateRelation { name: r.name.clone(), left: at(r.left), right: at(r.right) })
                .collect(),
            nonzero: arena.divisors.iter().copied().map(at).collect(),
            positive: arena.positives.iter().copied().map(at).collect(),
            removable: arena.normaliser.removable().map(at).collect(),
            verdict: if proved { Verdict::Proved } else { Verdict::Undecided },
        }
    }
}

fn exported(node: &Node, at: impl Fn(u32) -> u32) -> CertificateNode {
    use CertificateNode as C;
    match *node {
        Node::Rational(ref q) => {
            C::Rational { numerator: q.numerator().to_string(), denominator: q.denominator().to_string() }
        }
        Node::Pi => C::Pi {},
        Node::Symbol(symbol) => C::Symbol { symbol },
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
        Node::Phi(order, a) => C::Phi { order, args: [at(a)] },
    }
}
