//! A run, read back from its stream of records. A stream cut short is read as far as it goes, and known as incomplete.

use super::error::RecordsError;
use super::line;
use super::stream::{self, Entry};
use crate::ledger::{ClaimRecord, Counts, Figure, Footer, Header, Record};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The format that this version writes; it reads every format of the same major number.
pub(super) const FORMAT: &str = "1.0";
/// The name of the stream within the folder of a run.
pub(super) const RECORDS: &str = "records.jsonl";
/// The folder of exported proofs within the folder of a run.
pub(super) const CERTIFICATES: &str = "certificates";

/// A run, or what is there of it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Where it comes from, for messages.
    pub origin: String,
    /// What was asked.
    pub header: Header,
    /// The claims, judged, in the registry's order.
    pub claims: Vec<ClaimRecord>,
    /// The data of the plots.
    pub figures: Vec<Figure>,
    /// The last record; without it the run was cut short.
    pub footer: Option<Footer>,
    /// What else is known to be missing, in sentences.
    pub missing: Vec<String>,
    /// The exported proofs: name and file.
    pub certificates: BTreeMap<String, PathBuf>,
}

/// Reads the records of one run or one piece, from a file or from the folder that holds it.
///
/// # Errors
/// [`RecordsError`] if the file is not readable as records of this format. A last line that was cut off is no error: the
/// run is incomplete.
pub fn read_records(path: &Path) -> Result<Run, RecordsError> {
    let (file, bytes) = bytes_of(path)?;
    parse_beside(&bytes, &file)
}

/// The stream that a path names, a file or the folder that holds it.
pub(super) fn bytes_of(path: &Path) -> Result<(PathBuf, Vec<u8>), RecordsError> {
    let file = if path.is_dir() { path.join(RECORDS) } else { path.to_owned() };
    match std::fs::read(&file) {
        Ok(bytes) => Ok((file, bytes)),
        Err(source) => Err(RecordsError::Unreadable { file, source }),
    }
}

/// As [`parse`], with the exported proofs that lie beside the file.
pub(super) fn parse_beside(bytes: &[u8], file: &Path) -> Result<Run, RecordsError> {
    let mut run = parse(bytes, &file.display().to_string())?;
    if let Some(folder) = file.parent() {
        run.certificates = certificates(&folder.join(CERTIFICATES));
    }
    Ok(run)
}

/// Reads the records of one run or one piece; `origin` names it in messages.
///
/// # Errors
/// As [`read_records`].
pub fn parse(bytes: &[u8], origin: &str) -> Result<Run, RecordsError> {
    let mut run: Option<Run> = None;
    for (line, record) in stream::entries(bytes, origin)? {
        let wrong = |why: String| Err(RecordsError::Line { file: origin.to_owned(), line, why });
        match (record, &mut run) {
            (Record::Header(header), _) => run = Some(Run::begin(origin, header)),
            (Record::Claim(claim), Some(run)) => {
                if !run.header.claims.contains(&claim.id) {
                    return wrong(format!("the header does not ask for the claim `{}`", claim.id));
                }
                if run.claims.iter().any(|known| known.id == claim.id) {
                    return wrong(format!("the claim `{}` is there twice", claim.id));
                }
                run.claims.push(*claim);
            }
            (Record::Figure(figure), Some(run)) => run.figures.push(figure),
            (Record::Footer(footer), Some(run)) => run.footer = Some(footer),
            (_, None) => return wrong("it stands before the header".to_owned()),
        }
    }
    let run = run.ok_or(RecordsError::Nothing)?;
    let counts = run.counts();
    match &run.footer {
        Some(footer) if footer.counts != counts => Err(RecordsError::Counts {
            file: origin.to_owned(),
            written: format!("{:?}", footer.counts),
            counted: format!("{counts:?}"),
        }),
        _ => Ok(run),
    }
}

impl Entry for Record {
    const FORMAT: &'static str = FORMAT;
    const KIND: Option<&'static str> = None;

    fn read(line: &str) -> Result<Self, String> {
        line::read(line)
    }

    fn format(&self) -> Option<&str> {
        if let Self::Header(header) = self { Some(&header.format) } else { None }
    }

    fn is_footer(&self) -> bool {
        matches!(self, Self::Footer(_))
    }
}

impl Run {
    pub(super) fn begin(origin: &str, header: Header) -> Self {
        Self {
            origin: origin.to_owned(),
            header,
            claims: Vec::new(),
            figures: Vec::new(),
            footer: None,
            missing: Vec::new(),
            certificates: BTreeMap::new(),
        }
    }

    /// How many of each, counted from the records themselves.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.claims.iter().for_each(|claim| counts.add(claim));
        counts
    }

    /// What is missing of the whole run, in sentences; empty if nothing is.
    pub fn incomplete(&self) -> Vec<String> {
        let mut sentences = self.missing.clone();
        if let Some(shard) = &self.header.shard {
            sentences.push(format!("This is piece {shard} of a run; the claims of the other pieces are not in it."));
        }
        if self.footer.is_none() && self.missing.is_empty() {
            sentences.push("The run was cut short: its records have no footer.".to_owned());
        }
        let absent = self.header.claims.len().saturating_sub(self.claims.len());
        if absent > 0 {
            sentences.push(format!("{absent} of {} claims asked for have no record.", self.header.claims.len()));
        }
        sentences
    }

    /// The exit code of the run; an incomplete run with nothing wrong in it is undecided.
    pub fn exit_code(&self) -> u8 {
        match self.counts().exit_code() {
            0 if !self.incomplete().is_empty() => 3,
            code => code,
        }
    }

    /// The records, in the order of the stream.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let header = std::iter::once(Record::Header(self.header.clone()));
        let claims = self.claims.iter().map(|claim| Record::Claim(Box::new(claim.clone())));
        let figures = self.figures.iter().cloned().map(Record::Figure);
        header.chain(claims).chain(figures).chain(self.footer.clone().map(Record::Footer))
    }
}

/// The exported proofs in a folder.
fn certificates(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect()
}
