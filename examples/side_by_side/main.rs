//! Our side of `cargo xtask bench --peers`: does the work of one case, checks nothing, and prints one line of JSON.
//!
//! `cargo run --release --example side_by_side -- AREA CASE --count N [--precision P] [--repetitions R]`; without arguments, the areas.

mod bulk;
mod closed_forms;
mod large;
mod measure;
mod one_time;
mod paths;
mod paths_model;
mod proofs;
mod smoother;
mod variance;

use measure::{Line, Request};
use std::process::ExitCode;

/// Does one case of an area.
type Work = fn(&Request) -> Line;

/// What there is to compare, by area. The peers of an area that is not here are not run.
const AREAS: &[(&str, Work)] = &[
    ("closed-forms", closed_forms::closed_forms),
    ("integrals", closed_forms::integrals),
    ("large", large::run),
    ("one-time", one_time::run),
    ("paths", paths::run),
    ("proofs", proofs::run),
    ("smoother", smoother::run),
    ("variance", variance::run),
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(area) = words.next() else {
        AREAS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let line = match AREAS.iter().find(|(name, _)| *name == area) {
        Some((_, run)) => Request::read(words).and_then(|request| run(&request)),
        None => Err(format!("there is no area `{area}`; without arguments, the areas are listed").into()),
    };
    match line {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("side_by_side: {error}");
            ExitCode::FAILURE
        }
    }
}
