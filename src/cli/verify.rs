//! `ouracle vectors verify`: our enclosures against values from elsewhere.

use super::{Failure, Outcome, print};
use ouracle::examination::matches;
use ouracle::ledger::available_jobs;
use ouracle::vectors::{CaseFile, CaseVerdict, verify};
use std::path::PathBuf;

/// Evaluate a file of reference cases and compare
#[derive(clap::Args)]
#[command(
    after_help = "A case agrees iff its value, with one unit in its last printed digit, overlaps our enclosure, and the
enclosure is no wider than ten such units. Exit 0 all agree, 1 some disagree, 3 some unsupported, 5 no case.

Example:
  ouracle vectors verify tests/references/decided.json --only 'family-scaled-score/*'"
)]
pub struct Arguments {
    /// The file of cases
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Only cases whose id or CLAIM/QUANTITY matches; * and ? are wildcards
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
    /// Worker threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let mut file = CaseFile::read(&arguments.file)?;
    if let Some(glob) = &arguments.only {
        file.cases.retain(|case| matches(glob, &case.id) || matches(glob, &case.question()));
        if file.cases.is_empty() {
            return Err(Failure::Usage(format!("no case of {} matches `{glob}`", arguments.file.display())));
        }
    }
    let jobs = arguments.jobs.map_or_else(available_jobs, usize::from);
    let summary = verify(&file.cases, jobs);
    if arguments.json {
        let text = serde_json::to_string(&summary)?;
        return print(&text).map(|()| summary.exit_code());
    }
    let mut lines = Vec::new();
    for result in summary.results.iter().filter(|result| result.verdict != CaseVerdict::Agree) {
        let verdict = if result.verdict == CaseVerdict::Disagree { "disagree" } else { "unsupported" };
        let message = result.message.as_deref().unwrap_or_default();
        lines.push(format!("{verdict:<12} {}  reference {}  {message}", result.id, result.reference));
    }
    let estimated = summary.results.iter().filter(|result| result.estimated).count();
    lines.push(format!(
        "{} cases: {} agree, {} disagree, {} unsupported{}",
        summary.cases,
        summary.agree,
        summary.disagree.len(),
        summary.unsupported.len(),
        if estimated > 0 { format!(" ({estimated} of our values are estimated)") } else { String::new() },
    ));
    print(&lines.join("\n")).map(|()| summary.exit_code())
}
