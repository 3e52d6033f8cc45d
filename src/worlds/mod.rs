//! Floor 1: worlds where the truth is known.

mod affine;
mod affine_score;
mod approximate;
mod clock;
mod constant;
mod covariance;
mod gaussian;
mod independent_axes;
mod linear_sde;
mod matrix_sde;
mod plugin_model;
mod process;
mod reverse;
mod rotated;
mod scaled_score;

pub use affine::Affine;
pub use affine_score::AffineScore;
pub use clock::{Clock, GenericClock};
pub use constant::{ConstantSde, affine_flow};
pub use covariance::Covariance;
pub use gaussian::{Gaussian, MultivariateGaussian};
pub use independent_axes::{AxisNoise, ConstantAxes};
pub use linear_sde::{AffineInTime, LinearSde};
pub use matrix_sde::{MatrixSde, moving};
pub use plugin_model::{PluginError, PluginModel};
pub use process::{Process, Schedule};
pub use reverse::ReverseSde;
pub use rotated::{Rotated, rotation};
pub use scaled_score::ScaledScore;
