//! What the tests of this folder share: means judged by their spread, and Euler paths of a variance-preserving process with the score of a
//! Gaussian law, times `k`, plus `δ`.

use ouracle::simulation::{BLOCK, Functional, PathStep};

/// Standardised means beyond this are refused: for a mean of many draws, once in 10⁶ runs.
pub const FAR: f64 = 4.9;

/// `(mean − exact)/(s/√n)`.
pub fn standardised(values: &[f64], exact: f64) -> f64 {
    let [mean, variance] = moments(values);
    (mean - exact) / (variance / values.len() as f64).sqrt()
}

/// Mean and variance.
pub fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)]
}

/// The means of blocks.
pub fn means(values: &[f64]) -> Vec<f64> {
    values.chunks(BLOCK).map(|block| moments(block)[0]).collect()
}

/// Steps with `−½u²` and `−uz`, where `u = g·score`, without the constant of `u²`, for each `(k, δ)`.
pub fn euler<const K: usize>(count: usize, scores: [(f64, f64); K]) -> Vec<PathStep<K>> {
    let dt = 1.0 / count as f64;
    (0..count)
        .map(|i| {
            let t = i as f64 * dt;
            let (beta, alpha) = (0.1 + 19.9 * t, (-0.05 * t - 4.975 * t * t).exp());
            let (g, v) = ((beta * dt).sqrt(), 1.0 - 0.75 * alpha * alpha);
            let added = scores.map(|(k, delta)| {
                let (a, c) = (-k / v * g, (k * alpha * 0.5 / v + delta) * g);
                Functional { still: [-0.5 * a * a, -a * c], noise: [0.0, -a, -c] }
            });
            PathStep { factor: 1.0 - 0.5 * beta * dt, offset: 0.0, deviation: g, added }
        })
        .collect()
}
