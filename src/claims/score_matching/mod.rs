//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod fd_first_central;
mod fd_general_stencil;
mod fd_second_central;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&fd_first_central::CLAIM, &fd_second_central::CLAIM, &fd_general_stencil::CLAIM];
