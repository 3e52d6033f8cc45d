//! Floor 0: one arithmetic, several readings.
//!
//! A closed form is written once, generic over [`Scalar`]; the number type decides what the formula says.

pub mod expr;
mod rational;
mod scalar;

pub use expr::{Certificate, Equality, Expr, Proof, ProofError, Symbol, Verdict};
pub use rational::{NumeralError, Rational, parse_rational};
pub use scalar::{Field, Scalar, Special};
