//! A certificate as a SymPy program, for people who want to see the proof re-checked with their own eyes.

use super::certificate::{Certificate, CertificateNode};

/// What matrices of a given size need beyond SymPy: a matrix with one entry is a number, and a number beside a square matrix
/// a multiple of the identity.
const MATRICES: &str = "\
from random import Random
def number(a): return a[0] if isinstance(a, MatrixBase) and a.shape == (1, 1) else a
def matrix(a): return a if isinstance(a, MatrixBase) else Matrix([[a]])
def add(a, b):
    if isinstance(a, MatrixBase) and not isinstance(b, MatrixBase): b = b * eye(a.rows)
    if isinstance(b, MatrixBase) and not isinstance(a, MatrixBase): a = a * eye(b.rows)
    return a + b
def mul(a, b): return number(a * b)
def div(a, b): return mul(a, number(matrix(b).inv()))
def letter(rows, columns, symmetric, positive):
    m = Matrix(rows, columns, lambda i, j: Rational(random.randint(-9, 9), random.randint(1, 4)))
    if positive: m = m * m.T + eye(rows)
    elif symmetric: m = m + m.T
    return number(m)";

impl Certificate {
    /// A Python program that rebuilds both sides of every relation and asks SymPy for their difference.
    ///
    /// A proof in every dimension is shown at random matrices of a few sizes instead: to people, that says more than symbols of
    /// unknown size, and `tests/certificates/check.py` does the same with its own derivatives.
    ///
    /// Derivatives stand in it as they were used; `tests/certificates/check.py` re-derives them from the rules.
    pub fn to_sympy(&self) -> String {
        let mut lines = vec![
            format!("# {} {}", self.claim, self.title).trim_end().to_owned(),
            "from sympy import *".to_owned(),
            "phi = lambda k, z: exp(z) if k == 0 else (phi(k - 1, z) - Rational(1, factorial(k - 1))) / z".to_owned(),
        ];
        if self.symbols.iter().any(|symbol| symbol.shape.is_some()) {
            lines.extend(MATRICES.lines().map(str::to_owned));
            self.at_matrices(&mut lines);
            return lines.join("\n");
        }
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

    fn at_matrices(&self, lines: &mut Vec<String>) {
        lines.push("for d in 1, 2, 3, 5:".to_owned());
        lines.push("    random, size = Random(d), lambda n: d + n - 1 if n else 1".to_owned());
        for (at, symbol) in self.symbols.iter().enumerate() {
            let value = match symbol.shape.filter(|shape| shape.rows + shape.columns > 0) {
                Some(shape) => {
                    let flag = |on: bool| if on { "True" } else { "False" };
                    let (symmetric, positive) = (flag(shape.symmetric), flag(symbol.positive));
                    format!("letter(size({}), size({}), {symmetric}, {positive})", shape.rows, shape.columns)
                }
                None => format!("Symbol({:?}, real=True)", symbol.name),
            };
            lines.push(format!("    s{at} = {value}  # {}", symbol.name));
        }
        lines.extend(self.nodes.iter().enumerate().map(|(at, node)| format!("    n{at} = {}", matrix_term(node))));
        for relation in &self.relations {
            let difference = format!("add(n{}, mul(Integer(-1), n{}))", relation.left, relation.right);
            lines.push(format!("    print({:?}, 'd =', d, ':', simplify({difference}))", relation.name));
        }
    }
}

fn matrix_term(node: &CertificateNode) -> String {
    use CertificateNode as C;
    match node {
        C::Neg { args: [a] } => format!("mul(Integer(-1), n{a})"),
        C::Add { args: [a, b] } => format!("add(n{a}, n{b})"),
        C::Sub { args: [a, b] } => format!("add(n{a}, mul(Integer(-1), n{b}))"),
        C::Mul { args: [a, b] } => format!("mul(n{a}, n{b})"),
        C::Div { args: [a, b] } => format!("div(n{a}, n{b})"),
        other => term(other),
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
        C::Identity { size } => format!("number(eye(size({size})))"),
        C::Transpose { args: [a] } => format!("number(matrix(n{a}).T)"),
        C::Trace { args: [a] } => format!("matrix(n{a}).trace()"),
        C::LogDet { args: [a] } => format!("log(matrix(n{a}).det())"),
    }
}
