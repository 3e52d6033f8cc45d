//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod anderson_reversal;
mod chapman_kolmogorov;
#[allow(clippy::module_inception, reason = "a claim's file bears its id, and this one shares it with the theory")]
mod ct_elbo;
mod family_scaled_score;
mod feynman_kac;
mod fp_residual;
mod girsanov;
mod ism_dsm_pointwise;
mod lambda_family;
mod lin_moments_scalar;
mod master_pathwise_identity;
mod plugin_elbo_ism;
mod pointwise_model_not_data;
mod score_matching_equals_elbo;
pub(crate) mod variational_gap;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &lin_moments_scalar::CLAIM,
    &chapman_kolmogorov::CLAIM,
    &fp_residual::CLAIM,
    &anderson_reversal::CLAIM,
    &lambda_family::CLAIM,
    &feynman_kac::CLAIM,
    &girsanov::CLAIM,
    &master_pathwise_identity::CLAIM,
    &ct_elbo::CLAIM,
    &variational_gap::CLAIM,
    &plugin_elbo_ism::CLAIM,
    &ism_dsm_pointwise::CLAIM,
    &family_scaled_score::CLAIM,
    &pointwise_model_not_data::CLAIM,
    &score_matching_equals_elbo::CLAIM,
];
