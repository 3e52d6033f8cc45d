//! Exact decimals and the ranges from which they are drawn.

use crate::numbers::{Rational, Scalar};
use std::fmt;

/// The exact number `units / 10^places`.
///
/// ```
/// # #[cfg(any(feature = "proptest", feature = "quickcheck"))] {
/// use ouracle::strategies::Decimal;
/// assert_eq!(Decimal { units: -25, places: 2 }.to_string(), "-0.25");
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The number in units of its last place.
    pub units: i64,
    /// Digits after the point.
    pub places: u32,
}

impl Decimal {
    /// The exact rational number.
    pub fn rational(&self) -> Rational {
        Rational::from(self.units) / Rational::from(dashu::integer::IBig::from(10).pow(self.places as usize))
    }

    /// In any reading.
    pub fn read<S: Scalar>(&self) -> S {
        S::rational(&self.rational())
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        self.rational().to_f64().value()
    }

    /// The exact product; it saturates beyond 64 bits, which none of the ranges here reaches.
    pub fn times(&self, other: &Self) -> Self {
        Self { units: self.units.saturating_mul(other.units), places: self.places + other.places }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = self.places as usize + 1);
        let (integer, fraction) = digits.split_at(digits.len() - self.places as usize);
        let sign = if self.units < 0 { "-" } else { "" };
        let point = if self.places == 0 { "" } else { "." };
        write!(f, "{sign}{integer}{point}{fraction}")
    }
}

/// The decimals from `lo` to `hi`, both included and in units of the last of `places` places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    lo: i64,
    hi: i64,
    places: u32,
}

/// The decimals with `places` places from `lo` to `hi`.
pub(super) const fn range(lo: i64, hi: i64, places: u32) -> Range {
    Range { lo, hi, places }
}

/// The places of the smallest fraction.
const TINY_PLACES: u32 = 12;

impl Range {
    /// The simplest number of the range for `draw` 0, any other for others.
    fn at(&self, draw: u64) -> Decimal {
        let units = match draw {
            0 => 0_i64.clamp(self.lo, self.hi),
            _ => self.lo + (draw % (self.hi - self.lo + 1) as u64) as i64,
        };
        Decimal { units, places: self.places }
    }

    /// Whether `number` lies in the range.
    fn contains(&self, number: &Decimal) -> bool {
        let unit = Rational::from(dashu::integer::IBig::from(10).pow(self.places as usize));
        let value = number.rational() * unit;
        Rational::from(self.lo) <= value && value <= Rational::from(self.hi)
    }

    /// Numbers of the range with fewer digits: `x` without its last digits, most first.
    pub(super) fn simpler(&self, number: &Decimal) -> Vec<Decimal> {
        let mut found = vec![self.at(0)];
        for dropped in (1..=number.places).rev() {
            let truncated = number.units / 10_i64.pow(dropped);
            found.push(Decimal { units: truncated, places: number.places - dropped });
        }
        found.retain(|other| self.contains(other) && other.rational() != number.rational());
        found.dedup();
        found
    }
}

/// Where a case takes its numbers from: a list of draws that ends in zeros, hence in the simplest numbers.
pub(super) struct Draws<'a>(pub std::slice::Iter<'a, u64>);

impl Draws<'_> {
    fn next(&mut self) -> u64 {
        self.0.next().copied().unwrap_or(0)
    }

    pub(super) fn number(&mut self, range: Range) -> Decimal {
        range.at(self.next())
    }

    pub(super) fn numbers(&mut self, n: usize, range: Range) -> Vec<Decimal> {
        (0..n).map(|_| self.number(range)).collect()
    }

    /// From 0 to `n − 1`.
    pub(super) fn below(&mut self, n: u64) -> usize {
        (self.next() % n) as usize
    }

    /// A number in (0, 1) with one digit that is not 0, all magnitudes down to `1e-12` alike; 0.1 for draws of 0.
    pub(super) fn fraction(&mut self) -> Decimal {
        let places = 1 + self.below(u64::from(TINY_PLACES)) as u32;
        Decimal { units: 1 + self.below(9) as i64, places }
    }
}
