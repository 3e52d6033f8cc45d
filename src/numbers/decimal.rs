//! Intervals in decimal: value ± radius on one line, or bounds rounded outward; all by exact integer arithmetic.

use super::{EndPoint, Interval, rounding};
use dashu_int::UBig;
use std::fmt;

/// Significant digits of a printed radius.
const RADIUS_DIGITS: usize = 2;

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
                    format!("0 ± {}", radius.rounded_up().scientific())
                };
            }
        };
        if let Some(leading) = radius.leading_place() {
            place = place.max(leading - 1);
        }
        let (value, remainder) = middle.in_units_of(place);
        // Rounding 99.9… up gains a digit, which is a zero.
        let value = Decimal { negative: middle.negative, digits: value, place }.coarser(digits.max(1));
        // What rounding to nearest dropped is at most half a unit, which is exact one place further down.
        let total = match (remainder, radius.is_zero()) {
            (false, true) => return value.trimmed().plain(),
            (false, false) => radius.rounded_up(),
            (true, _) => {
                radius.rounded_up_after_adding(Decimal { negative: false, digits: 5_u8.into(), place: place - 1 })
            }
        };
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

    /// |x|/10^place to the nearest integer and whether anything was dropped or added.
    fn in_units_of(&self, place: i64) -> (UBig, bool) {
        let (quotient, remainder, divisor) = self.divided(place);
        let up = &remainder + &remainder >= divisor;
        (if up { quotient + UBig::ONE } else { quotient }, remainder != UBig::ZERO)
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

    /// |x| with [`RADIUS_DIGITS`] digits, not smaller.
    fn rounded_up(&self) -> Decimal {
        let Some(leading) = self.leading_place() else {
            return Decimal { negative: false, digits: UBig::ZERO, place: 0 };
        };
        let place = leading + 1 - RADIUS_DIGITS as i64;
        let (floor, remainder) = self.floor_in_units_of(place);
        let digits = if remainder { floor + UBig::ONE } else { floor };
        Decimal { negative: false, digits, place }.coarser(RADIUS_DIGITS)
    }

    /// |x| + `other` with [`RADIUS_DIGITS`] digits, not smaller.
    fn rounded_up_after_adding(&self, other: Decimal) -> Decimal {
        if self.is_zero() {
            return other;
        }
        // Guard digits keep the sum of two bounds close to the bound of the sum.
        let place = other.place - RADIUS_DIGITS as i64;
        let (floor, remainder) = self.floor_in_units_of(place);
        let own = if remainder { floor + UBig::ONE } else { floor };
        let digits = own + other.digits * UBig::from(10_u8).pow(RADIUS_DIGITS);
        Decimal { negative: false, digits, place }.coarser(RADIUS_DIGITS)
    }
}

/// `±digits · 10^place`.
struct Decimal {
    negative: bool,
    digits: UBig,
    place: i64,
}

impl Decimal {
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

    /// Without trailing zeros after the decimal point.
    fn trimmed(mut self) -> Self {
        let ten = UBig::from(10_u8);
        while self.place < 0 && self.digits != UBig::ZERO && &self.digits % &ten == UBig::ZERO {
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
