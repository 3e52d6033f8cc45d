//! What can be wrong with files of records, in sentences with a remedy.

use super::text;
use std::path::PathBuf;

/// Why records cannot be read or merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The file is not there or not readable.
    #[error("{file} cannot be read: {source}; name a records.jsonl or the folder that holds it", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file does not begin with a header.
    #[error(
        "{file}, line 1 is not the header of a run: {why}; give the file as ouracle wrote it, from its first line",
        why = text::line(.why, 500)
    )]
    NoHeader {
        /// The file.
        file: String,
        /// What is there instead.
        why: String,
    },
    /// A format that this version cannot read.
    #[error("{file} has format {format}, and this version reads {reads}; use the ouracle that wrote it", format = text::line(.format, 40))]
    Format {
        /// The file.
        file: String,
        /// Its format.
        format: String,
        /// What this version reads.
        reads: &'static str,
    },
    /// A run of another kind.
    #[error("{file} holds the records of `ouracle {kind}`, not of `ouracle {wanted}`; give a run of that command", kind = text::line(.kind, 40))]
    Kind {
        /// The file.
        file: String,
        /// The command that wrote it.
        kind: String,
        /// The command whose records are wanted.
        wanted: String,
    },
    /// A line that is not what it should be.
    #[error(
        "{file}, line {line} is not a record of this format: {why}; make the run again, or delete the line if you added it",
        why = text::line(.why, 500)
    )]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// Counts that do not match the records.
    #[error(
        "{file}: the footer counts {written}, but the records say {counted}; the file was changed, make the run again"
    )]
    Counts {
        /// The file.
        file: String,
        /// What the footer says.
        written: String,
        /// What the records say.
        counted: String,
    },
    /// Pieces that do not belong together.
    #[error(
        "{first} and {second} are not pieces of one run: {what} differs ({left} and {right}); merge pieces of the same arguments only"
    )]
    Different {
        /// One file.
        first: String,
        /// The other file.
        second: String,
        /// The argument.
        what: &'static str,
        /// Its value in one.
        left: String,
        /// Its value in the other.
        right: String,
    },
    /// Several files that are not pieces.
    #[error(
        "{file} is a whole run, not a piece of one; report it alone, or give the pieces of a check that --shard K/N wrote"
    )]
    Whole {
        /// The file.
        file: String,
    },
    /// A piece twice.
    #[error("{first} and {second} are both piece {piece}; give each piece once")]
    Twice {
        /// One file.
        first: String,
        /// The other file.
        second: String,
        /// The piece.
        piece: String,
    },
    /// No files at all.
    #[error("there are no records to report; name the records.jsonl of a run, or of each of its pieces")]
    Nothing,
}
