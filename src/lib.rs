#![doc = include_str!("../README.md")]

pub mod claims;
pub mod evidence;
pub mod examination;
pub mod ledger;
pub mod numbers;
pub mod objectives;
pub mod parameters;
pub mod reports;
pub mod simulation;
#[cfg(any(feature = "proptest", feature = "quickcheck"))]
pub mod strategies;
pub mod subjects;
pub mod vectors;
pub mod worlds;
