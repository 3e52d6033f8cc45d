//! A term made of letters, at matrices of some dimension: what the proof in every dimension says there.

use super::arena::{self, Node, Symbol};
use super::{Expr, ProofError};
use crate::numbers::{Covariance, Matrix, Scalar};

impl Expr {
    /// The term with a matrix in the place of every symbol, numbers being matrices with one entry.
    ///
    /// # Errors
    /// [`ProofError::Foreign`] if the term does not belong to the current proof, [`ProofError::Shape`] if `at` has no value for
    /// a symbol, or matrices that do not fit.
    pub fn instantiate<S: Scalar>(self, at: &dyn Fn(&Symbol) -> Option<Matrix<S>>) -> Result<Matrix<S>, ProofError> {
        let copied = arena::with(|arena| {
            let root = arena.resolve(self).ok_or(ProofError::Foreign)?;
            Ok((arena.nodes[..=root as usize].to_vec(), arena.declared()))
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
        let letters: Vec<_> = symbols.iter().map(|symbol| (symbol.shape.rows, at(symbol))).collect();
        let mut values: Vec<Option<Matrix<S>>> = Vec::with_capacity(nodes.len());
        for (node, needed) in nodes.iter().zip(needed) {
            let value = |a: u32| values[a as usize].as_ref().ok_or(ProofError::Foreign);
            values.push(match *node {
                _ if !needed => None,
                Node::Rational(ref q) => Some(number(S::rational(q))),
                Node::Pi => Some(number(S::pi())),
                Node::Symbol(symbol) => {
                    let known = letters.get(symbol as usize).and_then(|(_, value)| value.clone());
                    Some(known.ok_or(ProofError::Shape("a symbol has no value at the point"))?)
                }
                Node::Identity(size) => {
                    let rows =
                        letters.iter().find_map(|(rows, value)| (*rows == size).then_some(value.as_ref()?.rows()));
                    Some(Matrix::identity(rows.ok_or(ProofError::Shape("no letter says how large an identity is"))?))
                }
                Node::Neg(a) => Some(value(a)?.map(|x| -x)),
                Node::Add(a, b) => Some(sum(value(a)?, value(b)?)?),
                Node::Sub(a, b) => Some(sum(value(a)?, &value(b)?.map(|x| -x))?),
                Node::Mul(a, b) => Some(product(value(a)?, value(b)?)?),
                Node::Div(a, b) => Some(product(value(a)?, Covariance::new(value(b)?.clone()).precision())?),
                Node::Transpose(a) => Some(value(a)?.transpose()),
                Node::Trace(a) => Some(number(value(a)?.trace())),
                Node::LogDet(a) => Some(number(Covariance::new(value(a)?.clone()).log_det())),
                Node::Exp(a) => Some(value(a)?.map(S::exp)),
                Node::Ln(a) => Some(value(a)?.map(S::ln)),
                Node::Sqrt(a) => Some(value(a)?.map(S::sqrt)),
                Node::Sin(a) => Some(value(a)?.map(|x| x.sin_cos().0)),
                Node::Cos(a) => Some(value(a)?.map(|x| x.sin_cos().1)),
                Node::Phi(k, a) => Some(value(a)?.map(|x| x.phi(k))),
            });
        }
        values.pop().flatten().ok_or(ProofError::Foreign)
    }
}

fn number<S: Scalar>(x: S) -> Matrix<S> {
    Matrix::from_fn(1, 1, |_, _| x)
}

fn is_number<S: Scalar>(m: &Matrix<S>) -> bool {
    m.rows() == 1 && m.columns() == 1
}

/// Beside a square matrix, a number is a multiple of the identity.
fn sum<S: Scalar>(a: &Matrix<S>, b: &Matrix<S>) -> Result<Matrix<S>, ProofError> {
    let square = |m: &Matrix<S>| m.rows() == m.columns();
    match (is_number(a), is_number(b)) {
        (true, false) if square(b) => Ok(&Matrix::identity(b.rows()).scale(a[(0, 0)]) + b),
        (false, true) if square(a) => Ok(a + &Matrix::identity(a.rows()).scale(b[(0, 0)])),
        _ if a.rows() == b.rows() && a.columns() == b.columns() => Ok(a + b),
        _ => Err(ProofError::Shape("two shapes are added that differ")),
    }
}

fn product<S: Scalar>(a: &Matrix<S>, b: &Matrix<S>) -> Result<Matrix<S>, ProofError> {
    match (is_number(a), is_number(b)) {
        (true, _) => Ok(b.scale(a[(0, 0)])),
        (_, true) => Ok(a.scale(b[(0, 0)])),
        _ if a.columns() == b.rows() => Ok(a * b),
        _ => Err(ProofError::Shape("two shapes are multiplied that do not fit")),
    }
}
