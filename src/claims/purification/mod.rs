//! Adversarial purification with a score, and what it can and cannot do for a classifier.

mod purify_adaptive_step;
mod purify_affine;
mod purify_certificate;
mod purify_contraction;
mod purify_dsm_ebm;
mod purify_effective_classifier;
mod purify_ensemble;
mod purify_langevin_bias;
mod purify_lda_accuracy;
mod purify_mixture_fixed_point;
mod purify_mixture_recovery;
mod purify_noise_divergence;
mod purify_robust_accuracy;
mod purify_tweedie;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &purify_affine::CLAIM,
    &purify_contraction::CLAIM,
    &purify_dsm_ebm::CLAIM,
    &purify_tweedie::CLAIM,
    &purify_adaptive_step::CLAIM,
    &purify_lda_accuracy::CLAIM,
    &purify_robust_accuracy::CLAIM,
    &purify_effective_classifier::CLAIM,
    &purify_mixture_fixed_point::CLAIM,
    &purify_mixture_recovery::CLAIM,
    &purify_ensemble::CLAIM,
    &purify_noise_divergence::CLAIM,
    &purify_certificate::CLAIM,
    &purify_langevin_bias::CLAIM,
];
