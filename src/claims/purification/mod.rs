//! Adversarial purification with a score, and what it can and cannot do for a classifier.

mod purify_certificate;
mod purify_effective_classifier;
mod purify_ensemble;
mod purify_lda_accuracy;
mod purify_noise_divergence;
mod purify_robust_accuracy;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &purify_lda_accuracy::CLAIM,
    &purify_robust_accuracy::CLAIM,
    &purify_effective_classifier::CLAIM,
    &purify_ensemble::CLAIM,
    &purify_noise_divergence::CLAIM,
    &purify_certificate::CLAIM,
];
