//! Floor 3: the judges. A statement goes in, a verdict comes out; unknown is a verdict of its own.

mod affine_samples;
mod certify;
mod chain_samples;
mod enclosed;
mod every_dimension;
mod functionals;
mod importance_loss;
mod letters;
mod matrix_path;
mod paths;
mod prove;
mod replacement_samples;
mod simulate;
mod statement;
mod statistics;
mod symbols;
mod two_times;
mod verdict;

pub use affine_samples::AffineSamples;
pub use certify::{Certifiable, Requirement};
pub use chain_samples::ChainSamples;
pub use enclosed::{ByEnclosure, Enclosed, EnclosedRelation};
pub use every_dimension::EveryDimension;
pub use functionals::{BoundEstimate, Quadratic, TimeIntegral};
pub use importance_loss::ImportanceLoss;
pub use letters::Letters;
pub use matrix_path::MatrixPath;
pub use paths::LinearPath;
pub use prove::Provable;
pub use replacement_samples::ReplacementSamples;
pub use simulate::{Noise, Plan, Sampler, Trial, WIDTH, sampler, simulate};
pub use statement::{NonNegative, Relation, RelationKind, Statement};
pub use statistics::{Budget, Kind, Statistic};
pub use symbols::Symbols;
pub use two_times::TwoTimes;
pub use verdict::{Draws, Finding, Reading, Verdict};
