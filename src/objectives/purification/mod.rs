//! Purification: what steps along a score make of an input, and what a classifier behind them then says.

mod adaptive;
mod classifier;
mod mixture;
mod steps;

pub use adaptive::{adaptive_descent, adaptive_length, adaptive_length_limit, gaussian_length, step};
pub use classifier::{Defended, Knowledge, Norm, accuracy, margin};
pub use mixture::MirroredClasses;
pub use steps::Steps;
