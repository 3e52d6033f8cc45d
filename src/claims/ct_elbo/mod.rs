//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod ct_elbo;
mod family_scaled_score;
mod fp_residual;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&fp_residual::CLAIM, &ct_elbo::CLAIM, &family_scaled_score::CLAIM];
