//! What the variables of a normal form stand for, and how roots, logarithms, exponentials and angles become variables.
//!
//! Every rule here is an identity of real functions wherever the proof's assumptions hold; a rule that would need a sign
//! nobody knows is not applied, and then an equality may remain undecided. Variables that denote the same number only cost
//! completeness, never soundness.

use super::ProofError;
use super::arena::Symbol;
use super::polynomial::{Exponent, Monomial, Polynomial, Term};
use crate::numbers::Rational;
use dashu::integer::UBig;
use std::collections::HashMap;

/// Numbers are split by trial division up to here; what remains is a variable of its own.
const LARGEST_DIVISOR: u32 = 10_000;

/// Multiple angles beyond this are kernels of their own.
const LARGEST_MULTIPLE: u32 = 64;

/// The meaning of one variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Variable {
    /// A declared symbol.
    Symbol(u32),
    /// π.
    Pi,
    /// A positive integer, kept for its fractional powers; a prime unless it is beyond trial division.
    Number(UBig),
    /// The value of a polynomial, kept for its negative and fractional powers.
    Power(Polynomial),
    /// `exp(q m)` with `q > 0`; `q` is 1 unless the coefficient is too large to be an exponent.
    Exp(Monomial, Rational),
    /// `ln |v|` of another variable.
    Ln(u32),
    /// `cos(q m)` with `q > 0`.
    Cos(Monomial, Rational),
    /// The sine of the angle whose cosine is another variable.
    Sin(u32),
}

/// What the assumptions say about the sign of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Positive,
    Negative,
    Unknown,
}

/// All variables of one proof, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Kernels {
    variables: Vec<(Variable, Sign)>,
    index: HashMap<Variable, u32>,
}

/// A product with its factors of known sign turned positive.
struct Signed {
    negative: bool,
    magnitude: Rational,
    known: Monomial,
    unknown: Monomial,
}

impl Kernels {
    pub(super) fn meaning(&self, variable: u32) -> &Variable {
        &self.variables[variable as usize].0
    }

    fn sign(&self, variable: u32) -> Sign {
        self.variables[variable as usize].1
    }

    pub(super) fn intern(&mut self, variable: Variable, sign: Sign) -> u32 {
        if let Some(&known) = self.index.get(&variable) {
            let slot = &mut self.variables[known as usize].1;
            if *slot == Sign::Unknown {
                *slot = sign;
            }
            return known;
        }
        let fresh = self.variables.len() as u32;
        self.index.insert(variable.clone(), fresh);
        self.variables.push((variable, sign));
        fresh
    }

    /// The variable for the value of `base`, which is positive if its shape says so.
    fn power_base(&mut self, base: Polynomial, sign: Sign) -> u32 {
        // K_P for P a bare variable is that variable.
        if let Some((variable, Exponent::ONE)) =
            base.single().filter(|t| t.coefficient.is_one()).and_then(|t| t.monomial.single())
        {
            let slot = &mut self.variables[variable as usize].1;
            if *slot == Sign::Unknown {
                *slot = sign;
            }
            return variable;
        }
        let sign = if self.visibly_positive(&base) { Sign::Positive } else { sign };
        self.intern(Variable::Power(base), sign)
    }

    /// Whether the polynomial is a sum of squares and of positive terms, with at least one of the latter.
    fn visibly_positive(&self, p: &Polynomial) -> bool {
        let positive = |m: &Monomial| m.factors().all(|(v, _)| self.sign(v) == Sign::Positive);
        let square = |m: &Monomial| m.factors().all(|(v, e)| e.is_even() || self.sign(v) == Sign::Positive);
        p.terms().iter().all(|(m, q)| *q > Rational::ZERO && square(m)) && p.terms().iter().any(|(m, _)| positive(m))
    }

