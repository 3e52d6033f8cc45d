//! The double nearest to a decimal, whatever its length.

/// The double nearest to a JSON number, ties to even; ±∞ beyond the largest.
///
/// `str::parse` rounds correctly while the exponent has few digits, and then stops reading it: `0.` with a million zeros and
/// `1e1000001`, which is 1, it takes for 0. So the point is moved behind the first significant digit, where an exponent beyond
/// ±400 decides alone. Any text that is not a number gives NaN.
pub fn nearest_double(number: &str) -> f64 {
    let (sign, magnitude) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (digits, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !format_is_decimal(whole, fraction, exponent) {
        return f64::NAN;
    }
    let all = || whole.bytes().chain(fraction.bytes());
    let Some(leading) = all().position(|digit| digit != b'0') else {
        return if sign.is_empty() { 0.0 } else { -0.0 };
    };
    // A length is below 2⁶³, so sums of lengths with an exponent that saturates keep their sign in 128 bits.
    let point = whole.len() as i128 - 1 - leading as i128 + saturating(exponent);
    let shortest = if point > 400 {
        "1e400".to_owned()
    } else if point < -400 {
        "0".to_owned()
    } else {
        let mut significant = all().skip(leading).map(char::from);
        let first: String = significant.by_ref().take(1).collect();
        format!("{first}.{}e{point}", significant.collect::<String>())
    };
    format!("{sign}{shortest}").parse().unwrap_or(f64::NAN)
}

fn format_is_decimal(whole: &str, fraction: &str, exponent: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !whole.is_empty() && digits(whole) && digits(fraction) && !unsigned.is_empty() && digits(unsigned)
}

/// An exponent as it stands, or ±2⁶⁴ if it is larger: more than any number of digits that fits into memory can make up for.
fn saturating(exponent: &str) -> i128 {
    const MOST: i128 = 1 << 64;
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    sign * digits.bytes().fold(0, |sum: i128, digit| (10 * sum + i128::from(digit - b'0')).min(MOST))
}

#[cfg(test)]
mod tests {
    use super::nearest_double;

    #[test]
    fn short_numbers_read_as_the_standard_library_reads_them() {
        for text in
            ["0", "-0", "0.1", "1e23", "-2.5E-3", "9007199254740993", "4.9e-324", "2.47e-324", "1.7976931348623159e308"]
        {
            assert_eq!(nearest_double(text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
    }

    #[test]
    fn exponents_and_zeros_of_any_length_cancel() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(nearest_double(&format!("0.{zeros}1e1000001")), 1.0);
        assert_eq!(nearest_double(&format!("-1{zeros}e-1000000")), -1.0);
        assert_eq!(nearest_double("1e99999999999999999999999999999999999999999999"), f64::INFINITY);
        assert_eq!(nearest_double("-1e400"), f64::NEG_INFINITY);
        assert_eq!(nearest_double("1e-99999999999999999999999999999999999999999999"), 0.0);
        assert_eq!(nearest_double(&format!("0.{}", "3".repeat(1 << 20))), 1.0 / 3.0);
    }

    #[test]
    fn a_digit_in_the_millionth_place_breaks_a_tie() {
        let tie = "9007199254740993";
        assert_eq!(nearest_double(tie), 9_007_199_254_740_992.0);
        assert_eq!(nearest_double(&format!("{tie}.{}1", "0".repeat(1_000_000))), 9_007_199_254_740_994.0);
    }

    #[test]
    fn what_is_no_number_is_not_one() {
        for text in ["", "-", "inf", "nan", "1e", "1e+", ".5", "1_000", "0x10", "1 "] {
            assert!(nearest_double(text).is_nan(), "{text}");
        }
    }
}
