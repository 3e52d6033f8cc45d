//! The format of reference cases, version 1.

use crate::numbers::{NumeralError, Rational, parse_rational};
use crate::parameters::Inputs;
use serde::Deserialize;
use std::path::Path;

/// A file of reference cases.
#[derive(Debug, Clone, Deserialize)]
pub struct CaseFile {
    format: u32,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One reference case. Fields beyond these are notes to people.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// The id or alias of a claim.
    pub claim: String,
    /// A quantity of the claim.
    pub quantity: String,
    /// Exact parameters by name.
    pub params: Inputs,
    /// The value, a decimal.
    pub value: String,
}

/// Why a file of cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseFileError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not what the format says.
    #[error("{path} is not a file of reference cases: {error}")]
    Malformed {
        /// The file.
        path: String,
        /// Where and why.
        error: serde_json::Error,
    },
    /// Another version of the format.
    #[error("{path} has format {format}, but this program reads format 1")]
    Format {
        /// The file.
        path: String,
        /// Its version.
        format: u32,
    },
}

impl CaseFile {
    /// Reads a file of cases.
    ///
    /// # Errors
    /// [`CaseFileError`] with the path and the place.
    pub fn read(path: &Path) -> Result<Self, CaseFileError> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| CaseFileError::Unreadable { path: name.clone(), error })?;
        let file: Self =
            serde_json::from_str(&text).map_err(|error| CaseFileError::Malformed { path: name.clone(), error })?;
        if file.format != 1 {
            return Err(CaseFileError::Format { path: name, format: file.format });
        }
        Ok(file)
    }
}

impl Case {
    /// `CLAIM/QUANTITY`.
    pub fn question(&self) -> String {
        format!("{}/{}", self.claim, self.quantity)
    }

    /// The value and one unit of its last printed digit, exactly.
    ///
    /// # Errors
    /// [`NumeralError`] if the value is not a decimal.
    pub fn value_and_unit(&self) -> Result<(Rational, Rational), NumeralError> {
        let value = parse_rational(&self.value)?;
        let (mantissa, exponent) = self.value.split_once(['e', 'E']).unwrap_or((&self.value, "0"));
        let decimals = mantissa.trim().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let unit = parse_rational(&format!("1e-{decimals}"))? * parse_rational(&format!("1e{exponent}"))?;
        Ok((value, unit))
    }

    /// How many significant digits are printed.
    pub fn digits(&self) -> usize {
        let mantissa = self.value.split(['e', 'E']).next().unwrap_or_default();
        mantissa.chars().skip_while(|c| !('1'..='9').contains(c)).filter(char::is_ascii_digit).count()
    }
}
