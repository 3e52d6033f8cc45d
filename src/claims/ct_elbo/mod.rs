//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod anderson_reversal;
mod cameron_martin;
mod chapman_kolmogorov;
mod cld_critical;
mod cnf_limit;
#[allow(clippy::module_inception, reason = "a claim's file bears its id, and this one shares it with the theory")]
mod ct_elbo;
mod de_bruijn;
pub(super) mod deep_vae_limit;
mod dsm_variance_blowup;
pub(super) mod esm_average;
mod family_affine_shift;
mod family_prior_mismatch;
mod family_scaled_score;
mod feynman_kac;
mod feynman_kac_position_dependent;
mod fisher_stam_lsi;
mod fp_residual;
mod girsanov;
mod instantaneous_change_of_variables;
mod ism_dsm_pointwise;
pub(super) mod iwae_monotone;
pub(super) mod lambda_family;
pub(super) mod lambda_to_one;
mod likelihood_weighting;
mod lin_moments_matrix;
mod lin_moments_scalar;
mod log_weight_variance;
mod master_pathwise_identity;
mod mehler_bridge;
mod mixture_equality;
mod optimal_inference_tightness;
mod ou_path_likelihood;
mod ou_stationary;
mod pf_ode;
mod plugin_elbo_ism;
mod plugin_multivariate;
pub(super) mod pointwise_model_not_data;
mod relative_de_bruijn;
mod score_matching_equals_elbo;
pub(super) mod scoreflow_kl_bound;
mod ssm_hutchinson;
mod tight_plug_in_certificate;
mod time_importance_sampling;
pub(super) mod time_truncation;
mod tweedie;
pub(crate) mod variational_gap;
pub(super) mod zero_variance_weight;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &lin_moments_scalar::CLAIM,
    &lin_moments_matrix::CLAIM,
    &cld_critical::CLAIM,
    &chapman_kolmogorov::CLAIM,
    &ou_stationary::CLAIM,
    &fp_residual::CLAIM,
    &relative_de_bruijn::CLAIM,
    &de_bruijn::CLAIM,
    &fisher_stam_lsi::CLAIM,
    &tweedie::CLAIM,
    &anderson_reversal::CLAIM,
    &pf_ode::CLAIM,
    &lambda_family::CLAIM,
    &instantaneous_change_of_variables::CLAIM,
    &feynman_kac::CLAIM,
    &feynman_kac_position_dependent::CLAIM,
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
    &ism_dsm_pointwise::CLAIM,
    &esm_average::CLAIM,
    &ssm_hutchinson::CLAIM,
    &family_scaled_score::CLAIM,
    &family_affine_shift::CLAIM,
    &family_prior_mismatch::CLAIM,
    &pointwise_model_not_data::CLAIM,
    &score_matching_equals_elbo::CLAIM,
    &lambda_to_one::CLAIM,
    &cnf_limit::CLAIM,
    &deep_vae_limit::CLAIM,
    &time_truncation::CLAIM,
    &plugin_multivariate::CLAIM,
    &scoreflow_kl_bound::CLAIM,
    &likelihood_weighting::CLAIM,
    &time_importance_sampling::CLAIM,
    &dsm_variance_blowup::CLAIM,
    &mixture_equality::CLAIM,
    &cameron_martin::CLAIM,
    &mehler_bridge::CLAIM,
    &ou_path_likelihood::CLAIM,
];
