//! Samplers of diffusion models on Gaussian data, where the law of what they return is exact.

mod ancestral_moments;
mod ddim_cosine;
mod ddim_eta;
mod edm_heun;
mod euler_sigma_flow;
mod karras_schedule;
mod sde_exponential_integrator;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &ancestral_moments::CLAIM,
    &ddim_eta::CLAIM,
    &ddim_cosine::CLAIM,
    &sde_exponential_integrator::CLAIM,
    &euler_sigma_flow::CLAIM,
    &edm_heun::CLAIM,
    &karras_schedule::CLAIM,
];
