//! Closed forms of the scaled-score world under the linear schedule, in each reading.

use divan::{Bencher, black_box};
use ouracle::numbers::{Ball, Dual, Float, Interval, Scalar};
use ouracle::worlds::{Process, ScaledScore, Schedule};

/// The world, its process and a data point, from exact fractions.
fn family<S: Scalar>() -> (ScaledScore<S>, Process<S>, S) {
    let fraction = |n: i64, d: u32| black_box(S::ratio(n, d));
    let world = ScaledScore {
        v0: fraction(3137, 10_000),
        delta: fraction(2719, 10_000),
        lambda: fraction(3, 10),
        vpi: fraction(11_719, 10_000),
    };
    let schedule = Schedule::VpLinear { b0: fraction(1, 10), b1: fraction(3137, 1000) };
    (world, Process::new(schedule, fraction(13, 10)), fraction(8113, 10_000))
}

#[divan::bench(types = [Float, Interval<f64>, Ball, Dual<Ball>])]
fn elbo<S: Scalar>(bencher: Bencher) {
    bencher.with_inputs(family::<S>).bench_refs(|(world, process, x)| world.elbo(*x, &process.end()));
}

#[divan::bench(types = [Float, Interval<f64>, Ball, Dual<Ball>])]
fn log_likelihood<S: Scalar>(bencher: Bencher) {
    bencher
        .with_inputs(family::<S>)
        .bench_refs(|(world, process, x)| world.model(&process.start(), &process.end()).log_density(*x));
}

#[divan::bench(types = [Float, Interval<f64>, Ball, Dual<Ball>])]
fn divergence<S: Scalar>(bencher: Bencher) {
    bencher.with_inputs(family::<S>).bench_refs(|(world, process, _)| world.kl(&process.start(), &process.end()));
}
