//! Sparse Laurent polynomials over ℚ with rational exponents.
//!
//! Variables are numbers; what they stand for is the business of `kernels.rs`. Terms are kept sorted, so equal polynomials
//! are equal vectors and nothing depends on the order of a hash map.

use super::ProofError;
use crate::numbers::Rational;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A polynomial with more terms, and the proof gives up: 140 MB and a few seconds.
pub(super) const LARGEST: usize = 500_000;

/// More terms than this in all the normal forms that a proof keeps, and it gives up too.
pub(super) const LARGEST_TOTAL: usize = 2_000_000;

/// A small rational exponent in lowest terms, with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Exponent {
    numerator: i32,
    denominator: i32,
}

impl Exponent {
    pub(super) const ZERO: Self = Self::int(0);
    pub(super) const ONE: Self = Self::int(1);
    pub(super) const HALF: Self = Self { numerator: 1, denominator: 2 };

    pub(super) const fn int(numerator: i32) -> Self {
        Self { numerator, denominator: 1 }
    }

    /// `q`, if it is small enough to be an exponent.
    pub(super) fn from_rational(q: &Rational) -> Option<Self> {
        let numerator = i32::try_from(q.numerator()).ok().filter(|n| *n != i32::MIN)?;
        Some(Self { numerator, denominator: i32::try_from(q.denominator()).ok()? })
    }

    pub(super) fn to_rational(self) -> Rational {
        Rational::from_parts(self.numerator.into(), self.denominator.unsigned_abs().into())
    }

    fn reduced(numerator: i64, denominator: i64) -> Result<Self, ProofError> {
        let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1) as i64;
        match (i32::try_from(numerator / divisor), i32::try_from(denominator / divisor)) {
            (Ok(numerator), Ok(denominator)) if numerator != i32::MIN => Ok(Self { numerator, denominator }),
            _ => Err(ProofError::Exponent),
        }
    }

    pub(super) fn plus(self, other: Self) -> Result<Self, ProofError> {
        let (a, b) = (i64::from(self.numerator), i64::from(other.numerator));
        if self.denominator == 1 && other.denominator == 1 {
            return Self::reduced(a + b, 1);
        }
        let (c, d) = (i64::from(self.denominator), i64::from(other.denominator));
        // Each product is below 2⁶², so the sum cannot overflow.
        Self::reduced(a * d + b * c, c * d)
    }

    pub(super) fn times(self, other: Self) -> Result<Self, ProofError> {
        let product = |a: i32, b: i32| i64::from(a) * i64::from(b);
        Self::reduced(product(self.numerator, other.numerator), product(self.denominator, other.denominator))
    }

    pub(super) fn negated(self) -> Self {
        Self { numerator: -self.numerator, ..self }
    }

    /// The largest integer that is not above the exponent.
    pub(super) fn floor(self) -> i32 {
        self.numerator.div_euclid(self.denominator)
    }

    pub(super) fn is_integer(self) -> bool {
        self.denominator == 1
    }

    /// Whether the exponent is an even integer.
    pub(super) fn is_even(self) -> bool {
        self.is_integer() && self.numerator % 2 == 0
    }

    pub(super) fn below(self, other: Self) -> bool {
        i64::from(self.numerator) * i64::from(other.denominator)
            < i64::from(other.numerator) * i64::from(self.denominator)
    }
}

impl std::fmt::Display for Exponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_rational())
    }
}

/// A product of variables: sorted by variable, no exponent zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Monomial(Box<[(u32, Exponent)]>);

impl Monomial {
    pub(super) fn power_of(variable: u32, exponent: Exponent) -> Self {
        if exponent == Exponent::ZERO { Self::default() } else { Self(Box::new([(variable, exponent)])) }
    }

    pub(super) fn factors(&self) -> impl DoubleEndedIterator<Item = (u32, Exponent)> + '_ {
        self.0.iter().copied()
    }

    /// The factor, if there is exactly one.
    pub(super) fn single(&self) -> Option<(u32, Exponent)> {
        if let [factor] = *self.0 { Some(factor) } else { None }
    }

    pub(super) fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn exponent(&self, variable: u32) -> Exponent {
        self.0.binary_search_by_key(&variable, |factor| factor.0).map_or(Exponent::ZERO, |at| self.0[at].1)
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, ProofError> {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut product = Vec::with_capacity(self.0.len() + other.0.len());
        loop {
            product.push(match (left.peek(), right.peek()) {
                (None, None) => return Ok(Self(product.into())),
                (Some(&&a), None) => {
                    left.next();
                    a
                }
                (None, Some(&&b)) => {
                    right.next();
                    b
                }
                (Some(&&a), Some(&&b)) => match a.0.cmp(&b.0) {
                    std::cmp::Ordering::Less => {
                        left.next();
                        a
                    }
                    std::cmp::Ordering::Greater => {
                        right.next();
                        b
                    }
                    std::cmp::Ordering::Equal => {
                        left.next();
                        right.next();
                        let exponent = a.1.plus(b.1)?;
                        if exponent == Exponent::ZERO {
                            continue;
                        }
                        (a.0, exponent)
                    }
                },
            });
        }
    }

    /// The monomial to the power `exponent`; whether that is meaningful for its variables is the caller's business.
    pub(super) fn power(&self, exponent: Exponent) -> Result<Self, ProofError> {
        if exponent == Exponent::ZERO {
            return Ok(Self::default());
        }
        self.0.iter().map(|&(v, e)| Ok((v, e.times(exponent)?))).collect::<Result<_, ProofError>>().map(Self)
    }

    /// The monomial without `variable`.
    pub(super) fn without(&self, variable: u32) -> Self {
        Self(self.0.iter().copied().filter(|factor| factor.0 != variable).collect())
    }
}

