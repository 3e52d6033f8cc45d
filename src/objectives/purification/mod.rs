//! Purification: what steps along a score make of an input, and what a classifier behind them then says.

mod certificate;
mod classifier;
mod divergence;
mod steps;
mod votes;

pub use certificate::{
    at_least, coverage_of_the_bound, coverage_of_the_share, largest_radius, radius, unanimous_bound,
};
pub use classifier::{Defended, Knowledge, Norm, accuracy, margin};
pub use divergence::Displacement;
pub use steps::Steps;
pub use votes::Vote;
