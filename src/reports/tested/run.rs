//! A test run, read back from its stream of records, and the sink of that stream.

use crate::reports::error::RecordsError;
use crate::reports::records::RECORDS;
use crate::reports::stream::{self, Entry};
use crate::subjects::Chatter;
use crate::subjects::Counts;
use crate::subjects::record::{Cause, Control, FORMAT, Footer, Header, Record, TestResult};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The `kind` in the header of a test run.
pub(in crate::reports) const KIND: &str = "test";

/// A test run, or what is there of it.
#[derive(Debug, Clone)]
pub struct TestRun {
    /// Where it comes from, for messages.
    pub origin: String,
    /// Who was asked what.
    pub header: Header,
    /// What became of the controls.
    pub controls: Vec<Control>,
    /// The answers, judged, in the catalogue's order.
    pub results: Vec<TestResult>,
    /// What the failures look like.
    pub causes: Vec<Cause>,
    /// What the subject printed between its answers.
    pub chatter: Chatter,
    /// The last record; without it the run was cut short.
    pub footer: Option<Footer>,
}

impl TestRun {
    /// Reads the records of a test run; `origin` names it in messages. A last line that was cut off is no error: the run is
    /// incomplete.
    ///
    /// # Errors
    /// [`RecordsError`] if the bytes are not records of a test run in this format, or the footer counts others.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self, RecordsError> {
        let mut run: Option<Self> = None;
        let mut seen = BTreeSet::new();
        for (line, record) in stream::entries(bytes, origin)? {
            let wrong = |why: String| Err(RecordsError::Line { file: origin.to_owned(), line, why });
            match (record, &mut run) {
                (Record::Header(header), _) => run = Some(Self::begin(origin, *header)),
                (Record::Control(control), Some(run)) => run.controls.push(control),
                (Record::Result(result), Some(run)) => {
                    if !seen.insert(result.key()) {
                        return wrong(format!("the result of `{}` in {} is there twice", result.test, result.dtype));
                    }
                    run.results.push(*result);
                }
                (Record::Cause(cause), Some(run)) => run.causes.push(cause),
                (Record::Chatter(chatter), Some(run)) => {
                    run.chatter.lines.extend(chatter.lines);
                    run.chatter.dropped = run.chatter.dropped.saturating_add(chatter.dropped);
                }
                (Record::Footer(footer), Some(run)) => run.footer = Some(footer),
                (_, None) => return wrong("it stands before the header".to_owned()),
            }
        }
        let run = run.ok_or(RecordsError::Nothing)?;
        let code = |counts: &Counts| counts.exit_code(run.header.fail_on, run.header.required);
        let said = |counts: &Counts, code: u8| format!("{counts:?} and exit code {code}");
        let counts = run.counts();
        match &run.footer {
            Some(footer) if footer.counts != counts || footer.exit_code != code(&counts) => Err(RecordsError::Counts {
                file: run.origin.clone(),
                written: said(&footer.counts, footer.exit_code),
                counted: said(&counts, code(&counts)),
            }),
            _ => Ok(run),
        }
    }

    fn begin(origin: &str, header: Header) -> Self {
        Self {
            origin: origin.to_owned(),
            header,
            controls: Vec::new(),
            results: Vec::new(),
            causes: Vec::new(),
            chatter: Chatter::default(),
            footer: None,
        }
    }

    /// How many of each, counted from the records themselves; stale entries of `--xfail`, which no record shows, from the footer.
    pub fn counts(&self) -> Counts {
        let stale = self.footer.as_ref().map_or(0, |footer| footer.counts.stale);
        let mut counts = Counts { stale, ..Counts::default() };
        self.controls.iter().for_each(|control| counts.add_control(control));
        self.results.iter().for_each(|result| counts.add(result));
        counts
    }

    /// What is missing of the whole run, in sentences; empty if nothing is.
    pub fn incomplete(&self) -> Vec<String> {
        let cut = self.footer.is_none().then(|| "The run was cut short: its records have no footer.".to_owned());
        let absent = self.header.questions.saturating_sub(self.results.len());
        let absent = (absent > 0).then(|| format!("{absent} of {} questions have no record.", self.header.questions));
        cut.into_iter().chain(absent).collect()
    }

    /// The exit code of the run; an incomplete run with nothing wrong in it is no pass.
    pub fn exit_code(&self) -> u8 {
        match self.counts().exit_code(self.header.fail_on, self.header.required) {
            0 if !self.incomplete().is_empty() => 3,
            code => code,
        }
    }

    /// The records, in the order of the stream.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let header = std::iter::once(Record::Header(Box::new(self.header.clone())));
        let controls = self.controls.iter().cloned().map(Record::Control);
        let results = self.results.iter().map(|result| Record::Result(Box::new(result.clone())));
        let causes = self.causes.iter().cloned().map(Record::Cause);
        let chatter = (self.chatter != Chatter::default()).then(|| Record::Chatter(self.chatter.clone()));
        header
            .chain(controls)
            .chain(results)
            .chain(causes)
            .chain(chatter)
            .chain(self.footer.clone().map(Record::Footer))
    }
}

impl Entry for Record {
    const FORMAT: &'static str = FORMAT;
    const KIND: Option<&'static str> = Some(KIND);

    fn read(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    }

    fn format(&self) -> Option<&str> {
        if let Self::Header(header) = self { Some(&header.format) } else { None }
    }

    fn is_footer(&self) -> bool {
        matches!(self, Self::Footer(_))
    }
}

/// Appends the records of a test run to a file. Each line is on disk before the next is made, so that a run that is killed
/// leaves what it found.
#[derive(Debug)]
pub struct TestWriter {
    records: File,
}

impl TestWriter {
    /// Starts the stream anew: in the file itself if the path ends in `.jsonl`, else in `records.jsonl` in that folder, which
    /// is made if need be.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let is_file = path.extension().is_some_and(|extension| extension == "jsonl");
        let folder = if is_file { path.parent().filter(|folder| !folder.as_os_str().is_empty()) } else { Some(path) };
        folder.map_or(Ok(()), fs::create_dir_all)?;
        Ok(Self { records: File::create(if is_file { path.to_owned() } else { path.join(RECORDS) })? })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let line = serde_json::to_string(record)? + "\n";
        self.records.write_all(line.as_bytes())?;
        self.records.flush()
    }
}
