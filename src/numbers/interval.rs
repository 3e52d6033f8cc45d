//! Intervals that contain what they name, and their arithmetic.
//!
//! Two laws. **Inclusion**: if the operands contain reals `x` and `y`, the result contains `x ∘ y`. **Absorption**: outside
//! the domain of an operation (a quotient by an interval that contains 0, a logarithm of one that touches it, ∞ − ∞) the
//! result is the whole line, and every function of the whole line is the whole line, because it may stand for no number
//! at all. NaN is never an end.

use super::{EndPoint, Field, Rational};
use f256::f256;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// All reals from `lo` to `hi`, ends included; an infinite end means that the interval is unbounded there.
///
/// There is no order and no equality: whether one interval is less than another has three answers. Ask
/// [`certainly_le`](Self::certainly_le), [`overlaps`](Self::overlaps) or [`contains`](Self::contains).
#[derive(Debug, Clone, Copy)]
pub struct Interval<E> {
    lo: E,
    hi: E,
}

/// An interval of 237-bit numbers (71 decimal digits, exponents to 10^±78913): the certificate reading.
///
/// ```
/// use ouracle::numbers::{Ball, Field, Scalar};
/// let third = Ball::ratio(1, 3);
/// assert!((third * 3).contains(&1.into()));
/// assert_eq!(third.exp().to_decimal(20), "1.3956124250860895286 ± 2.9e-20");
/// ```
pub type Ball = Interval<f256>;

impl<E: EndPoint> Interval<E> {
    /// The interval of one number; of an infinity or NaN the whole line.
    pub fn point(x: E) -> Self {
        if x.is_finite() { Self { lo: x, hi: x } } else { Self::whole() }
    }

    /// The interval `[lo, hi]`; `None` if the ends are in the wrong order, not numbers, or both the same infinity.
    pub fn new(lo: E, hi: E) -> Option<Self> {
        (lo <= hi && lo < E::INFINITY && hi > -E::INFINITY).then_some(Self { lo, hi })
    }

    /// Ends that are in order by construction, unless one of them is NaN.
    pub(super) fn enclosing(lo: E, hi: E) -> Self {
        if lo.is_nan() || hi.is_nan() {
            return Self::whole();
        }
        debug_assert!(lo <= hi, "the ends {lo:?} and {hi:?} are in the wrong order");
        Self { lo, hi }
    }

    /// The whole line `[−∞, ∞]`, which decides nothing.
    pub fn whole() -> Self {
        Self { lo: -E::INFINITY, hi: E::INFINITY }
    }

    /// The lower end.
    pub fn lo(&self) -> E {
        self.lo
    }

    /// The upper end.
    pub fn hi(&self) -> E {
        self.hi
    }

    /// Whether this is the whole line.
    pub fn is_whole(&self) -> bool {
        self.lo == -E::INFINITY && self.hi == E::INFINITY
    }

    /// Whether both ends are numbers.
    pub fn is_finite(&self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// Whether this is a single number.
    pub fn is_point(&self) -> bool {
        self.lo == self.hi
    }

    /// Whether 0 lies in the interval.
    pub fn contains_zero(&self) -> bool {
        self.lo <= E::ZERO && self.hi >= E::ZERO
    }

    /// Whether the exact number `q` lies in the interval.
    pub fn contains(&self, q: &Rational) -> bool {
        // The ends are representable, so comparing with q is comparing with its neighbours.
        let (below, above) = E::rational_bounds(q);
        self.lo <= below && above <= self.hi
    }

    /// Whether all of `other` lies in this interval.
    pub fn encloses(&self, other: &Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// Whether some number lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.lo <= other.hi && other.lo <= self.hi
    }

    /// Whether no number lies in both: the two enclosed values certainly differ.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        !self.overlaps(other)
    }

    /// The smallest interval that contains both.
    pub fn hull(&self, other: &Self) -> Self {
        Self { lo: least(self.lo, other.lo), hi: greatest(self.hi, other.hi) }
    }

