//! Known-answer files on disk: nothing is written over that was not made by the same command.

use super::index::index;
use super::known_answers::{COMMAND, FOLDER, KnownAnswers, known_answers};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The schema of the files, written by hand.
const SCHEMA: &str = include_str!("../../vectors/v1/schema.json");

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The folder of the major number.
    pub folder: PathBuf,
    /// Its files, the index and the schema not counted.
    pub files: Vec<KnownAnswers>,
    /// Files that an earlier version made and this one does not make. They are left where they are: a released question stays.
    pub left_over: Vec<PathBuf>,
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is a file that is not ours.
    #[error(
        "{path} was not made by `ouracle vectors write`, so it is not written over, and nothing was written; \
         move it away, or choose another folder with --out"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A file or a folder cannot be read.
    #[error("{path} cannot be read: {error}; choose another folder with --out")]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file or a folder cannot be written.
    #[error("{path} cannot be written: {error}; free some space or choose another folder with --out")]
    Unwritable {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Writes all known-answer files and their index to `v1` within this folder, and the schema if there is none. What is there already is
/// looked at before anything is written.
///
/// # Errors
/// [`WriteError`] if a file is in the way that was not made by this command, or the folder cannot be read or written.
pub fn write(out: &Path, jobs: usize) -> Result<Written, WriteError> {
    let folder = out.join(FOLDER);
    let files = known_answers(jobs);
    let index_path = folder.join("index.json");
    let paths: BTreeSet<PathBuf> = files.iter().map(|file| folder.join(file.path())).collect();
    for path in paths.iter().chain([&index_path]) {
        if ours(path)? == Some(false) {
            return Err(WriteError::NotOurs { path: path.clone() });
        }
    }
    let mut left_over = Vec::new();
    for path in entries(&folder)?.iter().map(|case| entries(case)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten()
    {
        let json = path.extension().is_some_and(|extension| extension == "json");
        if json && !paths.contains(&path) && ours(&path)? == Some(true) {
            left_over.push(path);
        }
    }
    let schema = folder.join("schema.json");
    if !schema.exists() {
        put(&schema, SCHEMA)?;
    }
    for file in &files {
        put(&folder.join(file.path()), &file.text)?;
    }
    // Last, so that a folder with an index is complete.
    put(&index_path, &index(&files))?;
    Ok(Written { folder, files, left_over })
}

/// Whether a file was made by this command; nothing if there is no file.
fn ours(path: &Path) -> Result<Option<bool>, WriteError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WriteError::Unreadable { path: path.to_owned(), error }),
    };
    let value: Value = serde_json::from_slice(&text).unwrap_or_default();
    Ok(Some(value["made_by"]["ouracle"].is_string() && value["made_by"]["command"] == COMMAND))
}

/// What is in a folder, in order; nothing if it is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, WriteError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error| WriteError::Unreadable { path: folder.to_owned(), error };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Writes a file whole or not at all.
fn put(path: &Path, text: &str) -> Result<(), WriteError> {
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        |error| WriteError::Unwritable { path, error }
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable(folder))?;
    }
    let partial = path.with_extension("json.partial");
    std::fs::write(&partial, text).map_err(unwritable(&partial))?;
    std::fs::rename(&partial, path).map_err(unwritable(path))
}
