//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod anderson_reversal;
mod ct_elbo;
mod family_scaled_score;
mod fp_residual;
mod lambda_family;
mod master_pathwise_identity;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &fp_residual::CLAIM,
    &anderson_reversal::CLAIM,
    &lambda_family::CLAIM,
    &master_pathwise_identity::CLAIM,
    &ct_elbo::CLAIM,
    &family_scaled_score::CLAIM,
];
