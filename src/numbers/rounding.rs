//! From exact rationals to binary significands and back, by integer arithmetic.

use super::Rational;
use dashu::integer::{IBig, UBig};

/// A magnitude rounded toward zero: `significand · 2^exponent`.
pub(super) struct Truncated {
    /// High and low half of the significand.
    pub significand: (u128, u128),
    /// The exponent of the last place.
    pub exponent: i64,
    /// Whether nothing was lost.
    pub exact: bool,
}

/// `|q|` toward zero, with `precision` bits, or fewer where the last place would fall below `2^lowest`.
pub(super) fn truncate(q: &Rational, precision: u32, lowest: i32) -> Truncated {
    let (_, numerator) = q.numerator().clone().into_parts();
    let denominator = q.denominator();
    // The quotient of numbers of a and b bits has a − b or a − b + 1 bits, so this exponent leaves at least `precision`.
    let wide = bits(&numerator) - bits(denominator) - i64::from(precision) - 1;
    let exponent = wide.max(i64::from(lowest));
    let quotient = match exponent {
        ..0 => (numerator.clone() << exponent.unsigned_abs() as usize) / denominator,
        _ => &numerator / (denominator << exponent as usize),
    };
    let excess = (bits(&quotient) - i64::from(precision)).max(0);
    let significand = &quotient >> excess as usize;
    let exponent = exponent + excess;
    let back = denominator * &significand;
    let exact = match exponent {
        ..0 => back == numerator << exponent.unsigned_abs() as usize,
        _ => back << exponent as usize == numerator,
    };
    Truncated { significand: halves(&significand), exponent, exact }
}

/// Whether `q < 0`.
pub(super) fn is_negative(q: &Rational) -> bool {
    *q < Rational::ZERO
}

/// `±significand · 2^exponent`.
pub(super) fn rational(negative: bool, significand: (u128, u128), exponent: i32) -> Rational {
    let magnitude = IBig::from(integer(significand));
    let signed = if negative { -magnitude } else { magnitude };
    let power = UBig::ONE << exponent.unsigned_abs() as usize;
    if exponent < 0 { Rational::from_parts(signed, power) } else { Rational::from(signed * IBig::from(power)) }
}

/// The integer whose halves these are.
pub(super) fn integer((high, low): (u128, u128)) -> UBig {
    (UBig::from(high) << 128) + UBig::from(low)
}

/// The halves of an integer below 2²⁵⁶.
pub(super) fn halves(n: &UBig) -> (u128, u128) {
    let mut words = n.as_words().iter().map(|&word| u128::from(word));
    let mut half = || {
        let words_per_half = 128 / dashu::integer::Word::BITS;
        (0..words_per_half).fold(0, |half, i| half | words.next().unwrap_or(0) << (i * dashu::integer::Word::BITS))
    };
    let low = half();
    (half(), low)
}

/// The number of bits of `n`.
pub(super) fn bits(n: &UBig) -> i64 {
    use dashu::integer::ops::BitTest;
    n.bit_len() as i64
}

/// The `f64` nearest to `significand · 2^exponent`, ties to even.
pub(super) fn nearest_f64((high, low): (u128, u128), exponent: i32) -> f64 {
    // Keep 126 leading bits and remember whether anything follows: that is all that rounding asks.
    let shift = if high == 0 { 0 } else { (130 - high.leading_zeros()).min(128) };
    let (leading, dropped) = match shift {
        0 => (low, 0),
        128 => (high, low),
        _ => (high << (128 - shift) | low >> shift, low << (128 - shift)),
    };
    if leading == 0 {
        return 0.0;
    }
    let exponent = exponent + shift as i32;
    let length = 128 - leading.leading_zeros() as i32;
    let last = (exponent + length - 53).max(-1074);
    let cut = last - exponent;
    if cut <= 0 {
        // Fewer than 53 bits: exact, and dropped is zero because a shift leaves 126 bits.
        let steps = (last + 1074).clamp(0, 2046) as u64;
        return if steps > 2045 { f64::INFINITY } else { f64::from_bits((steps << 52) + (leading << -cut) as u64) };
    }
    if cut > 127 {
        return 0.0;
    }
    let kept = leading >> cut;
    let rest = leading & ((1 << cut) - 1) | u128::from(dropped != 0);
    let half = 1_u128 << (cut - 1);
    let up = rest > half || rest == half && kept & 1 == 1;
    let steps = (last + 1074) as u128;
    if steps > 2045 {
        return f64::INFINITY;
    }
    // A carry out of the significand raises the exponent field by one, which is what rounding up to a power of two means.
    f64::from_bits(((steps << 52) + kept + u128::from(up)) as u64)
}
