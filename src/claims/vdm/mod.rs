//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod ans_overhead;
mod bits_back_dirty_slots;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&ans_overhead::CLAIM, &bits_back_dirty_slots::CLAIM];
