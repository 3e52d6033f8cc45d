//! `ouracle ask`: the oracle itself.

use super::{Failure, Outcome, print};
use ouracle::claims;
use ouracle::parameters::Inputs;
use std::path::PathBuf;

/// Ask for the certified value of a quantity
#[derive(clap::Args)]
#[command(after_help = "Numbers are exact: 0.1 is one tenth, 1/3 a third, 1e-12 a trillionth. Matrices are JSON.

Example:
  ouracle ask family-scaled-score/elbo process=vp-linear b0=0.1 b1=20 T=1 v0=0.3 delta=0.1 lam=0 vpi=1 x=0.8 --digits 60")]
pub struct Arguments {
    /// CLAIM/QUANTITY; `ouracle list` names them
    question: String,
    /// Parameters as name=value
    parameters: Vec<String>,
    /// Significant digits
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1000))]
    digits: u16,
    /// Print JSON: value, radius, bounds
    #[arg(long)]
    json: bool,
    /// Read parameters from a JSON object in this file; words on the command line come on top
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let digits = usize::from(arguments.digits);
    let mut inputs = Inputs::from_words(arguments.parameters.iter().map(String::as_str))?;
    if let Some(path) = &arguments.params {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", path.display())))?;
        let from_file =
            Inputs::from_json_text(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
        inputs = from_file.overlaid(inputs);
    }
    let answer = claims::ask(&arguments.question, &inputs, digits)?;
    let decimal = answer.value.to_decimal(digits);
    if !arguments.json {
        let mark = if answer.estimated { " (estimated)" } else { "" };
        return print(&format!("{decimal}{mark}")).map(|()| 0);
    }
    let (lo, hi) = answer.value.decimal_bounds(digits);
    let (value, radius) = decimal.split_once(" ± ").unwrap_or((&decimal, "0"));
    let object = serde_json::json!({
        "question": arguments.question, "value": value, "radius": radius, "lo": lo, "hi": hi, "estimated": answer.estimated,
    });
    print(&object.to_string()).map(|()| 0)
}
