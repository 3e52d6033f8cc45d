//! Samplers of diffusion models on Gaussian data, where the law of what they return is exact.

mod dpm_solver_1;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&dpm_solver_1::CLAIM];
