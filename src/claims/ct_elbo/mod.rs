//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod chapman_kolmogorov;
mod ct_elbo;
mod family_scaled_score;
mod feynman_kac;
mod girsanov;
mod lin_moments_scalar;
mod plugin_elbo_ism;
mod pointwise_model_not_data;
mod score_matching_equals_elbo;
pub(crate) mod variational_gap;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &lin_moments_scalar::CLAIM,
    &chapman_kolmogorov::CLAIM,
    &feynman_kac::CLAIM,
    &girsanov::CLAIM,
    &ct_elbo::CLAIM,
    &variational_gap::CLAIM,
    &plugin_elbo_ism::CLAIM,
    &family_scaled_score::CLAIM,
    &pointwise_model_not_data::CLAIM,
    &score_matching_equals_elbo::CLAIM,
];
