//! Floor 2: what code computes. Every function takes its ingredients and returns named terms; none knows what is claimed.

pub mod elbo;
pub mod girsanov;
pub mod pathwise;
pub mod plugin_elbo;
