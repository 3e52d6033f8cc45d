//! Binary floating-point numbers as ends of intervals: operations rounded downward and upward.
//!
//! An operation is rounded to nearest and then moved one number outward, unless the result is certainly exact. Exactness
//! costs a few shifts to see: if the lowest bits of the exact result are no lower than the last place of the rounded one,
//! nothing was lost. So small integers and dyadic fractions stay points, and `1 − 1` is exactly 0.

use super::rounding::{self, Truncated};
use super::{Interval, Rational, convolution};
use f256::f256;
use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The lowest bit of zero is above every other: it loses nothing in any operation.
const ABOVE_ALL: i32 = 1 << 28;

/// A binary floating-point number that can be the end of an [`Interval`](super::Interval): `f64` or [`f256`].
pub trait EndPoint:
    Copy
    + Debug
    + PartialOrd
    + Send
    + Sync
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;
    /// The largest finite number.
    const MAX: Self;
    /// Larger than every number.
    const INFINITY: Self;
    /// Bits of the significand.
    const PRECISION: u32;
    /// The smallest positive number is `2^LOWEST_EXPONENT`.
    const LOWEST_EXPONENT: i32;
    /// The last place of the largest finite number is `2^HIGHEST_EXPONENT`.
    const HIGHEST_EXPONENT: i32;

    /// `significand · 2^exponent`, exactly: the significand (high and low half) has at most [`Self::PRECISION`] bits, and
    /// fewer only if the exponent is the lowest.
    fn compose(significand: (u128, u128), exponent: i32) -> Self;
    /// `(significand, exponent)` with `|x| = significand · 2^exponent`, for a finite number.
    fn decompose(self) -> ((u128, u128), i32);
    /// The next number above, or ∞.
    fn next_up(self) -> Self;
    /// The next number below, or −∞.
    fn next_down(self) -> Self;
    /// Whether this is neither a number nor an infinity.
    fn is_nan(self) -> bool;
    /// Whether this is a number.
    fn is_finite(self) -> bool;
    /// Square root, rounded to nearest.
    fn sqrt_to_nearest(self) -> Self;
    /// `n`, rounded to nearest.
    fn from_i64(n: i64) -> Self;

    /// The exponent of the lowest bit of the significand that is set.
    fn lowest_bit(self) -> i32 {
        let ((high, low), exponent) = self.decompose();
        match (high, low) {
            (0, 0) => ABOVE_ALL,
            (_, 0) => exponent + 128 + high.trailing_zeros() as i32,
            _ => exponent + low.trailing_zeros() as i32,
        }
    }

    /// The exponent of the last place of the significand.
    fn last_place(self) -> i32 {
        self.decompose().1
    }

    /// Whether `self` is a finite number with a last place low enough to show a multiple of `2^lowest_bit`.
    fn shows(self, lowest_bit: i32) -> bool {
        self.is_finite() && lowest_bit >= self.last_place()
    }

    /// The largest number `≤ self + other`.
    fn add_down(self, other: Self) -> Self {
        let sum = self + other;
        if sum.is_nan() {
            return -Self::INFINITY;
        }
        let exact = sum.shows(self.lowest_bit().min(other.lowest_bit()));
        if exact { sum } else { sum.next_down() }
    }

    /// The smallest number `≥ self + other`.
    fn add_up(self, other: Self) -> Self {
        -(-self).add_down(-other)
    }

    /// A number `≤ self · other`, and `≥ 0` if the product is. Zero times anything is zero: an infinite end stands for
    /// arbitrarily large reals, never for ∞ itself.
    fn mul_down(self, other: Self) -> Self {
        if self == Self::ZERO || other == Self::ZERO {
            return Self::ZERO;
        }
        let product = self * other;
        if product.shows(self.lowest_bit().saturating_add(other.lowest_bit())) {
            product
        } else if product == Self::ZERO && (self > Self::ZERO) == (other > Self::ZERO) {
            Self::ZERO
        } else {
            product.next_down()
        }
    }

    /// A number `≥ self · other`, and `≤ 0` if the product is.
    fn mul_up(self, other: Self) -> Self {
        -(-self).mul_down(other)
    }

    /// A number `≤ self / other`, and `≥ 0` if the quotient is; `other` must not be 0.
    fn div_down(self, other: Self) -> Self {
        if self == Self::ZERO {
            return Self::ZERO;
        }
        let quotient = self / other;
        if quotient.is_nan() {
            return -Self::INFINITY;
        }
        if quotient == Self::ZERO {
            return if (self > Self::ZERO) == (other > Self::ZERO) { Self::ZERO } else { quotient.next_down() };
        }
        // The product is rounded only if its lowest bit is below the last place of `self`.
        let exact = quotient.is_finite()
            && self.is_finite()
            && other.is_finite()
            && self.shows(quotient.lowest_bit() + other.lowest_bit())
            && quotient * other == self;
        if exact { quotient } else { quotient.next_down() }
    }

    /// A number `≥ self / other`, and `≤ 0` if the quotient is; `other` must not be 0.
    fn div_up(self, other: Self) -> Self {
        -(-self).div_down(other)
    }

    /// `(lower, upper)` bounds of the square root of a number `≥ 0`.
    fn sqrt_bounds(self) -> (Self, Self) {
        if self == Self::ZERO {
            return (Self::ZERO, Self::ZERO);
        }
        if !self.is_finite() {
            return (Self::MAX.sqrt_to_nearest().next_down(), Self::INFINITY);
        }
        let root = self.sqrt_to_nearest();
        let exact = self.shows(2 * root.lowest_bit()) && root * root == self;
        if exact { (root, root) } else { (root.next_down(), root.next_up()) }
    }

    /// An enclosure of `Σ aᵢ b_{m−1−i}` that is cheaper than term by term, where there is one.
    fn convolved(left: &[Interval<Self>], right: &[Interval<Self>]) -> Option<Interval<Self>> {
        let _ = (left, right);
        None
    }

    /// The largest number `≤ q` and the smallest `≥ q`: equal if `q` is representable.
    fn rational_bounds(q: &Rational) -> (Self, Self) {
        let (lower, upper) = match rounding::truncate(q, Self::PRECISION, Self::LOWEST_EXPONENT) {
            Truncated { significand: (0, 0), exact: true, .. } => (Self::ZERO, Self::ZERO),
            Truncated { exponent, .. } if exponent > i64::from(Self::HIGHEST_EXPONENT) => (Self::MAX, Self::INFINITY),
            Truncated { significand, exponent, exact } => {
                let toward_zero = Self::compose(significand, exponent as i32);
                (toward_zero, if exact { toward_zero } else { toward_zero.next_up() })
            }
        };
        if rounding::is_negative(q) { (-upper, -lower) } else { (lower, upper) }
    }

    /// The exact value, if finite.
    fn to_rational(self) -> Option<Rational> {
        self.is_finite().then(|| {
            let (significand, exponent) = self.decompose();
            rounding::rational(self < Self::ZERO, significand, exponent)
        })
    }

    /// The nearest `f64`; beyond the largest, an infinity.
    fn to_f64(self) -> f64 {
        if !self.is_finite() {
            return if self > Self::ZERO { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        let (significand, exponent) = self.decompose();
        let magnitude = rounding::nearest_f64(significand, exponent);
        if self < Self::ZERO { -magnitude } else { magnitude }
    }

    /// The largest `f64` `≤ self`.
    fn to_f64_down(self) -> f64 {
        let near = self.to_f64();
        if Self::from_f64(near) > self { near.next_down() } else { near }
    }

    /// The same number as an end of this type, if it has as many bits.
    fn from_f64(x: f64) -> Self;
}

impl EndPoint for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const MAX: Self = f64::MAX;
    const INFINITY: Self = f64::INFINITY;
    const PRECISION: u32 = 53;
    const LOWEST_EXPONENT: i32 = -1074;
    const HIGHEST_EXPONENT: i32 = 971;

    fn compose(significand: (u128, u128), exponent: i32) -> Self {
        let steps = (exponent - Self::LOWEST_EXPONENT) as u64;
        // The hidden bit adds one to the exponent field, which a subnormal number lacks.
        f64::from_bits((steps << 52) + significand.1 as u64)
    }
    fn decompose(self) -> ((u128, u128), i32) {
        let field = (self.to_bits() >> 52 & 0x7ff) as i32;
        let hidden = u64::from(field != 0) << 52;
        ((0, u128::from(self.to_bits() & ((1 << 52) - 1) | hidden)), field.max(1) - 1075)
    }
    fn lowest_bit(self) -> i32 {
        if self == 0.0 {
            return ABOVE_ALL;
        }
        let field = (self.to_bits() >> 52 & 0x7ff) as i32;
        let hidden = u64::from(field != 0) << 52;
        (self.to_bits() | hidden).trailing_zeros() as i32 + field.max(1) - 1075
    }
    fn last_place(self) -> i32 {
        ((self.to_bits() >> 52 & 0x7ff) as i32).max(1) - 1075
    }
    fn next_up(self) -> Self {
        f64::next_up(self)
    }
    fn next_down(self) -> Self {
        f64::next_down(self)
    }
    fn is_nan(self) -> bool {
        f64::is_nan(self)
    }
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
    fn sqrt_to_nearest(self) -> Self {
        self.sqrt()
    }
    fn from_i64(n: i64) -> Self {
        n as f64
    }
    fn convolved(left: &[Interval<Self>], right: &[Interval<Self>]) -> Option<Interval<Self>> {
        convolution::convolved(left, right)
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn from_f64(x: f64) -> Self {
        x
    }
}

impl EndPoint for f256 {
    const ZERO: Self = f256::ZERO;
    const ONE: Self = f256::ONE;
    const MAX: Self = f256::MAX;
    const INFINITY: Self = f256::INFINITY;
    const PRECISION: u32 = 237;
    const LOWEST_EXPONENT: i32 = -262_378;
    const HIGHEST_EXPONENT: i32 = 261_907;

    fn compose(significand: (u128, u128), exponent: i32) -> Self {
        let steps = (exponent - Self::LOWEST_EXPONENT) as u128;
        f256::from_bits(((steps << 108) + significand.0, significand.1))
    }
    fn decompose(self) -> ((u128, u128), i32) {
        let (high, low) = self.to_bits();
        let field = (high >> 108 & 0x7ffff) as i32;
        let hidden = u128::from(field != 0) << 108;
        ((high & ((1 << 108) - 1) | hidden, low), field.max(1) - 262_379)
    }
    fn last_place(self) -> i32 {
        ((self.to_bits().0 >> 108 & 0x7ffff) as i32).max(1) - 262_379
    }
    fn next_up(self) -> Self {
        f256::next_up(self)
    }
    fn next_down(self) -> Self {
        f256::next_down(self)
    }
    fn is_nan(self) -> bool {
        f256::is_nan(self)
    }
    fn is_finite(self) -> bool {
        f256::is_finite(self)
    }
    fn sqrt_to_nearest(self) -> Self {
        self.sqrt()
    }
    fn from_i64(n: i64) -> Self {
        n.into()
    }
    fn from_f64(x: f64) -> Self {
        x.into()
    }
}
