//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod ans_overhead;
mod bits_back_dirty_slots;
mod bits_back_initial_bits;
mod bits_back_net_length;
mod edm_preconditioning;
mod entropy_integral;
mod immse_gaussian;
mod low_discrepancy_times;
mod pointwise_likelihood_integral;
mod tweedie_denoiser_score;
mod vdm_continuous_loss;
mod vdm_discrete_reconstruction;
mod vdm_estimator_variance;
pub(super) mod vdm_finite_t_gap;
mod vdm_finite_t_loss;
mod vdm_forward_transition;
mod vdm_mismatched_kl;
mod vdm_optimal_schedule;
mod vdm_parameterisations;
mod vdm_pointwise_decomposition;
mod vdm_posterior;
mod vdm_prior_loss;
mod vdm_rescaling_equivalence;
mod vdm_schedule_invariance;
mod vdm_step_kl;
mod vdm_t_rate;
pub(super) mod vdm_t_vs_2t;
mod vdm_vlb_decomposition;
mod weighted_loss_elbo;
mod weighted_minimiser;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &vdm_forward_transition::CLAIM,
    &vdm_posterior::CLAIM,
    &vdm_step_kl::CLAIM,
    &vdm_vlb_decomposition::CLAIM,
    &vdm_prior_loss::CLAIM,
    &vdm_discrete_reconstruction::CLAIM,
    &vdm_finite_t_loss::CLAIM,
    &vdm_finite_t_gap::CLAIM,
    &vdm_t_vs_2t::CLAIM,
    &vdm_t_rate::CLAIM,
    &vdm_continuous_loss::CLAIM,
    &vdm_schedule_invariance::CLAIM,
    &vdm_pointwise_decomposition::CLAIM,
    &vdm_parameterisations::CLAIM,
    &edm_preconditioning::CLAIM,
    &tweedie_denoiser_score::CLAIM,
    &vdm_rescaling_equivalence::CLAIM,
    &vdm_estimator_variance::CLAIM,
    &vdm_optimal_schedule::CLAIM,
    &low_discrepancy_times::CLAIM,
    &vdm_mismatched_kl::CLAIM,
    &immse_gaussian::CLAIM,
    &entropy_integral::CLAIM,
    &pointwise_likelihood_integral::CLAIM,
    &weighted_loss_elbo::CLAIM,
    &weighted_minimiser::CLAIM,
    &bits_back_net_length::CLAIM,
    &bits_back_initial_bits::CLAIM,
    &ans_overhead::CLAIM,
    &bits_back_dirty_slots::CLAIM,
];
