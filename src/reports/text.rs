//! Text from records, made fit to show: bounded, without characters that hide or disorder what stands around them.

/// As many characters of one text are shown; the rest is in the records.
const SHOWN: usize = 2000;

/// The text with control and reordering characters replaced, cut if it is very long.
pub(super) fn shown(text: &str) -> String {
    clip(text, SHOWN)
}

/// A text that somebody else wrote, fit for a terminal: bounded, without control characters.
pub fn harmless(text: &str) -> String {
    shown(text)
}

/// Today in UTC, `2026-11-23`.
pub fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    date(now.map_or(0, |since| since.as_secs())).chars().take(10).collect()
}

/// As [`shown`], with another bound.
pub(super) fn clip(text: &str, most: usize) -> String {
    let harmless = |c: char| if disturbs(c) { '\u{fffd}' } else { c };
    let mut out: String = text.chars().take(most).map(harmless).collect();
    let rest = text.chars().skip(most).count();
    if rest > 0 {
        out.push_str(&format!(" … ({rest} more characters in records.jsonl)"));
    }
    out
}

/// Whether a character hides or disorders what stands around it: controls, marks and isolates that turn the order of text,
/// line ends that few expect.
fn disturbs(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{fffe}' | '\u{ffff}' => true,
        c => c.is_control(),
    }
}

/// JSON to read, with all that disturbs escaped, so that nothing is lost and a terminal stays whole.
pub(super) fn json(value: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in format!("{value:#}\n").chars() {
        match c {
            // Such characters stand in strings alone, and none needs two units.
            c if disturbs(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// As [`clip`], on one line.
pub(super) fn line(text: &str, most: usize) -> String {
    clip(text, most).replace(['\n', '\t'], " ")
}

/// A number to read: few digits, and powers of ten where they help.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "not a number".to_owned(),
        0.0 => "0".to_owned(),
        size if !(1e-3..1e6).contains(&size) => scientific(value),
        size => {
            let decimals = (5.0 - size.log10().floor()).clamp(0.0, 8.0) as usize;
            let digits = format!("{value:.decimals$}");
            if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits }
        }
    }
}

/// The same with two digits, enough for a resolution.
pub(super) fn rounded(value: f64) -> String {
    number(format!("{value:.1e}").parse().unwrap_or(value))
}

/// `1.5 × 10⁻³`.
pub(super) fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let power = power_of_ten(exponent.parse().unwrap_or(0));
    match mantissa {
        "1" => power,
        "-1" => format!("−{power}"),
        _ => format!("{} × {power}", mantissa.replace('-', "−")),
    }
}

/// `0.0 ± 1.2e-7` with powers of ten to read; anything else as it is.
pub(super) fn enclosure(text: &str) -> String {
    let pretty = |part: &str| match part.trim().split_once('e').map(|(mantissa, exponent)| (mantissa, exponent.parse()))
    {
        Some((mantissa, Ok(exponent))) if mantissa.parse::<f64>().is_ok() => {
            format!("{} × {}", mantissa.replace('-', "−"), power_of_ten(exponent))
        }
        _ => part.trim().replace('-', "−"),
    };
    match text.split_once('±') {
        Some((middle, radius)) if text.len() < 200 => {
            let radius = radius.trim().parse().map_or_else(|_| pretty(radius), scientific);
            format!("{} ± {radius}", pretty(middle))
        }
        _ => text.to_owned(),
    }
}

/// `10⁻³`.
pub(super) fn power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).and_then(|digit| RAISED.get(digit as usize)).copied().unwrap_or('⁻');
    format!("10{}", exponent.to_string().chars().map(raise).collect::<String>())
}

/// `1 claim`, `2 claims`, `24 576 draws`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number as u64), if number == 1 { "" } else { "s" })
}

/// Digits in groups of three, with thin spaces.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Seconds as one would say them.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => "an unknown time".to_owned(),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 120.0 => format!("{s:.1} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

/// The date of a time in seconds since 1970, in UTC.
pub(super) fn date(seconds: u64) -> String {
    let (days, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    // Civil date from days, with years that begin in March (Hinnant).
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [(0.0, "0"), (1.5, "1.5"), (0.137_654_321, "0.137654"), (1e-9, "10⁻⁹"), (-2.5e7, "−2.5 × 10⁷")];
        cases.into_iter().for_each(|(value, text)| assert_eq!(number(value), text));
        assert_eq!(number(f64::NAN), "not a number");
        assert_eq!((grouped(4096), grouped(1_024_000)), ("4096".to_owned(), "1\u{202f}024\u{202f}000".to_owned()));
    }

    #[test]
    fn dates_are_civil() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date(1_767_225_599), "2025-12-31 23:59 UTC");
    }

    #[test]
    fn hidden_characters_and_floods_are_stopped() {
        assert_eq!(shown("a\u{0}b\u{202e}c\u{1b}d"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
        assert!(shown(&"x".repeat(1_000_000)).ends_with("… (998000 more characters in records.jsonl)"));
    }
}
