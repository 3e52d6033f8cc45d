//! Floor 2: what code computes. Every function takes its ingredients and returns named terms; none knows what is claimed.

pub mod elbo;
pub mod girsanov;
pub mod iwae;
pub mod log_weight;
pub mod pathwise;
pub mod tilt;
