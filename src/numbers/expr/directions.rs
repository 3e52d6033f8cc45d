//! Derivatives along a vector of unknown size: the formula is read at `y + εh` with a letter `h`, and what multiplies `h` is
//! the gradient or the Jacobian. The engine is [`Dual`](crate::numbers::Dual), as for numbers.

use super::ProofError;
use super::arena::{Arena, Node, Symbol};
use super::forms::Form;
use super::words::{self, Atom, Factor, Shape, Size, Word};
use crate::numbers::Rational;
use std::collections::HashMap;

impl Arena {
    /// A fresh direction for a vector letter; 1 for a number.
    pub(super) fn direction(&mut self, at: u32) -> Result<u32, ProofError> {
        let form = self.form(at)?;
        if form.columns != Size::ONE {
            return Err(ProofError::Shape("a derivative is taken along what is neither a number nor a vector"));
        }
        if form.is_number() {
            return self.integer(1);
        }
        let name = format!("direction {}", self.forms.directions.len() + 1);
        let symbol = Symbol { latex: "h".to_owned(), name, positive: false, shape: Shape::vector(form.rows) };
        let node = self.symbol(symbol).ok_or(ProofError::TooLarge)?;
        if let Node::Symbol(number) = self.nodes[node as usize] {
            self.forms.directions.insert(number);
        }
        Ok(node)
    }

    /// What multiplies the direction `h` in a term that is linear in it: `g` of `gᵀh`, and `M` of `M h`.
    pub(super) fn along(&mut self, term: u32, direction: u32) -> Result<u32, ProofError> {
        let Node::Symbol(h) = self.nodes[direction as usize] else { return Ok(term) };
        if !self.forms.directions.contains(&h) {
            return Err(ProofError::Shape("a derivative is taken along what is no direction"));
        }
        let size = self.symbols[h as usize].0.shape.rows;
        let form = self.form(term)?;
        let scalar = form.is_number();
        if form.columns != Size::ONE && !form.is_zero() {
            return Err(ProofError::Shape("a matrix is differentiated along a vector"));
        }
        let mut factors = if scalar { Form::empty(size, Size::ONE) } else { Form::empty(form.rows, size) };
        for (word, &coefficient) in &form.terms {
            if let Some((last, rest)) = word.split_last().filter(|(last, _)| last.letter == h) {
                debug_assert!(!last.transposed, "a column ends with a column");
                self.accumulate(&mut factors, rest.to_vec(), coefficient)?;
                continue;
            }
            for (row, coefficient) in self.linear_parts(coefficient, h)? {
                let word = if scalar { words::transposed(&row) } else { words::joined(word, &row) };
                self.accumulate(&mut factors, word, coefficient)?;
            }
        }
        self.raised(&factors)
    }

    /// `Σ cᵢ (rᵢh)` as pairs `(rᵢ, cᵢ)`.
    fn linear_parts(&mut self, coefficient: u32, h: u32) -> Result<Vec<(Word, u32)>, ProofError> {
        let mentions = |word: &Word| word.iter().any(|factor| factor.letter == h);
        let of_h: Vec<_> = (self.forms.atoms.iter())
            .filter_map(|(symbol, atom)| match atom {
                Atom::Form(word) if mentions(word) => Some((*symbol, word.clone())),
                _ => None,
            })
            .filter(|(symbol, _)| self.mentions(coefficient, |other| other == *symbol))
            .collect();
        let mut parts = Vec::with_capacity(of_h.len());
        for (symbol, word) in &of_h {
            let (zero, one) = (self.integer(0)?, self.integer(1)?);
            let values = of_h.iter().map(|(other, _)| (*other, if other == symbol { one } else { zero })).collect();
            let part = self.substituted(coefficient, &values)?;
            let word =
                if word.last().is_some_and(|last| last.letter == h) { word.clone() } else { words::transposed(word) };
            let row = word[..word.len() - 1].to_vec();
            if mentions(&row) {
                return Err(ProofError::Shape("a derivative is not linear in its direction"));
            }
            parts.push((row, part));
        }
        Ok(parts)
    }

    /// The term with other terms in the place of some symbols.
    fn substituted(&mut self, root: u32, values: &HashMap<u32, u32>) -> Result<u32, ProofError> {
        let mut needed = vec![false; root as usize + 1];
        needed[root as usize] = true;
        for index in (0..needed.len()).rev() {
            if needed[index] {
                self.nodes[index].operands().for_each(|a| needed[a as usize] = true);
            }
        }
        let mut changed: HashMap<u32, u32> = HashMap::new();
        for index in (0..=root).filter(|index| needed[*index as usize]) {
            let new = match self.nodes[index as usize].clone() {
                Node::Symbol(number) => values.get(&number).copied().unwrap_or(index),
                node => {
                    let node = node.map(|a| changed.get(&a).copied().ok_or(ProofError::Foreign))?;
                    self.build(node)?
                }
            };
            changed.insert(index, new);
        }
        changed.get(&root).copied().ok_or(ProofError::Foreign)
    }

    /// A form as a term again, for formulas to go on with.
    fn raised(&mut self, form: &Form) -> Result<u32, ProofError> {
        let mut sum = self.integer(0)?;
        for (word, &coefficient) in &form.terms {
            let atoms: Vec<_> = (self.forms.atoms.iter())
                .filter(|(symbol, _)| self.mentions(coefficient, |other| other == **symbol))
                .map(|(symbol, atom)| (*symbol, atom.clone()))
                .collect();
            let mut values = HashMap::new();
            for (symbol, atom) in atoms {
                let value = match atom {
                    Atom::Form(word) => self.spelled(&word, Size::ONE)?,
                    Atom::Trace(word) => {
                        let product = self.spelled(&word, Size::ONE)?;
                        self.build(Node::Trace(product))?
                    }
                    Atom::Size(size) => {
                        let identity = self.build(Node::Identity(size))?;
                        self.build(Node::Trace(identity))?
                    }
                    Atom::LogDet(letter) => {
                        let letter = self.build(Node::Symbol(letter))?;
                        self.build(Node::LogDet(letter))?
                    }
                };
                values.insert(symbol, value);
            }
            let coefficient = self.substituted(coefficient, &values)?;
            let product = self.spelled(word, form.rows)?;
            let negative = self.constant(coefficient) == Some(&-Rational::ONE);
            let term = self.build(if negative { Node::Neg(product) } else { Node::Mul(product, coefficient) })?;
            sum = self.build(Node::Add(sum, term))?;
        }
        Ok(sum)
    }

    /// A word as a product; the empty one is the identity of this size.
    fn spelled(&mut self, word: &[Factor], size: Size) -> Result<u32, ProofError> {
        let mut product = None;
        for factor in word {
            let letter = self.build(Node::Symbol(factor.letter))?;
            let factor = match (factor.inverse, factor.transposed) {
                (true, _) => {
                    let one = self.integer(1)?;
                    self.build(Node::Div(one, letter))?
                }
                (false, true) => self.build(Node::Transpose(letter))?,
                (false, false) => letter,
            };
            product = Some(match product {
                None => factor,
                Some(product) => self.build(Node::Mul(product, factor))?,
            });
        }
        product.map_or_else(|| self.build(Node::Identity(size)), Ok)
    }
}
