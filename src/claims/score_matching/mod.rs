//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod sm_avar_linear_family;
mod sm_avar_scale_family;
mod sm_dsm_constant;
mod sm_efficiency_scale;
mod sm_gaussian_equals_mle;
mod sm_isotropic_exact_law;
mod sm_sliced_score_estimation;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &sm_avar_scale_family::CLAIM,
    &sm_efficiency_scale::CLAIM,
    &sm_isotropic_exact_law::CLAIM,
    &sm_gaussian_equals_mle::CLAIM,
    &sm_avar_linear_family::CLAIM,
    &sm_sliced_score_estimation::CLAIM,
    &sm_dsm_constant::CLAIM,
];
