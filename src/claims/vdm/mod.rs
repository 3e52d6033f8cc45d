//! Variational diffusion models on Gaussian data, and compression by bits-back coding.

mod edm_preconditioning;
mod tweedie_denoiser_score;
mod vdm_forward_transition;
mod vdm_parameterisations;
mod vdm_posterior;
mod vdm_prior_loss;
mod vdm_rescaling_equivalence;
mod vdm_step_kl;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &vdm_forward_transition::CLAIM,
    &vdm_posterior::CLAIM,
    &vdm_step_kl::CLAIM,
    &vdm_prior_loss::CLAIM,
    &vdm_parameterisations::CLAIM,
    &edm_preconditioning::CLAIM,
    &tweedie_denoiser_score::CLAIM,
    &vdm_rescaling_equivalence::CLAIM,
];
