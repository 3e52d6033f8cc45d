//! Many sets of parameters under one schedule, each enclosed to the digits that were asked for.
//!
//! What the sets share (clocks, nodes, where a formula is analytic) is computed once. The sets go eight at a time, first with intervals of
//! doubles; those that are not narrow enough go on with double-words, again eight at a time; and only what is left goes one by one, with
//! 237 bits. A set's enclosure depends on that set alone: not on
//! its neighbours, the number of threads, or the instructions of the machine.

mod columns;
mod enclosure;
mod integral;
mod quantity;
mod reading;
mod tiers;

pub use columns::{BatchError, Columns};
pub use enclosure::{Enclosure, Precision, Tier};
pub use quantity::{Quantity, Set};
pub use reading::{LANES, Reading};
pub use tiers::Batch;
