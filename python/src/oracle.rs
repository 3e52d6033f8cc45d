//! The oracle itself: certified values of the quantities that the claims name.

use super::refuse;
use ouracle::claims::{Claim, all, ask as certified};
use ouracle::parameters::Inputs;
use pyo3::prelude::*;

/// The certified value of `CLAIM/QUANTITY`: `(value, radius, estimated)`, the first two as decimal strings.
#[pyfunction]
pub fn ask(question: &str, parameters_json: &str, digits: usize) -> PyResult<(String, String, bool)> {
    let inputs = Inputs::from_json_text(parameters_json).map_err(refuse)?;
    let answer = certified(question, &inputs, digits).map_err(refuse)?;
    let decimal = answer.value.to_decimal(digits);
    let (value, radius) = decimal.split_once(" ± ").unwrap_or((&decimal, "0"));
    Ok((value.to_owned(), radius.to_owned(), answer.estimated))
}

/// Every claim: `(id, title, quantities)`.
#[pyfunction]
pub fn claims() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let quantities = |claim: &Claim| claim.quantities.iter().map(|quantity| quantity.id).collect();
    all().map(|claim| (claim.id, claim.title, quantities(claim))).collect()
}
