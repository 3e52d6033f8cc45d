//! The energy after many adaptive steps, in arithmetic as wide as it takes. Source: `yoon2021`.
//!
//! An interval of fixed precision loses about a digit a step to its own width, and an exact rational number triples its length a step. Here
//! numbers are exact until they are long, then enclosed between multiples of `2⁻ⁿ`, and `n` doubles until the result has its digits.

use crate::numbers::{Ball, Field, Rational};
use dashu::base::BitTest;
use dashu::integer::{IBig, UBig};

/// Bits after the point at first, and at most.
const FIRST_BITS: usize = 320;
const MOST_BITS: usize = 1 << 14;

/// `½xᵀPx` after `count` steps of [`super::adaptive_descent`], `x ← x − λ(gᵀg/gᵀPg)g`, `g = Px`, from exact inputs: a symmetric `d × d` matrix row by row and `d` entries. It
/// stays where it is once `g = 0`. The whole line if more than 16 384 bits would be needed.
///
/// ```
/// use ouracle::{numbers::{Ball, Rational}, objectives::purification::exact_descent};
/// let number = |n: i64| Rational::from(n);
/// let precision = vec![vec![number(2), number(0)], vec![number(0), number(1)]];
/// // g = (2, 2), gᵀg/gᵀPg = 2/3, x = (1, 2) − (4/3, 4/3).
/// let energy = exact_descent(&precision, &[number(1), number(2)], &number(1), 1);
/// assert!(energy.contains(&Rational::from_parts(1.into(), 3u8.into())));
/// ```
pub fn exact_descent(precision: &[Vec<Rational>], start: &[Rational], relaxation: &Rational, count: u32) -> Ball {
    let widths = std::iter::successors(Some(FIRST_BITS), |bits| (bits * 2 <= MOST_BITS).then_some(bits * 2));
    let mut attempts = widths.filter_map(|bits| Run { precision, relaxation, bits }.energy(start, count));
    attempts.find(Between::has_digits).map_or_else(Ball::whole, |energy| energy.ball())
}

/// All numbers from `lo` to `hi`.
#[derive(Clone)]
struct Between {
    lo: Rational,
    hi: Rational,
}

impl Between {
    fn point(x: &Rational) -> Self {
        Self { lo: x.clone(), hi: x.clone() }
    }

    fn plus(&self, other: &Self) -> Self {
        Self { lo: &self.lo + &other.lo, hi: &self.hi + &other.hi }
    }

    fn minus(&self, other: &Self) -> Self {
        Self { lo: &self.lo - &other.hi, hi: &self.hi - &other.lo }
    }

    fn times(&self, other: &Self) -> Self {
        if self.lo == self.hi && other.lo == other.hi {
            return Self::point(&(&self.lo * &other.lo));
        }
        let products = [&self.lo * &other.lo, &self.lo * &other.hi, &self.hi * &other.lo, &self.hi * &other.hi];
        let [first, rest @ ..] = products;
        rest.into_iter().fold(Self::point(&first), |hull, x| Self {
            lo: if x < hull.lo { x.clone() } else { hull.lo },
            hi: if x > hull.hi { x } else { hull.hi },
        })
    }

    /// `1/x` of a number that is certainly positive.
    fn inverse(&self) -> Option<Self> {
        (self.lo > Rational::ZERO).then(|| Self { lo: Rational::ONE / &self.hi, hi: Rational::ONE / &self.lo })
    }

    fn is_zero(&self) -> bool {
        self.lo == Rational::ZERO && self.hi == Rational::ZERO
    }

    /// Between multiples of `2^-bits`, unless it is short as it is.
    fn rounded(self, bits: usize) -> Self {
        let down = |x: Rational| {
            if x.denominator().bit_len() <= bits {
                return x;
            }
            let scale = UBig::ONE << bits;
            let multiple: IBig = (x * Rational::from(IBig::from(scale.clone()))).floor();
            Rational::from_parts(multiple, scale)
        };
        Self { lo: down(self.lo), hi: -down(-self.hi) }
    }

    /// Whether the width is below `2⁻²⁵⁰` of the number, beyond what a ball keeps.
    fn has_digits(&self) -> bool {
        let width = &self.hi - &self.lo;
        width == Rational::ZERO || width * Rational::from(IBig::ONE << 250_usize) < self.lo
    }

    fn ball(&self) -> Ball {
        Ball::rational(&self.lo).hull(&Ball::rational(&self.hi))
    }
}

/// A run at one width.
struct Run<'a> {
    precision: &'a [Vec<Rational>],
    relaxation: &'a Rational,
    bits: usize,
}

impl Run<'_> {
    /// `None` if an enclosure is too wide to divide by.
    fn energy(&self, start: &[Rational], count: u32) -> Option<Between> {
        let mut x: Vec<_> = start.iter().map(Between::point).collect();
        for _ in 0..count {
            let g = self.gradient(&x);
            if g.iter().all(Between::is_zero) {
                break;
            }
            let curvature = dot(&g, &self.gradient(&g));
            let length = dot(&g, &g).times(&curvature.inverse()?).times(&Between::point(self.relaxation));
            let length = length.rounded(2 * self.bits);
            x = x.iter().zip(&g).map(|(x, g)| x.minus(&g.times(&length)).rounded(self.bits)).collect();
        }
        Some(dot(&x, &self.gradient(&x)).times(&Between::point(&Rational::from_parts(IBig::ONE, 2_u8.into()))))
    }

    /// `Px`.
    fn gradient(&self, x: &[Between]) -> Vec<Between> {
        let row = |row: &Vec<Rational>| {
            let zero = Between::point(&Rational::ZERO);
            row.iter().zip(x).fold(zero, |sum, (p, x)| sum.plus(&Between::point(p).times(x))).rounded(2 * self.bits)
        };
        self.precision.iter().map(row).collect()
    }
}

fn dot(a: &[Between], b: &[Between]) -> Between {
    a.iter().zip(b).fold(Between::point(&Rational::ZERO), |sum, (a, b)| sum.plus(&a.times(b)))
}
