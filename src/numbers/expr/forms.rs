//! Terms made of letters: each is a sum of words whose coefficients are numbers, and numbers are what `normal.rs` decides.
//!
//! A number made of letters, such as `tr(QΣ⁻¹)` or `xᵀy`, becomes a symbol of its own once it is written in its canonical way. So
//! two terms are equal in every dimension if their coefficients agree word by word. The converse holds for dimensions that
//! are large enough; a residue is therefore no refutation.

use super::ProofError;
use super::arena::{Arena, Node};
use super::words::{self, Atom, Factor, Size, Word};
use crate::numbers::Rational;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// A matrix as a sum of words; a number has the empty word alone.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) rows: Size,
    pub(super) columns: Size,
    /// The coefficients, as terms without letters.
    pub(super) terms: BTreeMap<Word, u32>,
}

/// The forms of one proof, kept from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// Whether the proof has letters at all; without them, every entry of a matrix is a number.
    pub(super) letters: bool,
    known: HashMap<u32, Rc<Form>>,
    /// Symbols that stand for numbers made of letters.
    pub(super) atoms: BTreeMap<u32, Atom>,
    /// Letters along which something is being differentiated.
    pub(super) directions: BTreeSet<u32>,
}

impl Forms {
    /// Whether a symbol is ours, and no parameter of the proof.
    pub(super) fn is_internal(&self, symbol: u32) -> bool {
        self.atoms.contains_key(&symbol) || self.directions.contains(&symbol)
    }
}

impl Form {
    fn number(coefficient: u32) -> Self {
        Self { rows: Size::ONE, columns: Size::ONE, terms: BTreeMap::from([(Word::new(), coefficient)]) }
    }

    pub(super) fn empty(rows: Size, columns: Size) -> Self {
        Self { rows, columns, terms: BTreeMap::new() }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    pub(super) fn is_number(&self) -> bool {
        self.rows == Size::ONE && self.columns == Size::ONE
    }

    /// The single word, if there is only one.
    fn single(&self) -> Option<(&Word, u32)> {
        let mut terms = self.terms.iter();
        terms.next().filter(|_| terms.next().is_none()).map(|(word, coefficient)| (word, *coefficient))
    }
}

impl Arena {
    pub(super) fn build(&mut self, node: Node) -> Result<u32, ProofError> {
        self.add(node).ok_or(ProofError::TooLarge)
    }

    pub(super) fn integer(&mut self, n: i64) -> Result<u32, ProofError> {
        self.rational(Rational::from(n)).ok_or(ProofError::TooLarge)
    }

    /// The form of a term. No recursion: a deep term must not exhaust the stack.
    pub(super) fn form(&mut self, root: u32) -> Result<Rc<Form>, ProofError> {
        let mut needed = BTreeSet::from([root]);
        for index in (0..=root).rev() {
            if needed.contains(&index) && !self.forms.known.contains_key(&index) {
                needed.extend(self.nodes[index as usize].operands());
            }
        }
        for index in needed {
            if !self.forms.known.contains_key(&index) {
                let mut form = self.read(index)?;
                form.terms.retain(|_, coefficient| self.constant(*coefficient) != Some(&Rational::ZERO));
                self.forms.known.insert(index, Rc::new(form));
            }
        }
        self.known(root)
    }

    pub(super) fn known(&self, index: u32) -> Result<Rc<Form>, ProofError> {
        self.forms.known.get(&index).cloned().ok_or(ProofError::Foreign)
    }

    fn read(&mut self, index: u32) -> Result<Form, ProofError> {
        let node = self.nodes[index as usize].clone();
        match node {
            Node::Rational(_) | Node::Pi => Ok(Form::number(index)),
            Node::Symbol(number) => {
                let shape = self.symbols[number as usize].0.shape;
                if shape.is_number() {
                    return Ok(Form::number(index));
                }
                let one = self.integer(1)?;
                let terms = BTreeMap::from([(vec![Factor::new(number, shape)], one)]);
                Ok(Form { rows: shape.rows, columns: shape.columns, terms })
            }
            Node::Identity(size) => {
                Ok(Form { rows: size, columns: size, terms: BTreeMap::from([(Word::new(), self.integer(1)?)]) })
            }
            Node::Neg(a) => {
                let a = self.known(a)?;
                self.scaled(&a, Node::Neg)
            }
            Node::Add(a, b) => self.sum(a, b, Node::Add),
            Node::Sub(a, b) => self.sum(a, b, Node::Sub),
            Node::Mul(a, b) => {
                let (a, b) = (self.known(a)?, self.known(b)?);
                self.product(&a, &b)
            }
            Node::Div(a, b) if self.known(b)?.is_number() => {
                let (a, divisor) = (self.known(a)?, self.number(b)?);
                self.scaled(&a, |c| Node::Div(c, divisor))
            }
            Node::Div(a, b) => {
                let (a, inverse) = (self.known(a)?, self.inverse(b)?);
                self.product(&a, &inverse)
            }
            Node::Transpose(a) => {
                let form = self.known(a)?;
                let terms = form.terms.iter().map(|(word, c)| (words::transposed(word), *c)).collect();
                Ok(Form { rows: form.columns, columns: form.rows, terms })
            }
            Node::Trace(a) => self.trace(a),
            Node::LogDet(a) => self.log_det(a).map(Form::number),
            // A function of a number.
            _ => {
                let node = node.map(|a| self.number(a))?;
                Ok(Form::number(self.build(node)?))
            }
        }
    }

