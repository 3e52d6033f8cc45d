//! Floor 0: one arithmetic, several readings.
//!
//! A closed form is written once, generic over [`Scalar`]; the number type decides what the formula says.

mod constants;
mod decimal;
mod elementary;
mod elementary_f256;
mod elementary_f64;
mod endpoint;
mod erf;
mod exponential;
mod float;
mod interval;
mod logarithm;
mod rational;
mod rounding;
mod scalar;
mod trigonometric;

pub use elementary::Elementary;
pub use endpoint::EndPoint;
pub use float::Float;
pub use interval::{Ball, Interval};
pub use rational::{NumeralError, Rational, parse_rational};
pub use scalar::{Field, Scalar, Special};
