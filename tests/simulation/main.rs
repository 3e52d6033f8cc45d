//! Draws at the speed of the machine.

mod dense;
mod one_time;
mod score;
mod sobol;
mod twin;
