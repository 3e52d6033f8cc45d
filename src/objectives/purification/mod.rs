//! Purification: what steps along a score make of an input, and what a classifier behind them then says.

mod steps;

pub use steps::Steps;
