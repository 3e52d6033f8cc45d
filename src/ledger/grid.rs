//! Axes of a sweep: numbers one by one, or ranges with even or geometric steps; all exact.

use crate::numbers::{Ball, Field, Rational, Scalar, parse_rational, shorten};

/// More points on one axis are a slip of the keyboard.
const MOST_POINTS: u32 = 100_000;
/// Significant digits of the inner points of a geometric range, which are irrational and have to stop somewhere.
const DIGITS: usize = 6;
/// Decimal places up to which a number is written without a fraction.
const PLACES: usize = 30;

/// Why an axis cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{axis}: `{item}` {why}; write numbers and ranges FROM:TO:COUNT or FROM:TO:COUNT:log, for example 0,0.001:1:31:log"
)]
pub struct GridError {
    axis: &'static str,
    item: String,
    why: String,
}

/// The numbers of an axis, each once, in increasing order. Inner points of a geometric range have six significant digits.
pub(super) fn numbers(axis: &'static str, text: &str) -> Result<Vec<Rational>, GridError> {
    let mut points = Vec::new();
    for item in text.split(',').map(str::trim) {
        points.extend(range(item).map_err(|why| GridError { axis, item: shorten(item), why })?);
    }
    points.sort();
    points.dedup();
    Ok(points)
}

/// Numbers of dimensions: as [`numbers`], rounded to the nearest integer `≥ 1`.
pub(super) fn dimensions(axis: &'static str, text: &str, most: u32) -> Result<Vec<u32>, GridError> {
    let mut rounded = Vec::new();
    for number in numbers(axis, text)? {
        let nearest = number.round();
        match u32::try_from(nearest).ok().filter(|d| (1..=most).contains(d)) {
            Some(d) => rounded.push(d),
            None => {
                let (item, why) = (shorten(&written(&number)), format!("is not a dimension from 1 to {most}"));
                return Err(GridError { axis, item, why });
            }
        }
    }
    rounded.dedup();
    Ok(rounded)
}

/// A number as an exact decimal where there is a short one, else as a fraction.
pub(super) fn written(number: &Rational) -> String {
    let ten = Rational::from(10);
    let mut scaled = number.clone();
    for places in 0..=PLACES {
        if scaled.is_int() {
            let digits = scaled.numerator().to_string();
            let (sign, digits) = digits.strip_prefix('-').map_or(("", &digits[..]), |digits| ("-", digits));
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, rest) = padded.split_at(padded.len() - places);
            let point = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{whole}{point}{rest}");
        }
        scaled *= &ten;
    }
    number.to_string()
}

fn range(item: &str) -> Result<Vec<Rational>, String> {
    let number = |text: &str| parse_rational(text).map_err(|error| format!("holds no number: {error}"));
    let (from, to, count, log) = match item.split(':').collect::<Vec<_>>()[..] {
        [single] => return Ok(vec![number(single)?]),
        [from, to, count] => (number(from)?, number(to)?, count, false),
        [from, to, count, "log"] => (number(from)?, number(to)?, count, true),
        _ => return Err("is no range".to_owned()),
    };
    let steps = match count.parse::<u32>() {
        Ok(count) if (2..=MOST_POINTS).contains(&count) => count - 1,
        _ => return Err(format!("has no COUNT from 2 to {MOST_POINTS}")),
    };
    if from >= to {
        return Err("does not rise".to_owned());
    }
    if !log {
        let step = (&to - &from) / Rational::from(steps);
        return Ok((0..=steps).map(|i| &from + &step * Rational::from(i)).collect());
    }
    if from <= Rational::ZERO {
        return Err("has geometric steps, which need FROM > 0".to_owned());
    }
    let (low, growth) = (Ball::rational(&from), (Ball::rational(&to) / Ball::rational(&from)).ln());
    let inner = (1..steps).map(|i| {
        let point = (low * (growth * Ball::ratio(i.into(), steps)).exp()).to_f64();
        number(&format!("{point:.places$e}", places = DIGITS - 1))
    });
    std::iter::once(Ok(from)).chain(inner).chain([Ok(to)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        numbers("x", text).unwrap().iter().map(written).collect()
    }

    #[test]
    fn points_are_exact_once_and_in_order() {
        assert_eq!(read("0.5, 1/3,-2,1/2,1e3"), ["-2", "1/3", "0.5", "1000"]);
        assert_eq!(read("-0.5:0.5:5"), ["-0.5", "-0.25", "0", "0.25", "0.5"]);
        assert_eq!(read("0:1:4"), ["0", "1/3", "2/3", "1"]);
        assert_eq!(read("0.001:1:4:log"), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(read("1:2:3:log"), ["1", "1.41421", "2"]);
        assert_eq!(dimensions("d", "1:1000:7:log,2,3", 5000).unwrap(), [1, 2, 3, 10, 32, 100, 316, 1000]);
    }

    #[test]
    fn what_is_no_axis_gets_a_sentence() {
        for (text, wanted) in [
            ("", "`` holds no number"),
            ("1,two", "`two` holds no number"),
            ("1:2", "`1:2` is no range"),
            ("1:2:3:geometric", "is no range"),
            ("1:2:1", "has no COUNT from 2 to 100000"),
            ("2:1:3", "does not rise"),
            ("0:1:3:log", "need FROM > 0"),
        ] {
            let said = numbers("--delta", text).unwrap_err().to_string();
            assert!(said.starts_with("--delta: ") && said.contains(wanted), "{said}");
        }
        let said = dimensions("--dimensions", "0", 100).unwrap_err().to_string();
        assert!(said.contains("`0` is not a dimension from 1 to 100"), "{said}");
    }
}
