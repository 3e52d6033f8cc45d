//! A stream of records, line by line: what streams of every kind have in common. A header first, a footer last; a line that
//! was cut off ends it.

use super::error::RecordsError;

/// A record of one kind of stream.
pub(super) trait Entry: Sized {
    /// The format that this version writes.
    const FORMAT: &'static str;
    /// The `kind` in the header; check runs have none.
    const KIND: Option<&'static str>;

    /// Reads one line; the error says what is wrong, without the place.
    fn read(line: &str) -> Result<Self, String>;
    /// The format, if this is a header.
    fn format(&self) -> Option<&str>;
    /// Whether this is a footer.
    fn is_footer(&self) -> bool;
}

/// The records of a stream with their line numbers: a header and what follows it. Without a footer the run was cut short.
///
/// # Errors
/// [`RecordsError`] if a line is not a record of this kind and format, or stands where it must not.
pub(super) fn entries<E: Entry>(bytes: &[u8], origin: &str) -> Result<Vec<(usize, E)>, RecordsError> {
    let file = || origin.to_owned();
    let mut entries: Vec<(usize, E)> = Vec::new();
    for (at, (bytes, ended)) in lines(bytes).enumerate() {
        let read = std::str::from_utf8(bytes).map_err(|error| error.to_string()).and_then(E::read);
        let wrong = |why: String| RecordsError::Line { file: file(), line: at + 1, why };
        let entry = match read {
            Ok(entry) => entry,
            // The writer ends each line in the same breath: a line without an end was cut off.
            Err(_) if !ended && !entries.is_empty() => break,
            Err(why) if !entries.is_empty() => return Err(wrong(why)),
            Err(why) => {
                return Err(match header_field(bytes, "format") {
                    _ if is_header(bytes) && header_field(bytes, "kind").as_deref() != E::KIND => RecordsError::Kind {
                        file: file(),
                        kind: name(header_field(bytes, "kind").as_deref()),
                        wanted: name(E::KIND),
                    },
                    Some(format) if major(&format) != major(E::FORMAT) => {
                        RecordsError::Format { file: file(), format, reads: E::FORMAT }
                    }
                    _ => RecordsError::NoHeader { file: file(), why },
                });
            }
        };
        match (entry.format(), entries.last()) {
            (Some(format), None) if major(format) != major(E::FORMAT) => {
                return Err(RecordsError::Format { file: file(), format: format.to_owned(), reads: E::FORMAT });
            }
            (None, None) => {
                return Err(RecordsError::NoHeader { file: file(), why: "it is another record".to_owned() });
            }
            (Some(_), Some(_)) => return Err(wrong("it is a second header".to_owned())),
            (None, Some((_, last))) if last.is_footer() => return Err(wrong("it stands after the footer".to_owned())),
            _ => entries.push((at + 1, entry)),
        }
    }
    match entries.is_empty() {
        true => Err(RecordsError::NoHeader { file: file(), why: "the file is empty".to_owned() }),
        false => Ok(entries),
    }
}

/// The `kind` of the run whose stream this is; none for a check run, or if the first line is no header.
pub(super) fn kind(bytes: &[u8]) -> Option<String> {
    header_field(lines(bytes).next()?.0, "kind")
}

fn name(kind: Option<&str>) -> String {
    kind.unwrap_or("check").to_owned()
}

/// The lines, and whether each is ended.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let pieces = bytes.split_inclusive(|byte| *byte == b'\n');
    pieces.map(|line| line.strip_suffix(b"\n").map_or((line, false), |line| (line, true)))
}

/// A field of a header that cannot be read otherwise.
fn header_field(bytes: &[u8], field: &str) -> Option<String> {
    let header: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    (header.get("record")?.as_str()? == "header").then_some(())?;
    Some(header.get(field)?.as_str()?.to_owned())
}

fn is_header(bytes: &[u8]) -> bool {
    let header: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    header.is_some_and(|header| header.get("record").and_then(serde_json::Value::as_str) == Some("header"))
}

fn major(format: &str) -> &str {
    format.split('.').next().unwrap_or(format)
}
