//! The sink of a sweep: each cell is on disk before the next is made, so that a sweep can be cut short at any moment and go on.

use super::cells::{CELLS, CellsError, Swept, line, same};
use crate::ledger::{Cell, SweepHeader};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Appends cells to the stream in a folder, after those that are there.
#[derive(Debug)]
pub struct CellWriter {
    file: File,
    done: usize,
}

impl CellWriter {
    /// Makes the folder if need be, and goes on after the last whole line of an earlier attempt at the same sweep.
    ///
    /// # Errors
    /// [`CellsError`] if the folder holds another sweep, or cannot be written.
    pub fn resume(folder: &Path, header: &SweepHeader) -> Result<Self, CellsError> {
        let path = folder.join(CELLS);
        let unusable = |source| CellsError::Unusable { file: path.clone(), source };
        fs::create_dir_all(folder).map_err(unusable)?;
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unusable(error)),
        };
        let first = line(header).map_err(unusable)?;
        // Cut off within the header there is nothing to keep, if it was this header.
        let begun = bytes.len() < first.len() && first.as_bytes().starts_with(&bytes);
        let done = if begun {
            0
        } else {
            let there = Swept::parse(&bytes, &path.display().to_string())?;
            same(&there.header, &there.origin, header, "what is asked now")?;
            if there.header.shard != header.shard {
                let [left, right] = [&there.header, header].map(|header| header.shard.clone().unwrap_or_default());
                let (first, second) = (there.origin, "what is asked now".to_owned());
                return Err(CellsError::Different { first, second, what: "the piece", left, right });
            }
            there.cells.len()
        };
        let kept = if begun { 0 } else { bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1) };
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.set_len(kept as u64)?;
            if begun {
                file.write_all(first.as_bytes())?;
            }
            Ok(file)
        };
        Ok(Self { file: open().map_err(unusable)?, done })
    }

    /// How many cells were there already.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Writes one cell.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&mut self, cell: &Cell) -> io::Result<()> {
        self.file.write_all(line(cell)?.as_bytes())
    }
}
