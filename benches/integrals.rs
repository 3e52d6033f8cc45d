//! Verified quadrature: on a range, over the line, and by what it is made of.

use divan::{Bencher, black_box};
use ouracle::numbers::{Ball, Field, Panel, Scalar, integrate};
use ouracle::worlds::{Process, Schedule};

/// `G/v_t` for the linear schedule and `v₀ = ¼`.
fn rate<S: Scalar>(t: S) -> S {
    let schedule = Schedule::VpLinear { b0: S::ratio(1, 10), b1: S::int(20) };
    let clock = Process::new(schedule, S::one()).at(t);
    clock.noise / clock.variance(S::ratio(1, 4))
}

fn panel() -> Panel {
    black_box(Panel::variable(Ball::ratio(3, 7).to_f64_interval()))
}

/// `∫₀¹ G/v_t dt` for the linear schedule and `v₀ = ¼`, which is `ln R` in closed form.
#[divan::bench(args = [1e-10, 1e-17, 1e-51])]
fn rate_over_time(bencher: Bencher, radius: f64) {
    let end = || black_box(Ball::one());
    bencher
        .with_inputs(end)
        .bench_values(|end| integrate(&rate::<Ball>, &rate::<Panel>, Ball::zero(), end, black_box(radius)));
}

/// The integrand at a node, and over a panel.
#[divan::bench]
fn rate_at_a_node(bencher: Bencher) {
    bencher.with_inputs(|| black_box(Ball::ratio(3, 7))).bench_values(rate);
}

#[divan::bench]
fn rate_over_a_panel(bencher: Bencher) {
    bencher.with_inputs(panel).bench_values(rate);
}

/// The power series of an exponential over a panel, the dear part of a remainder.
#[divan::bench]
fn exponential_over_a_panel(bencher: Bencher) {
    bencher.with_inputs(panel).bench_values(|t| (-t).exp());
}
