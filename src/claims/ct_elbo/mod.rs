//! The continuous-time ELBO of Huang, Lim and Courville (2021), and what surrounds it.

mod chapman_kolmogorov;
mod family_scaled_score;
mod feynman_kac;
mod girsanov;
mod lin_moments_scalar;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &lin_moments_scalar::CLAIM,
    &chapman_kolmogorov::CLAIM,
    &feynman_kac::CLAIM,
    &girsanov::CLAIM,
    &family_scaled_score::CLAIM,
];
