//! Score matching: what each loss returns for one sample, and what it is on average over Gaussian data.

mod allocation;
mod asymptotic;
mod averages;
mod finite_difference;
mod loss_polynomial;
mod losses;
mod noised;
mod on_quartic;
mod parts;
mod scale_family;
mod score_law;
mod stencils;
mod variances;

pub use allocation::Allocation;
pub use asymptotic::PrecisionFamily;
pub use averages::{
    mean_explicit, mean_implicit, mean_sliced, mean_sliced_reduced, sliced_constant, sliced_divergence,
};
pub use finite_difference::{Ends, Stencil, finite_difference_reduced, reduced_along};
pub use loss_polynomial::LossPolynomial;
pub use losses::{denoising, explicit, implicit, sliced, sliced_reduced};
pub use noised::{denoising_variance, least_covariance, mean_denoising, noised, residual_law};
pub use on_quartic::OnQuartic;
pub use parts::{Loss, Place};
pub use scale_family::{Projections, ScaleFamily};
pub(crate) use score_law::at_score_law;
pub use score_law::{SCORE_LAWS, ScoreLaw};
pub use stencils::{SymmetricStencil, complete_homogeneous, divided_difference, factorial};
pub use variances::{
    data_variance, estimator_variance, projection_variance, shared_estimator_variance, shared_variance,
};
