//! Samplers of diffusion models on Gaussian data, where the law of what they return is exact.

mod affine_moment_recursion;
mod ancestral_moments;
mod ddim_cosine;
mod ddim_eta;
mod dpm_solver_1;
mod dpm_solver_2;
mod dpm_solver_3;
mod dpm_solver_pp;
mod edm_churn;
mod edm_heun;
mod euler_maruyama_reverse;
mod euler_sigma_flow;
mod initial_mismatch;
mod karras_schedule;
mod leading_coefficients;
mod order_test_traps;
mod rescaling_equivariance;
mod schedule_conventions;
mod sde_exponential_integrator;

use super::Claim;

pub(in crate::claims) use leading_coefficients::distance_and_bound;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &schedule_conventions::CLAIM,
    &affine_moment_recursion::CLAIM,
    &ancestral_moments::CLAIM,
    &ddim_eta::CLAIM,
    &ddim_cosine::CLAIM,
    &sde_exponential_integrator::CLAIM,
    &euler_maruyama_reverse::CLAIM,
    &euler_sigma_flow::CLAIM,
    &edm_heun::CLAIM,
    &edm_churn::CLAIM,
    &karras_schedule::CLAIM,
    &dpm_solver_1::CLAIM,
    &dpm_solver_2::CLAIM,
    &dpm_solver_3::CLAIM,
    &dpm_solver_pp::CLAIM,
    &leading_coefficients::CLAIM,
    &initial_mismatch::CLAIM,
    &rescaling_equivariance::CLAIM,
    &order_test_traps::CLAIM,
];
