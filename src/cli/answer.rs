//! `ouracle answer`: be a subject.

use super::{Failure, Outcome};
use ouracle::examination::{MISTAKES, Mistake};
use ouracle::subjects::serve;

/// Answer questions over the protocol, rightly or with a mistake
#[derive(clap::Args)]
#[command(
    after_help = "Reads questions from standard input and writes answers to standard output, a line of JSON each (protocol/README.md).

Examples:
  ouracle answer
  ouracle answer --wrong variance-for-sigma"
)]
pub struct Arguments {
    /// Make this mistake throughout
    #[arg(long, value_name = "MISTAKE")]
    wrong: Option<String>,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let mistake = arguments.wrong.as_deref().map(find).transpose()?;
    serve(mistake, std::io::stdin().lock(), std::io::stdout().lock()).map_err(Failure::Output)?;
    Ok(0)
}

pub fn find(id: &str) -> Result<Mistake, Failure> {
    Mistake::find(id).ok_or_else(|| {
        let names: Vec<_> = MISTAKES.iter().map(|about| about.id).collect();
        Failure::Usage(format!("there is no mistake `{id}`; there are {}", names.join(", ")))
    })
}
