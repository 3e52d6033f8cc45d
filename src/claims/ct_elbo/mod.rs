//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod anderson_reversal;
mod chapman_kolmogorov;
#[allow(clippy::module_inception, reason = "a claim's file bears its id, and this one shares it with the theory")]
mod ct_elbo;
mod family_scaled_score;
mod feynman_kac;
mod fp_residual;
mod girsanov;
pub(super) mod iwae_monotone;
pub(super) mod lambda_family;
mod lin_moments_scalar;
pub(super) mod log_weight_variance;
mod master_pathwise_identity;
mod optimal_inference_tightness;
mod plugin_elbo_ism;
pub(super) mod pointwise_model_not_data;
mod score_matching_equals_elbo;
mod tight_plug_in_certificate;
pub(crate) mod variational_gap;
pub(super) mod zero_variance_weight;

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
    &optimal_inference_tightness::CLAIM,
    &zero_variance_weight::CLAIM,
    &tight_plug_in_certificate::CLAIM,
    &iwae_monotone::CLAIM,
    &log_weight_variance::CLAIM,
    &plugin_elbo_ism::CLAIM,
    &family_scaled_score::CLAIM,
    &pointwise_model_not_data::CLAIM,
    &score_matching_equals_elbo::CLAIM,
];
