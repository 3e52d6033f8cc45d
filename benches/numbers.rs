//! Arithmetic and elementary functions of each reading, at numbers that are no special case.

use divan::{Bencher, black_box};
use ouracle::numbers::{Ball, Dual, Float, Interval, Scalar, Special};

fn pair<S: Scalar>() -> (S, S) {
    (black_box(S::ratio(13_717, 10_000)), black_box(S::ratio(-8_113, 3_000)))
}

macro_rules! operations {
    ($($name:ident $operation:expr;)+) => {$(
        #[divan::bench(types = [Float, Interval<f64>, Ball, Dual<Ball>])]
        fn $name<S: Scalar>(bencher: Bencher) {
            let operation: fn((S, S)) -> S = $operation;
            bencher.with_inputs(pair::<S>).bench_values(operation);
        }
    )+};
}

operations! {
    add |(x, y)| x + y;
    multiply |(x, y)| x * y;
    divide |(x, y)| x / y;
    exp |(x, _)| x.exp();
    ln |(x, _)| x.ln();
    sqrt |(x, _)| x.sqrt();
    sin |(x, _)| x.sin_cos().0;
    phi_1 |(x, _)| x.phi(1);
}

#[divan::bench(types = [Float, Interval<f64>, Ball])]
fn erfc<S: Special>(bencher: Bencher) {
    bencher.with_inputs(pair::<S>).bench_values(|(x, _)| x.erfc());
}
