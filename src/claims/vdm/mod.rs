//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod vdm_finite_t_loss;
mod vdm_vlb_decomposition;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&vdm_vlb_decomposition::CLAIM, &vdm_finite_t_loss::CLAIM];