    /// The numbers that lie in both, if any.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        self.overlaps(other).then(|| Self { lo: greatest(self.lo, other.lo), hi: least(self.hi, other.hi) })
    }

    /// A finite number in the interval, halfway between the ends up to rounding.
    pub fn midpoint(&self) -> E {
        if self.is_point() {
            return self.lo;
        }
        if self.is_whole() {
            return E::ZERO;
        }
        let half = E::ONE / (E::ONE + E::ONE);
        let lo = greatest(self.lo, -E::MAX);
        let hi = least(self.hi, E::MAX);
        greatest(lo, least(hi, lo * half + hi * half))
    }

    /// An upper bound of the distance from [`midpoint`](Self::midpoint) to either end.
    pub fn radius(&self) -> E {
        let middle = self.midpoint();
        greatest(self.hi.add_up(-middle), middle.add_up(-self.lo))
    }

    /// The largest `|x|` in the interval.
    pub fn mag(&self) -> E {
        greatest(-self.lo, self.hi)
    }

    /// The smallest `|x|` in the interval.
    pub fn mig(&self) -> E {
        greatest(E::ZERO, greatest(self.lo, -self.hi))
    }

    /// Whether every number in the interval is `> 0`.
    pub fn certainly_positive(&self) -> bool {
        self.lo > E::ZERO
    }

    /// Whether every number in this interval is `≤` every number in `other`.
    pub fn certainly_le(&self, other: &Self) -> bool {
        self.hi <= other.lo
    }

    /// The midpoint as the nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        self.midpoint().to_f64()
    }

    /// The smallest interval of `f64` that contains this one.
    pub fn to_f64_interval(&self) -> Interval<f64> {
        Interval { lo: self.lo.to_f64_down(), hi: -(-self.hi).to_f64_down() }
    }

    /// Applies a monotonically increasing function, given its enclosure at one number.
    pub(super) fn increasing(self, enclosure: impl Fn(E) -> Self) -> Self {
        if self.is_whole() {
            return self;
        }
        let lower = enclosure(self.lo);
        if self.is_point() {
            return lower;
        }
        Self::enclosing(lower.lo, enclosure(self.hi).hi)
    }

    /// The same, if an upper bound of the slope over the interval is known, given the value at its lower end. Where the interval is as narrow
    /// as rounding makes it, one value and the slope say what two values would, at half the cost.
    pub(super) fn increasing_slowly(self, enclosure: impl Fn(E) -> Self, slope: impl FnOnce(Self) -> E) -> Self {
        let width = self.hi.add_up(-self.lo);
        if self.is_point() || !self.is_finite() || width > self.mig() * E::from_f64(NARROW) {
            return self.increasing(enclosure);
        }
        let lower = enclosure(self.lo);
        let slope = slope(lower);
        if slope.is_finite() {
            Self::enclosing(lower.lo, lower.hi.add_up(width.mul_up(slope)))
        } else {
            self.increasing(enclosure)
        }
    }
}

/// A width this small relative to the number is one that rounding made: what is of second order in it is below anything that is printed.
const NARROW: f64 = 1.0 / (1_u64 << 60) as f64;

impl From<Interval<f64>> for Ball {
    fn from(narrow: Interval<f64>) -> Self {
        Self { lo: narrow.lo.into(), hi: narrow.hi.into() }
    }
}

fn least<E: EndPoint>(a: E, b: E) -> E {
    if b < a { b } else { a }
}

fn greatest<E: EndPoint>(a: E, b: E) -> E {
    if b > a { b } else { a }
}

impl<E: EndPoint> Neg for Interval<E> {
    type Output = Self;
    fn neg(self) -> Self {
        // Subtraction from zero, lest a negative zero becomes an end.
        let negate = |x: E| if x == E::ZERO { E::ZERO } else { -x };
        Self { lo: negate(self.hi), hi: negate(self.lo) }
    }
}

impl<E: EndPoint> Add for Interval<E> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { lo: self.lo.add_down(other.lo), hi: self.hi.add_up(other.hi) }
    }
}

impl<E: EndPoint> Sub for Interval<E> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { lo: self.lo.add_down(-other.hi), hi: self.hi.add_up(-other.lo) }
    }
}

