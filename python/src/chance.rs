//! Tests of random quantities with a stated false-alarm rate, and the exact variance of projections that estimate a trace.

use super::refuse;
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use ouracle::evidence::{Budget, Kind, Statistic};
use ouracle::numbers::{Float, Matrix};
use ouracle::objectives::hutchinson::Probe;
use pyo3::prelude::*;

fn budget(alpha: f64, tests: usize) -> PyResult<Budget> {
    if !(alpha > 0.0 && alpha < 1.0) || tests == 0 {
        return Err(refuse(format!(
            "the false-alarm rate is {alpha} over {tests} tests; give a rate in (0, 1) and at least one test"
        )));
    }
    Ok(Budget::new(alpha, tests))
}

/// The interval of means that these draws do not refute, if each has at most this variance, whatever its law: `(low, high)`.
#[pyfunction]
fn mean_interval(draws: PyReadonlyArray1<'_, f64>, variance: f64, alpha: f64, tests: usize) -> PyResult<(f64, f64)> {
    let draws = draws.as_array().to_vec();
    if draws.is_empty() || !(variance > 0.0 && variance.is_finite()) {
        return Err(refuse(format!(
            "{} draws of the variance {variance}; give at least one draw and a positive variance",
            draws.len()
        )));
    }
    Ok(budget(alpha, tests)?.interval(&draws, variance))
}

/// Whether `n` Gaussian draws with this mean square, in units of the claimed variance, refute that variance.
#[pyfunction]
fn refutes_variance(n: u64, ratio: f64, alpha: f64, tests: usize) -> PyResult<bool> {
    Ok(budget(alpha, tests)?.refutes_variance(n, ratio))
}

/// Whether so many hits in `n` independent trials refute the probability `p` of a hit, for every `n`.
#[pyfunction]
fn refutes_probability(n: u64, hits: u64, p: f64, alpha: f64, tests: usize) -> PyResult<bool> {
    if n == 0 || hits > n || !(0.0..=1.0).contains(&p) {
        return Err(refuse(format!(
            "{hits} hits in {n} trials against the probability {p}; give at least one trial, no more hits than trials, and a number in [0, 1]"
        )));
    }
    Ok(budget(alpha, tests)?.refutes_probability(n, hits, p))
}

/// What `n` draws would show but for one run in a million: a shift of the mean in standard deviations of a draw, and a relative
/// change of a Gaussian variance.
#[pyfunction]
fn resolution(n: u64, alpha: f64, tests: usize) -> PyResult<(f64, f64)> {
    let budget = budget(alpha, tests)?;
    Ok((budget.resolution(Kind::Mean, n), budget.resolution(Kind::Variance, n)))
}

/// How many draws show a shift of the mean by this many standard deviations of a draw, but for one run in a million.
#[pyfunction]
fn sample_size(shift: f64, alpha: f64, tests: usize) -> PyResult<u64> {
    if !(shift > 0.0 && shift.is_finite()) {
        return Err(refuse(format!("the shift is {shift}; it must be positive")));
    }
    Ok(budget(alpha, tests)?.plan(&Statistic::mean("", 0.0, 1.0), (shift, 1.0)))
}

/// `Var(vᵀBv)` of a matrix, of which only the symmetric part matters, for probes `rademacher`, `gaussian`, `sphere` or `coordinate`.
#[pyfunction]
fn projection_variance(matrix: PyReadonlyArray2<'_, f64>, probe: &str) -> PyResult<f64> {
    let entries = matrix.as_array();
    if !Probe::EVERY.contains(&probe) || entries.nrows() != entries.ncols() {
        let (shape, names) = (entries.shape(), Probe::EVERY.join(", "));
        return Err(refuse(format!(
            "probes `{probe}` of a matrix of the shape {shape:?}; give a square matrix and one of {names}"
        )));
    }
    let half = |i: usize, j: usize| Float(f64::midpoint(entries[[i, j]], entries[[j, i]]));
    Ok(Probe::named(probe).variance(&Matrix::from_fn(entries.nrows(), entries.ncols(), half)).0)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(mean_interval, module)?)?;
    module.add_function(wrap_pyfunction!(refutes_variance, module)?)?;
    module.add_function(wrap_pyfunction!(refutes_probability, module)?)?;
    module.add_function(wrap_pyfunction!(resolution, module)?)?;
    module.add_function(wrap_pyfunction!(sample_size, module)?)?;
    module.add_function(wrap_pyfunction!(projection_variance, module)?)
}
