//! Floor 0: one arithmetic, several readings.
//!
//! A closed form is written once, generic over [`Scalar`]; the number type decides what the formula says.

mod constants;
mod covariance;
mod decimal;
mod dual;
mod elementary;
mod elementary_f256;
mod elementary_f64;
mod endpoint;
mod erf;
mod exponential;
pub mod expr;
mod float;
mod gaussian_mean;
mod interval;
mod jet;
mod lanes;
mod logarithm;
mod majorant;
mod matrix;
mod matrix_exp;
pub mod matrix_ode;
mod normal;
mod quadrature;
mod rational;
mod rational_matrix;
mod rounding;
mod scalar;
mod taylor;
mod trapezoid;
mod trigonometric;

pub use covariance::Covariance;
pub use dual::{Dual, derivative, rate, value_and_derivative};
pub use elementary::Elementary;
pub use endpoint::EndPoint;
pub use expr::{Certificate, Equality, Expr, Proof, ProofError, Symbol};
pub use float::Float;
pub use gaussian_mean::{Integrand, OverLine, enclosed_dual, gaussian_mean};
pub use interval::{Ball, Interval};
pub use jet::{Jet, VectorJet, gradient};
pub use lanes::Lanes;
pub use majorant::Majorant;
pub use matrix::{Matrix, Vector};
pub use matrix_exp::Exponential;
pub use quadrature::{Panel, gauss_legendre_nodes, integrate, integrate_to_digits};
pub(crate) use rational::shorten;
pub use rational::{NumeralError, Rational, parse_rational};
pub use rational_matrix::{PositiveDefinite, is_semidefinite};
pub use scalar::{Field, Scalar, Special};
pub use taylor::Taylor;
pub use trapezoid::{normal_reach, strip_error, strip_step};
