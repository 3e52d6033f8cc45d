//! Numbers made of letters, as symbols of their own; with them the zero test for polynomials decides equality in every dimension.

use super::arena::{Arena, Node, Symbol};
use super::words::{Atom, Factor, Shape};
use super::{Equality, ProofError};
use std::collections::BTreeSet;

/// Residues are shown by their first terms.
const SHOWN_TERMS: usize = 4;

impl Arena {
    /// The symbol that stands for a number made of letters.
    pub(super) fn atom(&mut self, atom: Atom) -> Result<u32, ProofError> {
        let name = match &atom {
            Atom::Form(word) => format!("({})", self.text(word)),
            Atom::Trace(word) => format!("tr({})", self.text(word)),
            Atom::Size(size) => format!("tr(I{})", size.0),
            Atom::LogDet(letter) => format!("ln det {}", self.symbols[*letter as usize].0.name),
        };
        let symbol =
            Symbol { latex: name.clone(), name, positive: matches!(atom, Atom::Size(_)), shape: Shape::NUMBER };
        let node = self.symbol(symbol).ok_or(ProofError::TooLarge)?;
        if let Node::Symbol(number) = self.nodes[node as usize] {
            self.forms.atoms.insert(number, atom);
        }
        Ok(node)
    }

    fn text(&self, word: &[Factor]) -> String {
        let factor = |factor: &Factor| {
            let name = &self.symbols[factor.letter as usize].0.name;
            format!("{name}{}{}", if factor.inverse { "⁻¹" } else { "" }, if factor.transposed { "ᵀ" } else { "" })
        };
        word.iter().map(factor).collect::<Vec<_>>().join(" ")
    }

    /// Whether two terms are equal in every dimension.
    pub(super) fn decide_forms(&mut self, left: u32, right: u32) -> Result<Equality, ProofError> {
        let difference = self.build(Node::Sub(left, right))?;
        let (form, zero) = (self.form(difference)?, self.integer(0)?);
        let (mut terms, mut count) = (Vec::new(), 0);
        for (word, coefficient) in &form.terms {
            let directed = |symbol: u32| self.forms.directions.contains(&symbol);
            let atom = |symbol: u32| match self.forms.atoms.get(&symbol) {
                Some(Atom::Form(word)) => word.iter().any(|factor| directed(factor.letter)),
                _ => false,
            };
            if word.iter().any(|factor| directed(factor.letter)) || self.mentions(*coefficient, atom) {
                return Err(ProofError::Shape("a derivative along a direction is left"));
            }
            let symbols = self.declared();
            let residue = self.normaliser.difference(&self.nodes, &symbols, *coefficient, zero)?;
            let shown = self.normaliser.print(&residue, &symbols, SHOWN_TERMS.saturating_sub(terms.len()));
            terms.extend(shown.into_iter().map(|term| format!("{term} {}", self.text(word)).trim_end().to_owned()));
            count += residue.terms().len();
        }
        Ok(if count == 0 { Equality::Proved } else { Equality::Residue { terms, count } })
    }

    /// Divisors and arguments of logarithms as terms without letters; what is no number must have an inverse.
    pub(super) fn numbers_among(&mut self, terms: &BTreeSet<u32>) -> Result<BTreeSet<u32>, ProofError> {
        let mut numbers = BTreeSet::new();
        for &term in terms {
            let form = self.form(term)?;
            if form.is_number() {
                numbers.insert(self.number(term)?);
            } else {
                self.positive_letter(&form)?;
            }
        }
        Ok(numbers)
    }

    /// Whether some symbol under a term satisfies a condition.
    pub(super) fn mentions(&self, root: u32, condition: impl Fn(u32) -> bool) -> bool {
        let mut seen = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(index) = open.pop() {
            match self.nodes[index as usize] {
                Node::Symbol(symbol) if condition(symbol) => return true,
                ref node => open.extend(node.operands().filter(|a| seen.insert(*a))),
            }
        }
        false
    }
}
