//! Floor 2: what code computes. Every function takes its ingredients and returns named terms; none knows what is claimed.

pub mod bits_back;
pub mod chain_bound;
pub mod denoising;
pub mod elbo;
pub mod euler;
pub mod finite_loss;
pub mod hutchinson;
pub mod imputation;
pub mod iwae;
pub mod log_weight;
pub mod parameterisation;
pub mod path_energy;
pub mod path_weight;
pub mod pathwise;
pub mod plugin_elbo;
pub mod preconditioning;
pub mod prediction;
pub mod reconstruction;
pub mod reverse_kl;
pub mod samplers;
pub mod schedule_cost;
pub mod scoring;
pub mod shifted_lattice;
pub mod tilt;
pub mod time_density;
