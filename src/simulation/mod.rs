//! Floor 2: draws at the speed of the machine, from streams that depend on the run seed, the name of the check and the block alone.

mod precision;
mod stream;
mod three_bit;
mod weighted_paths;

pub use precision::Precision;
pub use stream::{BLOCK, Generator, Noise, Seed};
pub use weighted_paths::{Functional, Increments, PathStep, Values, WeightedPaths};
