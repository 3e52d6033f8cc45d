//! Conditional score-based imputation of Gaussian time series.

pub(crate) mod conditional_ddpm_moments;
mod conditional_denoising_loss;
mod conditional_elbo;
mod conditional_score;
pub(crate) mod replacement_bias;
pub(crate) mod score_marginalisation_trap;
mod training_mask_optimality;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &conditional_score::CLAIM,
    &score_marginalisation_trap::CLAIM,
    &conditional_denoising_loss::CLAIM,
    &training_mask_optimality::CLAIM,
    &conditional_elbo::CLAIM,
    &conditional_ddpm_moments::CLAIM,
    &replacement_bias::CLAIM,
];
