//! The free symbols of a proof: every scalar parameter is a symbol, every process has only its rules.

use crate::numbers::{Covariance, Expr, Field, Float, Matrix, Proof, Vector};
use crate::parameters::{Domain, ExactReader, InputError, Source};
use std::collections::BTreeSet;

/// Answers with symbols where an exact reader would answer with numbers. Shapes, counts and choices come from a point.
pub struct Symbols<'a> {
    proof: &'a Proof,
    shapes: ExactReader<'a>,
    explicit: bool,
    parameters: BTreeSet<&'static str>,
    free: BTreeSet<String>,
    fault: Option<InputError>,
}

impl<'a> Symbols<'a> {
    /// Symbols in this proof, with the shapes of these inputs. `explicit` keeps the process of the inputs.
    pub fn new(proof: &'a Proof, shapes: ExactReader<'a>, explicit: bool) -> Self {
        Self { proof, shapes, explicit, parameters: BTreeSet::new(), free: BTreeSet::new(), fault: None }
    }

    /// The first thing wrong with the point that shapes and choices come from, or with the names.
    pub fn fault(&self) -> Option<&InputError> {
        self.shapes.fault().or(self.fault.as_ref())
    }

    fn scalar(&mut self, name: &'static str, domain: Domain) -> Expr {
        self.parameters.insert(name);
        self.keep_apart(name);
        number(self.proof, name, domain)
    }

    /// One name is one symbol: a parameter that bears the name of a free number would be proved for that number alone.
    fn keep_apart(&mut self, name: &str) {
        if self.parameters.contains(name) && self.free.contains(name) {
            let why =
                format!("the parameter `{name}` has the name of a free number of the process; give it another one");
            self.fault.get_or_insert(InputError::Condition(why));
        }
    }
}

/// The symbol of a number with this domain.
pub(super) fn number(proof: &Proof, name: &str, domain: Domain) -> Expr {
    let positive = matches!(domain, Domain::Positive | Domain::AboveOne | Domain::Fraction);
    let symbol = declared(proof, name, &latex_name(name), positive);
    let distance = match domain {
        Domain::AboveOne => symbol - 1,
        Domain::BelowOne | Domain::Fraction => Expr::int(1) - symbol,
        _ => return symbol,
    };
    // A contradiction would surface as the answer of the next question to this proof.
    let _ = proof.assume_positive(distance);
    symbol
}

fn declared(proof: &Proof, name: &str, latex: &str, positive: bool) -> Expr {
    if positive { proof.positive(name, latex) } else { proof.symbol(name, latex) }
}

