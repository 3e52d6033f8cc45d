//! Statements that look true and are false, each beside the true one: refuted at a counterexample, as expected.
//!
//! Most of them take one likelihood for another: of the data, of the model, of the discrete model, of the truncated one.

mod data_score_in_the_gap;
mod elbo_below_data;
mod exact_score_leaves_no_gap;
mod no_gap_means_data;
mod same_marginals_for_any_score;
mod same_path_laws;

use super::Claim;

/// The look-alikes, in the order of the catalogue's table.
pub static CLAIMS: &[&Claim] = &[
    &elbo_below_data::CLAIM,
    &data_score_in_the_gap::CLAIM,
    &same_marginals_for_any_score::CLAIM,
    &same_path_laws::CLAIM,
    &exact_score_leaves_no_gap::CLAIM,
    &no_gap_means_data::CLAIM,
];
