//! Explicit, implicit, sliced, denoising and finite-difference score matching.

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[];
