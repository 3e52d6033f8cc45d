//! A full covariance in 1024 dimensions, of which `benches/peers/large.py` has the matrices.
//!
//! With the feature `large`, eigenvectors and the Cholesky factor are those of faer; without it, those of nalgebra.

use crate::measure::{Line, Request, estimated, rounded};
use nalgebra::{DMatrix, DVector};
use ouracle::numbers::{Eigenbasis, Float, Instructions};
use ouracle::objectives::samplers::BatchSampler;
use ouracle::simulation::{Noise, Seed};
use ouracle::worlds::{Gaussian, Level, Oracle, PrincipalGaussian, Transition};
use std::hint::black_box;

const DIMENSION: usize = 1024;
const POINTS: usize = 256;
/// A step is `x ← x (0.98 − 0.02/v) + 0.1 z` for the variance `v` at its level.
const DECAY: f64 = 0.98;
const PULL: f64 = 0.02;
const NOISE: f64 = 0.1;
const ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// `Σ_ij = ½ 0.999^|i−j| + 0.1 (i = j)`.
fn covariance() -> DMatrix<f64> {
    let entry = |i: usize, j: usize| 0.5 * 0.999_f64.powi(i.abs_diff(j) as i32) + if i == j { 0.1 } else { 0.0 };
    DMatrix::from_fn(DIMENSION, DIMENSION, entry)
}

/// The same everywhere: residues between −1 and 1.
fn points() -> DMatrix<f64> {
    let residue = |at: usize| (7919 * at + 11) % 2001;
    DMatrix::from_fn(DIMENSION, POINTS, |i, j| (residue(i * POINTS + j) as f64 - 1000.0) / 1000.0)
}

/// `--count` factors, evaluations at 256 points, or steps of 256 paths.
pub fn run(request: &Request) -> Line {
    if request.precision != "f64" {
        return Err(format!("matrices are in f64, not in `{}`", request.precision).into());
    }
    match request.case.as_str() {
        "cholesky" => cholesky(request),
        "eigh" => eigenvectors(request),
        "log-likelihood" => log_likelihoods(request),
        "eigenbasis-sampler" => sampler(request),
        other => {
            Err(format!("the cases are cholesky, eigh, log-likelihood and eigenbasis-sampler, not `{other}`").into())
        }
    }
}

/// Does it as often as was asked, and keeps the last.
fn repeated<T>(request: &Request, once: impl Fn() -> Option<T>) -> impl Fn() -> Option<T> {
    let count = request.count;
    move || (0..count).map(|_| black_box(once())).last().flatten()
}

/// Of the residual, relative to the matrix.
fn residual(matrix: &DMatrix<f64>, left: Option<DMatrix<f64>>, bound: f64) -> Vec<serde_json::Value> {
    let relative = left.map_or(f64::NAN, |left| left.norm() / matrix.norm());
    vec![rounded("residual", relative, bound)]
}

#[cfg(feature = "large")]
fn lower_factor(matrix: &DMatrix<f64>) -> Option<faer::linalg::solvers::Llt<f64>> {
    let (rows, columns) = matrix.shape();
    faer::MatRef::from_column_major_slice(matrix.as_slice(), rows, columns).llt(faer::Side::Lower).ok()
}

#[cfg(feature = "large")]
fn entries(factor: &faer::linalg::solvers::Llt<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(DIMENSION, DIMENSION, |i, j| factor.L()[(i, j)])
}

#[cfg(not(feature = "large"))]
fn lower_factor(matrix: &DMatrix<f64>) -> Option<nalgebra::Cholesky<f64, nalgebra::Dyn>> {
    matrix.clone().cholesky()
}

#[cfg(not(feature = "large"))]
fn entries(factor: &nalgebra::Cholesky<f64, nalgebra::Dyn>) -> DMatrix<f64> {
    factor.l()
}

fn cholesky(request: &Request) -> Line {
    let matrix = covariance();
    // The backward error of a Cholesky factor: (d + 1) u |L||Lᵀ|, and |L|² is the trace; the product adds d u more.
    let bound = (2 * DIMENSION + 1) as f64 * ROUNDOFF * matrix.trace() / matrix.norm();
    let all = repeated(request, || lower_factor(black_box(&matrix)));
    request.timed("f64", request.count, all, |factor| {
        let factor = factor.as_ref().map(entries);
        residual(&matrix, factor.map(|factor| &factor * factor.transpose() - &matrix), bound)
    })
}

