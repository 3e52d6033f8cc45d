//! Floor 1: worlds where the truth is known.

mod affine;
mod affine_score;
mod approximate;
mod clock;
mod constant;
mod diffusion;
mod flow;
mod gaussian;
mod gaussian_data;
mod independent_axes;
mod linear_sde;
mod marginal;
mod matrix_sde;
mod plugin_model;
mod process;
mod reverse;
mod rotated;
mod scaled_score;
mod transition;

pub use affine::{Affine, AffineField};
pub use affine_score::AffineScore;
pub use clock::{Clock, GenericClock};
pub use constant::ConstantSde;
pub use diffusion::{Diffusion, score_field};
pub use gaussian::{Gaussian, MultivariateGaussian};
pub use gaussian_data::{GaussianData, GaussianPair};
pub use independent_axes::{AxisNoise, ConstantAxes};
pub use linear_sde::{AffineInTime, ForcedOu, LinearSde};
pub use marginal::Marginal;
pub use matrix_sde::{MatrixSde, moving};
pub use plugin_model::{PluginError, PluginModel};
pub use process::{Process, Schedule};
pub use reverse::ReverseSde;
pub use rotated::{Rotated, rotation};
pub use scaled_score::{ScaledFamily, ScaledModel, ScaledPoint, ScaledScore};
pub use transition::Transition;
