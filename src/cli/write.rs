//! `ouracle vectors write`: known-answer files for consumers in any language.

use super::{Outcome, print};
use ouracle::ledger::available_jobs;
use ouracle::vectors::write;
use std::path::PathBuf;

/// Write known-answer files: questions with exact answers, for consumers in any language
#[derive(clap::Args)]
#[command(
    after_help = "Writes DIR/v1/CASE/QUANTITY.json and DIR/v1/index.json, and DIR/v1/schema.json if there is none. The bytes depend on nothing but the
version of ouracle. No file is written over that was not made by this command; what an earlier version made and this
one does not make is named and left. vectors/README.md says how to use the files.

Exit codes:
  0  everything is written
  1  everything is written, but there are files that are made no more
  2  nothing is written, or not everything

Example:
  ouracle vectors write --out known-answers"
)]
pub struct Arguments {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "vectors")]
    out: PathBuf,
    /// The major number of the format
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1))]
    major: u16,
    /// Worker threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let written = write(&arguments.out, arguments.jobs.map_or_else(available_jobs, usize::from))?;
    let [smoke, core, full] = [0, 1, 2].map(|tier| written.files.iter().map(|file| file.tests[tier]).sum::<usize>());
    let mut lines: Vec<String> = written
        .left_over
        .iter()
        .map(|path| format!("{} is made no more; a released question stays, others are to be removed", path.display()))
        .collect();
    lines.push(format!(
        "{}: {} files, {} questions: {smoke} smoke, {core} more in core, {full} more in full",
        written.folder.display(),
        written.files.len(),
        smoke + core + full
    ));
    print(&lines.join("\n")).map(|()| u8::from(!written.left_over.is_empty()))
}
