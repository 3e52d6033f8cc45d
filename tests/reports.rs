//! The reports: from any stream of records, whatever stands in it, pages and files that are well formed and complete.

use ouracle::evidence::{Finding, Reading, Verdict};
use ouracle::ledger::{
    self, CheckRecord, ClaimRecord, ControlRecord, Counts, Environment, Figure, Footer, Header, Mark, Options, Record,
    Series, Shard, Standing, Time,
};
use ouracle::reports::{
    RecordWriter, RecordsError, Run, merge, parse, read_records, to_html, to_json, to_junit, to_markdown, write_all,
};
use std::path::PathBuf;

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

/// Runs the ledger into a folder.
fn recorded(name: &str, shard: Option<Shard>) -> (PathBuf, Counts) {
    let path = folder(name);
    let mut writer = RecordWriter::create(&path).unwrap();
    let options = Options { shard, ..Options::default() };
    let counts = ledger::run(&options, &mut |record| writer.write(record)).unwrap();
    (path, counts)
}

#[test]
fn the_ledger_itself_is_reported() {
    let (path, counts) = recorded("reports-ledger", None);
    let run = read_records(&path).unwrap();
    assert_eq!((run.counts(), run.exit_code()), (counts, counts.exit_code()));
    assert_eq!(run.incomplete(), Vec::<String>::new());
    write_all(&path, &run).unwrap();
}
