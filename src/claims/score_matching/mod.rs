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

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
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
