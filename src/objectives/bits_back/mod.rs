//! Bits-back coding with a chain of latents on lattices, exactly computable: what its code lengths expect, and a coder that has
//! them. Source: `townsend2019`.

mod chain;
mod checksum;
mod coder;
mod coding;
mod container;
mod error;
mod frequencies;
mod lattice;
mod length;
mod length_law;
mod lengths;
mod point;
mod stack;

pub use chain::{Chain, LatticeChain};
pub use coder::{BitsBackCoder, Limits, Settings};
pub use coding::{Coding, Desk, Order};
pub use container::Stream;
pub use error::{CodingError, StreamError};
pub use frequencies::{Frequencies, MOST_BITS, UndecidedFloor};
pub use lattice::Lattice;
pub use length::{Path, divergence, entropy, narrowed};
pub use length_law::LengthLaw;
pub use lengths::{Account, Lengths, Tally, operation_bound, slot_bits, turn_bound};
pub use point::CodingPoint;
pub use stack::{HEAD_BITS, Keys, Law, SLOT_BITS, Stack};
