//! Score matching: what each loss returns for one sample, and what it is on average over Gaussian data.

mod finite_difference;
mod losses;
mod on_quartic;
mod stencils;

pub use finite_difference::{Ends, Stencil, finite_difference_reduced, reduced_along};
pub use losses::{denoising, explicit, implicit, sliced, sliced_reduced};
pub use on_quartic::OnQuartic;
pub use stencils::{SymmetricStencil, complete_homogeneous, divided_difference, factorial};
