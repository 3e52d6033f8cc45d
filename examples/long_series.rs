//! Smooths a long irregular Ornstein–Uhlenbeck series and says what a point costs.
//!
//! `cargo run --release --example long_series -- [POINTS] [ROUNDS] [THREADS]`

use ouracle::numbers::{Float, Instructions};
use ouracle::worlds::timeseries::{LongSeries, OrnsteinUhlenbeck};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |i: usize, default: usize| std::env::args().nth(i).map_or(Ok(default), |word| word.parse());
    let (n, rounds, threads) = (argument(1, 1_000_000)?, argument(2, 7)?, argument(3, 1)?);
    // Golden-ratio steps are as irregular as needed, and the same everywhere.
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
    let series = LongSeries { times: &times, values: &values, observed: None, noise: 0.25 };
    let mut costs = Vec::new();
    let (mut log_likelihood, mut mean, mut variance) = (0.0, vec![0.0; n], vec![0.0; n]);
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        log_likelihood = series.smooth_into(&process, threads, Instructions::widest(), &mut mean, &mut variance)?;
        costs.push(start.elapsed().as_secs_f64() * 1e9 / n as f64);
    }
    costs.sort_by(f64::total_cmp);
    println!("{n} points, {threads} threads: {:.2} ns a point (median of {})", costs[costs.len() / 2], costs.len());
    println!("log-likelihood {log_likelihood} nats");
    Ok(())
}
