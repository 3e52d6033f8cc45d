//! A certificate as a SymPy program, for people who want to see the proof re-checked with their own eyes.

use super::certificate::{Certificate, CertificateNode};

impl Certificate {
    /// A Python program that rebuilds both sides of every relation and asks SymPy for their difference.
    ///
    /// Derivatives stand in it as they were used; `tests/certificates/check.py` re-derives them from the rules.
    pub fn to_sympy(&self) -> String {
        let mut lines = vec![
            format!("# {} {}", self.claim, self.title).trim_end().to_owned(),
            "from sympy import *".to_owned(),
            "phi = lambda k, z: exp(z) if k == 0 else (phi(k - 1, z) - Rational(1, factorial(k - 1))) / z".to_owned(),
        ];
        lines.extend(self.symbols.iter().enumerate().map(|(at, symbol)| {
            let assumption = if symbol.positive { "positive=True" } else { "real=True" };
            format!("s{at} = Symbol({:?}, {assumption})", symbol.name)
        }));
        lines.extend(self.nodes.iter().enumerate().map(|(at, node)| format!("n{at} = {}", term(node))));
        for relation in &self.relations {
            let (left, right) = (relation.left, relation.right);
            lines.push(format!("print({:?}, simplify(n{left} - n{right}))", relation.name));
        }
        lines.join("\n")
    }
}

fn term(node: &CertificateNode) -> String {
    use CertificateNode as C;
    match node {
        C::Rational { numerator, denominator } => format!("Rational({numerator}, {denominator})"),
        C::Pi {} => "pi".to_owned(),
        C::Symbol { symbol } => format!("s{symbol}"),
        C::Phi { order, args: [a] } => format!("phi({order}, n{a})"),
        C::Neg { args: [a] } => format!("-n{a}"),
        C::Add { args: [a, b] } => format!("n{a} + n{b}"),
        C::Sub { args: [a, b] } => format!("n{a} - n{b}"),
        C::Mul { args: [a, b] } => format!("n{a} * n{b}"),
        C::Div { args: [a, b] } => format!("n{a} / n{b}"),
        C::Exp { args: [a] } => format!("exp(n{a})"),
        C::Ln { args: [a] } => format!("log(n{a})"),
        C::Sqrt { args: [a] } => format!("sqrt(n{a})"),
        C::Sin { args: [a] } => format!("sin(n{a})"),
        C::Cos { args: [a] } => format!("cos(n{a})"),
    }
}
