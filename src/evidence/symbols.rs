//! The free symbols of a proof: every scalar parameter is a symbol, every process has only its rules.

use crate::numbers::{Dual, Expr, Field, Float, Matrix, Proof, Vector};
use crate::parameters::{Domain, ExactReader, InputError, Source};
use crate::worlds::{Clock, GenericClock};

/// Answers with symbols where an exact reader would answer with numbers. Shapes, counts and choices come from a point.
pub struct Symbols<'a> {
    proof: &'a Proof,
    shapes: ExactReader<'a>,
    explicit: bool,
}

impl<'a> Symbols<'a> {
    /// Symbols in this proof, with the shapes of these inputs. `explicit` keeps the process of the inputs.
    pub fn new(proof: &'a Proof, shapes: ExactReader<'a>, explicit: bool) -> Self {
        Self { proof, shapes, explicit }
    }

    /// The first thing wrong with the point that shapes and choices come from.
    pub fn fault(&self) -> Option<&InputError> {
        self.shapes.fault()
    }

    /// A symbol whose time derivative is another symbol: a coefficient of which nothing is known.
    fn coefficient(&self, name: &str, latex: &str, positive: bool) -> Dual<Expr> {
        let re = self.symbol(name, latex, positive);
        let eps = self.proof.symbol(&format!("{name}_dot"), &format!(r"\dot{{{latex}}}"));
        self.proof.declare_rule(re, eps);
        Dual { re, eps }
    }

    fn ruled(&self, re: Expr, eps: Expr) -> Dual<Expr> {
        self.proof.declare_rule(re, eps);
        Dual { re, eps }
    }

    fn symbol(&self, name: &str, latex: &str, positive: bool) -> Expr {
        if positive { self.proof.positive(name, latex) } else { self.proof.symbol(name, latex) }
    }

    fn free(&self, name: &str, domain: Domain) -> Expr {
        let symbol = self.symbol(name, &latex_name(name), domain == Domain::Positive);
        if domain == Domain::BelowOne {
            // A contradiction would surface as the answer of the next question to this proof.
            let _ = self.proof.assume_positive(Expr::int(1) - symbol);
        }
        symbol
    }
}

impl Source<Expr> for Symbols<'_> {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Expr, InputError> {
        let _: Float = self.shapes.real(name, domain, meaning)?;
        Ok(self.free(name, domain))
    }

    fn optional(
        &mut self,
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Result<Option<Expr>, InputError> {
        let shape: Option<Float> = self.shapes.optional(name, domain, meaning)?;
        Ok(shape.map(|_| self.free(name, domain)))
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        Source::<Float>::count(&mut self.shapes, name, meaning)
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

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Expr>, InputError> {
        let shape: Matrix<Float> = self.shapes.matrix(name, meaning)?;
        Ok(Matrix::from_fn(shape.rows(), shape.columns(), |i, j| self.entry(name, &format!("{}{}", i + 1, j + 1))))
    }

    fn ordered(&mut self, _: &'static str, _: &'static str, _: bool) -> Result<(), InputError> {
        Ok(())
    }

    fn not_all_zero(&mut self, _: &[&'static str]) -> Result<(), InputError> {
        Ok(())
    }

    fn generic_process(&mut self) -> Option<GenericClock<Expr>> {
        if self.explicit {
            return None;
        }
        let alpha = self.coefficient("alpha", r"\alpha", false);
        let offset = self.coefficient("c", "c", false);
        let noise = self.coefficient("G", "G", true);
        let phi = self.symbol("phi", r"\varphi", true);
        let w = self.symbol("w", "w", true);
        let shift = self.symbol("shift", "h", false);
        let now = Clock {
            alpha,
            offset,
            noise,
            phi: self.ruled(phi, alpha.re * phi),
            w: self.ruled(w, alpha.re * w * 2 + noise.re),
            shift: self.ruled(shift, alpha.re * shift + offset.re),
        };
        let end = Clock {
            alpha: self.symbol("alpha_T", r"\alpha_T", false),
            offset: self.symbol("c_T", "c_T", false),
            noise: self.symbol("G_T", "G_T", true),
            phi: self.symbol("phi_T", r"\varphi_T", true),
            w: self.symbol("w_T", "w_T", true),
            shift: self.symbol("shift_T", "h_T", false),
        };
        Some(GenericClock { now, end, horizon: self.symbol("T", "T", true) })
    }

    fn free_state(&mut self, name: &'static str, latex: &'static str) -> Option<Expr> {
        (!self.explicit).then(|| self.symbol(name, latex, true))
    }

    fn rule(&mut self, state: Expr, rate: Expr) {
        self.proof.declare_rule(state, rate);
    }
}

impl Symbols<'_> {
    fn entry(&self, name: &str, index: &str) -> Expr {
        self.proof.symbol(&format!("{name}_{index}"), &format!("{name}_{{{index}}}"))
    }
}

/// How a parameter is written in formulas.
fn latex_name(name: &str) -> String {
    match name {
        "delta" => r"\delta".to_owned(),
        "lam" => r"\lambda".to_owned(),
        "vpi" => r"v_\pi".to_owned(),
        "mpi" => r"m_\pi".to_owned(),
        "rho" => r"\rho".to_owned(),
        "sig" => r"\sigma".to_owned(),
        "smin" => r"\sigma_-".to_owned(),
        "smax" => r"\sigma_+".to_owned(),
        _ => match name.split_at_checked(1) {
            Some((letter, rest)) if !rest.is_empty() => format!("{letter}_{{{rest}}}"),
            _ => name.to_owned(),
        },
    }
}
