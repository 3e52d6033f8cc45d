//! Conditional score-based imputation of Gaussian time series.

mod crps_gaussian;
mod csdi_quantile_crps;
mod energy_score;
mod expected_crps;
mod pit_calibration;
mod point_metrics;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &crps_gaussian::CLAIM,
    &expected_crps::CLAIM,
    &csdi_quantile_crps::CLAIM,
    &energy_score::CLAIM,
    &point_metrics::CLAIM,
    &pit_calibration::CLAIM,
];
