//! Exact inputs: decimals, ratios and exponents of any size become rationals before anything is rounded.

use dashu_int::{IBig, UBig};

/// An exact rational number of any size.
pub use dashu_ratio::RBig as Rational;

/// Decimal exponents beyond this are refused: the number would leave the range of the enclosures (10^±78913) long before.
const LARGEST_EXPONENT: i64 = 20_000;

/// Why a text is not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumeralError {
    /// The text is not a decimal or a ratio.
    #[error("`{0}` is not a number; write a decimal such as -0.25 or 1e-9, or a ratio such as 1/3")]
    Malformed(String),
    /// The ratio divides by zero.
    #[error("`{0}` divides by zero; the denominator of a ratio must not be 0")]
    ZeroDenominator(String),
    /// The exponent is out of range.
    #[error("the exponent of `{0}` is beyond ±{LARGEST_EXPONENT}; no enclosure could hold the number")]
    Exponent(String),
}

/// Reads a decimal (`-0.25`, `1e-9`, `+3.`) or a ratio of decimals (`1/3`) exactly.
///
/// ```
/// use ouracle::numbers::{parse_rational, Rational};
/// assert_eq!(parse_rational("0.1").unwrap(), Rational::from_parts(1.into(), 10u8.into()));
/// assert_eq!(parse_rational("2.5e-1").unwrap(), parse_rational("1/4").unwrap());
/// assert!(parse_rational("nan").is_err());
/// ```
///
/// # Errors
/// [`NumeralError`] if the text is malformed, divides by zero, or has an exponent beyond ±20 000.
pub fn parse_rational(text: &str) -> Result<Rational, NumeralError> {
    match text.split_once('/') {
        None => decimal(text, text),
        Some((numerator, denominator)) => {
            let denominator = decimal(denominator, text)?;
            if denominator == Rational::ZERO {
                return Err(NumeralError::ZeroDenominator(shorten(text)));
            }
            Ok(decimal(numerator, text)? / denominator)
        }
    }
}

fn decimal(text: &str, whole: &str) -> Result<Rational, NumeralError> {
    let malformed = || NumeralError::Malformed(shorten(whole));
    let text = text.trim();
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        None => (text, 0),
        Some(at) => {
            let digits = text[at + 1..].strip_prefix('+').unwrap_or(&text[at + 1..]);
            let plain = digits.strip_prefix('-').unwrap_or(digits);
            if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
                return Err(malformed());
            }
            let exponent = digits.parse::<i64>().map_err(|_| NumeralError::Exponent(shorten(whole)))?;
            (&text[..at], exponent)
        }
    };
    let (negative, digits) = match mantissa.as_bytes().first() {
        Some(b'-') => (true, &mantissa[1..]),
        Some(b'+') => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{integer}{fraction}");
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed());
    }
    let scale = exponent.saturating_sub(fraction.len() as i64);
    if exponent.abs() > LARGEST_EXPONENT || scale.abs() > 2 * LARGEST_EXPONENT {
        return Err(NumeralError::Exponent(shorten(whole)));
    }
    let magnitude = UBig::from_str_radix(&all, 10).map_err(|_| malformed())?;
    let power = UBig::from(10u8).pow(scale.unsigned_abs() as usize);
    let magnitude = IBig::from(magnitude);
    let signed = if negative { -magnitude } else { magnitude };
    Ok(if scale < 0 { Rational::from_parts(signed, power) } else { Rational::from(signed * IBig::from(power)) })
}

/// Error messages quote their input, but never a megabyte of it.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).chain("...".chars()).collect() }
}
