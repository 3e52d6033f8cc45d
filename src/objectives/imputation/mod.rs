//! Diffusion models that impute a part of a Gaussian vector given another part, with the exact network. Source: `tashiro2021`.
//!
//! Given what was seen, the entries to impute have a law `N(m_c, C_c)`; only they are noised. So everything here takes that law,
//! and none of it knows how it was found. The exception is [`Replacement`], which uses a network that knows of no conditioning.

mod chain;
mod denoiser;
mod replacement;
mod replacement_chain;
mod replacement_limit;
mod slack;
mod training;

pub use chain::{Moments, Step, ancestral_step, run, steps, sum_of_draws};
pub use denoiser::Denoiser;
pub use replacement::{ObservationNoise, Replacement, ReplacementStep, follow, mean_as_sum, run_replacement};
pub use replacement_chain::ReplacementChain;
pub use replacement_limit::ReplacementLimit;
pub use slack::{divergence, excess, noise_weight, slack};
pub use training::{NoisedBlock, TrainingExample, alphabar, level};
