//! `ouracle test`: question someone's implementation.

use super::progress::Progress as Bar;
use super::{Failure, Outcome, print};
use ouracle::examination::Tier;
use ouracle::ledger::{DEFAULT_SEED, Environment, available_jobs};
use ouracle::reports::{Recorded, TestWriter, harmless, today};
use ouracle::subjects::record::FailOn;
use ouracle::subjects::{Address, ExamineError, Limits, OpeningError, Options, Progress, examine, read_expected};
use std::path::PathBuf;
use std::time::Duration;

/// Question someone's implementation
#[derive(clap::Args)]
#[command(
    after_help = "SUBJECT is cmd:COMMAND (or a command alone), a program that reads a line of JSON and writes one (protocol/README.md);
ref:, this program as a subject that is right; mini:NAME, this program with a mistake (`ouracle list --kind mistakes`).
Before the subject is judged, the reference must pass and every mistake must fail through the same pipe.

Exit 0 everything asked is right, 1 something is wrong, 3 nothing wrong but incomplete (time-outs, faults, what is required and
not supported, stale expected failures), 4 a control survived and the run is void, 5 nothing ran.

Examples:
  ouracle test \"cmd:python3 harness.py\" --tier smoke
  ouracle test cmd:./harness --only 'ou-1d/score/*' --out reports/harness
  ouracle test mini:score-sign"
)]
pub struct Arguments {
    /// The subject
    subject: String,
    /// How much to ask
    #[arg(long, value_enum, default_value_t = TierName::Core)]
    tier: TierName,
    /// Only questions whose id, quantity or case matches; * and ? are wildcards
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
    /// The run seed, or `random`
    #[arg(long, value_name = "N", value_parser = super::check::seed)]
    seed: Option<u64>,
    /// The probability that a run of right code refutes anything by sampling
    #[arg(long, value_name = "P", default_value_t = 1e-6, value_parser = probability)]
    false_alarm: f64,
    /// Seconds to wait for an answer (for the first, four times as long)
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    timeout: f64,
    /// Mebibytes of address space for each process of the subject (Linux)
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(16..=1 << 30))]
    memory: Option<u64>,
    /// The mildest verdict that fails the run
    #[arg(long, value_enum, default_value_t = FailOnName::Wrong)]
    fail_on: FailOnName,
    /// What the subject cannot answer leaves the run incomplete
    #[arg(long)]
    required: bool,
    /// Expected failures, each with a reason, a link and an end
    #[arg(long, value_name = "FILE")]
    xfail: Option<PathBuf>,
    /// Threads that prepare the exact answers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Folder of the report
    #[arg(long, value_name = "DIR", default_value = "reports/test")]
    out: PathBuf,
}

/// What is made of the records.
const FORMS: [&str; 6] = ["index.html", "summary.md", "summary.json", "junit.xml", "results.sarif", "badge.json"];

/// A tier, as named on the command line.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TierName {
    /// A first look
    Smoke,
    /// What a change should pass
    Core,
    /// Everything
    Full,
}

/// A verdict that fails.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOnName {
    /// Wrong alone
    Wrong,
    /// Wrong and degraded
    Degraded,
    /// Wrong, degraded and undecided
    Undecided,
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(probability) if probability > 0.0 && probability < 1.0 => Ok(probability),
        _ => Err("it must be a probability, above 0 and below 1".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("it must be a number of seconds, above 0 and at most 86400".to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    let address: Address = arguments.subject.parse()?;
    if let Some(mistake) = arguments.subject.strip_prefix("mini:") {
        super::answer::find(mistake)?;
    }
    let options = options(arguments)?;
    let mut writer = TestWriter::create(&arguments.out).map_err(|error| {
        let folder = arguments.out.display();
        Failure::Usage(format!("the folder {folder} cannot be written: {error}; choose another with --out"))
    })?;
    // Forms of an earlier run would speak of this one if it ends early.
    for form in FORMS {
        let _ = std::fs::remove_file(arguments.out.join(form));
    }
    eprintln!("ouracle: seed {}, false-alarm budget {}", options.seed, options.false_alarm);
    let mut bar = None;
    let examined = examine(
        &address,
        &options,
        |record| writer.write(record),
        |progress| match progress {
            Progress::Questions(count) => bar = Some(Bar::new(count)),
            Progress::Control(id, false) => eprintln!("ouracle: the control {id} did not turn out as it must"),
            Progress::Control(..) => {}
            Progress::Stale(id, why) => {
                eprintln!("ouracle: the expected failure {} should go: {why}", harmless(id));
            }
            Progress::Answer => bar.iter().for_each(|bar| bar.step(1)),
        },
    );
    bar.iter().for_each(Bar::finish);
    let (_, exit_code) = match examined {
        Ok(done) => done,
        // The subject was there, and did not answer: that is a fault of its own and no wrong usage.
        Err(ExamineError::Opening(error @ (OpeningError::Fault { .. } | OpeningError::Declined { .. }))) => {
            eprintln!("ouracle: {}", harmless(&error.to_string()));
            return Ok(3);
        }
        Err(error) => return Err(Failure::Usage(harmless(&error.to_string()))),
    };
    let run = Recorded::read(&arguments.out)?;
    run.write(&arguments.out)?;
    print(&run.to_terminal())?;
    print(&format!("Report: {}", arguments.out.join("index.html").display()))?;
    Ok(exit_code)
}

fn options(arguments: &Arguments) -> Result<Options, Failure> {
    let wait = Duration::from_secs_f64(arguments.timeout);
    let jobs = arguments.jobs.map_or_else(available_jobs, usize::from);
    Ok(Options {
        tier: match arguments.tier {
            TierName::Smoke => Tier::Smoke,
            TierName::Core => Tier::Core,
            TierName::Full => Tier::Full,
        },
        only: arguments.only.clone(),
        seed: arguments.seed.unwrap_or(DEFAULT_SEED),
        false_alarm: arguments.false_alarm,
        fail_on: match arguments.fail_on {
            FailOnName::Wrong => FailOn::Wrong,
            FailOnName::Degraded => FailOn::Degraded,
            FailOnName::Undecided => FailOn::Undecided,
        },
        required: arguments.required,
        limits: Limits {
            hello: 4 * wait,
            answer: wait,
            memory: arguments.memory.map(|mebibytes| mebibytes << 20),
            ..Limits::default()
        },
        jobs,
        expected: arguments.xfail.as_deref().map(read_expected).transpose()?.unwrap_or_default(),
        today: today(),
        environment: Environment::here(jobs),
    })
}