    /// A nonzero polynomial without negative powers of kernels, as a coefficient times variables: the common factor of its
    /// terms, and one variable for the rest.
    pub(super) fn factor(&mut self, p: &Polynomial) -> Result<Term, ProofError> {
        if let Some(term) = p.single() {
            return Ok(term);
        }
        let Some((first, leading)) = p.terms().first() else { return Err(ProofError::DivisionByZero) };
        let mut common: Vec<(u32, Exponent)> = first.factors().collect();
        for (monomial, _) in p.terms() {
            for (variable, exponent) in monomial.factors() {
                match common.iter_mut().find(|factor| factor.0 == variable) {
                    Some(factor) if exponent.below(factor.1) => factor.1 = exponent,
                    Some(_) => {}
                    None => common.push((variable, Exponent::ZERO)),
                }
            }
            // A variable that one term lacks has the exponent 0 there.
            for factor in &mut common {
                let exponent = monomial.exponent(factor.0);
                if exponent.below(factor.1) {
                    factor.1 = exponent;
                }
            }
        }
        let mut content = Term { coefficient: leading.clone(), monomial: Monomial::default() };
        for (variable, exponent) in common {
            content.monomial = content.monomial.times(&Monomial::power_of(variable, exponent))?;
        }
        let rest = p.times_term(&content.inverse()?)?;
        // Dividing may have changed which term leads; scale by that one, so that the rest does not depend on the content.
        let lead = rest.terms().first().map_or(Rational::ONE, |(_, q)| q.clone());
        let rest = rest.times_term(&Term { coefficient: Rational::ONE / &lead, monomial: Monomial::default() })?;
        content.coefficient *= lead;
        let variable = self.power_base(rest, Sign::Unknown);
        content.monomial = content.monomial.times(&Monomial::power_of(variable, Exponent::ONE))?;
        Ok(content)
    }

    /// Splits a product, which is assumed positive, by what is known of signs, and learns a sign when only one is missing.
    fn positive(&mut self, term: &Term) -> Result<Signed, ProofError> {
        let zero = Rational::ZERO;
        let mut parts = Signed {
            negative: term.coefficient < zero,
            magnitude: if term.coefficient < zero { -&term.coefficient } else { term.coefficient.clone() },
            known: Monomial::default(),
            unknown: Monomial::default(),
        };
        for (variable, exponent) in term.monomial.factors() {
            let factor = Monomial::power_of(variable, exponent);
            match self.sign(variable) {
                Sign::Positive => parts.known = parts.known.times(&factor)?,
                Sign::Negative => {
                    parts.negative ^= !exponent.is_even();
                    let opposite = self.opposite(variable);
                    parts.known = parts.known.times(&Monomial::power_of(opposite, exponent))?;
                }
                Sign::Unknown => parts.unknown = parts.unknown.times(&factor)?,
            }
        }
        match parts.unknown.single() {
            Some((variable, exponent)) if exponent.is_integer() && !exponent.is_even() => {
                let sign = if parts.negative { Sign::Negative } else { Sign::Positive };
                self.variables[variable as usize].1 = sign;
                let base = if parts.negative { self.opposite(variable) } else { variable };
                parts.known = parts.known.times(&Monomial::power_of(base, exponent))?;
                parts.unknown = Monomial::default();
                parts.negative = false;
            }
            _ if parts.negative && parts.unknown.factors().all(|(_, e)| e.is_even()) => {
                return Err(ProofError::NotPositive);
            }
            _ => {}
        }
        Ok(parts)
    }

    /// The variable for `−v`, where `v` is negative.
    fn opposite(&mut self, variable: u32) -> u32 {
        let base = match self.meaning(variable) {
            Variable::Power(p) => p.negated(),
            _ => Polynomial::variable(variable).negated(),
        };
        self.power_base(base, Sign::Positive)
    }

    /// A positive product to a fractional power.
    pub(super) fn root(&mut self, term: &Term, exponent: Exponent) -> Result<Term, ProofError> {
        let parts = self.positive(term)?;
        let mut root = self.number_power(&parts.magnitude, exponent)?;
        root.monomial = root.monomial.times(&parts.known.power(exponent)?)?;
        if !parts.unknown.is_one() {
            let one = if parts.negative { -Rational::ONE } else { Rational::ONE };
            let base = Polynomial::term(Term { coefficient: one, monomial: parts.unknown });
            let base = self.power_base(base, Sign::Positive);
            root.monomial = root.monomial.times(&Monomial::power_of(base, exponent))?;
        }
        Ok(root)
    }

