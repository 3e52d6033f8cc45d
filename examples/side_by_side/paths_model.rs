//! Euler–Maruyama paths of a noising process with an affine score and the log-weight; `benches/peers/paths_model.py` has the formulas.

use nalgebra::{DMatrix, DVector};
use ouracle::numbers::{CovarianceError, Field, Float};
use ouracle::simulation::{DenseEnd, DenseStep, Functional, IndependentAxes, PathStep, WeightedPaths};
use ouracle::worlds::{Clock, Gaussian, PrincipalGaussian, Process, Schedule};
use std::f64::consts::TAU;

/// A score: so many times the right one, plus a constant.
#[derive(Clone, Copy)]
pub struct Score {
    factor: f64,
    shift: f64,
}

/// Of the model.
pub const MODEL: Score = Score { factor: 1.1, shift: 0.05 };
/// The right one.
pub const EXACT: Score = Score { factor: 1.0, shift: 0.0 };

/// The mean of the data, in every coordinate.
const MEAN: f64 = 0.5;

/// The process at the times of the grid.
fn clocks(steps: usize) -> impl Iterator<Item = Clock<Float>> {
    let schedule = Schedule::VpLinear { b0: Float::ratio(1, 10), b1: Float(20.0) };
    let process = Process::new(schedule, Float(1.0));
    (0..steps).map(move |k| process.at(Float(k as f64 / steps as f64)))
}

/// One coordinate: for each score `I = −½ Σ|u|² − ½ y²` with `u = √(β dt) s(y)`, and `Σ u z` taken off for `R`.
pub fn axis<const K: usize>(steps: usize, start: f64, variance: f64, scores: [Score; K]) -> WeightedPaths<K> {
    let data = Gaussian::new(Float(MEAN), Float(variance));
    let (dt, mut last) = (1.0 / steps as f64, [[-0.5, 0.0, -TAU.ln() / 2.0]; K]);
    let step = |clock: Clock<Float>| {
        let (exact, beta) = (clock.diffuse(&data).score(), clock.noise.0);
        let deviation = (beta * dt).sqrt();
        let mut added = [Functional::default(); K];
        for ((added, [_, _, constant]), score) in added.iter_mut().zip(&mut last).zip(scores) {
            let affine = exact.scale(Float(score.factor));
            let (slope, offset) = (affine.slope.0, affine.offset.0 + score.shift);
            let (a, c) = (slope * deviation, offset * deviation);
            *constant -= dt * beta * (slope + 0.5) + c * c / 2.0;
            *added = Functional { still: [-a * a / 2.0, -a * c], noise: [0.0, -a, -c] };
        }
        PathStep { factor: 1.0 + clock.alpha.0 * dt, offset: 0.0, deviation, added }
    };
    let steps = clocks(steps).map(step).collect();
    WeightedPaths { start, steps, last }
}

/// The one-dimensional problem.
pub fn line<const K: usize>(steps: usize, scores: [Score; K]) -> WeightedPaths<K> {
    axis(steps, 1.0, 0.25, scores)
}

fn start(coordinate: usize) -> f64 {
    0.5 + 0.5 * (coordinate as f64).cos()
}

/// In at least two dimensions, with a diagonal covariance.
pub fn diagonal(steps: usize, d: usize) -> IndependentAxes<1> {
    let variance = |i: usize| 0.1 + 0.9 * i as f64 / (d - 1) as f64;
    IndependentAxes { axes: (0..d).map(|i| axis(steps, start(i), variance(i), [MODEL])).collect() }
}

/// With the covariance `½ 0.9^|i−j| + 0.1 (i = j)`: start, steps and end.
pub fn full(steps: usize, d: usize) -> Result<(Vec<f64>, Vec<DenseStep>, DenseEnd), CovarianceError> {
    let entry = |i: usize, j: usize| 0.5 * 0.9_f64.powi(i.abs_diff(j) as i32) + if i == j { 0.1 } else { 0.0 };
    let data = PrincipalGaussian::new(&DVector::repeat(d, MEAN), &DMatrix::from_fn(d, d, entry))?;
    let (dt, mut constant) = (1.0 / steps as f64, -(d as f64) * TAU.ln() / 2.0);
    let step = |clock: Clock<Float>| {
        let (slope, offset) = data.lift(|axis| clock.diffuse(&axis.data).score().scale(Float(MODEL.factor)));
        let beta = clock.noise.0;
        let deviation = (beta * dt).sqrt();
        constant -= dt * beta * (slope.trace() + d as f64 / 2.0);
        DenseStep {
            factor: vec![1.0 + clock.alpha.0 * dt; d],
            offset: vec![0.0; d],
            deviation: vec![deviation; d],
            // By columns, which are the rows of a symmetric matrix.
            matrix: (slope * deviation).as_slice().to_vec(),
            shift: offset.iter().map(|offset| (offset + MODEL.shift) * deviation).collect(),
            still: -0.5,
            noise: -1.0,
        }
    };
    let steps = clocks(steps).map(step).collect();
    Ok(((0..d).map(start).collect(), steps, DenseEnd { square: -0.5, linear: vec![0.0; d], constant }))
}
