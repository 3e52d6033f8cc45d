//! Scores of forecasts, each with the radius that rounding explains: the same formula read in intervals of doubles.

use super::refuse;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::{Float, Interval, Special};
use ouracle::objectives::scoring::{self, Pairs};
use ouracle::worlds::Gaussian;
use pyo3::prelude::*;

/// Values and radii.
type Scores<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// A formula that can be read in doubles and in intervals of doubles.
trait Formula {
    fn read<S: Special>(&self, inputs: &[S]) -> S;
}

fn score<'py>(py: Python<'py>, rows: &[Vec<f64>], formula: &impl Formula) -> Scores<'py> {
    let pairs = rows.iter().map(|row| {
        let floats: Vec<_> = row.iter().map(|x| Float(*x)).collect();
        let ranges: Vec<_> = row.iter().map(|x| Interval::<f64>::point(*x)).collect();
        let range = formula.read(&ranges);
        (formula.read(&floats).0, range.hi() - range.lo())
    });
    let (values, radii): (Vec<f64>, Vec<f64>) = pairs.unzip();
    (values.to_pyarray(py), radii.to_pyarray(py))
}

/// `E CRPS(N(m, τ²), Y)` for `Y ~ N(m₀, τ₀²)`; with `τ₀ = 0`, the score of one `y = m₀`. Inputs are `m, τ, m₀, τ₀`.
struct Expected;

impl Formula for Expected {
    fn read<S: Special>(&self, inputs: &[S]) -> S {
        let law = |i: usize| Gaussian::new(inputs[i], inputs[i + 1].square());
        scoring::expected_crps(&law(0), &law(2))
    }
}

/// The observation, then the members.
struct Ensemble(Pairs);

impl Formula for Ensemble {
    fn read<S: Special>(&self, inputs: &[S]) -> S {
        scoring::ensemble_crps(&inputs[1..], inputs[0], self.0)
    }
}

/// The observation, then the levels, then the quantiles.
struct Quantiles;

impl Formula for Quantiles {
    fn read<S: Special>(&self, inputs: &[S]) -> S {
        let (levels, quantiles) = inputs[1..].split_at((inputs.len() - 1) / 2);
        let grid: Vec<_> = levels.iter().copied().zip(quantiles.iter().copied()).collect();
        scoring::quantile_crps(&grid, inputs[0])
    }
}

/// The expected CRPS of forecasts `N(mean, sd²)` for truths `N(mean, sd²)`: values and radii. With a truth of sd 0, the score itself.
#[pyfunction]
fn gaussian_crps<'py>(
    py: Python<'py>,
    forecast_mean: PyReadonlyArray1<'py, f64>,
    forecast_sd: PyReadonlyArray1<'py, f64>,
    truth_mean: PyReadonlyArray1<'py, f64>,
    truth_sd: PyReadonlyArray1<'py, f64>,
) -> PyResult<Scores<'py>> {
    let columns = [&forecast_mean, &forecast_sd, &truth_mean, &truth_sd].map(|column| column.as_array());
    let n = columns[0].len();
    if columns.iter().any(|column| column.len() != n) {
        return Err(refuse("the four arrays have different lengths; give as many of each"));
    }
    if let Some(sd) = columns[1].iter().find(|sd| sd.is_nan() || **sd <= 0.0) {
        return Err(refuse(format!("the standard deviation of a forecast is {sd}; it must be positive")));
    }
    let rows: Vec<Vec<f64>> = (0..n).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
    Ok(score(py, &rows, &Expected))
}

/// The CRPS of ensembles `(n, M)` for observations `(n,)`: values and radii. The spread is over all `M²` pairs (`all`), over the
/// `M(M − 1)` pairs of two members (`distinct`), or over each member and the one `shift` places before it (`shifted`).
#[pyfunction]
#[pyo3(signature = (members, observed, pairs="all", shift=1))]
fn ensemble_crps<'py>(
    py: Python<'py>,
    members: PyReadonlyArray2<'py, f64>,
    observed: PyReadonlyArray1<'py, f64>,
    pairs: &str,
    shift: usize,
) -> PyResult<Scores<'py>> {
    let pairs = match pairs {
        "all" => Pairs::All,
        "distinct" => Pairs::Distinct,
        "shifted" => Pairs::Shifted(shift),
        _ => return Err(refuse(format!("`{pairs}` names no pairs of members; choose all, distinct or shifted"))),
    };
    let (members, observed) = (members.as_array(), observed.as_array());
    if members.nrows() != observed.len() || members.ncols() < 2 {
        let (shape, n) = (members.shape(), observed.len());
        return Err(refuse(format!(
            "members of the shape {shape:?} for {n} observations; give (n, M) with M >= 2, and n"
        )));
    }
    let rows = members.rows().into_iter().zip(observed);
    let rows: Vec<Vec<f64>> = rows.map(|(row, y)| std::iter::once(*y).chain(row.iter().copied()).collect()).collect();
    Ok(score(py, &rows, &Ensemble(pairs)))
}

/// Twice the mean pinball loss of quantiles `(n, K)` at levels `(K,)` for observations `(n,)`: values and radii.
#[pyfunction]
fn quantile_crps<'py>(
    py: Python<'py>,
    levels: PyReadonlyArray1<'py, f64>,
    quantiles: PyReadonlyArray2<'py, f64>,
    observed: PyReadonlyArray1<'py, f64>,
) -> PyResult<Scores<'py>> {
    let (levels, quantiles, observed) = (levels.as_array(), quantiles.as_array(), observed.as_array());
    if quantiles.nrows() != observed.len() || quantiles.ncols() != levels.len() || levels.is_empty() {
        let (shape, k, n) = (quantiles.shape(), levels.len(), observed.len());
        return Err(refuse(format!(
            "quantiles of the shape {shape:?} for {n} observations and {k} levels; give (n, K), n and K"
        )));
    }
    let row = |(row, y): (numpy::ndarray::ArrayView1<'_, f64>, &f64)| {
        std::iter::once(*y).chain(levels.iter().copied()).chain(row.iter().copied()).collect()
    };
    let rows: Vec<Vec<f64>> = quantiles.rows().into_iter().zip(observed).map(row).collect();
    Ok(score(py, &rows, &Quantiles))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(gaussian_crps, module)?)?;
    module.add_function(wrap_pyfunction!(ensemble_crps, module)?)?;
    module.add_function(wrap_pyfunction!(quantile_crps, module)?)
}
