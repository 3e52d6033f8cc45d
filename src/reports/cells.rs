//! `cells.jsonl`, read back and put together.

use crate::ledger::{Cell, Shard, SweepHeader};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The name of the stream within the folder of a sweep.
pub const CELLS: &str = "cells.jsonl";
/// So much of an argument is shown in a message.
const SHOWN: usize = 120;

/// Why cells cannot be read, merged or added to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CellsError {
    /// The file is not there, not readable or not writable.
    #[error("{file} cannot be used: {source}; name a cells.jsonl, or a folder that holds one or can be written", file = .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file does not begin with a header.
    #[error("{file}, line 1 is not the header of a sweep: {why}; give the file as `ouracle sweep` wrote it")]
    NoHeader {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A line that is not the cell that is due there.
    #[error("{file}, line {line} is not cell {due} of this sweep: {why}; remove the file, and sweep again")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The cell that should be there.
        due: usize,
        /// What is wrong.
        why: String,
    },
    /// Another sweep.
    #[error(
        "{first} and {second} are not of one sweep: {what} differs ({left} and {right}); merge pieces of the same arguments, and give each sweep a folder of its own"
    )]
    Different {
        /// One of the two.
        first: String,
        /// The other.
        second: String,
        /// The argument.
        what: &'static str,
        /// Its value in one.
        left: String,
        /// Its value in the other.
        right: String,
    },
    /// Several files that are not pieces.
    #[error("{0} is a whole sweep, not a piece of one; report it alone, or give the pieces that --shard K/N wrote")]
    Whole(String),
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
    #[error("there are no cells; name the cells.jsonl of a sweep, or of each of its pieces")]
    Nothing,
}

/// A sweep, or what is there of it.
#[derive(Debug, Clone)]
pub struct Swept {
    /// Where it comes from, for messages.
    pub origin: String,
    /// What was asked.
    pub header: SweepHeader,
    /// The cells, in order.
    pub cells: Vec<Cell>,
}

impl Swept {
    /// Reads the cells of a sweep, or of one piece; `origin` names it in messages. A last line without an end was cut off and
    /// is left out.
    ///
    /// # Errors
    /// [`CellsError`] if a line is not the one that is due.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self, CellsError> {
        let file = || origin.to_owned();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n');
        let no_header = |why: String| CellsError::NoHeader { file: file(), why };
        let first = lines.next().ok_or_else(|| no_header("it is not there, or was cut off".to_owned()))?;
        let header: SweepHeader = serde_json::from_slice(first).map_err(|error| no_header(error.to_string()))?;
        let shard = piece(&header).map_err(no_header)?;
        let mut due = header.numbers(shard);
        let mut cells = Vec::new();
        for (at, line) in lines.enumerate() {
            let due = due.next();
            let wrong =
                |why: String| CellsError::Line { file: file(), line: at + 2, due: due.unwrap_or(header.cells), why };
            let cell: Cell = serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
            if due != Some(cell.cell) {
                return Err(wrong(format!("it is cell {}", cell.cell)));
            }
            cells.push(cell);
        }
        Ok(Self { origin: file(), header, cells })
    }

    /// Reads `cells.jsonl`, or the folder that holds it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and if the file is not readable.
    pub fn read(path: &Path) -> Result<Self, CellsError> {
        let file = if path.is_dir() { path.join(CELLS) } else { path.to_owned() };
        let bytes = fs::read(&file).map_err(|source| CellsError::Unusable { file: file.clone(), source })?;
        Self::parse(&bytes, &file.display().to_string())
    }

    /// Puts the pieces of one sweep together, in any order: the same bytes as one sweep. A single one is returned as it is.
    ///
    /// # Errors
    /// [`CellsError`] if the pieces have different arguments, or one is given twice.
    pub fn merge(mut pieces: Vec<Self>) -> Result<Self, CellsError> {
        if pieces.len() < 2 {
            return pieces.pop().ok_or(CellsError::Nothing);
        }
        if let Some(whole) = pieces.iter().find(|piece| piece.header.shard.is_none()) {
            return Err(CellsError::Whole(whole.origin.clone()));
        }
        let mut known = BTreeMap::new();
        for piece in &pieces {
            same(&pieces[0].header, &pieces[0].origin, &piece.header, &piece.origin)?;
            if let Some(first) = known.insert(piece.header.shard.clone(), piece.origin.clone()) {
                let (second, piece) = (piece.origin.clone(), piece.header.shard.clone().unwrap_or_default());
                return Err(CellsError::Twice { first, second, piece });
            }
        }
        let origin = pieces.iter().map(|piece| piece.origin.as_str()).collect::<Vec<_>>().join(" + ");
        let header = SweepHeader { shard: None, ..pieces[0].header.clone() };
        let mut cells: Vec<_> = pieces.into_iter().flat_map(|piece| piece.cells).collect();
        cells.sort_by_key(|cell| cell.cell);
        Ok(Self { origin, header, cells })
    }

    /// How many cells of the whole sweep are missing.
    pub fn missing(&self) -> usize {
        self.header.cells.saturating_sub(self.cells.len())
    }

    /// The stream, as it was written.
    ///
    /// # Errors
    /// If a line cannot be written as JSON, which is a fault of this program.
    pub fn to_jsonl(&self) -> io::Result<String> {
        let mut text = line(&self.header)?;
        for cell in &self.cells {
            text += &line(cell)?;
        }
        Ok(text)
    }
}

pub(super) fn line(record: &impl serde::Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(record)? + "\n")
}

/// Which piece of a sweep a header is of.
fn piece(header: &SweepHeader) -> Result<Option<Shard>, String> {
    header.shard.as_deref().map(str::parse).transpose()
}

/// Whether two sweeps, or pieces, were asked the same. Pieces may differ in which piece they are, but not in how many there are.
pub(super) fn same(one: &SweepHeader, first: &str, other: &SweepHeader, second: &str) -> Result<(), CellsError> {
    let count = |header: &SweepHeader| match &header.shard {
        Some(shard) => shard.split_once('/').map_or("", |(_, count)| count).to_owned(),
        None => "1".to_owned(),
    };
    let arguments = |header: &SweepHeader| {
        [
            ("the version", header.ouracle.clone()),
            ("the format", header.format.clone()),
            ("the list of schedules", header.schedules.join(", ")),
            ("the list of dimensions", format!("{:?}", header.dimensions)),
            ("the list of score errors", header.delta.join(", ")),
            ("the world", header.world.clone()),
            ("the number of pieces", count(header)),
        ]
    };
    let shown = |text: &str| match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    match arguments(one).into_iter().zip(arguments(other)).find(|(left, right)| left.1 != right.1) {
        None => Ok(()),
        Some(((what, left), (_, right))) => Err(CellsError::Different {
            first: first.to_owned(),
            second: second.to_owned(),
            what,
            left: shown(&left),
            right: shown(&right),
        }),
    }
}
