//! LaTeX of a term as it was written: a report shows the formula and not its normal form.

use super::Expr;
use super::arena::{self, Arena, Node};
use crate::numbers::Rational;

/// Terms nested deeper than this, or longer, are cut; nobody reads them, and shared parts would grow exponentially.
const DEEPEST: usize = 60;
const LONGEST: usize = 20_000;

/// How tightly a piece of LaTeX binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Product,
    Atom,
}

impl Expr {
    /// The formula in LaTeX (math mode), as it was written; parts beyond a page are `\cdots`.
    pub fn latex(self) -> String {
        let text = arena::with(|arena| {
            // Asking for the text of a foreign term is no fault of the proof: a debugger does it.
            (self.epoch == arena.handle(0).epoch).then(|| {
                let mut writer = Writer { arena, budget: LONGEST };
                writer.term(self.index, DEEPEST).0
            })
        });
        text.flatten().unwrap_or_else(|| "?".to_owned())
    }
}

struct Writer<'a> {
    arena: &'a Arena,
    budget: usize,
}

impl Writer<'_> {
    fn term(&mut self, index: u32, depth: usize) -> (String, Binding) {
        self.budget = self.budget.saturating_sub(1);
        let (Some(depth), Some(node)) = (depth.checked_sub(1), self.arena.nodes.get(index as usize)) else {
            return ("\\cdots".to_owned(), Binding::Atom);
        };
        if self.budget == 0 {
            return ("\\cdots".to_owned(), Binding::Atom);
        }
        let (text, binding) = match *node {
            Node::Rational(ref q) => number(q),
            Node::Pi => ("\\pi".to_owned(), Binding::Atom),
            Node::Symbol(number) => {
                let symbol = self.arena.symbols.get(number as usize);
                (symbol.map_or_else(|| "?".to_owned(), |(symbol, _)| symbol.latex.clone()), Binding::Atom)
            }
            Node::Neg(a) => (format!("-{}", self.tight(a, Binding::Product, depth)), Binding::Sum),
            Node::Add(a, b) => {
                let (left, right) = (self.term(a, depth).0, self.term(b, depth).0);
                let sum = match right.strip_prefix('-') {
                    Some(right) => format!("{left} - {right}"),
                    None => format!("{left} + {right}"),
                };
                (sum, Binding::Sum)
            }
            Node::Sub(a, b) => {
                let left = self.term(a, depth).0;
                (format!("{left} - {}", self.tight(b, Binding::Product, depth)), Binding::Sum)
            }
            Node::Mul(a, b) if a == b => (format!("{}^{{2}}", self.base(a, depth)), Binding::Product),
            Node::Mul(a, b) => self.product(a, b, depth),
            Node::Div(a, b) if self.is_letter(b) => {
                let inverse = format!("{}^{{-1}}", self.base(b, depth));
                let one = matches!(&self.arena.nodes[a as usize], Node::Rational(q) if *q == Rational::ONE);
                let text =
                    if one { inverse } else { format!("{} \\, {inverse}", self.tight(a, Binding::Product, depth)) };
                (text, Binding::Product)
            }
            Node::Div(a, b) => {
                let (above, below) = (self.term(a, depth).0, self.term(b, depth).0);
                (format!("\\frac{{{above}}}{{{below}}}"), Binding::Product)
            }
            Node::Exp(a) => (format!("e^{{{}}}", self.term(a, depth).0), Binding::Product),
            Node::Ln(a) => (self.call("\\ln", a, depth), Binding::Product),
            Node::Sqrt(a) => (format!("\\sqrt{{{}}}", self.term(a, depth).0), Binding::Atom),
            Node::Sin(a) => (self.call("\\sin", a, depth), Binding::Product),
            Node::Cos(a) => (self.call("\\cos", a, depth), Binding::Product),
            Node::Identity(_) => ("I".to_owned(), Binding::Atom),
            Node::Transpose(a) => (format!("{}^{{\\top}}", self.base(a, depth)), Binding::Product),
            Node::Trace(a) if matches!(self.arena.nodes[a as usize], Node::Identity(_)) => {
                ("d".to_owned(), Binding::Atom)
            }
            Node::Trace(a) => (self.call("\\mathrm{tr}", a, depth), Binding::Product),
            Node::LogDet(a) => (self.call("\\ln\\det", a, depth), Binding::Product),
            Node::Phi(k, a) => (self.call(&format!("\\varphi_{{{k}}}"), a, depth), Binding::Product),
        };
        self.budget = self.budget.saturating_sub(text.len().min(16));
        (text, binding)
    }

    fn is_letter(&self, index: u32) -> bool {
        let Node::Symbol(number) = self.arena.nodes[index as usize] else { return false };
        self.arena.symbols.get(number as usize).is_some_and(|(symbol, _)| !symbol.shape.is_number())
    }

    /// A product, with a number on the right moved to the left: `x * 2` is how Rust writes `2x`.
    fn product(&mut self, a: u32, b: u32, depth: usize) -> (String, Binding) {
        let constant = |index: u32| match &self.arena.nodes[index as usize] {
            Node::Rational(q) => Some(q),
            _ => None,
        };
        if let (Some(q), None) = (constant(b), constant(a)) {
            let negative = *q < Rational::ZERO;
            let (text, _) = number(q);
            let right = self.tight(a, Binding::Product, depth);
            let binding = if negative { Binding::Sum } else { Binding::Product };
            return (format!("{text}{}{right}", dot(&right)), binding);
        }
        let left = self.tight(a, Binding::Product, depth);
        let right = self.tight(b, Binding::Product, depth);
        (format!("{left}{}{right}", dot(&right)), Binding::Product)
    }

    fn call(&mut self, function: &str, argument: u32, depth: usize) -> String {
        format!("{function}\\left({}\\right)", self.term(argument, depth).0)
    }

    /// The operand, in parentheses if it binds less tightly than its surroundings.
    fn tight(&mut self, index: u32, least: Binding, depth: usize) -> String {
        let (text, binding) = self.term(index, depth);
        if binding < least { format!("\\left({text}\\right)") } else { text }
    }

    /// The base of a power; an exponent already there would be ambiguous.
    fn base(&mut self, index: u32, depth: usize) -> String {
        let (text, binding) = self.term(index, depth);
        if binding < Binding::Atom || text.contains('^') { format!("\\left({text}\\right)") } else { text }
    }
}

/// Between two factors: a space, or a dot before what would read as part of a number.
fn dot(right: &str) -> &'static str {
    if right.starts_with(|c: char| c.is_ascii_digit()) { " \\cdot " } else { " \\, " }
}

fn number(q: &Rational) -> (String, Binding) {
    let sign = if *q < Rational::ZERO { "-" } else { "" };
    let magnitude = q.numerator().clone().into_parts().1;
    let binding = match (sign, q.is_int()) {
        ("", true) => Binding::Atom,
        ("", false) => Binding::Product,
        _ => Binding::Sum,
    };
    let text = if q.is_int() { magnitude.to_string() } else { format!("\\frac{{{magnitude}}}{{{}}}", q.denominator()) };
    (format!("{sign}{text}"), binding)
}
