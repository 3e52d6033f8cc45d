//! The figures of the report, as data.

use super::record::{Figure, Mark, Series};
use super::run::Options;
use crate::claims::{self, AskError};
use crate::evidence::Budget;
use crate::numbers::Ball;
use crate::parameters::Inputs;

/// How many figures there are.
pub const COUNT: usize = 1;
/// How many of their marks are sampled, and share the false-alarm budget.
pub(super) const SAMPLED: usize = 0;

/// The data of figure number `number`.
pub(super) fn draw(_number: usize, _options: &Options, _budget: &Budget) -> Figure {
    bound_against_error()
}

fn ask(question: &str, inputs: &Inputs) -> Result<Ball, AskError> {
    let (claim, quantity) = question.split_once('/').ok_or_else(|| AskError::NotAQuestion(question.to_owned()))?;
    let found = claims::find(claim).and_then(|claim| claim.quantity(quantity));
    let quantity = found.ok_or_else(|| AskError::UnknownClaim(question.to_owned(), String::new()))?;
    Ok(quantity.ask(inputs, 15)?.value)
}

fn bound_against_error() -> Figure {
    let _ = (ask as fn(&str, &Inputs) -> Result<Ball, AskError>, Mark::Line);
    Figure {
        id: "bound-against-error".to_owned(),
        title: String::new(),
        x: "score error δ".to_owned(),
        y: "nats".to_owned(),
        log_x: false,
        log_y: false,
        series: Vec::<Series>::new(),
    }
}
