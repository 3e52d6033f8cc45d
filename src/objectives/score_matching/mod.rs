//! Score matching: what each loss returns for one sample, and what it is on average over Gaussian data.

mod asymptotic;
mod finite_difference;
mod losses;
mod noised;
mod scale_family;

pub use asymptotic::PrecisionFamily;
pub use finite_difference::{Stencil, finite_difference_reduced};
pub use losses::{denoising, explicit, implicit, sliced, sliced_reduced};
pub use noised::{denoising_variance, least_covariance, mean_denoising, noised, residual_covariance};
pub use scale_family::{Projections, ScaleFamily};
