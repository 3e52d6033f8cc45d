//! Purification: steps along the score of an energy, and the accuracies of a linear classifier behind them.

use super::gaussian::square;
use super::refuse;
use nalgebra::DMatrix;
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::{Ball, Covariance, Float, Matrix, Scalar, Vector};
use ouracle::objectives::purification::{
    Defended, Knowledge, MirroredClasses, Norm, Steps, adaptive_length, gaussian_length, mixture_fixed_point,
    slope_along_centres,
};
use ouracle::worlds::{MultivariateGaussian, TwoClasses};
use pyo3::prelude::*;

type Square<'py> = Bound<'py, PyArray2<f64>>;

fn vector(entries: &PyReadonlyArray1<'_, f64>) -> Vector<Float> {
    Vector(entries.as_array().iter().map(|value| Float(*value)).collect())
}

fn rows(entries: &PyReadonlyArray2<'_, f64>) -> Vec<Vector<Float>> {
    entries.as_array().rows().into_iter().map(|row| Vector(row.iter().map(|value| Float(*value)).collect())).collect()
}

fn matrix(entries: &PyReadonlyArray2<'_, f64>) -> PyResult<Matrix<Float>> {
    let entries = entries.as_array();
    if entries.nrows() != entries.ncols() || entries.nrows() == 0 {
        return Err(refuse(format!("a matrix has the shape {:?}; give a square one", entries.shape())));
    }
    Ok(Matrix::from_fn(entries.nrows(), entries.ncols(), |i, j| Float(entries[[i, j]])))
}

fn back<'py>(py: Python<'py>, matrix: &Matrix<Float>) -> Square<'py> {
    square(py, &DMatrix::from_fn(matrix.rows(), matrix.rows(), |i, j| matrix[(i, j)].0))
}

fn same(what: &str, dimensions: &[usize]) -> PyResult<()> {
    if dimensions.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    Err(refuse(format!("{what} have the dimensions {dimensions:?}; they must be one and the same")))
}

/// `Bᵏ` with `B = I − αP`.
#[pyfunction]
fn steps_factor<'py>(
    py: Python<'py>,
    precision: PyReadonlyArray2<'py, f64>,
    length: f64,
    count: u32,
) -> PyResult<Square<'py>> {
    Ok(back(py, &Steps::without_noise(matrix(&precision)?, Float(length), count).factor()))
}

/// The covariance after `count` steps of this length, with noise of this variance in each, from a start with this one.
#[pyfunction]
fn steps_covariance<'py>(
    py: Python<'py>,
    precision: PyReadonlyArray2<'py, f64>,
    length: f64,
    noise: f64,
    count: u32,
    start: PyReadonlyArray2<'py, f64>,
) -> PyResult<Square<'py>> {
    let (precision, start) = (matrix(&precision)?, matrix(&start)?);
    same("the precision and the first covariance", &[precision.rows(), start.rows()])?;
    Ok(back(py, &Steps { precision, length: Float(length), noise: Float(noise), count }.covariance(&start)))
}

/// `λ gᵀg/gᵀPg` for each row `g`.
#[pyfunction]
fn gaussian_lengths<'py>(
    py: Python<'py>,
    precision: PyReadonlyArray2<'py, f64>,
    gradients: PyReadonlyArray2<'py, f64>,
    relaxation: f64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let precision = matrix(&precision)?;
    same("the precision and the gradients", &[precision.rows(), gradients.as_array().ncols()])?;
    let lengths = rows(&gradients).into_iter().map(|g| gaussian_length(&precision, &g, Float(relaxation)).0);
    Ok(lengths.collect::<Vec<_>>().to_pyarray(py))
}

fn mirrored(mean: &PyReadonlyArray1<'_, f64>, variance: f64, columns: usize) -> PyResult<MirroredClasses<Float>> {
    let mean = vector(mean);
    same("the mean and the states", &[mean.dimension(), columns])?;
    if !(variance > 0.0 && variance.is_finite()) {
        return Err(refuse(format!("the variance {variance} is not a finite number > 0")));
    }
    Ok(MirroredClasses::isotropic(mean, Float(variance)))
}

/// The score of `½N(μ, τ²I) + ½N(−μ, τ²I)` at each row.
#[pyfunction]
fn mirrored_score<'py>(
    py: Python<'py>,
    mean: PyReadonlyArray1<'py, f64>,
    variance: f64,
    states: PyReadonlyArray2<'py, f64>,
) -> PyResult<Square<'py>> {
    let classes = mirrored(&mean, variance, states.as_array().ncols())?;
    let scores: Vec<Vec<f64>> =
        rows(&states).iter().map(|x| classes.score(x).0.iter().map(|entry| entry.0).collect()).collect();
    PyArray2::from_vec2(py, &scores).map_err(refuse)
}

