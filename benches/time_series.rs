//! Irregular Ornstein–Uhlenbeck series: the vectorised smoother on each kind of instructions, and the filter in any reading.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use ouracle::numbers::{Ball, Float, Instructions};
use ouracle::worlds::timeseries::{Filter, LongSeries, OrnsteinUhlenbeck};

const POINTS: usize = 100_000;

fn spread(i: usize) -> f64 {
    (i as f64 * 0.618_033_988_749_895).fract()
}

/// Times and values of `n` points.
fn series(n: usize) -> (Vec<f64>, Vec<f64>) {
    let gaps = (0..n).map(|i| 0.02 + 0.16 * spread(i));
    let times = gaps.scan(0.0, |now, gap| {
        *now += gap;
        Some(*now)
    });
    (times.collect(), (0..n).map(|i| (0.01 * i as f64).sin() + spread(7 * i + 3) - 0.5).collect())
}

#[divan::bench(args = Instructions::ALL)]
fn smooth(bencher: Bencher, instructions: Instructions) {
    let process = OrnsteinUhlenbeck { s: Float(1.0), theta: Float(1.0), mu: Float(0.0) };
    let (times, values) = series(POINTS);
    let (mut mean, mut variance) = (vec![0.0; POINTS], vec![0.0; POINTS]);
    bencher.counter(ItemsCount::new(POINTS)).bench_local(|| {
        let series = LongSeries { times: black_box(&times), values: &values, observed: None, noise: 0.25 };
        series.smooth_into(&process, 1, instructions, &mut mean, &mut variance)
    });
}

#[divan::bench(args = [64])]
fn filter_enclosed(bencher: Bencher, n: usize) {
    let number = |x: f64| Ball::point(x.into());
    let process = OrnsteinUhlenbeck { s: number(1.0), theta: number(1.0), mu: number(0.0) };
    let (times, values) = series(n);
    let series = LongSeries { times: &times, values: &values, observed: None, noise: 0.25 }.read(number);
    bencher.counter(ItemsCount::new(n)).bench_local(|| Filter::new(black_box(&process), &series).log_likelihood());
}
