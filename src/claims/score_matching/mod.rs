//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod sm_control_variate;
mod sm_esm_ism;
mod sm_estimator_variance;
mod sm_hutchinson_variance;
mod sm_identifiability;
mod sm_projection_allocation;
mod sm_shared_projections;
mod sm_ssm_equality;
mod sm_vr_not_always;
mod fd_dsm_quartic;
mod fd_first_central;
mod fd_general_stencil;
mod fd_second_central;
mod fd_ssm_quadratic_exact;
mod fd_ssm_quartic;
mod fd_ssm_vr;

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
    &sm_control_variate::CLAIM,
    &sm_shared_projections::CLAIM,
    &fd_first_central::CLAIM,
    &fd_second_central::CLAIM,
    &fd_general_stencil::CLAIM,
    &fd_ssm_quadratic_exact::CLAIM,
    &fd_ssm_quartic::CLAIM,
    &fd_ssm_vr::CLAIM,
    &fd_dsm_quartic::CLAIM,
];
