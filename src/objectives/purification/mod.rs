//! Purification: what steps along a score make of an input, and what a classifier behind them then says.

mod adaptive;
mod certificate;
mod classifier;
mod divergence;
mod exact_descent;
mod fixed_point;
mod mixture;
mod steps;
mod votes;

pub use adaptive::{adaptive_descent, adaptive_length, adaptive_length_limit, gaussian_length, step};
pub use certificate::{
    at_least, coverage_of_the_bound, coverage_of_the_share, largest_radius, radius, unanimous_bound,
};
pub use classifier::{Defended, Knowledge, Norm, accuracy, margin};
pub use divergence::Displacement;
pub use exact_descent::exact_descent;
pub use fixed_point::{mixture_fixed_point, slope_along_centres};
pub use mixture::{MirroredClasses, step_along_centres};
pub use steps::Steps;
pub use votes::Vote;
