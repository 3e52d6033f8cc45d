//! Expected failures, `ouracle-xfail.toml`: each with a reason, a link and an end. The same file serves the pytest plug-in.

use super::record::{ExpectedFailure, TestResult, Verdict};
use crate::examination::matches;
use std::path::Path;

/// One entry: questions that are known to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The id of a question, or a pattern with `*` and `?`.
    pub id: String,
    /// Why, where it is discussed, and until when.
    pub failure: ExpectedFailure,
}

/// Why a file of expected failures cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectedError {
    /// It cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A line is not what this file has.
    #[error(
        "{file}, line {line}: {why}; an entry is [[expected]] and below it id, reason and link as \"texts\" and expires as a date without quotes, such as 2027-01-31"
    )]
    Line {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// The entries of a file. Of TOML it reads what such a file needs: tables `[[expected]]`, texts, dates and comments.
///
/// # Errors
/// [`ExpectedError`] with the line.
pub fn read_expected(path: &Path) -> Result<Vec<Expectation>, ExpectedError> {
    let file = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|source| ExpectedError::Unreadable { file: file.clone(), source })?;
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = |why: String| ExpectedError::Line { file: file.clone(), line: at + 1, why };
        match line.trim() {
            "" => {}
            line if line.starts_with('#') => {}
            line if without_comment(line) == "[[expected]]" => entries.push((at + 1, Entry::default())),
            line => match entries.last_mut() {
                Some((_, entry)) => entry.add(line).map_err(wrong)?,
                None => return Err(wrong(format!("`{line}` stands before the first entry"))),
            },
        }
    }
    let mut out: Vec<Expectation> = Vec::new();
    for (line, entry) in entries {
        let wrong = |why: String| ExpectedError::Line { file: file.clone(), line, why };
        let entry = entry.finish().map_err(wrong)?;
        if out.iter().any(|known| known.id == entry.id) {
            return Err(wrong(format!("two entries have the id {}", entry.id)));
        }
        out.push(entry);
    }
    Ok(out)
}

#[derive(Default)]
struct Entry([Option<String>; 4]);

const FIELDS: [&str; 4] = ["id", "reason", "link", "expires"];

impl Entry {
    fn add(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line.split_once('=').ok_or_else(|| format!("`{line}` is not `name = value`"))?;
        let name = name.trim();
        let Some(at) = FIELDS.iter().position(|field| *field == name) else {
            return Err(format!("there is no field `{name}`"));
        };
        let value = if name == "expires" { date(without_comment(value)) } else { string(value.trim()) }?;
        match self.0[at].replace(value) {
            None => Ok(()),
            Some(_) => Err(format!("`{name}` stands there twice")),
        }
    }

    fn finish(self) -> Result<Expectation, String> {
        let missing = FIELDS.iter().zip(&self.0).find(|(_, value)| value.is_none());
        if let Some((name, _)) = missing {
            return Err(format!("the entry lacks {name}"));
        }
        let [id, reason, link, expires] = self.0.map(Option::unwrap_or_default);
        Ok(Expectation { id, failure: ExpectedFailure { reason, link, expires } })
    }
}

fn without_comment(text: &str) -> &str {
    text.split('#').next().unwrap_or_default().trim()
}

/// A text between double quotes, with the escapes that JSON and TOML share, or between single ones, without any.
fn string(text: &str) -> Result<String, String> {
    let (read, rest) = match text.strip_prefix('\'') {
        Some(literal) => {
            let (inside, rest) = literal.split_once('\'').ok_or_else(|| format!("the text {text} has no end"))?;
            (inside.to_owned(), rest)
        }
        None => {
            let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
            let read = stream.next().and_then(Result::ok).ok_or_else(|| format!("{text} is not a text in quotes"))?;
            let rest = &text[stream.byte_offset()..];
            (read, rest)
        }
    };
    match (read.trim().is_empty(), without_comment(rest)) {
        (true, _) => Err("the text is empty".to_owned()),
        (false, "") => Ok(read),
        (false, more) => Err(format!("`{more}` stands behind the text")),
    }
}

fn date(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, digits: usize, most: u32| {
        let read = (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok());
        read.flatten().is_some_and(|value| (1..=most).contains(&value))
    };
    match parts[..] {
        [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, days(year, month)) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is not a date")),
    }
}

/// The days of a month.
fn days(year: &str, month: &str) -> u32 {
    let year: u32 = year.parse().unwrap_or(0);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        "02" => 28 + u32::from(leap),
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    }
}

/// Marks a result that an entry covers, if its date is not past.
pub(super) fn mark(result: &mut TestResult, entries: &[Expectation], today: &str) {
    let covers = |entry: &&Expectation| matches(&entry.id, &result.test) && entry.failure.expires.as_str() >= today;
    result.expected_failure = entries.iter().find(covers).map(|entry| entry.failure.clone());
}

/// The entries that should go, each with why: past its date, or of questions that are all right now, or, where everything was asked, of none.
pub(super) fn stale<'e>(
    entries: &'e [Expectation],
    results: &[TestResult],
    everything: bool,
    today: &str,
) -> Vec<(&'e Expectation, &'static str)> {
    let why = |entry: &Expectation| {
        let mut verdicts =
            results.iter().filter(|result| matches(&entry.id, &result.test)).map(|result| result.verdict);
        let asked = verdicts.clone().next().is_some();
        match asked {
            _ if entry.failure.expires.as_str() < today => Some("its date is past"),
            true if verdicts.all(|verdict| verdict == Verdict::Right) => Some("the answers are right"),
            false if everything => Some("no question has this id"),
            _ => None,
        }
    };
    entries.iter().filter_map(|entry| Some((entry, why(entry)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Expectation>, ExpectedError> {
        let file = std::env::temp_dir().join(format!("ouracle-xfail-{}-{}.toml", std::process::id(), text.len()));
        std::fs::write(&file, text).unwrap();
        let read = read_expected(&file);
        std::fs::remove_file(&file).unwrap();
        read
    }

    #[test]
    fn entries_are_read() {
        let text = "# known\n[[expected]] # one\nid = \"ou-1d/score/*\" # all of them\nreason = 'it\\'\nlink = \"https://a/#b\"\nexpires = 2027-01-31\n";
        let entries = read(text).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].id.as_str(), entries[0].failure.reason.as_str()), ("ou-1d/score/*", "it\\"));
        assert_eq!(
            (entries[0].failure.link.as_str(), entries[0].failure.expires.as_str()),
            ("https://a/#b", "2027-01-31")
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let whole = "[[expected]]\nid = \"a\"\nreason = \"b\"\nlink = \"c\"\n";
        for (text, wanted) in [
            ("id = \"a\"".to_owned(), "line 1: `id = \"a\"` stands before the first entry"),
            (whole.to_owned(), "line 1: the entry lacks expires"),
            (format!("{whole}expires = \"2027-01-31\""), "line 5: `\"2027-01-31\"` is not a date"),
            (format!("{whole}expires = 2027-13-01"), "is not a date"),
            (format!("{whole}expires = 2027-02-29"), "is not a date"),
            (format!("{whole}until = 2027-01-31"), "there is no field `until`"),
            (format!("{whole}id = \"b\""), "`id` stands there twice"),
            (format!("{whole}expires = 2027-01-31\n{whole}expires = 2027-01-31"), "line 6: two entries have the id a"),
            ("[[expected]]\nid = a".to_owned(), "line 2: a is not a text in quotes"),
            ("[[expected]]\nid = \"\"".to_owned(), "the text is empty"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
