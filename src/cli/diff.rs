//! `ouracle diff`: what changed between two runs.

use super::{Outcome, print};
use ouracle::reports::{Diff, FailOn, Recorded};
use std::path::PathBuf;

/// Say what changed between two runs
#[derive(clap::Args)]
#[command(
    after_help = "Both are runs of `ouracle check`, compared claim by claim, or both of `ouracle test`, compared question by question. What is no
longer asked is gone, and gone is worse. Nothing is printed if nothing changed.

Exit codes:
  0  nothing fails
  1  something got worse; with --fail-on changed, anything is other than it was
  3  the new run is incomplete
  4  the new run is void
  5  the new run asked nothing

Examples:
  ouracle diff released/records.jsonl reports/latest
  ouracle diff old new --fail-on changed --format markdown"
)]
pub struct Arguments {
    /// The earlier run: `records.jsonl`, or the folder that holds it
    old: PathBuf,
    /// The later run
    new: PathBuf,
    /// Which changes fail
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    fail_on: FailOnName,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
}

/// Which changes fail, as named on the command line.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum FailOnName {
    /// What is worse or gone
    #[default]
    Worse,
    /// Whatever is other than it was
    Changed,
    /// None; but a void or incomplete new run is no pass
    Never,
}

/// The form of the answer.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line for each change
    #[default]
    Text,
    /// A list for people
    Markdown,
    /// An object for programs
    Json,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let (old, new) = (Recorded::read(&arguments.old)?, Recorded::read(&arguments.new)?);
    let diff = Diff::between(&old, &new)?;
    let fail_on = match arguments.fail_on {
        FailOnName::Worse => FailOn::Worse,
        FailOnName::Changed => FailOn::Changed,
        FailOnName::Never => FailOn::Never,
    };
    print(&match arguments.format {
        Format::Text => diff.to_text(),
        Format::Markdown => diff.to_markdown(),
        Format::Json => diff.to_json(fail_on),
    })?;
    Ok(diff.exit_code(fail_on))
}
