//! Exact inputs: decimals, ratios and exponents of any size become rationals before anything is rounded.

use dashu::integer::{IBig, UBig};

/// An exact rational number of any size.
pub use dashu::rational::RBig as Rational;

/// Decimal exponents beyond this are refused: the number would leave the range of the enclosures (10^±78913) long before.
const LARGEST_EXPONENT: u64 = 20_000;

/// More digits than this would either leave that range or lie below the last place of every enclosure in it.
const MOST_DIGITS: usize = 40_000;

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
    /// There are too many digits.
    #[error("`{text}` has {digits} digits, but at most {MOST_DIGITS} are read; round it, enclosures keep 71")]
    Digits {
        /// The beginning of the text.
        text: String,
        /// How many digits it has.
        digits: usize,
    },
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
/// [`NumeralError`] if the text is malformed, divides by zero, has an exponent beyond ±20 000 or more than 40 000 digits.
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
            let digits = &text[at + 1..];
            let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
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
    if all.len() > MOST_DIGITS {
        return Err(NumeralError::Digits { text: shorten(whole), digits: all.len() });
    }
    if exponent.unsigned_abs() > LARGEST_EXPONENT {
        return Err(NumeralError::Exponent(shorten(whole)));
    }
    let scale = exponent - fraction.len() as i64;
    let magnitude = UBig::from_str_radix(&all, 10).map_err(|_| malformed())?;
    let power = UBig::from(10u8).pow(scale.unsigned_abs() as usize);
    let magnitude = IBig::from(magnitude);
    let signed = if negative { -magnitude } else { magnitude };
    Ok(if scale < 0 { Rational::from_parts(signed, power) } else { Rational::from(signed * IBig::from(power)) })
}

/// What an error message quotes of its input: never a megabyte of it, and nothing that would break its line.
pub(crate) fn shorten(text: &str) -> String {
    let mut quoted: String = text.chars().take(61).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if let Some((end, _)) = quoted.char_indices().nth(60) {
        let cut = quoted.char_indices().nth(57).map_or(end, |(at, _)| at);
        quoted.replace_range(cut.., "...");
    }
    quoted
}
