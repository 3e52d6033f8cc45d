//! Laws of the plug-in worlds at random parameters, decided by enclosures, each with a wrong version that must be caught.
//!
//! proptest runs from a fixed seed, quickcheck from a new one each time. The laws are theorems, so a failure is a bug at any seed. Case
//! counts are chosen so that all of it takes about 20 s in the dev profile: quadratures are slow there, closed forms fast.

#![cfg(all(feature = "proptest", feature = "quickcheck"))]

mod averages;
mod bounds;
mod doubles;
mod evolution;
mod plugged;
mod second_opinion;

use ouracle::numbers::Ball;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

fn run<S: Strategy>(
    config: Config,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Result<(), TestError<S::Value>> {
    let config = Config { failure_persistence: None, ..config };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)).run(strategy, property)
}

/// The property holds at every case.
fn holds<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if let Err(error) = run(Config::with_cases(cases), &strategy, property) {
        panic!("{error}");
    }
}

/// A wrong property fails at some case.
fn caught<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    // It need only be caught: no effort goes into shrinking what it is caught at.
    let config = Config { max_shrink_iters: 0, ..Config::with_cases(cases) };
    match run(config, &strategy, property) {
        Err(TestError::Fail(..)) => {}
        Err(error) => panic!("the search for a counterexample ended: {error}"),
        Ok(()) => panic!("{cases} cases and no counterexample to a wrong property"),
    }
}

/// What an enclosure of a difference says, when it must be narrower than `resolution` to say anything.
fn vanishes(difference: Ball, resolution: f64) -> Result<(), TestCaseError> {
    let narrow = difference.to_f64_interval();
    if !difference.contains_zero() {
        return Err(TestCaseError::fail(format!("the difference is {difference}, not 0")));
    }
    if narrow.mag() > resolution {
        return Err(TestCaseError::fail(format!("the difference is {difference}, wider than {resolution:e}")));
    }
    Ok(())
}
