//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod sm_esm_ism;
mod sm_ssm_equality;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &sm_esm_ism::CLAIM,
    &sm_ssm_equality::CLAIM,
];
