//! All forms of a report, in one folder.

use super::records::{CERTIFICATES, RECORDS, Run};
use super::{companions, line, outcome, text, to_badge, to_html, to_junit, to_markdown, to_sarif};
use serde_json::json;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file cannot be written.
    #[error("{file} cannot be written: {source}; free some space or choose another folder with --out", file = .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The page cannot be laid out, which is a fault of this program.
    #[error("the page cannot be made: {0}; this is a bug in ouracle, and the records are not touched")]
    Page(#[from] minijinja::Error),
    /// The XML cannot be made, which is a fault of this program.
    #[error("junit.xml cannot be made: {0}; this is a bug in ouracle, and the records are not touched")]
    Junit(#[from] quick_junit::SerializeError),
}

/// Writes `records.jsonl`, `index.html` with its companions, `summary.md`, `summary.json`, `junit.xml`, `results.sarif`,
/// `badge.json` and the exported proofs to a folder.
///
/// # Errors
/// [`ReportError`] if a file cannot be written.
pub fn write_all(folder: &Path, run: &Run) -> Result<(), ReportError> {
    let mut records = String::new();
    for record in run.records() {
        records += &line::write(&record).map_err(|source| ReportError::Write { file: folder.join(RECORDS), source })?;
        records.push('\n');
    }
    let forms = [
        (RECORDS, records),
        ("index.html", to_html(run)?),
        ("look-alikes.html", companions::look_alikes(run)?),
        ("traps.html", companions::traps(run)?),
        ("conformance.html", companions::conformance(run)?),
        ("summary.md", to_markdown(run)),
        ("summary.json", to_json(run)),
        ("junit.xml", to_junit(run)?),
        ("results.sarif", to_sarif(run)),
        ("badge.json", to_badge(run)),
    ];
    write_forms(folder, &forms)?;
    let proofs = folder.join(CERTIFICATES);
    for (name, from) in &run.certificates {
        let file = proofs.join(name);
        if file.canonicalize().is_ok_and(|there| from.canonicalize().is_ok_and(|here| here == there)) {
            continue;
        }
        make(&proofs)?;
        fs::copy(from, &file).map_err(|source| ReportError::Write { file, source })?;
    }
    Ok(())
}

/// Writes texts to files of these names in a folder, which is made if need be.
pub(super) fn write_forms(folder: &Path, forms: &[(&str, String)]) -> Result<(), ReportError> {
    make(folder)?;
    for (name, text) in forms {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|source| ReportError::Write { file, source })?;
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(folder).map_err(|source| ReportError::Write { file: folder.to_owned(), source })
}

/// The outcome for programs: `summary.json`.
pub fn to_json(run: &Run) -> String {
    let claims = run.claims.iter().map(|claim| {
        let survivors = claim.controls.iter().filter(|control| control.caught == Some(false));
        let survivors: Vec<_> = survivors.map(|control| control.id.as_str()).collect();
        (claim.id.clone(), json!({ "standing": claim.standing, "survivors": survivors }))
    });
    let summary = json!({
        "format": run.header.format,
        "ouracle": run.header.ouracle,
        "verdict": outcome::headline(run),
        "exit_code": run.exit_code(),
        "complete": run.incomplete().is_empty(),
        "incomplete": run.incomplete(),
        "seed": run.header.seed,
        "counts": run.counts(),
        "claims": claims.collect::<serde_json::Map<_, _>>(),
    });
    text::json(&summary)
}
