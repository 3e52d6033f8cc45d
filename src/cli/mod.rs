//! Floor 9: the command line. One file for each verb; exit codes mean one thing each.

mod answer;
mod ask;
mod check;
mod diff;
mod explain;
mod list;
mod progress;
mod report;
mod sweep;
mod test;
mod verify;
mod write;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

const EXIT_CODES: &str = "Exit codes:
  0  everything asked for ran and is right
  1  something is wrong
  2  usage
  3  nothing wrong, but incomplete or undecided
  4  self-check failed: a wrong version was not caught, results are void
  5  nothing ran
  70 internal error

Examples:
  ouracle                                   decide every claim, write reports/latest/
  ouracle check family-scaled-score         one claim
  ouracle explain variational-gap           its page
  ouracle ask lin-moments-scalar/variance b0=0.1 b1=20 T=1 t=0.5 v0=0.3
  ouracle vectors verify references.json    compare with values from elsewhere
  ouracle test \"cmd:python3 harness.py\"     question someone's implementation";

/// Exact Gaussian and Ornstein–Uhlenbeck worlds that decide claims about diffusion models.
#[derive(Parser)]
#[command(name = "ouracle", version, about, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Decide claims under every reading they declare, with every control (the default)
    Check(check::Arguments),
    /// List claims, quantities and controls
    List(list::Arguments),
    /// Show the page of a claim, a quantity or a verdict
    Explain(explain::Arguments),
    /// Ask for the certified value of a quantity
    Ask(ask::Arguments),
    /// Work with reference values
    #[command(subcommand)]
    Vectors(Vectors),
    /// Question someone's implementation
    Test(test::Arguments),
    /// Be a subject: answer questions over the protocol, rightly or with a mistake
    Answer(answer::Arguments),
    /// Turn records or the cells of a sweep, several shards too, into a report
    Report(report::Arguments),
    /// Say what changed between two runs
    Diff(diff::Arguments),
    /// Map what the bound loses over schedules, score errors and dimensions
    Sweep(sweep::Arguments),
    /// Print the completions of a shell
    #[command(after_help = "Example:\n  ouracle completions bash > ~/.local/share/bash-completion/completions/ouracle")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
enum Vectors {
    /// Evaluate a file of reference cases and compare
    Verify(verify::Arguments),
    /// Write known-answer files: questions with exact answers
    Write(write::Arguments),
}

/// What a verb gives: an exit code, or a sentence about wrong usage (2) or an internal fault (70).
type Outcome = Result<u8, Failure>;

/// Why a verb could not finish.
enum Failure {
    /// The user can mend it.
    Usage(String),
    /// Output could not be written.
    Output(std::io::Error),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Usage(error.to_string())
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let verb = Arguments::parse().verb.unwrap_or_else(|| Verb::Check(check::Arguments::default()));
    let outcome = match verb {
        Verb::Check(arguments) => check::run(&arguments),
        Verb::List(arguments) => list::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Ask(arguments) => ask::run(&arguments),
        Verb::Vectors(Vectors::Verify(arguments)) => verify::run(&arguments),
        Verb::Vectors(Vectors::Write(arguments)) => write::run(&arguments),
        Verb::Test(arguments) => test::run(&arguments),
        Verb::Answer(arguments) => answer::run(&arguments),
        Verb::Report(arguments) => report::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Sweep(arguments) => sweep::run(&arguments),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "ouracle", &mut script);
            print(&String::from_utf8_lossy(&script)).map(|()| 0)
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(Failure::Usage(message)) => {
            eprintln!("ouracle: {message}");
            ExitCode::from(2)
        }
        // A reader that closed the pipe has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("ouracle: the output could not be written: {error}");
            ExitCode::from(70)
        }
    }
}

/// Writes a text to standard output, with a newline at its end.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    write!(out, "{text}{newline}").and_then(|()| out.flush()).map_err(Failure::Output)
}
