//! Where a parameter may lie; checked on the exact rational, before anything is rounded.

use crate::numbers::Rational;
use std::fmt;

/// A set of real numbers that a parameter must belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// All real numbers.
    Real,
    /// `> 0`.
    Positive,
    /// `≥ 0`.
    NonNegative,
    /// `> 1`.
    AboveOne,
    /// `< 1`.
    BelowOne,
    /// `≤ 1`.
    AtMostOne,
    /// `0 < p < 1`.
    Fraction,
    /// `0 ≤ p ≤ 1`.
    Probability,
}

impl Domain {
    /// Whether the exact number lies in the domain.
    pub fn contains(self, value: &Rational) -> bool {
        match self {
            Self::Real => true,
            Self::Positive => *value > Rational::ZERO,
            Self::NonNegative => *value >= Rational::ZERO,
            Self::AboveOne => *value > Rational::ONE,
            Self::BelowOne => *value < Rational::ONE,
            Self::AtMostOne => *value <= Rational::ONE,
            Self::Fraction => *value > Rational::ZERO && *value < Rational::ONE,
            Self::Probability => *value >= Rational::ZERO && *value <= Rational::ONE,
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "any real number",
            Self::Positive => "a number > 0",
            Self::NonNegative => "a number >= 0",
            Self::AboveOne => "a number > 1",
            Self::BelowOne => "a number < 1",
            Self::AtMostOne => "a number <= 1",
            Self::Fraction => "a number between 0 and 1, neither 0 nor 1",
            Self::Probability => "a number from 0 to 1",
        })
    }
}