/// `t` in `(0, 1)`: the modes of the same mixture are at `±tμ`, and not at `±μ`; 0 if `|μ|² ≤ τ²`, where it has one mode, at 0.
#[pyfunction]
fn mirrored_fixed_point(mean: PyReadonlyArray1<'_, f64>, variance: f64) -> PyResult<f64> {
    let classes = mirrored(&mean, variance, mean.as_array().len())?;
    let (mean, variance) = (classes.mean.map(|entry| Ball::from(entry.0)), Ball::from(variance));
    let beyond = mean.dot(&mean) - variance;
    if !beyond.certainly_positive() {
        return Ok(0.0);
    }
    let found = mixture_fixed_point(beyond / variance);
    if !found.is_finite() {
        return Err(refuse(format!("the modes of this mixture were not found: |μ|² − τ² = {}", beyond.to_f64())));
    }
    Ok(found.to_f64())
}

/// The slope along `μ` of a step of length `cτ²` along that score, at `tμ`.
#[pyfunction]
fn mirrored_slope(mean: PyReadonlyArray1<'_, f64>, variance: f64, c: f64, t: f64) -> PyResult<f64> {
    let mean = mirrored(&mean, variance, mean.as_array().len())?.mean;
    let norm = mean.dot(&mean).sqrt();
    Ok(slope_along_centres(norm, Float(variance), Float(c), norm * Float(t)).0)
}

/// `λδ/(1 − z)` at each row, from the score of the mixture at the row and at the probe `δ`.
#[pyfunction]
fn mirrored_lengths<'py>(
    py: Python<'py>,
    mean: PyReadonlyArray1<'py, f64>,
    variance: f64,
    states: PyReadonlyArray2<'py, f64>,
    probe: f64,
    relaxation: f64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let classes = mirrored(&mean, variance, states.as_array().ncols())?;
    let length = |x| adaptive_length(|x| classes.score(x), x, Float(probe), Float(relaxation)).0;
    Ok(rows(&states).iter().map(length).collect::<Vec<_>>().to_pyarray(py))
}

fn classes(mean: &PyReadonlyArray1<'_, f64>, covariance: &PyReadonlyArray2<'_, f64>) -> PyResult<TwoClasses<Float>> {
    let (mean, covariance) = (vector(mean), matrix(covariance)?);
    same("the mean of the classes and their covariance", &[mean.dimension(), covariance.rows()])?;
    Ok(TwoClasses { positive: MultivariateGaussian { mean, covariance: Covariance::new(covariance) } })
}

/// `(Σ + μμᵀ + σ²I)⁻¹`: the energy that denoising score matching finds on two classes without their labels.
#[pyfunction]
fn trained_precision<'py>(
    py: Python<'py>,
    mean: PyReadonlyArray1<'py, f64>,
    covariance: PyReadonlyArray2<'py, f64>,
    noise: f64,
) -> PyResult<Square<'py>> {
    Ok(back(py, &classes(&mean, &covariance)?.energy(Float(noise))))
}

/// Accuracies `[clean, white-box, gray-box]` of the sign of `w_effᵀx + b + noise` on the classes `±1`.
///
/// `effective` is what purifier and classifier `bare` make together, `offset` the `b`, and `noise` the variance that the purifier's
/// own draws leave in the logit. A class sees the offset with its sign, and the two are equally likely.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn purified_accuracies(
    mean: PyReadonlyArray1<'_, f64>,
    covariance: PyReadonlyArray2<'_, f64>,
    bare: PyReadonlyArray1<'_, f64>,
    effective: PyReadonlyArray1<'_, f64>,
    offset: f64,
    noise: f64,
    size: f64,
    norm: &str,
) -> PyResult<[f64; 3]> {
    let classes = classes(&mean, &covariance)?;
    let fits = |value: f64| (0.0..f64::INFINITY).contains(&value);
    if !Norm::NAMES.contains(&norm) || !fits(size) || !fits(noise) {
        return Err(refuse(format!(
            "an attack of size {size} in the norm `{norm}` against noise of variance {noise}; give two numbers >= 0 and one of {}",
            Norm::NAMES.join(", ")
        )));
    }
    let (bare, effective, norm) = (vector(&bare), vector(&effective), Norm::named(norm));
    same("classes and classifiers", &[classes.positive.mean.dimension(), bare.dimension(), effective.dimension()])?;
    let defended = Defended { effective, ..Defended::bare(bare) };
    let attacks = [(0.0, Knowledge::White), (size, Knowledge::White), (size, Knowledge::Gray)];
    let under = |(size, knowledge)| (Float(size), norm, knowledge);
    Ok(attacks.map(|attack| defended.accuracy(&classes, under(attack), Float(offset), Float(noise)).0))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(steps_factor, module)?)?;
    module.add_function(wrap_pyfunction!(steps_covariance, module)?)?;
    module.add_function(wrap_pyfunction!(gaussian_lengths, module)?)?;
    module.add_function(wrap_pyfunction!(mirrored_score, module)?)?;
    module.add_function(wrap_pyfunction!(mirrored_lengths, module)?)?;
    module.add_function(wrap_pyfunction!(mirrored_fixed_point, module)?)?;
    module.add_function(wrap_pyfunction!(mirrored_slope, module)?)?;
    module.add_function(wrap_pyfunction!(trained_precision, module)?)?;
    module.add_function(wrap_pyfunction!(purified_accuracies, module)?)
}
