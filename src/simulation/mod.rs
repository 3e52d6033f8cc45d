//! Floor 2: draws at the speed of the machine, from streams that depend on the run seed, the name of the check and the block alone.

mod axes;
mod dense_paths;
mod exponential;
mod joe_kuo;
mod one_time;
mod precision;
mod product;
mod quantile;
mod sobol;
mod sobol_paths;
mod stream;
mod three_bit;
mod twin;
mod weighted_paths;

pub use axes::IndependentAxes;
pub use dense_paths::{DenseEnd, DensePaths, DenseStep, ShapeError};
pub use one_time::{OneTime, OneTimeError, OneTimeSampler, OverNoise, Times};
pub use precision::Precision;
pub use sobol_paths::{Estimate, NoDirections, SobolPaths};
pub use stream::{BLOCK, Generator, Noise, Seed};
pub use twin::Twin;
pub use weighted_paths::{Functional, Increments, PathStep, Values, WeightedPaths};
