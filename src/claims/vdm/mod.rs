//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod bits_back_initial_bits;
mod bits_back_net_length;
mod vdm_discrete_reconstruction;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] =
    &[&vdm_discrete_reconstruction::CLAIM, &bits_back_net_length::CLAIM, &bits_back_initial_bits::CLAIM];
