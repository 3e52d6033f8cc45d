//! The sink of a run: each record is on disk before the next is made, so that an interrupted run leaves what it found.

use super::line;
use super::records::{CERTIFICATES, RECORDS};
use crate::ledger::{ClaimRecord, Record};
use std::collections::BTreeMap;
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
        let written = exported(claim)?;
        for (name, text) in &written {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(name), text)?;
        }
        // What an earlier run had more of would be taken for proofs of this one.
        for check in &claim.checks {
            let old = certificate_names(&claim.id, &check.label).filter(|name| !written.contains_key(name));
            for path in old.map(|name| folder.join(name)).take_while(|path| path.exists()) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The same stream and the same proofs in memory, to be sent elsewhere.
#[derive(Debug, Clone, Default)]
pub struct RecordBuffer {
    /// What would stand in `records.jsonl`.
    pub records: String,
    /// The exported proofs: name and text.
    pub certificates: BTreeMap<String, String>,
}

impl RecordBuffer {
    /// Adds one record.
    ///
    /// # Errors
    /// If the record cannot be written as JSON, which is a fault of this program.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        if let Record::Claim(claim) = record {
            self.certificates.extend(exported(claim)?);
        }
        self.records += &(line::write(record)? + "\n");
        Ok(())
    }
}

/// The proofs that a claim exports, by name.
fn exported(claim: &ClaimRecord) -> io::Result<BTreeMap<String, String>> {
    let mut proofs = BTreeMap::new();
    // What is false leaves no proof to check again.
    for check in claim.checks.iter().filter(|_| claim.expect) {
        for certificate in check.findings.iter().filter_map(|finding| finding.certificate.as_ref()) {
            if let Some(name) = certificate_names(&claim.id, &check.label).find(|name| !proofs.contains_key(name)) {
                proofs.insert(name, serde_json::to_string_pretty(certificate)? + "\n");
            }
        }
    }
    Ok(proofs)
}

/// The names of the proofs of one part of a claim, in order.
pub(super) fn certificate_names(claim: &str, label: &str) -> impl Iterator<Item = String> {
    let kept = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    let part = if label.is_empty() { String::new() } else { format!("-{label}") };
    let stem: String = format!("{claim}{part}").chars().map(kept).collect();
    (1..).map(move |number| if number == 1 { format!("{stem}.json") } else { format!("{stem}-{number}.json") })
}
