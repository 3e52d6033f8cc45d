//! Explicit, implicit, sliced, denoising and finite-difference score matching.

mod fd_cost;
mod fd_dsm_quartic;
mod fd_first_central;
mod fd_general_stencil;
mod fd_gradient_angle;
mod fd_mixture;
mod fd_roundoff;
mod fd_second_central;
mod fd_ssm_inconsistent;
mod fd_ssm_quadratic_exact;
mod fd_ssm_quartic;
mod fd_ssm_vr;
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
use crate::objectives::hutchinson::Probe;

/// The laws of projections, by the names that relations give them.
const PROBES: [(&str, Probe); 4] = [
    ("normals", Probe::Gaussian),
    ("signs", Probe::Rademacher),
    ("sphere", Probe::Sphere),
    ("coordinates", Probe::Coordinate),
];

/// Those of them that score matching draws from: one projection sees every direction.
const IN_USE: [(&str, Probe); 3] = [PROBES[0], PROBES[1], PROBES[2]];

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
    &fd_first_central::CLAIM,
    &fd_second_central::CLAIM,
    &fd_general_stencil::CLAIM,
    &fd_ssm_quadratic_exact::CLAIM,
    &fd_ssm_quartic::CLAIM,
    &fd_ssm_vr::CLAIM,
    &fd_dsm_quartic::CLAIM,
    &fd_ssm_inconsistent::CLAIM,
    &fd_gradient_angle::CLAIM,
    &fd_mixture::CLAIM,
    &fd_roundoff::CLAIM,
    &fd_cost::CLAIM,
];
