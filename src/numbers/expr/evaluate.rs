//! A term read again in another arithmetic: to enclose a residue at a point, or to substitute.

use super::arena::{self, Node, Symbol};
use super::{Expr, ProofError};
use crate::numbers::Scalar;

impl Expr {
    /// The term with every symbol replaced by what `at` says, computed once for each shared part.
    ///
    /// # Errors
    /// [`ProofError::Foreign`] if the term does not belong to the current proof.
    pub fn evaluate<S: Scalar>(self, at: &mut dyn FnMut(&Symbol) -> S) -> Result<S, ProofError> {
        // The arena is copied, because `at` and the arithmetic of `S` may add terms of their own.
        let copied = arena::with(|arena| {
            let root = arena.resolve(self).ok_or(ProofError::Foreign)?;
            let nodes = arena.nodes[..=root as usize].to_vec();
            Ok((nodes, arena.declared()))
        });
        let (nodes, symbols) = copied.unwrap_or(Err(ProofError::Foreign))?;
        let mut needed = vec![false; nodes.len()];
        if let Some(root) = needed.last_mut() {
            *root = true;
        }
        for (index, node) in nodes.iter().enumerate().rev() {
            if needed[index] {
                node.operands().for_each(|a| needed[a as usize] = true);
            }
        }
        let mut values: Vec<S> = Vec::with_capacity(nodes.len());
        for (node, needed) in nodes.iter().zip(needed) {
            let value = |a: u32| values[a as usize];
            values.push(match *node {
                // What is not needed must not be computed: it may be far more expensive, or undefined at this point.
                _ if !needed => S::zero(),
                Node::Rational(ref q) => S::rational(q),
                Node::Pi => S::pi(),
                Node::Symbol(number) => symbols.get(number as usize).map(&mut *at).ok_or(ProofError::Foreign)?,
                Node::Neg(a) => -value(a),
                // The same reading of x·x as in the formula: an interval knows that a square is not negative.
                Node::Mul(a, b) if a == b => value(a).square(),
                Node::Add(a, b) => value(a) + value(b),
                Node::Sub(a, b) => value(a) - value(b),
                Node::Mul(a, b) => value(a) * value(b),
                Node::Div(a, b) => value(a) / value(b),
                Node::Exp(a) => value(a).exp(),
                Node::Ln(a) => value(a).ln(),
                Node::Sqrt(a) => value(a).sqrt(),
                Node::Sin(a) => value(a).sin_cos().0,
                Node::Cos(a) => value(a).sin_cos().1,
                Node::Phi(k, a) => value(a).phi(k),
                // In one dimension every letter is a number.
                Node::Identity(_) => S::one(),
                Node::Transpose(a) | Node::Trace(a) => value(a),
                Node::LogDet(a) => value(a).ln(),
            });
        }
        values.pop().ok_or(ProofError::Foreign)
    }
}
