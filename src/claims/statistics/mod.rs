//! The judges themselves: how many draws a decision takes, and why it does not rest on the normal approximation.

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[];