impl Source<Expr> for Symbols<'_> {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Expr, InputError> {
        let _: Float = self.shapes.real(name, domain, meaning)?;
        Ok(self.scalar(name, domain))
    }

    fn optional(
        &mut self,
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Result<Option<Expr>, InputError> {
        let shape: Option<Float> = self.shapes.optional(name, domain, meaning)?;
        Ok(shape.map(|_| self.scalar(name, domain)))
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        Source::<Float>::count(&mut self.shapes, name, meaning)
    }

    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        Source::<Float>::index(&mut self.shapes, name, meaning)
    }

    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError> {
        Source::<Float>::choice(&mut self.shapes, name, options, default, meaning)
    }

    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let shape: Vector<Float> = self.shapes.vector(name, meaning)?;
        let entries = (1..=shape.dimension()).map(|i| self.entry(name, &i.to_string()));
        Ok(Vector(entries.collect()))
    }

    fn positives(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let shape: Vector<Float> = self.shapes.positives(name, meaning)?;
        Ok(Vector((1..=shape.dimension()).map(|i| self.positive_entry(name, i)).collect()))
    }

    /// Free numbers but for the last, which makes the sum 1.
    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let shape: Vector<Float> = self.shapes.weights(name, meaning)?;
        let mut weights: Vec<_> = (1..shape.dimension()).map(|i| self.positive_entry(name, i)).collect();
        let last = weights.iter().fold(Expr::int(1), |rest, weight| rest - *weight);
        if shape.dimension() > 1 {
            // A contradiction would surface as the answer of the next question to this proof.
            let _ = self.proof.assume_positive(last);
        }
        weights.push(last);
        Ok(Vector(weights))
    }

    fn indices(
        &mut self,
        name: &'static str,
        least: usize,
        below: usize,
        meaning: &'static str,
    ) -> Result<Vec<usize>, InputError> {
        Source::<Float>::indices(&mut self.shapes, name, least, below, meaning)
    }

    fn entries(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let shape: Vector<Float> = self.shapes.entries(name, n, meaning)?;
        Ok(Vector((1..=shape.dimension()).map(|i| self.entry(name, &i.to_string())).collect()))
    }

    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let shape: Vector<Float> = self.shapes.increments(name, meaning)?;
        Ok(Vector((1..=shape.dimension()).map(|i| self.positive_entry(name, i)).collect()))
    }

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Expr>, InputError> {
        let shape: Matrix<Float> = self.shapes.matrix(name, meaning)?;
        Ok(Matrix::from_fn(shape.rows(), shape.columns(), |i, j| self.entry(name, &format!("{}{}", i + 1, j + 1))))
    }

    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Expr>, InputError> {
        let shape: Matrix<Float> = self.shapes.symmetric(name, meaning)?;
        Ok(self.lower_triangle(name, shape.rows()))
    }

    fn symmetric_basis(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &'static str,
    ) -> Result<Vec<Matrix<Expr>>, InputError> {
        let shape: Vec<Matrix<Float>> = self.shapes.symmetric_basis(name, d, meaning)?;
        let entry = |k: usize, i: usize, j: usize| {
            let latex = format!("{name}^{{({k})}}_{{{}{}}}", i + 1, j + 1);
            self.proof.symbol(&format!("{name}{k}_{}{}", i + 1, j + 1), &latex)
        };
        Ok((0..shape.len()).map(|k| Matrix::symmetric(d, |i, j| entry(k, i, j))).collect())
    }

    fn place(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<(usize, usize), InputError> {
        Source::<Float>::place(&mut self.shapes, name, n, meaning)
    }

    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<Expr>, InputError> {
        let shape: Covariance<Float> = self.shapes.covariance(name, meaning)?;
        Ok(Covariance::new(self.lower_triangle(name, shape.matrix().rows())))
    }

    fn ordered(&mut self, _: &'static str, _: &'static str, _: bool) -> Result<(), InputError> {
        Ok(())
    }

    fn not_all_zero(&mut self, _: &[&'static str]) -> Result<(), InputError> {
        Ok(())
    }

    fn free(&mut self, name: &str, latex: &str, positive: bool) -> Option<Expr> {
        if self.explicit {
            return None;
        }
        self.free.insert(name.to_owned());
        self.keep_apart(name);
        Some(declared(self.proof, name, latex, positive))
    }

    fn rule(&mut self, parameter: Expr, rate: Expr) {
        self.proof.declare_rule(parameter, rate);
    }
}

impl Symbols<'_> {
    fn entry(&self, name: &str, index: &str) -> Expr {
        let letter = match name {
            "mu" => r"\mu",
            "sigma" => r"\sigma",
            "Sigma" => r"\Sigma",
            "x_obs" => "x^{o}",
            "x_t" => "x^{t}",
            plain => plain,
        };
        self.proof.symbol(&format!("{name}_{index}"), &format!("{letter}_{{{index}}}"))
    }

    fn positive_entry(&self, name: &str, index: usize) -> Expr {
        let letter = if name == "wt" { r"\omega" } else { name };
        self.proof.positive(&format!("{name}_{index}"), &format!("{letter}_{{{index}}}"))
    }

    fn lower_triangle(&self, name: &str, d: usize) -> Matrix<Expr> {
        Matrix::symmetric(d, |i, j| self.entry(name, &format!("{}{}", i + 1, j + 1)))
    }
}

/// How a parameter is written in formulas.
pub(super) fn latex_name(name: &str) -> String {
    match name {
        "delta" => r"\delta".to_owned(),
        "lam" => r"\lambda".to_owned(),
        "vpi" => r"v_\pi".to_owned(),
        "mpi" => r"m_\pi".to_owned(),
        "mr" => "m_r".to_owned(),
        "obs_noise_var" => "R".to_owned(),
        "from" | "to" | "low" | "high" | "snr" => format!(r"\mathrm{{{name}}}"),
        "sig" => r"\sigma".to_owned(),
        "smin" => r"\sigma_-".to_owned(),
        "smax" => r"\sigma_+".to_owned(),
        "alpha" | "beta" | "sigma" | "mu" | "rho" | "theta" | "kappa" | "tau" | "ell" => format!(r"\{name}"),
        _ => match name.split_once('_') {
            Some((letter @ ("alpha" | "beta" | "gamma" | "sigma"), index)) => format!(r"\{letter}_{{{index}}}"),
            _ => first_letter_and_index(name),
        },
    }
}

/// `m0` is `m_0`.
fn first_letter_and_index(name: &str) -> String {
    match name.split_at_checked(1) {
        Some((letter, rest)) if !rest.is_empty() => format!("{letter}_{{{rest}}}"),
        _ => name.to_owned(),
    }
}
