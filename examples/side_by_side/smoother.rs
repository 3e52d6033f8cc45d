//! Smoothed means, variances and log-likelihood of an irregular Ornstein–Uhlenbeck series with noise.

use crate::measure::{Line, Request, rounded};
use ouracle::numbers::{Float, Instructions};
use ouracle::worlds::timeseries::{LongSeries, OrnsteinUhlenbeck};
use std::hint::black_box;

/// The largest `|y|`, and what the oldest error still counts for: `e^{−0.02}` of it a step, the shortest gap.
const LARGEST_VALUE: f64 = 1.5;
const LARGEST_CONTRACTION: f64 = 0.980_198_673_306_755_3;
/// More roundings than a step has.
const ROUNDINGS: f64 = 32.0;

/// One thread, into memory that is there already.
pub fn run(request: &Request) -> Line {
    let n = request.count;
    // Golden-ratio steps are as irregular as needed, and the same everywhere; `smoother.py` has the same.
    let spread = |i: usize| (i as f64 * 0.618_033_988_749_895).fract();
    let mut now = 0.0;
    let times: Vec<_> = (0..n)
        .map(|i| {
            now += 0.02 + 0.16 * spread(i);
            now
        })
        .collect();
    let values: Vec<_> = (0..n).map(|i| (0.01 * i as f64).sin() + spread(7 * i + 3) - 0.5).collect();
    let process = OrnsteinUhlenbeck { s: Float(1.0), theta: Float(1.0), mu: Float(0.0) };
    let (mut mean, mut variance) = (vec![0.0; n], vec![0.0; n]);
    let smooth = || {
        let series = LongSeries { times: black_box(&times), values: &values, observed: None, noise: 0.25 };
        series.smooth_into(&process, 1, Instructions::widest(), &mut mean, &mut variance)
    };
    let log_likelihood = std::cell::Cell::new(f64::NAN);
    let mut line = request.timed("f64", n, smooth, |result| {
        log_likelihood.set(result.unwrap_or(f64::NAN));
        Vec::new()
    })?;
    let step = ROUNDINGS * f64::EPSILON / 2.0 * LARGEST_VALUE / (1.0 - LARGEST_CONTRACTION);
    // No term of the log-likelihood is beyond 8 nats, so that no partial sum is beyond 8 n.
    let sum = n as f64 * (f64::EPSILON / 2.0 * 8.0 * n as f64 + ROUNDINGS * step);
    let mut answers = vec![rounded("log-likelihood", log_likelihood.get(), sum)];
    for at in [0, n / 3, n / 2, n - 1] {
        answers.push(rounded(&format!("mean {at}"), mean[at], step));
        answers.push(rounded(&format!("variance {at}"), variance[at], step));
    }
    line["answers"] = answers.into();
    Ok(line)
}
