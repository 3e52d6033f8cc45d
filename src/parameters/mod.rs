//! Between numbers and worlds: named parameters, read exactly.
//!
//! A set of parameters is a plain struct of numbers in one reading, declared once with [`parameters!`](crate::parameters!).
//! From the declaration come the exact reader of `key=value` and JSON, the free symbols of a proof, the derivative along
//! each parameter, and the table in the help: each is a [`Source`] that the same reading function asks.

mod catalogue;
mod domain;
mod error;
mod exact;
mod inputs;
mod lists;
mod nearest;
mod source;

pub use catalogue::{FieldSpec, describe};
pub use domain::Domain;
pub use error::InputError;
pub use exact::{ExactReader, Ignored, at_point};
pub use inputs::Inputs;
pub(crate) use nearest::nearest;
pub use source::{Parameters, Seeded, Source};

/// Declares the parameters of a claim or a quantity: a struct generic over the reading, and how to read it.
///
/// Each line is a name, a kind and a meaning. Kinds: `real`, `positive`, `nonnegative`, `above_one`, `below_one`, `at_most_one`,
/// `fraction`, `probability` give a scalar; `vector`, `matrix`, `symmetric` and `covariance` (positive definite) give vectors and matrices; `count` an
/// integer `≥ 1`; `process` the noising process; `linear_sde` any scalar linear SDE; `of(Type)` another set of parameters.
#[macro_export]
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident { $($field:ident : $kind:ident $(($inner:ident))? $meaning:literal),* $(,)? }) => {
        $(#[$doc])*
        #[allow(non_snake_case, reason = "parameters have the names that formulas give them, such as T")]
        pub struct $name<S> { $(#[doc = $meaning] pub $field: $crate::parameter_type!($kind $(($inner))?, S)),* }

        impl<S: $crate::numbers::Scalar> $crate::parameters::Parameters<S> for $name<S> {
            fn read(source: &mut dyn $crate::parameters::Source<S>) -> Result<Self, $crate::parameters::InputError> {
                Ok(Self { $($field: $crate::read_parameter!($kind $(($inner))?, source, stringify!($field), $meaning)?),* })
            }
        }
    };
}

/// The type behind a kind of [`parameters!`](crate::parameters!).
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_type {
    (vector, $s:ident) => { $crate::numbers::Vector<$s> };
    (matrix, $s:ident) => { $crate::numbers::Matrix<$s> };
    (symmetric, $s:ident) => { $crate::numbers::Matrix<$s> };
    (covariance, $s:ident) => { $crate::numbers::Covariance<$s> };
    (count, $s:ident) => { u32 };
    (process, $s:ident) => { $crate::worlds::Process<$s> };
    (linear_sde, $s:ident) => { $crate::worlds::LinearSde<$s> };
    (of($inner:ident), $s:ident) => { $inner<$s> };
    ($scalar:ident, $s:ident) => { $s };
}

/// How a kind of [`parameters!`](crate::parameters!) is read.
#[doc(hidden)]
#[macro_export]
macro_rules! read_parameter {
    (real, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::Real, $meaning)
    };
    (positive, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::Positive, $meaning)
    };
    (nonnegative, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::NonNegative, $meaning)
    };
    (above_one, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::AboveOne, $meaning)
    };
    (below_one, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::BelowOne, $meaning)
    };
    (at_most_one, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::AtMostOne, $meaning)
    };
    (fraction, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::Fraction, $meaning)
    };
    (probability, $source:ident, $name:expr, $meaning:expr) => {
        $source.real($name, $crate::parameters::Domain::Probability, $meaning)
    };
    (count, $source:ident, $name:expr, $meaning:expr) => {
        $source.count($name, $meaning)
    };
    (vector, $source:ident, $name:expr, $meaning:expr) => {
        $source.vector($name, $meaning)
    };
    (matrix, $source:ident, $name:expr, $meaning:expr) => {
        $source.matrix($name, $meaning)
    };
    (symmetric, $source:ident, $name:expr, $meaning:expr) => {
        $source.symmetric($name, $meaning)
    };
    (covariance, $source:ident, $name:expr, $meaning:expr) => {
        $source.covariance($name, $meaning)
    };
    (process, $source:ident, $name:expr, $meaning:expr) => {
        <$crate::worlds::Process<S> as $crate::parameters::Parameters<S>>::read($source)
    };
    (linear_sde, $source:ident, $name:expr, $meaning:expr) => {
        <$crate::worlds::LinearSde<S> as $crate::parameters::Parameters<S>>::read($source)
    };
    (of($inner:ident), $source:ident, $name:expr, $meaning:expr) => {
        <$inner<S> as $crate::parameters::Parameters<S>>::read($source)
    };
}
