//! The sink of a run: each record is on disk before the next is made, so that an interrupted run leaves what it found.

use super::line;
use super::records::{CERTIFICATES, RECORDS};
use crate::ledger::{ClaimRecord, Record};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Appends records to `records.jsonl` in a folder, and exported proofs to its `certificates/`.
#[derive(Debug)]
pub struct RecordWriter {
    folder: PathBuf,
    records: File,
}

impl RecordWriter {
    /// Makes the folder if need be, and starts the stream anew.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), records: File::create(folder.join(RECORDS))? })
    }

    /// Writes one record, and the proofs that a claim exports; those of its wrong versions are not kept.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        if let Record::Claim(claim) = record {
            self.export(claim)?;
        }
        let line = line::write(record)? + "\n";
        self.records.write_all(line.as_bytes())?;
        self.records.flush()
    }

    fn export(&self, claim: &ClaimRecord) -> io::Result<()> {
        let folder = self.folder.join(CERTIFICATES);
        let mut written = BTreeSet::new();
        for check in &claim.checks {
            // What is false leaves no proof to check again.
            let proofs = check.findings.iter().filter(|_| claim.expect);
            for certificate in proofs.filter_map(|finding| finding.certificate.as_ref()) {
                let mut names = certificate_names(&claim.id, &check.label);
                let Some(name) = names.find(|name| written.insert(name.clone())) else { continue };
                fs::create_dir_all(&folder)?;
                fs::write(folder.join(name), serde_json::to_string_pretty(certificate)? + "\n")?;
            }
            // What an earlier run had more of would be taken for proofs of this one.
            let old = certificate_names(&claim.id, &check.label).filter(|name| !written.contains(name));
            for path in old.map(|name| folder.join(name)).take_while(|path| path.exists()) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The names of the proofs of one part of a claim, in order.
pub(super) fn certificate_names(claim: &str, label: &str) -> impl Iterator<Item = String> {
    let kept = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    let part = if label.is_empty() { String::new() } else { format!("-{label}") };
    let stem: String = format!("{claim}{part}").chars().map(kept).collect();
    (1..).map(move |number| if number == 1 { format!("{stem}.json") } else { format!("{stem}-{number}.json") })
}
