//! The simulation engine: the same bits everywhere, and the laws that are claimed of it.

mod dense;
mod one_time;
mod paths;
mod score;
mod sobol;
mod stream;
mod twin;
