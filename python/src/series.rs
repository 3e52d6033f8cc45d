//! Time series at irregular times: what was seen, smoothed.

use super::refuse;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods, ToPyArray};
use ouracle::numbers::{Float, Instructions};
use ouracle::worlds::timeseries::{Filter, LongSeries, Matern, OrnsteinUhlenbeck, StateSpace};
use pyo3::prelude::*;

/// Mean, variance and log-likelihood.
type Smoothed<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, f64);

/// The Ornstein–Uhlenbeck process given what was seen of it at some times, with noise; any length.
#[pyfunction]
#[pyo3(signature = (times, values, observed, variance, rate, mean, noise, threads))]
#[allow(clippy::too_many_arguments, reason = "the arrays and numbers of one series, as Python has them")]
fn smooth_ou<'py>(
    py: Python<'py>,
    times: PyReadonlyArray1<'_, f64>,
    values: PyReadonlyArray1<'_, f64>,
    observed: Option<PyReadonlyArray1<'_, bool>>,
    variance: f64,
    rate: f64,
    mean: f64,
    noise: f64,
    threads: usize,
) -> PyResult<Smoothed<'py>> {
    let process = OrnsteinUhlenbeck { s: Float(variance), theta: Float(rate), mu: Float(mean) };
    let observed = observed.as_ref().map(PyReadonlyArray1::as_slice).transpose()?;
    let series = LongSeries { times: times.as_slice()?, values: values.as_slice()?, observed, noise };
    let (means, variances) = (PyArray1::zeros(py, times.len(), false), PyArray1::zeros(py, times.len(), false));
    let log_likelihood = {
        let (mut mean, mut variance) = (means.readwrite(), variances.readwrite());
        let (mean, variance) = (mean.as_slice_mut()?, variance.as_slice_mut()?);
        let instructions = Instructions::widest();
        py.detach(|| series.smooth_into(&process, threads, instructions, mean, variance)).map_err(refuse)?
    };
    Ok((means, variances, log_likelihood))
}

/// The Matérn-3/2 process of mean 0 given what was seen of it at some times, with noise.
#[pyfunction]
#[pyo3(signature = (times, values, observed, variance, rate, noise))]
fn smooth_matern<'py>(
    py: Python<'py>,
    times: PyReadonlyArray1<'_, f64>,
    values: PyReadonlyArray1<'_, f64>,
    observed: Option<PyReadonlyArray1<'_, bool>>,
    variance: f64,
    rate: f64,
    noise: f64,
) -> PyResult<Smoothed<'py>> {
    let observed = observed.as_ref().map(PyReadonlyArray1::as_slice).transpose()?;
    let series = LongSeries { times: times.as_slice()?, values: values.as_slice()?, observed, noise };
    series.check().map_err(refuse)?;
    let process = Matern { s: positive("variance", variance)?, kappa: positive("rate", rate)? };
    let filter = Filter::new(&process, &series.read(Float));
    let smoother = filter.smooth();
    let laws = (0..series.times.len()).map(|i| smoother.law(i));
    let (means, variances): (Vec<_>, Vec<_>) = laws.map(|law| (law.mean.0, law.variance.0)).unzip();
    Ok((means.to_pyarray(py), variances.to_pyarray(py), filter.log_likelihood().0))
}

fn positive(name: &str, value: f64) -> PyResult<Float> {
    if value.is_finite() && value > 0.0 {
        return Ok(Float(value));
    }
    Err(refuse(format!("the {name} is {value}; give a finite number > 0")))
}

/// The covariance of a process at these times.
fn covariance<'py>(
    py: Python<'py>,
    process: &impl StateSpace<Float>,
    times: &PyReadonlyArray1<'_, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let times = times.as_array();
    let row = |a: &f64| times.iter().map(|b| process.kernel(Float((a - b).abs())).0).collect();
    let rows: Vec<Vec<_>> = times.iter().map(row).collect();
    PyArray2::from_vec2(py, &rows).map_err(refuse)
}

/// `s e^{−θ|tᵢ − tⱼ|}`, `(n, n)`.
#[pyfunction]
fn ou_covariance<'py>(
    py: Python<'py>,
    times: PyReadonlyArray1<'_, f64>,
    variance: f64,
    rate: f64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let process =
        OrnsteinUhlenbeck { s: positive("variance", variance)?, theta: positive("rate", rate)?, mu: Float(0.0) };
    covariance(py, &process, &times)
}

/// `s(1 + κ|tᵢ − tⱼ|)e^{−κ|tᵢ − tⱼ|}`, `(n, n)`.
#[pyfunction]
fn matern_covariance<'py>(
    py: Python<'py>,
    times: PyReadonlyArray1<'_, f64>,
    variance: f64,
    rate: f64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let process = Matern { s: positive("variance", variance)?, kappa: positive("rate", rate)? };
    covariance(py, &process, &times)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(smooth_ou, module)?)?;
    module.add_function(wrap_pyfunction!(smooth_matern, module)?)?;
    module.add_function(wrap_pyfunction!(ou_covariance, module)?)?;
    module.add_function(wrap_pyfunction!(matern_covariance, module)?)
}
