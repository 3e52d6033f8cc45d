//! `ouracle check`, the main job: decide claims, show progress, print the ledger, write the report.

use super::progress::Progress;
use super::{Outcome, print};
use ouracle::evidence::{Reading, Verdict};
use ouracle::ledger::{self, CheckRecord, ClaimRecord, DEFAULT_FALSE_ALARM, DEFAULT_SEED, Options, Record, Shard};
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;

/// Decide claims under every reading they declare, with every control
#[derive(clap::Args, Default)]
#[command(after_help = "Examples:
  ouracle check
  ouracle check variational-gap --reading proof,certificate
  ouracle check --shard 1/2 --out piece1; ouracle check --shard 2/2 --out piece2; ouracle report piece1 piece2 --out all")]
pub struct Arguments {
    /// Claims; all if none is named
    ids: Vec<String>,
    /// Readings to run
    #[arg(long, value_enum, value_delimiter = ',', value_name = "READING")]
    reading: Vec<ReadingName>,
    /// Multiple of the planned sample sizes
    #[arg(long, value_name = "FACTOR")]
    effort: Option<f64>,
    /// Run seed, or `random`
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    /// Probability that a right claim is refuted by sampling, for the whole run
    #[arg(long, value_name = "ALPHA")]
    false_alarm: Option<f64>,
    /// Worker threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only piece K of N
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Folder of the report
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A reading as it is named on the command line.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ReadingName {
    Proof,
    Certificate,
    Simulation,
}

pub fn seed(text: &str) -> Result<u64, String> {
    match text {
        // The standard library seeds its hashers from the operating system.
        "random" => Ok(std::hash::RandomState::new().build_hasher().finish()),
        _ => text
            .parse()
            .map_err(|_| format!("`{text}` is not a seed; write an integer from 0 to 2^64 - 1, or `random`")),
    }
}

impl Arguments {
    fn options(&self) -> Options {
        let defaults = Options::default();
        let readings = self.reading.iter().map(|name| match name {
            ReadingName::Proof => Reading::Proof,
            ReadingName::Certificate => Reading::Certificate,
            ReadingName::Simulation => Reading::Simulation,
        });
        Options {
            claims: self.ids.clone(),
            readings: if self.reading.is_empty() { defaults.readings } else { readings.collect() },
            effort: self.effort.unwrap_or(1.0),
            seed: self.seed.unwrap_or(DEFAULT_SEED),
            false_alarm: self.false_alarm.unwrap_or(DEFAULT_FALSE_ALARM),
            jobs: self.jobs.map_or(defaults.jobs, usize::from),
            shard: self.shard,
        }
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    let options = arguments.options();
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("reports/latest"));
    let mut writer = super::report::writer(&out)?;
    let progress = Progress::new(ledger::units(&options)?);
    let mut claims = Vec::new();
    let counts = ledger::run(&options, &mut |record| {
        writer.write(record)?;
        match record {
            Record::Header(_) | Record::Footer(_) => {}
            Record::Claim(claim) => {
                progress.done(&format!("{:<9} {}", claim.standing.to_string(), claim.id));
                claims.push((**claim).clone());
            }
            Record::Figure(figure) => {
                progress.done(&format!("{:<9} {}", "figure", figure.id));
            }
        }
        Ok(())
    })?;
    progress.finish();
    let page = super::report::render(&out)?;
    let mut lines = table(&claims);
    lines.push(String::new());
    lines.push(format!(
        "{} of {} claims upheld, {} of {} look-alikes refuted as expected; {} not as expected, {} undecided, {} void; {} of {} wrong \
         versions caught. Seed {}, false-alarm budget {:e}.",
        counts.upheld, counts.claims, counts.expected, counts.look_alikes, counts.refuted, counts.undecided, counts.void, counts.caught, counts.controls,
        options.seed, options.false_alarm,
    ));
    lines.push(format!("Report: {}", page.display()));
    print(&lines.join("\n"))?;
    Ok(counts.exit_code())
}

/// The ledger as a table: a line for each claim, and what is wrong below it.
fn table(claims: &[ClaimRecord]) -> Vec<String> {
    let width = claims.iter().map(|claim| claim.id.len()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{:<width$}  {:<9} {:<11} {:<22} {:<8} standing",
        "claim", "proof", "certificate", "simulation", "controls"
    )];
    for claim in claims {
        let cell = |reading: Reading| summarise(claim.checks.iter().filter(|check| check.reading == reading));
        let due = claim.controls.iter().filter(|control| control.caught.is_some()).count();
        let caught = claim.controls.iter().filter(|control| control.caught == Some(true)).count();
        lines.push(format!(
            "{:<width$}  {:<9} {:<11} {:<22} {:<8} {}",
            claim.id,
            cell(Reading::Proof),
            cell(Reading::Certificate),
            cell(Reading::Simulation),
            format!("{caught}/{due}"),
            claim.standing,
        ));
        for check in claim.checks.iter().filter(|check| !claim.expects(&check.verdict)) {
            for finding in check.findings.iter().filter(|finding| !claim.expects(&finding.verdict)) {
                lines.push(format!("    {} of {}: {}", check.reading, finding.relation, finding.verdict));
                if let (Reading::Proof, Some(residue)) = (check.reading, &finding.discrepancy) {
                    lines.push(format!("        residue {residue}"));
                }
            }
        }
        for control in claim.controls.iter().filter(|control| control.caught == Some(false)) {
            let fate = if claim.expect { "was not caught" } else { "was not upheld" };
            lines.push(format!("    control {} {fate}: {}", control.id, control.story));
        }
    }
    lines
}

fn summarise<'a>(checks: impl Iterator<Item = &'a CheckRecord>) -> String {
    let verdicts: Vec<_> = checks.map(|check| &check.verdict).collect();
    if verdicts.is_empty() {
        return "-".to_owned();
    }
    match Verdict::of_all(verdicts) {
        Verdict::Proved => "proved".to_owned(),
        Verdict::Certified => "certified".to_owned(),
        Verdict::Consistent { resolution } => format!("consistent to {resolution:.1e}"),
        Verdict::Refuted { .. } => "refuted".to_owned(),
        Verdict::Undecided { .. } => "undecided".to_owned(),
    }
}
