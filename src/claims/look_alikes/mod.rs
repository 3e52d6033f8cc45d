//! Statements that look true and are false, each beside the true one: refuted at a counterexample, as expected.
//!
//! Most of them take one likelihood for another: of the data, of the model, of the discrete model, of the truncated one.

mod bound_for_the_flow;
mod data_score_in_the_gap;
mod discrete_elbo_below_continuous;
mod elbo_below_data;
mod elbo_tends_to_the_flow;
mod euler_weight_is_constant;
mod exact_network_exact_spread;
mod exact_score_leaves_no_gap;
mod explicit_pointwise;
mod no_gap_means_data;
mod replacement_samples_the_conditional_law;
mod same_marginals_for_any_score;
mod same_path_laws;
mod score_of_a_subset;
mod truncated_elbo_below_data;
mod weight_without_its_integral;

use super::Claim;

/// The look-alikes, in the order of the catalogue's table.
pub static CLAIMS: &[&Claim] = &[
    &elbo_below_data::CLAIM,
    &truncated_elbo_below_data::CLAIM,
    &discrete_elbo_below_continuous::CLAIM,
    &data_score_in_the_gap::CLAIM,
    &bound_for_the_flow::CLAIM,
    &same_marginals_for_any_score::CLAIM,
    &same_path_laws::CLAIM,
    &exact_score_leaves_no_gap::CLAIM,
    &no_gap_means_data::CLAIM,
    &euler_weight_is_constant::CLAIM,
    &weight_without_its_integral::CLAIM,
    &elbo_tends_to_the_flow::CLAIM,
    &explicit_pointwise::CLAIM,
    &score_of_a_subset::CLAIM,
    &exact_network_exact_spread::CLAIM,
    &replacement_samples_the_conditional_law::CLAIM,
];