    /// The logarithm of a positive product: the sum of those of its factors' magnitudes.
    pub(super) fn ln(&mut self, term: &Term) -> Result<Polynomial, ProofError> {
        let parts = self.positive(term)?;
        let mut sum = Vec::new();
        for (prime, exponent) in number_factors(&parts.magnitude)? {
            let variable = self.intern(Variable::Number(prime), Sign::Positive);
            let ln = self.intern(Variable::Ln(variable), Sign::Unknown);
            sum.push((Monomial::power_of(ln, Exponent::ONE), exponent.to_rational()));
        }
        for (variable, exponent) in parts.known.factors().chain(parts.unknown.factors()) {
            let q = exponent.to_rational();
            sum.push(match self.meaning(variable).clone() {
                Variable::Exp(m, scale) => (m, q * scale),
                _ => {
                    let ln = self.intern(Variable::Ln(variable), Sign::Unknown);
                    (Monomial::power_of(ln, Exponent::ONE), q)
                }
            });
        }
        Polynomial::collect(sum)
    }

    /// The exponential of a sum: the product over its terms, where `exp(q ln v)` is `v^q`.
    pub(super) fn exp(&mut self, sum: &Polynomial) -> Result<Term, ProofError> {
        let mut product = Term::one();
        for (monomial, coefficient) in sum.terms() {
            let exponent = Exponent::from_rational(coefficient);
            let logarithm = match monomial.single() {
                Some((ln, Exponent::ONE)) => match self.meaning(ln) {
                    Variable::Ln(v) => Some(*v),
                    _ => None,
                },
                _ => None,
            };
            let factor = match (logarithm, exponent) {
                (Some(v), Some(q)) => self.magnitude_power(v, q)?,
                (_, Some(q)) => {
                    let e = self.intern(Variable::Exp(monomial.clone(), Rational::ONE), Sign::Positive);
                    Monomial::power_of(e, q)
                }
                (_, None) => {
                    let negative = *coefficient < Rational::ZERO;
                    let scale = if negative { -coefficient } else { coefficient.clone() };
                    let e = self.intern(Variable::Exp(monomial.clone(), scale), Sign::Positive);
                    Monomial::power_of(e, Exponent::int(if negative { -1 } else { 1 }))
                }
            };
            product.monomial = product.monomial.times(&factor)?;
        }
        Ok(product)
    }

    /// `|v|^q`.
    fn magnitude_power(&mut self, variable: u32, q: Exponent) -> Result<Monomial, ProofError> {
        Ok(match self.sign(variable) {
            Sign::Positive => Monomial::power_of(variable, q),
            Sign::Negative => Monomial::power_of(self.opposite(variable), q),
            Sign::Unknown if q.is_even() => Monomial::power_of(variable, q),
            Sign::Unknown => {
                let square = Monomial::power_of(variable, Exponent::int(2));
                let base = Polynomial::term(Term { coefficient: Rational::ONE, monomial: square });
                Monomial::power_of(self.power_base(base, Sign::Positive), q.times(Exponent::HALF)?)
            }
        })
    }

    fn number_power(&mut self, q: &Rational, exponent: Exponent) -> Result<Term, ProofError> {
        let mut power = Term::one();
        for (prime, multiplicity) in number_factors(q)? {
            let variable = self.intern(Variable::Number(prime), Sign::Positive);
            power.monomial = power.monomial.times(&Monomial::power_of(variable, multiplicity.times(exponent)?))?;
        }
        Ok(power)
    }

    /// `(sin, cos)` of a sum, by the addition theorem.
    pub(super) fn sin_cos(&mut self, sum: &Polynomial) -> Result<(Polynomial, Polynomial), ProofError> {
        let mut total = (Polynomial::default(), Polynomial::constant(Rational::ONE));
        for (monomial, coefficient) in sum.terms() {
            let angle = self.multiple_angle(monomial, coefficient)?;
            total = add_angles(&total, &angle)?;
        }
        Ok(total)
    }