fn eigenvectors(request: &Request) -> Line {
    let matrix = covariance();
    let all = repeated(request, || Eigenbasis::new(black_box(&matrix)).ok());
    request.timed("f64", request.count, all, |basis| {
        let left = basis.map(|basis| {
            let values = DVector::from_column_slice(basis.values());
            &matrix * basis.vectors() - basis.vectors() * DMatrix::from_diagonal(&values)
        });
        residual(&matrix, left, (DIMENSION as f64).powf(1.5) * ROUNDOFF)
    })
}

/// With the decomposition each time, as the peer factorises each time.
fn log_likelihoods(request: &Request) -> Line {
    let (matrix, points, mean) = (covariance(), points(), DVector::zeros(DIMENSION));
    let level = Level { alpha: Float(1.0), sigma: Float(0.0) };
    let all = repeated(request, || {
        let data = PrincipalGaussian::new(&mean, black_box(&matrix)).ok()?;
        let values = data.log_density(&points.as_view(), &level).ok()?;
        Some((values, data))
    });
    request.timed("f64", POINTS * request.count, all, |found| {
        let Some((values, data)) = found else { return Vec::new() };
        let spectrum = data.basis().values();
        let condition = spectrum[DIMENSION - 1] / spectrum[0];
        let bound = DIMENSION as f64 * ROUNDOFF * condition * values[0].abs();
        vec![rounded("log-likelihood 0", values[0], bound)]
    })
}

/// From 256 points; the eigenvectors are given.
fn sampler(request: &Request) -> Line {
    let (count, points) = (request.count, points());
    let data = PrincipalGaussian::new(&DVector::zeros(DIMENSION), &covariance())?;
    let signal = |k: usize| 0.99 - 0.94 * k as f64 / (count.max(2) - 1) as f64;
    let step = |axis: &Oracle<Float>, k: usize| {
        let level = Level { alpha: Float(signal(k)), sigma: Float((1.0 - signal(k) * signal(k)).sqrt()) };
        let score = level.law(&axis.data).score();
        Transition {
            factor: score.scale(Float(PULL)).slope + Float(DECAY),
            offset: Float(0.0),
            variance: Float(NOISE * NOISE),
        }
    };
    let (seed, widest) = (Seed::new(2_718_281_828, "side by side"), Instructions::widest());
    let along = |axis| (0..count).map(move |k| step(axis, k)).collect::<Vec<_>>();
    // All paths of a batch have one law of their start. These start in 0, and what their own starts come to is added.
    let from_zero = BatchSampler::new(&data, &Gaussian::centred(Float(0.0)), along);
    let fade = |axis| along(axis).iter().fold(1.0, |product, step| product * step.factor.0);
    let faded = DVector::from_iterator(DIMENSION, data.axes().iter().map(fade));
    let all = || {
        let noise = from_zero.coordinates(POINTS, widest, |number| {
            let mut noise = Noise::with(&seed, number, widest);
            move |draws: &mut [f64]| noise.fill(draws)
        });
        let mut ends = data.basis().coordinates(&black_box(&points).as_view());
        for (mut end, noise) in ends.column_iter_mut().zip(noise.row_iter()) {
            end.component_mul_assign(&faded);
            end += noise.transpose();
        }
        data.basis().points(&ends)
    };
    request.timed("f64", POINTS * count, all, |ends| {
        let entries = (DIMENSION * POINTS) as f64;
        vec![estimated("mean square", [ends.norm_squared() / entries, mean_square_error(count, &points)])]
    })
}

/// A bound on the standard error of the mean square: no factor is above 0.98, so that no entry has a variance beyond `0.01/(1 − 0.98²)`, nor
/// a mean beyond `0.98^count` times its start.
fn mean_square_error(count: usize, points: &DMatrix<f64>) -> f64 {
    let (variance, entries) = (NOISE * NOISE / (1.0 - DECAY * DECAY), (DIMENSION * POINTS) as f64);
    let mean_square = DECAY.powi(2 * count as i32) * points.norm_squared() / entries;
    ((2.0 * variance * variance + 4.0 * variance * mean_square) / entries).sqrt()
}
