//! Scores of forecasts: the continuous ranked probability score, its estimators from ensembles and from quantiles, the energy score,
//! and what all of them expect. Source: `gneiting2007`.

mod calibration;
mod chi_square_mixture;
mod crps;
mod energy;
mod ensemble;
mod order_statistics;
mod quantile_grid;

pub use calibration::{coverage, pit_covariance, pit_covariance_by_quadrature, pit_mean, pit_moment, pit_variance};
pub use chi_square_mixture::norm_by_chi_squares;
pub use crps::{crps, expected_crps, mean_magnitude};
pub use energy::{energy_score, expected_norm, isotropic_norm};
pub use ensemble::{Pairs, ensemble_crps, expected_ensemble_crps};
pub use order_statistics::{order_statistic_mean_by_tails, order_statistic_moment, order_statistic_square_by_tails};
pub use quantile_grid::{
    double_pinball, exact_quantiles, expected_double_pinball, expected_quantile_crps, quantile_crps,
};
