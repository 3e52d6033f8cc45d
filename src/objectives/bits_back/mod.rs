//! Bits-back coding with a chain of latents on lattices, exactly computable: what its code lengths expect. Source: `townsend2019`.

mod chain;
mod frequencies;
mod lattice;

pub use chain::{Chain, LatticeChain};
pub use frequencies::{Frequencies, MOST_BITS, UndecidedFloor};
pub use lattice::Lattice;
