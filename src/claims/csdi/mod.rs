//! Conditional score-based imputation of Gaussian time series.

pub(crate) mod conditional_ddpm_moments;
mod conditional_denoising_loss;
mod conditional_elbo;
mod conditional_score;
mod crps_gaussian;
mod csdi_quantile_crps;
mod energy_score;
mod expected_crps;
mod gaussian_imputation_law;
mod kalman_rts;
mod matern_state_space;
mod ou_forecast;
mod ou_interpolation;
mod pit_calibration;
mod point_metrics;
pub(crate) mod replacement_bias;
pub(crate) mod score_marginalisation_trap;
mod training_mask_optimality;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &gaussian_imputation_law::CLAIM,
    &ou_interpolation::CLAIM,
    &ou_forecast::CLAIM,
    &kalman_rts::CLAIM,
    &matern_state_space::CLAIM,
    &conditional_score::CLAIM,
    &score_marginalisation_trap::CLAIM,
    &conditional_denoising_loss::CLAIM,
    &training_mask_optimality::CLAIM,
    &conditional_elbo::CLAIM,
    &conditional_ddpm_moments::CLAIM,
    &replacement_bias::CLAIM,
    &crps_gaussian::CLAIM,
    &expected_crps::CLAIM,
    &csdi_quantile_crps::CLAIM,
    &energy_score::CLAIM,
    &point_metrics::CLAIM,
    &pit_calibration::CLAIM,
];