    fn multiple_angle(&mut self, m: &Monomial, q: &Rational) -> Result<(Polynomial, Polynomial), ProofError> {
        let negative = *q < Rational::ZERO;
        let magnitude = if negative { -q } else { q.clone() };
        let multiple = u32::try_from(magnitude.numerator()).ok().filter(|n| *n <= LARGEST_MULTIPLE);
        let base = match multiple {
            Some(n) => magnitude / Rational::from(n),
            None => magnitude,
        };
        let is_pi = m.single().is_some_and(|(v, e)| e == Exponent::ONE && *self.meaning(v) == Variable::Pi);
        let constant = |n: i64| Polynomial::constant(Rational::from(n));
        let one = if is_pi && base.is_one() {
            (constant(0), constant(-1))
        } else if is_pi && base == Rational::from_parts(1.into(), 2u8.into()) {
            (constant(1), constant(0))
        } else {
            let cos = self.intern(Variable::Cos(m.clone(), base), Sign::Unknown);
            let sin = self.intern(Variable::Sin(cos), Sign::Unknown);
            (Polynomial::variable(sin), Polynomial::variable(cos))
        };
        let mut total = one.clone();
        for _ in 1..multiple.unwrap_or(1) {
            total = add_angles(&total, &one)?;
        }
        Ok(if negative { (total.0.negated(), total.1) } else { total })
    }

    /// One term of a residue, for a message.
    pub(super) fn print_term(&self, m: &Monomial, q: &Rational, symbols: &[Symbol], depth: usize) -> String {
        let mut factors = Vec::new();
        if m.is_one() || !q.is_one() {
            factors.push(q.to_string());
        }
        for (variable, exponent) in m.factors() {
            let base = self.print_variable(variable, symbols, depth);
            let exponent = exponent.to_rational();
            factors.push(if exponent.is_one() { base } else { format!("{base}^({exponent})") });
        }
        factors.join(" ")
    }

    fn print_variable(&self, variable: u32, symbols: &[Symbol], depth: usize) -> String {
        let Some(depth) = depth.checked_sub(1) else { return "…".to_owned() };
        match self.meaning(variable) {
            Variable::Symbol(number) => {
                symbols.get(*number as usize).map_or_else(|| format!("s{number}"), |symbol| symbol.name.clone())
            }
            Variable::Pi => "π".to_owned(),
            Variable::Number(n) => n.to_string(),
            Variable::Power(p) => {
                let mut terms: Vec<_> =
                    p.terms().iter().take(3).map(|(m, q)| self.print_term(m, q, symbols, depth)).collect();
                if p.terms().len() > 3 {
                    terms.push("…".to_owned());
                }
                format!("({})", terms.join(" + "))
            }
            Variable::Exp(m, q) => format!("exp({})", self.print_term(m, q, symbols, depth)),
            Variable::Ln(v) => format!("ln|{}|", self.print_variable(*v, symbols, depth)),
            Variable::Cos(m, q) => format!("cos({})", self.print_term(m, q, symbols, depth)),
            Variable::Sin(cos) => match self.meaning(*cos) {
                Variable::Cos(m, q) => format!("sin({})", self.print_term(m, q, symbols, depth)),
                _ => "sin(…)".to_owned(),
            },
        }
    }
}

fn add_angles(
    a: &(Polynomial, Polynomial),
    b: &(Polynomial, Polynomial),
) -> Result<(Polynomial, Polynomial), ProofError> {
    let sin = a.0.times(&b.1)?.plus(&a.1.times(&b.0)?)?;
    let cos = a.1.times(&b.1)?.plus(&a.0.times(&b.0)?.negated())?;
    Ok((sin, cos))
}

/// The factors of a positive rational with their multiplicities, in increasing order: primes, and perhaps one large
/// cofactor each of the numerator and the denominator.
fn number_factors(q: &Rational) -> Result<Vec<(UBig, Exponent)>, ProofError> {
    let mut factors = Vec::new();
    for (number, sign) in [(q.numerator().clone().into_parts().1, 1), (q.denominator().clone(), -1)] {
        let mut rest = number;
        for divisor in (2..LARGEST_DIVISOR).map(UBig::from) {
            if &divisor * &divisor > rest {
                break;
            }
            let mut multiplicity = 0;
            while rest.is_multiple_of(&divisor) {
                rest /= &divisor;
                multiplicity += sign;
            }
            if multiplicity != 0 {
                factors.push((divisor, Exponent::int(multiplicity)));
            }
        }
        if !rest.is_one() {
            // The cofactor may repeat a divisor already found, as in 2·2.
            match factors.iter_mut().find(|factor| factor.0 == rest) {
                Some(factor) => factor.1 = factor.1.plus(Exponent::int(sign))?,
                None => factors.push((rest, Exponent::int(sign))),
            }
        }
    }
    factors.sort();
    Ok(factors)
}
