//! Intervals in decimal: value ± radius on one line, or bounds rounded outward; all by exact integer arithmetic.

use super::{EndPoint, Interval, rounding};
use dashu::integer::UBig;
use std::fmt;

/// Significant digits of a printed radius.
const RADIUS_DIGITS: usize = 2;

/// Digits of a bound before it is rounded up to [`RADIUS_DIGITS`].
const GUARD_DIGITS: i64 = 6;

/// Digits printed by `{}`; `{:.40}` prints forty.
const DEFAULT_DIGITS: usize = 20;

impl<E: EndPoint> Interval<E> {
    /// `value ± radius`: the midpoint with at most `digits` significant digits, fewer if the interval is wide (one digit past the
    /// first of the radius is kept), and two digits of an upper bound of the distance from that value to either end.
    /// A point that is shown in full has no radius. An unbounded interval is shown by its ends.
    ///
    /// ```
    /// use ouracle::numbers::{Ball, Field, Scalar};
    /// assert_eq!(Ball::ratio(1, 4).to_decimal(20), "0.25");
    /// assert_eq!(Ball::ratio(1, 3).to_decimal(10), "0.3333333333 ± 3.4e-11");
    /// assert_eq!((Ball::int(-1).ln()).to_decimal(10), "[-inf, inf]");
    /// ```
    pub fn to_decimal(&self, digits: usize) -> String {
        if !self.is_finite() {
            let (lo, hi) = self.decimal_bounds(digits);
            return format!("[{lo}, {hi}]");
        }
        let middle = Dyadic::of(self.midpoint());
        let radius = Dyadic::of(self.radius());
        let mut place = match middle.leading_place() {
            Some(leading) => leading - digits.max(1) as i64 + 1,
            None => {
                return if radius.is_zero() {
                    "0".into()
                } else {
                    format!("0 ± {}", radius.rounded_up().coarser(RADIUS_DIGITS).scientific())
                };
            }
        };
        if let Some(leading) = radius.leading_place() {
            place = place.max(leading - 1);
        }
        let (value, error) = middle.to_nearest(place);
        // Rounding 99.9… up gains a digit, which is a zero.
        let value = Decimal { negative: middle.negative, digits: value, place }.coarser(digits.max(1));
        let total = match (error, radius.is_zero()) {
            (None, true) => return value.trimmed().plain(),
            (None, false) => radius.rounded_up(),
            (Some(error), true) => error,
            (Some(error), false) => radius.rounded_up().plus(error),
        }
        .coarser(RADIUS_DIGITS);
        format!("{} ± {}", value.plain(), total.scientific())
    }

    /// `(lo, hi)` with `digits` significant digits each, rounded outward.
    ///
    /// ```
    /// use ouracle::numbers::{Ball, Field};
    /// assert_eq!(Ball::ratio(-1, 3).decimal_bounds(3), ("-0.334".into(), "-0.333".into()));
    /// ```
    pub fn decimal_bounds(&self, digits: usize) -> (String, String) {
        let bound = |end: E, up: bool| {
            if !end.is_finite() {
                return if up { "inf".into() } else { "-inf".into() };
            }
            let end = Dyadic::of(end);
            let Some(leading) = end.leading_place() else { return "0".into() };
            let place = leading - digits.max(1) as i64 + 1;
            let (floor, remainder) = end.floor_in_units_of(place);
            let away = remainder && up != end.negative;
            let digits = if away { floor + UBig::ONE } else { floor };
            Decimal { negative: end.negative, digits, place }.plain()
        };
        (bound(self.lo(), false), bound(self.hi(), true))
    }
}

impl<E: EndPoint> fmt::Display for Interval<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not `pad`, which would take the precision for a length.
        f.pad_integral(true, "", &self.to_decimal(f.precision().unwrap_or(DEFAULT_DIGITS)))
    }
}

/// `±significand · 2^exponent`.
struct Dyadic {
    negative: bool,
    significand: UBig,
    exponent: i64,
}

impl Dyadic {
    fn of<E: EndPoint>(x: E) -> Self {
        let (significand, exponent) = x.decompose();
        Self { negative: x < E::ZERO, significand: rounding::integer(significand), exponent: exponent.into() }
    }

    fn is_zero(&self) -> bool {
        self.significand == UBig::ZERO
    }

    /// ⌊|x|/10^place⌋ and whether anything was dropped.
    fn floor_in_units_of(&self, place: i64) -> (UBig, bool) {
        let (quotient, remainder, _) = self.divided(place);
        (quotient, remainder != UBig::ZERO)
    }

    /// |x|/10^place to the nearest integer, and an upper bound of the error of that times 10^place, if there is one.
    fn to_nearest(&self, place: i64) -> (UBig, Option<Decimal>) {
        let (quotient, remainder, divisor) = self.divided(place);
        let complement = &divisor - &remainder;
        let (value, error) =
            if complement <= remainder { (quotient + UBig::ONE, complement) } else { (quotient, remainder) };
        let bound = (error != UBig::ZERO).then(|| {
            let bound = Decimal::not_below(&error, &divisor);
            Decimal { place: bound.place + place, ..bound }
        });
        (value, bound)
    }