    /// The coefficient of a term that must be a number.
    pub(super) fn number(&mut self, index: u32) -> Result<u32, ProofError> {
        let form = self.known(index)?;
        if form.is_number() {
            self.coefficient(&form)
        } else {
            Err(ProofError::Shape("a function of numbers is applied to a vector or a matrix"))
        }
    }

    fn coefficient(&mut self, number: &Form) -> Result<u32, ProofError> {
        number.single().map_or_else(|| self.integer(0), |(_, coefficient)| Ok(coefficient))
    }

    /// The same words with other coefficients.
    fn scaled(&mut self, form: &Form, make: impl Fn(u32) -> Node) -> Result<Form, ProofError> {
        let mut scaled = Form::empty(form.rows, form.columns);
        for (word, coefficient) in &form.terms {
            scaled.terms.insert(word.clone(), self.build(make(*coefficient))?);
        }
        Ok(scaled)
    }

    /// Adds a word to a sum under construction.
    pub(super) fn accumulate(&mut self, form: &mut Form, word: Word, coefficient: u32) -> Result<(), ProofError> {
        let total = match form.terms.get(&word) {
            Some(known) => self.build(Node::Add(*known, coefficient))?,
            None => coefficient,
        };
        form.terms.insert(word, total);
        Ok(())
    }

    fn sum(&mut self, a: u32, b: u32, how: fn(u32, u32) -> Node) -> Result<Form, ProofError> {
        let (a, b) = (self.known(a)?, self.known(b)?);
        let (zero, mut sum) = (self.integer(0)?, Form::empty(a.rows, a.columns));
        if (a.rows, a.columns) != (b.rows, b.columns) {
            // Beside a square matrix, a number is a multiple of the identity.
            let square = |form: &Form| form.rows == form.columns;
            if !(square(&a) && square(&b) && (a.is_number() || b.is_number())) {
                return Err(ProofError::Shape("two shapes are added that differ"));
            }
            if a.is_number() {
                (sum.rows, sum.columns) = (b.rows, b.columns);
            }
        }
        let words: BTreeSet<_> = a.terms.keys().chain(b.terms.keys()).cloned().collect();
        for word in words {
            let at = |form: &Form| form.terms.get(&word).copied().unwrap_or(zero);
            let coefficient = self.build(how(at(&a), at(&b)))?;
            sum.terms.insert(word, coefficient);
        }
        Ok(sum)
    }

    fn product(&mut self, left: &Form, right: &Form) -> Result<Form, ProofError> {
        if left.is_number() {
            let c = self.coefficient(left)?;
            return self.scaled(right, |d| Node::Mul(c, d));
        }
        if right.is_number() {
            let c = self.coefficient(right)?;
            return self.scaled(left, |d| Node::Mul(d, c));
        }
        if left.columns != right.rows {
            return Err(ProofError::Shape("two shapes are multiplied that do not fit"));
        }
        let mut product = Form::empty(left.rows, right.columns);
        for (u, c) in &left.terms {
            for (v, d) in &right.terms {
                let (atoms, word) = words::split(&words::joined(u, v));
                let coefficient = self.build(Node::Mul(*c, *d))?;
                let coefficient = self.times_atoms(coefficient, atoms)?;
                self.accumulate(&mut product, word, coefficient)?;
            }
        }
        Ok(product)
    }

    fn times_atoms(&mut self, coefficient: u32, atoms: Vec<Atom>) -> Result<u32, ProofError> {
        atoms.into_iter().try_fold(coefficient, |product, atom| {
            let atom = self.atom(atom)?;
            self.build(Node::Mul(product, atom))
        })
    }

    /// The inverse of a positive definite letter, perhaps with a factor.
    fn inverse(&mut self, index: u32) -> Result<Form, ProofError> {
        let form = self.known(index)?;
        let (letter, coefficient) = self.positive_letter(&form)?;
        let one = self.integer(1)?;
        let coefficient = self.build(Node::Div(one, coefficient))?;
        let word = vec![Factor { inverse: !letter.inverse, ..letter }];
        Ok(Form { terms: BTreeMap::from([(word, coefficient)]), ..Form::empty(form.rows, form.columns) })
    }

    pub(super) fn positive_letter(&self, form: &Form) -> Result<(Factor, u32), ProofError> {
        if let Some((word, coefficient)) = form.single()
            && let [letter] = word[..]
            && self.symbols[letter.letter as usize].0.positive
        {
            return Ok((letter, coefficient));
        }
        Err(ProofError::Shape("an inverse or a determinant is taken of what is not declared positive definite"))
    }

    fn trace(&mut self, index: u32) -> Result<Form, ProofError> {
        let form = self.known(index)?;
        if !form.is_zero() && (form.is_number() || form.rows != form.columns) {
            return Err(ProofError::Shape("a trace is taken of what is not a square matrix"));
        }
        let mut total = self.integer(0)?;
        for (word, coefficient) in &form.terms {
            let term = self.times_atoms(*coefficient, words::trace(word, form.rows))?;
            total = self.build(Node::Add(total, term))?;
        }
        Ok(Form::number(total))
    }

    /// `ln det(cΣ) = d ln c + ln det Σ`.
    fn log_det(&mut self, index: u32) -> Result<u32, ProofError> {
        let form = self.known(index)?;
        let (letter, coefficient) = self.positive_letter(&form)?;
        let factor = self.build(Node::Ln(coefficient))?;
        let size = self.atom(Atom::Size(form.rows))?;
        let factor = self.build(Node::Mul(size, factor))?;
        let determinant = self.atom(Atom::LogDet(letter.letter))?;
        self.build(if letter.inverse { Node::Sub(factor, determinant) } else { Node::Add(factor, determinant) })
    }
}
