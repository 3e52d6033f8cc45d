//! `ouracle report`: records, several shards too, to every form of the report.

use super::{Failure, Outcome, print};
use ouracle::reports::{
    CELLS, RecordWriter, Run, merge, read_records, to_html, to_json, to_junit, to_markdown, write_all,
};
use std::path::{Path, PathBuf};

/// Turn records or the cells of a sweep, several shards too, into a report
#[derive(clap::Args)]
#[command(after_help = "The exit code is that of the run: 0 if everything asked for ran and is right.

Examples:
  ouracle report reports/latest --format markdown
  ouracle report piece1 piece2 --out all")]
pub struct Arguments {
    /// Files `records.jsonl` or `cells.jsonl`, or folders that hold one; several shards of one run or sweep are merged
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// Folder of the report
    #[arg(long, value_name = "DIR", required_unless_present = "format")]
    out: Option<PathBuf>,
    /// Print one form instead of writing all
    #[arg(long, value_enum, conflicts_with = "out")]
    format: Option<Format>,
}

/// A form of the report.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The page
    Html,
    /// A summary for people
    Markdown,
    /// Test cases for continuous integration
    Junit,
    /// A summary for programs
    Json,
}

pub fn run(arguments: &Arguments) -> Outcome {
    if arguments.records.first().is_some_and(|path| is_sweep(path)) {
        return match &arguments.out {
            Some(out) => super::sweep::report(&arguments.records, out).map(|complete| if complete { 0 } else { 3 }),
            None => Err(Failure::Usage("a sweep has no printed form; give a folder with --out".to_owned())),
        };
    }
    let run = read(&arguments.records)?;
    for sentence in run.incomplete() {
        eprintln!("ouracle: {sentence}");
    }
    match (&arguments.out, arguments.format) {
        (Some(out), _) => {
            write_all(out, &run)?;
            print(&format!("Report: {}", out.join("index.html").display()))?;
        }
        (None, Some(Format::Html)) => print(&to_html(&run)?)?,
        (None, Some(Format::Markdown) | None) => print(&to_markdown(&run))?,
        (None, Some(Format::Junit)) => print(&to_junit(&run)?)?,
        (None, Some(Format::Json)) => print(&to_json(&run))?,
    }
    Ok(run.exit_code())
}

/// Whether this names the cells of a sweep, and not the records of a run.
fn is_sweep(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == CELLS)
        || path.join(CELLS).exists() && !path.join("records.jsonl").exists()
}

fn read(records: &[PathBuf]) -> Result<Run, Failure> {
    let runs = records.iter().map(|path| read_records(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(merge(runs)?)
}

/// The sink of a run in a folder.
pub fn writer(out: &Path) -> Result<RecordWriter, Failure> {
    RecordWriter::create(out).map_err(|error| {
        let folder = out.display();
        Failure::Usage(format!("the folder {folder} cannot be written: {error}; choose another with --out"))
    })
}

/// Writes every form of the report beside the records of a finished run; the path of the page.
pub fn render(out: &Path) -> Result<PathBuf, Failure> {
    write_all(out, &read_records(out)?)?;
    Ok(out.join("index.html"))
}