/// One product with its coefficient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) coefficient: Rational,
    pub(super) monomial: Monomial,
}

impl Term {
    pub(super) fn one() -> Self {
        Self { coefficient: Rational::ONE, monomial: Monomial::default() }
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, ProofError> {
        Ok(Self {
            coefficient: &self.coefficient * &other.coefficient,
            monomial: self.monomial.times(&other.monomial)?,
        })
    }

    /// `1/term`; the coefficient of a term is never zero.
    pub(super) fn inverse(&self) -> Result<Self, ProofError> {
        Ok(Self { coefficient: Rational::ONE / &self.coefficient, monomial: self.monomial.power(Exponent::int(-1))? })
    }
}

/// A sum of terms: sorted by monomial, no coefficient zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Polynomial(Vec<(Monomial, Rational)>);

impl Polynomial {
    pub(super) fn constant(q: Rational) -> Self {
        Self::term(Term { coefficient: q, monomial: Monomial::default() })
    }

    pub(super) fn variable(variable: u32) -> Self {
        Self::term(Term { coefficient: Rational::ONE, monomial: Monomial::power_of(variable, Exponent::ONE) })
    }

    pub(super) fn term(term: Term) -> Self {
        Self(if term.coefficient.is_zero() { Vec::new() } else { vec![(term.monomial, term.coefficient)] })
    }

    /// Sums terms in any order.
    pub(super) fn collect(terms: impl IntoIterator<Item = (Monomial, Rational)>) -> Result<Self, ProofError> {
        let mut sum = Sum::default();
        for (monomial, coefficient) in terms {
            sum.add(monomial, coefficient)?;
        }
        Ok(sum.finish())
    }

    pub(super) fn terms(&self) -> &[(Monomial, Rational)] {
        &self.0
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The term, if there is exactly one.
    pub(super) fn single(&self) -> Option<Term> {
        match self.0.as_slice() {
            [(monomial, coefficient)] => Some(Term { coefficient: coefficient.clone(), monomial: monomial.clone() }),
            _ => None,
        }
    }

    pub(super) fn negated(&self) -> Self {
        Self(self.0.iter().map(|(m, q)| (m.clone(), -q)).collect())
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, ProofError> {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut sum = Vec::with_capacity(self.0.len() + other.0.len());
        while let (Some((a, p)), Some((b, q))) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => sum.extend(left.next().cloned()),
                std::cmp::Ordering::Greater => sum.extend(right.next().cloned()),
                std::cmp::Ordering::Equal => {
                    let total = p + q;
                    if !total.is_zero() {
                        sum.push((a.clone(), total));
                    }
                    left.next();
                    right.next();
                }
            }
        }
        sum.extend(left.cloned());
        sum.extend(right.cloned());
        if sum.len() > LARGEST { Err(ProofError::TooLarge) } else { Ok(Self(sum)) }
    }

    pub(super) fn times_term(&self, term: &Term) -> Result<Self, ProofError> {
        let product = |(m, q): &(Monomial, Rational)| Ok((m.times(&term.monomial)?, q * &term.coefficient));
        let mut terms = self.0.iter().map(product).collect::<Result<Vec<_>, ProofError>>()?;
        // Multiplying keeps monomials distinct but not their order.
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Self(terms))
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, ProofError> {
        let (long, short) = if self.0.len() < other.0.len() { (other, self) } else { (self, other) };
        if let Some(term) = short.single() {
            return long.times_term(&term);
        }
        let mut sum = Sum::default();
        for (a, p) in &short.0 {
            for (b, q) in &long.0 {
                sum.add(a.times(b)?, p * q)?;
            }
        }
        Ok(sum.finish())
    }
}

/// A sum under construction.
#[derive(Default)]
struct Sum(HashMap<Monomial, Rational, BuildHasherDefault<WordHasher>>);

impl Sum {
    fn add(&mut self, monomial: Monomial, coefficient: Rational) -> Result<(), ProofError> {
        *self.0.entry(monomial).or_default() += coefficient;
        if self.0.len() > LARGEST { Err(ProofError::TooLarge) } else { Ok(()) }
    }

    fn finish(self) -> Polynomial {
        let mut terms: Vec<_> = self.0.into_iter().filter(|(_, q)| !q.is_zero()).collect();
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Polynomial(terms)
    }
}

/// Hashing is most of a product's cost, and nobody attacks a proof with collisions: multiply and rotate.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        // A product's low bits know only the low bits of its factors, and the table looks at the low bits.
        self.0.rotate_left(26)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }
    fn write_i32(&mut self, word: i32) {
        self.write_u64(u64::from(word.unsigned_abs()) << 1 | u64::from(word < 0));
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}
