//! Conditional score-based imputation of Gaussian time series.

mod replacement_bias;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&replacement_bias::CLAIM];
