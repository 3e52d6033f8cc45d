//! A run of either kind, in every form: what reads a file need not know who wrote it.

use super::error::RecordsError;
use super::records::{self, RECORDS, Run};
use super::tested::{self, TestRun};
use super::write::{ReportError, write_forms};
use super::{badge, html, junit, markdown, sarif, stream, write};
use std::path::Path;

/// A run, by what the header says it is.
#[derive(Debug, Clone)]
pub enum Recorded {
    /// Claims, decided by `ouracle check`.
    Check(Box<Run>),
    /// An implementation, questioned by `ouracle test`.
    Test(Box<TestRun>),
}

impl Recorded {
    /// Reads the records of one run, from a file or from the folder that holds it.
    ///
    /// # Errors
    /// [`RecordsError`] if the file is not readable as records of this format.
    pub fn read(path: &Path) -> Result<Self, RecordsError> {
        let (file, bytes) = records::bytes_of(path)?;
        match stream::kind(&bytes).as_deref() {
            Some(tested::KIND) => Ok(Self::Test(Box::new(TestRun::parse(&bytes, &file.display().to_string())?))),
            _ => Ok(Self::Check(Box::new(records::parse_beside(&bytes, &file)?))),
        }
    }

    /// The command that wrote it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Check(_) => "check",
            Self::Test(_) => tested::KIND,
        }
    }

    /// Where it comes from, for messages.
    pub fn origin(&self) -> &str {
        match self {
            Self::Check(run) => &run.origin,
            Self::Test(run) => &run.origin,
        }
    }

    /// The exit code of the run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Check(run) => run.exit_code(),
            Self::Test(run) => run.exit_code(),
        }
    }

    /// What is missing of the whole run, in sentences; empty if nothing is.
    pub fn incomplete(&self) -> Vec<String> {
        match self {
            Self::Check(run) => run.incomplete(),
            Self::Test(run) => run.incomplete(),
        }
    }

    /// The report as a page.
    ///
    /// # Errors
    /// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
    pub fn to_html(&self) -> Result<String, ReportError> {
        match self {
            Self::Check(run) => html::to_html(run),
            Self::Test(run) => tested::to_html(run),
        }
    }

    /// The summary for people, as Markdown.
    pub fn to_markdown(&self) -> String {
        match self {
            Self::Check(run) => markdown::to_markdown(run),
            Self::Test(run) => tested::to_markdown(run),
        }
    }

    /// The summary for a terminal.
    pub fn to_terminal(&self) -> String {
        match self {
            Self::Check(run) => markdown::to_markdown(run),
            Self::Test(run) => tested::to_terminal(run),
        }
    }

    /// The summary for programs.
    pub fn to_json(&self) -> String {
        match self {
            Self::Check(run) => write::to_json(run),
            Self::Test(run) => tested::to_json(run),
        }
    }

    /// Test cases, as JUnit XML.
    ///
    /// # Errors
    /// [`ReportError::Junit`] if the XML cannot be written.
    pub fn to_junit(&self) -> Result<String, ReportError> {
        match self {
            Self::Check(run) => junit::to_junit(run),
            Self::Test(run) => tested::to_junit(run),
        }
    }

    /// What is not as it should be, as SARIF 2.1.0.
    pub fn to_sarif(&self) -> String {
        match self {
            Self::Check(run) => sarif::to_sarif(run),
            Self::Test(run) => tested::to_sarif(run),
        }
    }

    /// The outcome in a few words, as shields.io reads it.
    pub fn to_badge(&self) -> String {
        match self {
            Self::Check(run) => badge::to_badge(run),
            Self::Test(run) => tested::to_badge(run),
        }
    }

    /// Writes every form to a folder: `records.jsonl`, `index.html`, `summary.md`, `summary.json`, `junit.xml`,
    /// `results.sarif` and `badge.json`; for a check also the companions of the page and the exported proofs.
    ///
    /// # Errors
    /// [`ReportError`] if a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        let run = match self {
            Self::Check(run) => return write::write_all(folder, run),
            Self::Test(run) => run,
        };
        let lines = run.records().map(|record| Ok(serde_json::to_string(&record)? + "\n"));
        let records = lines
            .collect::<std::io::Result<String>>()
            .map_err(|source| ReportError::Write { file: folder.join(RECORDS), source })?;
        let forms = [
            (RECORDS, records),
            ("index.html", self.to_html()?),
            ("summary.md", self.to_markdown()),
            ("summary.json", self.to_json()),
            ("junit.xml", self.to_junit()?),
            ("results.sarif", self.to_sarif()),
            ("badge.json", self.to_badge()),
        ];
        write_forms(folder, &forms)
    }
}
