//! From terms to normal forms: one forward sweep over the nodes, each of which is read as a sum or as a product.
//!
//! Divisors and the arguments of roots and logarithms are read as products, so that `1/(v·v)` has the kernel of `v` and not
//! one of `v²`; everything else is read as a sum. No recursion: a deep term must not exhaust the stack.

use super::ProofError;
use super::arena::{Node, Symbol};
use super::kernels::{Kernels, Sign, Variable};
use super::polynomial::{Exponent, LARGEST_TOTAL, Monomial, Polynomial, Term};
use crate::numbers::Rational;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Kernels nested deeper than this are abbreviated in messages.
const DEPTH: usize = 3;

const AS_SUM: u8 = 1;
const AS_PRODUCT: u8 = 2;

/// The normal forms of one proof, kept from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Normaliser {
    kernels: Kernels,
    sums: Vec<Option<Rc<Polynomial>>>,
    /// `Some(None)` is the product that is zero.
    products: Vec<Option<Option<Rc<Term>>>>,
    /// Arguments of φ that were divided by: zeros of these are removable.
    removable: BTreeSet<u32>,
    size: usize,
}

impl Normaliser {
    /// Arguments of φ that were assumed nonzero.
    pub(super) fn removable(&self) -> impl Iterator<Item = u32> + '_ {
        self.removable.iter().copied()
    }

    /// What is left of `left − right` after clearing all kernels: nothing, if they are equal.
    pub(super) fn difference(
        &mut self,
        nodes: &[Node],
        symbols: &[Symbol],
        left: u32,
        right: u32,
    ) -> Result<Polynomial, ProofError> {
        self.sweep(nodes, symbols, &[(left, AS_SUM), (right, AS_SUM)])?;
        let difference = self.sum(left)?.plus(&self.sum(right)?.negated())?;
        let numerator = self.kernels.clear(&difference)?.numerator;
        self.kernels.merge_exponentials(&numerator)
    }

    /// No divisor may be zero for all parameters, and what is assumed positive must not be negative for all.
    pub(super) fn check_domain(
        &mut self,
        nodes: &[Node],
        symbols: &[Symbol],
        divisors: &BTreeSet<u32>,
        positives: &BTreeSet<u32>,
    ) -> Result<(), ProofError> {
        let roots: Vec<_> = divisors.iter().chain(positives).map(|&node| (node, AS_PRODUCT)).collect();
        self.sweep(nodes, symbols, &roots)?;
        for &divisor in divisors {
            self.product(divisor)?.ok_or(ProofError::DivisionByZero)?;
        }
        for &positive in positives {
            let product = self.product(positive)?.ok_or(ProofError::NotPositive)?;
            // The root of a product learns its sign, or finds that it cannot be positive.
            self.kernels.root(&product, Exponent::HALF)?;
        }
        Ok(())
    }

    fn sum(&self, node: u32) -> Result<Rc<Polynomial>, ProofError> {
        // The sweep has been there; an absent form would be an error of this module, never of the user.
        self.sums.get(node as usize).cloned().flatten().ok_or(ProofError::Foreign)
    }

    fn product(&self, node: u32) -> Result<Option<Rc<Term>>, ProofError> {
        self.products.get(node as usize).cloned().flatten().ok_or(ProofError::Foreign)
    }

    fn sweep(&mut self, nodes: &[Node], symbols: &[Symbol], roots: &[(u32, u8)]) -> Result<(), ProofError> {
        self.sums.resize(nodes.len(), None);
        self.products.resize(nodes.len(), None);
        let mut wanted = vec![0_u8; nodes.len()];
        for &(root, how) in roots {
            wanted[root as usize] |= how;
        }
        for index in (0..nodes.len()).rev() {
            if self.sums[index].is_some() {
                wanted[index] &= !AS_SUM;
            }
            if self.products[index].is_some() {
                wanted[index] &= !AS_PRODUCT;
            }
            self.propagate(nodes, index, &mut wanted);
        }
        for (index, want) in wanted.iter().enumerate() {
            let node = index as u32;
            if want & AS_SUM != 0 {
                let sum = self.read_sum(nodes, symbols, node)?;
                self.size += sum.terms().len();
                if self.size > LARGEST_TOTAL {
                    return Err(ProofError::TooLarge);
                }
                self.sums[index] = Some(Rc::new(sum));
            }
            if want & AS_PRODUCT != 0 {
                let product = self.read_product(nodes, node)?;
                self.products[index] = Some(product.map(Rc::new));
            }
        }
        Ok(())
    }

    fn propagate(&self, nodes: &[Node], index: usize, wanted: &mut [u8]) {
        let how = wanted[index];
        if how & AS_PRODUCT != 0 {
            match nodes[index] {
                Node::Mul(a, b) | Node::Div(a, b) => {
                    wanted[a as usize] |= AS_PRODUCT;
                    wanted[b as usize] |= AS_PRODUCT;
                }
                Node::Neg(a) => wanted[a as usize] |= AS_PRODUCT,
                _ if self.sums[index].is_none() => wanted[index] |= AS_SUM,
                _ => {}
            }
        }
        if wanted[index] & AS_SUM != 0 {
            match nodes[index] {
                Node::Div(a, b) => {
                    wanted[a as usize] |= AS_SUM;
                    wanted[b as usize] |= AS_PRODUCT;
                }
                Node::Ln(a) | Node::Sqrt(a) => wanted[a as usize] |= AS_PRODUCT,
                Node::Phi(_, a) => wanted[a as usize] |= AS_SUM | AS_PRODUCT,
                ref node => node.operands().for_each(|a| wanted[a as usize] |= AS_SUM),
            }
        }
    }

    fn read_sum(&mut self, nodes: &[Node], symbols: &[Symbol], node: u32) -> Result<Polynomial, ProofError> {
        match nodes[node as usize] {
            Node::Rational(ref q) => Ok(Polynomial::constant(q.clone())),
            Node::Pi => Ok(Polynomial::variable(self.kernels.intern(Variable::Pi, Sign::Positive))),
            Node::Symbol(number) => {
                let positive = symbols.get(number as usize).is_some_and(|symbol| symbol.positive);
                let sign = if positive { Sign::Positive } else { Sign::Unknown };
                Ok(Polynomial::variable(self.kernels.intern(Variable::Symbol(number), sign)))
            }
            Node::Neg(a) => Ok(self.sum(a)?.negated()),
            Node::Add(a, b) => self.sum(a)?.plus(&*self.sum(b)?),
            Node::Sub(a, b) => self.sum(a)?.plus(&self.sum(b)?.negated()),
            Node::Mul(a, b) => self.sum(a)?.times(&*self.sum(b)?),
            Node::Div(a, b) => {
                let divisor = self.product(b)?.ok_or(ProofError::DivisionByZero)?;
                self.sum(a)?.times_term(&divisor.inverse()?)
            }
            Node::Exp(a) => {
                let argument = self.argument(a)?;
                self.kernels.exp(&argument).map(Polynomial::term)
            }
            Node::Ln(a) => {
                let argument = self.product(a)?.ok_or(ProofError::NotPositive)?;
                self.kernels.ln(&argument)
            }
            Node::Sqrt(a) => match self.product(a)? {
                None => Ok(Polynomial::default()),
                Some(argument) => self.kernels.root(&argument, Exponent::HALF).map(Polynomial::term),
            },
            Node::Sin(a) => {
                let argument = self.argument(a)?;
                Ok(self.kernels.sin_cos(&argument)?.0)
            }
            Node::Cos(a) => {
                let argument = self.argument(a)?;
                Ok(self.kernels.sin_cos(&argument)?.1)
            }
            Node::Phi(k, a) => self.read_phi(k, a),
            Node::Identity(_) | Node::Transpose(_) | Node::Trace(_) | Node::LogDet(_) => {
                Err(ProofError::Shape("a number is expected where a matrix stands"))
            }
        }
    }

    /// `φₖ` by its recurrence, downwards to the exponential.
    fn read_phi(&mut self, k: u32, argument: u32) -> Result<Polynomial, ProofError> {
        let product = self.product(argument)?;
        let mut factorial = Rational::ONE;
        let Some(product) = product else {
            (1..=k).for_each(|n| factorial *= Rational::from(n));
            return Ok(Polynomial::constant(Rational::ONE / factorial));
        };
        self.removable.insert(argument);
        let inverse = product.inverse()?;
        let sum = self.argument(argument)?;
        let mut phi = Polynomial::term(self.kernels.exp(&sum)?);
        for n in 1..=k {
            let constant = Polynomial::constant(-Rational::ONE / &factorial);
            phi = phi.plus(&constant)?.times_term(&inverse)?;
            factorial *= Rational::from(n);
        }
        Ok(phi)
    }

    /// The argument of a function: without kernels if that needs no denominator, so that equal arguments look equal.
    fn argument(&self, node: u32) -> Result<Polynomial, ProofError> {
        let sum = self.sum(node)?;
        let cleared = self.kernels.clear(&sum)?;
        Ok(if cleared.denominator.is_one() { cleared.numerator } else { (*sum).clone() })
    }

    fn read_product(&mut self, nodes: &[Node], node: u32) -> Result<Option<Term>, ProofError> {
        Ok(match nodes[node as usize] {
            Node::Neg(a) => {
                let negated = |a: Rc<Term>| Term { coefficient: -&a.coefficient, monomial: a.monomial.clone() };
                self.product(a)?.map(negated)
            }
            Node::Mul(a, b) => match (self.product(a)?, self.product(b)?) {
                (Some(a), Some(b)) => Some(a.times(&b)?),
                _ => None,
            },
            Node::Div(a, b) => {
                let divisor = self.product(b)?.ok_or(ProofError::DivisionByZero)?;
                match self.product(a)? {
                    None => None,
                    Some(a) => Some(a.times(&divisor.inverse()?)?),
                }
            }
            _ => {
                let cleared = self.kernels.clear(&*self.sum(node)?)?;
                let numerator = self.kernels.merge_exponentials(&cleared.numerator)?;
                if numerator.is_zero() {
                    None
                } else {
                    let denominator = Term { coefficient: Rational::ONE, monomial: cleared.denominator };
                    Some(self.kernels.factor(&numerator)?.times(&denominator)?)
                }
            }
        })
    }

    /// The first terms of a residue, for a message.
    pub(super) fn print(&self, residue: &Polynomial, symbols: &[Symbol], count: usize) -> Vec<String> {
        let show = |(m, q): &(Monomial, Rational)| self.kernels.print_term(m, q, symbols, DEPTH);
        residue.terms().iter().take(count).map(show).collect()
    }
}
