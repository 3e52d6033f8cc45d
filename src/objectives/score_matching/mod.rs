//! Score matching: what each loss returns for one sample, and what it is on average over Gaussian data.

mod finite_difference;
mod losses;
mod parts;

pub use finite_difference::{Stencil, finite_difference_reduced};
pub use losses::{denoising, explicit, implicit, sliced, sliced_reduced};
pub use parts::{Loss, Place};
