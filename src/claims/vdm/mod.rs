//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[];
