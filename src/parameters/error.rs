//! What can be wrong with an input, as sentences that name the value, the domain and the remedy.

use super::Domain;
use crate::numbers::NumeralError;

/// Why parameters could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InputError {
    /// A required parameter is absent.
    #[error("parameter `{name}` is missing ({meaning}); give {name}=VALUE, {domain}")]
    Missing {
        /// Its name.
        name: String,
        /// What it stands for.
        meaning: String,
        /// What it may be.
        domain: String,
    },
    /// A parameter that nothing asked for.
    #[error("there is no parameter `{name}` here{hint}; the parameters are {choices}")]
    Unknown {
        /// The name given.
        name: String,
        /// A near miss, if there is one.
        hint: String,
        /// The names that exist.
        choices: String,
    },
    /// A text that is not a number.
    #[error("parameter `{name}`: {error}")]
    Numeral {
        /// Its name.
        name: String,
        /// What is wrong with the number.
        error: NumeralError,
    },
    /// A number outside its domain.
    #[error("parameter `{name}` is {value}, but it must be {domain}")]
    Domain {
        /// Its name.
        name: String,
        /// The value given.
        value: String,
        /// What it may be.
        domain: Domain,
    },
    /// Two parameters in the wrong order.
    #[error("`{lower}` must be {relation} `{upper}`, but {lower} = {lower_value} and {upper} = {upper_value}")]
    Order {
        /// The smaller one.
        lower: String,
        /// Its value.
        lower_value: String,
        /// `<` or `<=`.
        relation: &'static str,
        /// The larger one.
        upper: String,
        /// Its value.
        upper_value: String,
    },
    /// A condition over several parameters fails.
    #[error("{0}")]
    Condition(String),
    /// A name that is none of the choices.
    #[error("parameter `{name}` is `{value}`, but it must be one of {choices}")]
    Choice {
        /// Its name.
        name: String,
        /// The value given.
        value: String,
        /// The names that exist.
        choices: String,
    },
    /// A value of the wrong shape.
    #[error("parameter `{name}` must be {expected}, but {got} was given")]
    Shape {
        /// Its name.
        name: String,
        /// What is wanted.
        expected: String,
        /// What came.
        got: String,
    },
    /// The text is not a list of `key=value`, nor JSON.
    #[error("`{0}` is not a parameter; write name=value")]
    NotAPair(String),
    /// The same parameter twice.
    #[error("parameter `{0}` is given twice; give it once")]
    Twice(String),
    /// A JSON text that is not an object of parameters.
    #[error("the parameters are not a JSON object of names and values such as {{\"v0\": \"0.5\"}}: {0}")]
    Json(String),
}
