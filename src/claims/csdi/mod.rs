//! Conditional score-based imputation of Gaussian time series.

mod conditional_ddpm_moments;
mod replacement_bias;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&conditional_ddpm_moments::CLAIM, &replacement_bias::CLAIM];
