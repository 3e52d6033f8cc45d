//! The judges themselves: how many draws a decision takes, and why it does not rest on the normal approximation.

mod stats_clt_invalid;
mod stats_planned_n;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[&stats_planned_n::CLAIM, &stats_clt_invalid::CLAIM];