impl<E: EndPoint> Mul for Interval<E> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if self.is_whole() || other.is_whole() {
            return Self::whole();
        }
        // Each end of the product is one product of ends, which the signs tell, unless both factors have both signs.
        let (a, b) = (self, other);
        let (lo, hi) = match (Sign::of(&a), Sign::of(&b)) {
            (Sign::Negative, _) => return -(-a * b),
            (_, Sign::Negative) => return -(a * -b),
            (Sign::Positive, Sign::Positive) => (a.lo.mul_down(b.lo), a.hi.mul_up(b.hi)),
            (Sign::Positive, Sign::Both) => (a.hi.mul_down(b.lo), a.hi.mul_up(b.hi)),
            (Sign::Both, Sign::Positive) => (a.lo.mul_down(b.hi), a.hi.mul_up(b.hi)),
            (Sign::Both, Sign::Both) => {
                (least(a.lo.mul_down(b.hi), a.hi.mul_down(b.lo)), greatest(a.lo.mul_up(b.lo), a.hi.mul_up(b.hi)))
            }
        };
        Self { lo, hi }
    }
}

impl<E: EndPoint> Div for Interval<E> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if self.is_whole() || other.contains_zero() {
            return Self::whole();
        }
        let (a, b) = (self, other);
        let (lo, hi) = match (Sign::of(&a), Sign::of(&b)) {
            (_, Sign::Negative) => return -(a / -b),
            (Sign::Positive, _) => (a.lo.div_down(b.hi), a.hi.div_up(b.lo)),
            (Sign::Negative, _) => (a.lo.div_down(b.lo), a.hi.div_up(b.hi)),
            (Sign::Both, _) => (a.lo.div_down(b.lo), a.hi.div_up(b.lo)),
        };
        Self { lo, hi }
    }
}

/// Which signs occur in an interval.
enum Sign {
    Positive,
    Negative,
    Both,
}

impl Sign {
    fn of<E: EndPoint>(interval: &Interval<E>) -> Self {
        if interval.lo >= E::ZERO {
            Self::Positive
        } else if interval.hi <= E::ZERO {
            Self::Negative
        } else {
            Self::Both
        }
    }
}

macro_rules! integer_operators {
    ($($trait:ident $method:ident),+) => {$(
        impl<E: EndPoint> $trait<i64> for Interval<E> {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                $trait::$method(self, Self::int(n))
            }
        }
    )+};
}

integer_operators!(Add add, Sub sub, Mul mul);

impl<E: EndPoint> Div<i64> for Interval<E> {
    type Output = Self;
    fn div(self, n: i64) -> Self {
        // The reciprocal of a power of two is a number, and a product costs a third of a quotient.
        match n.unsigned_abs().is_power_of_two() {
            true => self * Self::point(E::ONE / E::from_i64(n)),
            false => self / Self::int(n),
        }
    }
}

impl<E: EndPoint> Field for Interval<E> {
    fn rational(q: &Rational) -> Self {
        let (lo, hi) = E::rational_bounds(q);
        Self { lo, hi }
    }

    fn ratio(p: i64, q: u32) -> Self {
        Self::int(p) / Self::int(q.into())
    }

    fn int(n: i64) -> Self {
        // Below 2⁵³ an integer is exact in every format.
        if n.unsigned_abs() >> 53 == 0 { Self::point(E::from_i64(n)) } else { Self::rational(&n.into()) }
    }

    fn zero() -> Self {
        Self { lo: E::ZERO, hi: E::ZERO }
    }

    fn one() -> Self {
        Self { lo: E::ONE, hi: E::ONE }
    }

    fn convolved(left: &[Self], right: &[Self]) -> Self {
        let term_by_term = || left.iter().zip(right.iter().rev()).fold(Self::zero(), |sum, (a, b)| sum + *a * *b);
        E::convolved(left, right).unwrap_or_else(term_by_term)
    }

    fn square(self) -> Self {
        if self.is_whole() {
            return self;
        }
        Self { lo: self.mig().mul_down(self.mig()), hi: self.mag().mul_up(self.mag()) }
    }
}
