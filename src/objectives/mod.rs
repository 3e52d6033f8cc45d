//! Floor 2: what code computes. Every function takes its ingredients and returns named terms; none knows what is claimed.

pub mod bits_back;
pub mod chain_bound;
pub mod denoising;
pub mod elbo;
pub mod euler;
pub mod hutchinson;
pub mod imputation;
pub mod iwae;
pub mod log_weight;
pub mod path_energy;
pub mod path_weight;
pub mod pathwise;
pub mod plugin_elbo;
pub mod prediction;
pub mod samplers;
pub mod scoring;
pub mod tilt;
