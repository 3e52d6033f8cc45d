//! Floor 1: worlds where the truth is known.

mod affine;
mod clock;
mod constant;
mod covariance;
mod diffusion;
mod gaussian;
mod gaussian_data;
mod linear_sde;
mod marginal;
mod matrix_sde;
mod process;
mod reverse;
mod scaled_score;
mod transition;

pub use affine::{Affine, AffineField};
pub use clock::{Clock, GenericClock};
pub use constant::ConstantSde;
pub use covariance::Covariance;
pub use diffusion::{Diffusion, score_field};
pub use gaussian::{Gaussian, MultivariateGaussian};
pub use gaussian_data::GaussianData;
pub use linear_sde::{AffineInTime, ForcedOu, LinearSde};
pub use marginal::Marginal;
pub use matrix_sde::{MatrixSde, moving};
pub use process::{Process, Schedule};
pub use reverse::ReverseSde;
pub use scaled_score::ScaledScore;
pub use transition::Transition;
