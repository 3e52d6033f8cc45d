//! Whether an answer is right: a fast wrong program is not counted.

use super::statistics::z_limit;
use dashu::rational::RBig;
use serde::{Deserialize, Serialize};

/// How often a right sampled answer may be called wrong, each.
pub const FALSE_ALARM: f64 = 1e-12;

/// One number that a program printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    pub name: String,
    /// A decimal with as many digits as the program has.
    pub value: String,
    pub kind: Kind,
    /// The standard error, the radius or the bound on rounding.
    pub size: f64,
}

/// What may lie between an answer and the exact number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[serde(rename = "standard error")]
    StandardError,
    Radius,
    Rounding,
    Exact,
}

/// Compares all answers with those of the reference that have their names. In the end: how near they are, or what is wrong.
///
/// A radius must also be what the precision promises, `10^−digits` for `digits` of them.
pub fn judge(answers: &[Answer], reference: &[Answer], precision: &str) -> Result<String, String> {
    let mut worst = [(Kind::StandardError, None), (Kind::Radius, None), (Kind::Rounding, None), (Kind::Exact, None)];
    let mut compared = 0;
    for answer in answers {
        let Some(exact) = reference.iter().find(|exact| exact.name == answer.name) else { continue };
        compared += 1;
        let nearness = judge_one(answer, exact, precision)?;
        let slot = worst.iter_mut().find(|(kind, _)| *kind == answer.kind);
        if let Some((_, slot)) = slot {
            *slot = Some(slot.unwrap_or(nearness).max(nearness));
        }
    }
    if compared == 0 {
        return Err("it gave no answer that the reference knows".to_owned());
    }
    let described = worst.into_iter().filter_map(|(kind, nearness)| {
        let nearness = nearness?;
        Some(match kind {
            Kind::StandardError => format!("z {nearness:.1} at most"),
            Kind::Radius => format!("radius {nearness:.0e} at most"),
            Kind::Rounding => format!("{nearness:.0e} of the bound on rounding"),
            Kind::Exact => "exact".to_owned(),
        })
    });
    Ok(described.collect::<Vec<_>>().join(", "))
}

/// How near one answer is: its z-score, its radius, or its part of the bound on rounding.
fn judge_one(answer: &Answer, exact: &Answer, precision: &str) -> Result<f64, String> {
    let Answer { name, value, kind, size } = answer;
    let distance = distance(value, &exact.value).ok_or_else(|| format!("{name} is {value}, not a decimal"))?;
    let away = || format!("{name} is {value}, and {} is right", exact.value);
    let (nearness, right) = match kind {
        Kind::StandardError => {
            // What the reference rounds comes off, since the rest alone is chance.
            let z = (distance - exact.size).max(0.0) / size;
            (z, z <= z_limit(FALSE_ALARM))
        }
        Kind::Radius => {
            let promised = digits(precision).ok_or_else(|| format!("`{precision}` promises no number of digits"))?;
            if *size > 10_f64.powi(-promised) {
                return Err(format!("{name} has the radius {size:.1e}, which is not {promised} digits"));
            }
            (*size, distance <= size + exact.size)
        }
        Kind::Rounding => (distance / (size + exact.size), distance <= size + exact.size),
        Kind::Exact => (0.0, distance == 0.0),
    };
    if right && nearness.is_finite() { Ok(nearness) } else { Err(away()) }
}

/// `50` of `50 digits`.
fn digits(precision: &str) -> Option<i32> {
    precision.strip_suffix(" digits")?.parse().ok()
}

/// `|a − b|`, without rounding before the end.
fn distance(a: &str, b: &str) -> Option<f64> {
    let difference = decimal(a)? - decimal(b)?;
    Some(difference.to_f64().value().abs())
}

/// The exact value of a decimal such as `-1.25e-3`.
fn decimal(text: &str) -> Option<RBig> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
    // Beyond this nothing is printed, and powers of ten would fill the memory.
    if exponent.abs() > 10_000 {
        return None;
    }
    let integer = RBig::from(digits.parse::<dashu::integer::IBig>().ok()?);
    Some(integer * RBig::from(10).pow(exponent as isize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(value: &str, kind: Kind, size: f64) -> Answer {
        Answer { name: "gap".to_owned(), value: value.to_owned(), kind, size }
    }

    fn judged(value: &str, kind: Kind, size: f64) -> Result<String, String> {
        let reference = answer("0.0703006198504728764104870160380548344647042551761348709", Kind::Rounding, 1e-54);
        judge(&[answer(value, kind, size)], &[reference], "50 digits")
    }

    #[test]
    fn an_enclosure_must_contain_the_reference() {
        let right = "0.07030061985047287641048701603805483446470425517613487";
        let wrong = "0.07030061985047287641048701603805483446470425517613497";
        assert_eq!(judged(right, Kind::Radius, 1e-51), Ok("radius 1e-51 at most".to_owned()));
        assert!(judged(wrong, Kind::Radius, 1e-54).is_err());
    }

    #[test]
    fn an_enclosure_must_have_the_digits_that_are_promised() {
        assert!(judged("0.0703", Kind::Radius, 1e-3).is_err());
        assert!(judged("0.0703", Kind::Radius, f64::INFINITY).is_err());
    }

    #[test]
    fn a_sampled_answer_may_be_a_few_standard_errors_away() {
        assert_eq!(judged("0.0713", Kind::StandardError, 1e-3), Ok("z 1.0 at most".to_owned()));
        assert!(judged("0.0803", Kind::StandardError, 1e-3).is_err());
        assert!(judged("0.0803", Kind::StandardError, 0.0).is_err());
    }

    #[test]
    fn rounding_has_a_bound() {
        assert!(judged("0.07030061985047288", Kind::Rounding, 1e-16).is_ok());
        assert!(judged("0.0703006198504", Kind::Rounding, 1e-16).is_err());
    }

    #[test]
    fn nonsense_is_not_right() {
        for value in ["nan", "inf", "", "0.07.03", "1e99999999"] {
            assert!(judged(value, Kind::StandardError, 1.0).is_err(), "{value}");
        }
        assert!(judged("0.0703", Kind::Rounding, f64::NAN).is_err());
        assert!(judge(&[], &[answer("1", Kind::Exact, 0.0)], "exact").is_err());
        assert!(judge(&[answer("0", Kind::Exact, 0.0)], &[answer("1", Kind::Exact, 0.0)], "exact").is_err());
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(distance("1e-60", "0"), Some(1e-60));
        assert_eq!(distance("-12.50", "-1.25e1"), Some(0.0));
    }
}