    /// Quotient, remainder and divisor of |x|/10^place = (significand · 2^exponent)/10^place, as integers.
    fn divided(&self, place: i64) -> (UBig, UBig, UBig) {
        let power = |base: u8, n: i64| UBig::from(base).pow(n.max(0).unsigned_abs() as usize);
        let twos = self.exponent - place;
        let numerator = (&self.significand * power(5, -place)) << twos.max(0).unsigned_abs() as usize;
        let divisor = power(5, place) << (-twos).max(0).unsigned_abs() as usize;
        (&numerator / &divisor, &numerator % &divisor, divisor)
    }

    /// The exponent of the leading decimal digit.
    fn leading_place(&self) -> Option<i64> {
        if self.is_zero() {
            return None;
        }
        let length = rounding::bits(&self.significand) + self.exponent;
        // 2^{length−1} ≤ |x| < 2^length; the logarithm is off by one at most.
        let guess = ((length - 1) as f64 * std::f64::consts::LOG10_2).floor() as i64 - 1;
        let (leading, _) = self.floor_in_units_of(guess);
        Some(guess + decimal_length(&leading) as i64 - 1)
    }

    /// An upper bound of |x| ≠ 0 with a few digits.
    fn rounded_up(&self) -> Decimal {
        let power = |n: i64| UBig::ONE << n.max(0).unsigned_abs() as usize;
        Decimal::not_below(&(&self.significand * power(self.exponent)), &power(-self.exponent))
    }
}

/// `±digits · 10^place`.
struct Decimal {
    negative: bool,
    digits: UBig,
    place: i64,
}

impl Decimal {
    /// An upper bound of a positive fraction, [`GUARD_DIGITS`] digits or a few more.
    fn not_below(numerator: &UBig, denominator: &UBig) -> Self {
        let length = (rounding::bits(numerator) - rounding::bits(denominator)) as f64 * std::f64::consts::LOG10_2;
        let place = length.floor() as i64 - GUARD_DIGITS;
        let power = |n: i64| UBig::from(10_u8).pow(n.max(0).unsigned_abs() as usize);
        let (numerator, denominator) = (numerator * power(-place), denominator * power(place));
        Self { negative: false, digits: (numerator + &denominator - UBig::ONE) / denominator, place }
    }

    /// An upper bound of the sum of two such bounds, which may be of very different size.
    fn plus(self, other: Self) -> Self {
        let (large, small) = if self.place >= other.place { (self, other) } else { (other, self) };
        let gap = (large.place - small.place) as usize;
        if gap > 2 * decimal_length(&small.digits) {
            return Self { digits: large.digits + UBig::ONE, ..large };
        }
        let digits = large.digits * UBig::from(10_u8).pow(gap) + small.digits;
        Self { digits, ..small }
    }

    /// At most `length` digits, rounded up.
    fn coarser(mut self, length: usize) -> Self {
        loop {
            let excess = decimal_length(&self.digits).saturating_sub(length);
            if excess == 0 {
                return self;
            }
            let unit = UBig::from(10_u8).pow(excess);
            self.digits = (self.digits + (&unit - UBig::ONE)) / unit;
            self.place += excess as i64;
        }
    }

    /// Without trailing zeros that only say how many digits were asked for.
    fn trimmed(mut self) -> Self {
        let ten = UBig::from(10_u8);
        let large = decimal_length(&self.digits) as i64 + self.place > 21;
        while (large || self.place < 0) && self.digits != UBig::ZERO && &self.digits % &ten == UBig::ZERO {
            self.digits /= &ten;
            self.place += 1;
        }
        self
    }

    /// Positional if that is short, scientific otherwise.
    fn plain(&self) -> String {
        if self.digits == UBig::ZERO {
            return "0".into();
        }
        let text = self.digits.to_string();
        let leading = text.len() as i64 - 1 + self.place;
        let sign = if self.negative { "-" } else { "" };
        match self.place {
            _ if !(-6..21).contains(&leading) => self.scientific(),
            0 => format!("{sign}{text}"),
            1.. if leading < 21 => format!("{sign}{text}{}", "0".repeat(self.place as usize)),
            _ if leading >= 0 => {
                let (integer, fraction) = text.split_at(leading as usize + 1);
                format!("{sign}{integer}.{fraction}")
            }
            _ => format!("{sign}0.{}{text}", "0".repeat((-leading - 1) as usize)),
        }
    }

    fn scientific(&self) -> String {
        let text = self.digits.to_string();
        let exponent = text.len() as i64 - 1 + self.place;
        let sign = if self.negative { "-" } else { "" };
        let (first, rest) = text.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}e{exponent}")
    }
}

fn decimal_length(n: &UBig) -> usize {
    n.to_string().len()
}
