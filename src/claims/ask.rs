//! Questions by name: `CLAIM/QUANTITY` with parameters.

use super::{Answer, AskError, Quantity, all, find};
use crate::parameters::{Inputs, nearest};

/// The quantity that `CLAIM/QUANTITY` names.
///
/// # Errors
/// [`AskError`] with the names that exist.
pub fn quantity(question: &str) -> Result<&'static Quantity, AskError> {
    let (claim, quantity) = question.split_once('/').ok_or_else(|| AskError::NotAQuestion(question.to_owned()))?;
    let found = find(claim).ok_or_else(|| {
        let ids = all().flat_map(|claim| claim.aliases.iter().copied().chain([claim.id]));
        let hint = nearest(claim, ids).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
        AskError::UnknownClaim(claim.to_owned(), hint)
    })?;
    found.quantity(quantity).ok_or_else(|| {
        let ids: Vec<_> = found.quantities.iter().map(|quantity| quantity.id).collect();
        let choices = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
        AskError::UnknownQuantity(claim.to_owned(), quantity.to_owned(), choices)
    })
}

/// The certified value of `CLAIM/QUANTITY` at these parameters.
///
/// ```
/// use ouracle::{claims::ask, parameters::Inputs};
/// let inputs = Inputs::from_words("b0=0.1 b1=20 T=1 v0=0.3 delta=0.1 lam=0 vpi=1 x=0.8".split(' ')).unwrap();
/// println!("{}", ask("family-scaled-score/elbo", &inputs, 30).unwrap().value.to_decimal(30));
/// // A bound is a bound: its gap is certainly positive, for this score is wrong.
/// assert!(ask("variational-gap/gap", &inputs, 30).unwrap().value.certainly_positive());
/// ```
///
/// # Errors
/// [`AskError`] if the question or a parameter is wrong, or the value is not finite there.
pub fn ask(question: &str, inputs: &Inputs, digits: usize) -> Result<Answer, AskError> {
    quantity(question)?.ask(inputs, digits)
}
