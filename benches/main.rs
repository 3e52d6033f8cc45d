//! What the parts cost, one file an area: `cargo bench`, or `cargo bench -- FILTER`. No figure of it is a test.
//!
//! Inputs come through `black_box` and results go into it, so that nothing is computed beforehand or left out.

mod bits_back;
mod closed_forms;
mod integrals;
mod large_d;
mod numbers;
mod proofs;
mod simulation;
mod time_series;

fn main() {
    divan::main();
}
