//! Purification: what steps along a score make of an input, and what a classifier behind them then says.

mod classifier;
mod steps;

pub use classifier::{Defended, Knowledge, Norm, accuracy, margin};
pub use steps::Steps;
