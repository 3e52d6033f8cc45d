//! The simulation engine: the same bits everywhere, and the laws that are claimed of it.

mod paths;
mod stream;
