//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod entropy_integral;
mod immse_gaussian;
mod low_discrepancy_times;
mod pointwise_likelihood_integral;
mod vdm_estimator_variance;
mod vdm_mismatched_kl;
mod vdm_pointwise_decomposition;
mod weighted_loss_elbo;
mod weighted_minimiser;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &vdm_pointwise_decomposition::CLAIM,
    &vdm_estimator_variance::CLAIM,
    &low_discrepancy_times::CLAIM,
    &vdm_mismatched_kl::CLAIM,
    &immse_gaussian::CLAIM,
    &entropy_integral::CLAIM,
    &pointwise_likelihood_integral::CLAIM,
    &weighted_loss_elbo::CLAIM,
    &weighted_minimiser::CLAIM,
];
