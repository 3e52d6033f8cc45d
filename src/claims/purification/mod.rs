//! Adversarial purification with a score, and what it can and cannot do for a classifier.

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[];
