//! Clearing kernels: a normal form over a common denominator, in which a kernel is only a proper root of its base.
//!
//! The base of a kernel holds variables that are older than the kernel, so one pass from the youngest to the oldest ends.

use super::ProofError;
use super::kernels::{Kernels, Variable};
use super::polynomial::{Exponent, Monomial, Polynomial};
use crate::numbers::Rational;
use std::collections::{BTreeMap, BTreeSet};

/// Integer powers of a kernel beyond this are not multiplied out.
const LARGEST_POWER: i32 = 2_000;

/// More different exponentials than this are not compared with each other.
const MOST_EXPONENTIALS: usize = 64;

/// A polynomial `numerator × denominator`, where the monomial holds only powers of kernels assumed nonzero.
pub(super) struct Cleared {
    pub(super) numerator: Polynomial,
    pub(super) denominator: Monomial,
}

impl Kernels {
    /// Multiplies through by the negative powers of kernels and replaces whole powers by their bases.
    pub(super) fn clear(&self, p: &Polynomial) -> Result<Cleared, ProofError> {
        let mut cleared = Cleared { numerator: p.clone(), denominator: Monomial::default() };
        let mut below = u32::MAX;
        while let Some(variable) = self.youngest(&cleared.numerator, below) {
            let (base, period) = match self.meaning(variable) {
                Variable::Power(base) => (base.clone(), 1),
                Variable::Number(n) => (Polynomial::constant(Rational::from(n.clone())), 1),
                Variable::Sin(cos) => {
                    let cosine = Polynomial::variable(*cos);
                    (Polynomial::constant(Rational::ONE).plus(&cosine.times(&cosine)?.negated())?, 2)
                }
                _ => break,
            };
            let numeric = matches!(self.meaning(variable), Variable::Number(_));
            self.eliminate(&mut cleared, variable, &base, period, numeric)?;
            below = variable;
        }
        Ok(cleared)
    }

    fn is_defined(&self, variable: u32) -> bool {
        matches!(self.meaning(variable), Variable::Power(_) | Variable::Number(_) | Variable::Sin(_))
    }

    /// The youngest variable with a defining equation, older than `below`.
    fn youngest(&self, p: &Polynomial, below: u32) -> Option<u32> {
        let in_term = |m: &Monomial| m.factors().rev().map(|(v, _)| v).find(|v| *v < below && self.is_defined(*v));
        p.terms().iter().filter_map(|(m, _)| in_term(m)).max()
    }

    fn eliminate(
        &self,
        cleared: &mut Cleared,
        variable: u32,
        base: &Polynomial,
        period: i32,
        numeric: bool,
    ) -> Result<(), ProofError> {
        let terms = cleared.numerator.terms();
        let mut lowest = Exponent::ZERO;
        if !numeric {
            for (monomial, _) in terms {
                let exponent = monomial.exponent(variable);
                if exponent.below(lowest) {
                    lowest = exponent;
                }
            }
        }
        let mut groups = BTreeMap::<i32, Vec<(Monomial, Rational)>>::new();
        for (monomial, coefficient) in terms {
            let exponent = monomial.exponent(variable).plus(lowest.negated())?;
            let whole = exponent.floor().div_euclid(period);
            if whole.abs() > LARGEST_POWER {
                return Err(ProofError::TooLarge);
            }
            let rest = exponent.plus(Exponent::int(-whole * period))?;
            let monomial = monomial.without(variable).times(&Monomial::power_of(variable, rest))?;
            groups.entry(whole).or_default().push((monomial, coefficient.clone()));
        }
        if numeric {
            // The base is a number, so that negative powers need no denominator.
            let base = base.single().map_or(Rational::ONE, |t| t.coefficient);
            let scaled = groups.into_iter().flat_map(|(n, group)| {
                let scale = base.pow(n as isize);
                group.into_iter().map(move |(m, q)| (m, q * &scale))
            });
            cleared.numerator = Polynomial::collect(scaled)?;
            return Ok(());
        }
        let mut sum = Polynomial::default();
        let mut power = groups.keys().next_back().copied().unwrap_or(0);
        while power >= 0 {
            sum = sum.times(base)?;
            if let Some(group) = groups.remove(&power) {
                sum = sum.plus(&Polynomial::collect(group)?)?;
            }
            power -= 1;
        }
        cleared.numerator = sum;
        cleared.denominator = cleared.denominator.times(&Monomial::power_of(variable, lowest))?;
        Ok(())
    }

    /// Whether a polynomial is zero wherever the assumptions hold.
    pub(super) fn vanishes(&self, p: &Polynomial) -> Result<bool, ProofError> {
        let numerator = self.clear(p)?.numerator;
        Ok(numerator.is_zero() || self.merge_exponentials(&numerator)?.is_zero())
    }

    /// Writes exponentials of equal arguments alike. Arguments with kernels in them have no normal form of their own, so
    /// they are compared in pairs; without kernels they are alike already.
    pub(super) fn merge_exponentials(&self, p: &Polynomial) -> Result<Polynomial, ProofError> {
        let is_exp = |v: u32| matches!(self.meaning(v), Variable::Exp(..));
        let mut parts = BTreeSet::new();
        let mut split = Vec::with_capacity(p.terms().len());
        for (monomial, coefficient) in p.terms() {
            let (mut part, mut rest) = (Monomial::default(), Monomial::default());
            for (v, e) in monomial.factors() {
                let side = if is_exp(v) { &mut part } else { &mut rest };
                *side = side.times(&Monomial::power_of(v, e))?;
            }
            parts.insert(part.clone());
            split.push((part, rest, coefficient));
        }
        let delicate = |part: &Monomial| {
            part.factors().any(|(v, _)| match self.meaning(v) {
                Variable::Exp(m, _) => m.factors().any(|(v, _)| self.is_defined(v)),
                _ => false,
            })
        };
        if !parts.iter().any(delicate) || parts.len() < 2 || parts.len() > MOST_EXPONENTIALS {
            return Ok(p.clone());
        }
        let mut representatives: Vec<(Monomial, Polynomial)> = Vec::new();
        let mut alias = BTreeMap::new();
        for part in parts {
            let argument = self.argument(&part)?;
            let mut found = None;
            for (other, known) in &representatives {
                if self.vanishes(&argument.plus(&known.negated())?)? {
                    found = Some(other.clone());
                    break;
                }
            }
            if found.is_none() {
                representatives.push((part.clone(), argument));
            }
            alias.insert(part.clone(), found.unwrap_or(part));
        }
        let mut merged = Vec::with_capacity(split.len());
        for (part, rest, coefficient) in split {
            merged.push((rest.times(alias.get(&part).unwrap_or(&part))?, coefficient.clone()));
        }
        Polynomial::collect(merged)
    }

    /// The logarithm of a product of exponentials.
    fn argument(&self, part: &Monomial) -> Result<Polynomial, ProofError> {
        let mut sum = Vec::new();
        for (v, e) in part.factors() {
            if let Variable::Exp(m, scale) = self.meaning(v) {
                sum.push((m.clone(), e.to_rational() * scale));
            }
        }
        Polynomial::collect(sum)
    }
}
