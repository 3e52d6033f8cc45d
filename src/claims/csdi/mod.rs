//! Conditional score-based imputation of Gaussian time series.

mod gaussian_imputation_law;
mod kalman_rts;
mod matern_state_space;
mod ou_forecast;
mod ou_interpolation;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &gaussian_imputation_law::CLAIM,
    &ou_interpolation::CLAIM,
    &ou_forecast::CLAIM,
    &kalman_rts::CLAIM,
    &matern_state_space::CLAIM,
];
