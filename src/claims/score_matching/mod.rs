//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod sm_avar_linear_family;
mod sm_avar_scale_family;
mod sm_control_variate;
mod sm_dsm_constant;
mod sm_efficiency_scale;
mod sm_esm_ism;
mod sm_estimator_variance;
mod sm_gaussian_equals_mle;
mod sm_hutchinson_variance;
mod sm_identifiability;
mod sm_isotropic_exact_law;
mod sm_projection_allocation;
mod sm_shared_projections;
mod sm_sliced_score_estimation;
mod sm_ssm_equality;
mod sm_vr_not_always;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &sm_esm_ism::CLAIM,
    &sm_ssm_equality::CLAIM,
    &sm_identifiability::CLAIM,
    &sm_hutchinson_variance::CLAIM,
    &sm_vr_not_always::CLAIM,
    &sm_estimator_variance::CLAIM,
    &sm_projection_allocation::CLAIM,
    &sm_avar_scale_family::CLAIM,
    &sm_efficiency_scale::CLAIM,
    &sm_isotropic_exact_law::CLAIM,
    &sm_gaussian_equals_mle::CLAIM,
    &sm_avar_linear_family::CLAIM,
    &sm_control_variate::CLAIM,
    &sm_shared_projections::CLAIM,
    &sm_sliced_score_estimation::CLAIM,
    &sm_dsm_constant::CLAIM,
];
