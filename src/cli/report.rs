//! `ouracle report`: records, several shards too, to every form of the report.

use super::{Failure, Outcome, print};
use ouracle::reports::{CELLS, RecordWriter, Recorded, merge};
use std::path::{Path, PathBuf};

/// Turn records or the cells of a sweep, several shards too, into a report
#[derive(clap::Args)]
#[command(
    after_help = "The records say themselves whether they are of `ouracle check` or of `ouracle test`. The exit code is that of the
run: 0 if everything asked for ran and is right.

Examples:
  ouracle report reports/latest --format markdown
  ouracle report reports/latest --format sarif > results.sarif
  ouracle report piece1 piece2 --out all"
)]
pub struct Arguments {
    /// Files `records.jsonl` or `cells.jsonl`, or folders that hold one; several shards of one check or sweep are merged
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
    /// Alerts for code scanning, in SARIF 2.1.0
    Sarif,
    /// The outcome in a few words, as shields.io reads it
    Badge,
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
            run.write(out)?;
            print(&format!("Report: {}", out.join("index.html").display()))?;
        }
        (None, Some(Format::Html)) => print(&run.to_html()?)?,
        (None, Some(Format::Markdown) | None) => print(&run.to_markdown())?,
        (None, Some(Format::Junit)) => print(&run.to_junit()?)?,
        (None, Some(Format::Json)) => print(&run.to_json())?,
        (None, Some(Format::Sarif)) => print(&run.to_sarif())?,
        (None, Some(Format::Badge)) => print(&run.to_badge())?,
    }
    Ok(run.exit_code())
}

/// Whether this names the cells of a sweep, and not the records of a run.
fn is_sweep(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == CELLS)
        || path.join(CELLS).exists() && !path.join("records.jsonl").exists()
}

/// One run of either kind, or the pieces of one check.
fn read(records: &[PathBuf]) -> Result<Recorded, Failure> {
    if let [only] = records {
        return Ok(Recorded::read(only)?);
    }
    let pieces = records.iter().map(|path| match Recorded::read(path)? {
        Recorded::Check(run) => Ok(*run),
        Recorded::Test(run) => {
            Err(Failure::Usage(format!("{}: a test run has no pieces to merge; report it alone", run.origin)))
        }
    });
    Ok(Recorded::Check(Box::new(merge(pieces.collect::<Result<Vec<_>, Failure>>()?)?)))
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
    Recorded::read(out)?.write(out)?;
    Ok(out.join("index.html"))
}
