//! Samplers of diffusion models on Gaussian data, where the law of what they return is exact.

mod affine_moment_recursion;
mod ancestral_moments;
mod ddim_cosine;
mod ddim_eta;
mod edm_churn;
mod edm_heun;
mod euler_maruyama_reverse;
mod euler_sigma_flow;
mod initial_mismatch;
mod karras_schedule;
mod rescaling_equivariance;
mod schedule_conventions;
mod sde_exponential_integrator;

use super::Claim;

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
    &initial_mismatch::CLAIM,
    &rescaling_equivariance::CLAIM,
];
