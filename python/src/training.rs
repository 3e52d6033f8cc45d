//! What networks are trained for and judged by, on Gaussian data: losses, the terms of a chain's bound, and imputation.

use super::gaussian::{Gaussian, level, square};
use super::refuse;
use nalgebra::DMatrix;
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::{Covariance, Float, Matrix, Vector};
use ouracle::objectives::chain_bound as bound;
use ouracle::objectives::prediction::{Target, residual, square as mean_and_variance};
use ouracle::worlds::{Ddpm, Level, MultivariateGaussian, Rung};
use pyo3::prelude::*;

/// Matrix, offset and covariance of the unknown entries given the known ones.
type Conditional<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>);

fn noisy(pair: [f64; 2]) -> PyResult<Level<Float>> {
    if pair[0] > 0.0 && pair[1] > 0.0 && pair[0].is_finite() && pair[1].is_finite() {
        return Ok(level(pair));
    }
    Err(refuse(format!("the level (alpha, sigma) = ({}, {}) is not one; both must be positive", pair[0], pair[1])))
}

fn positive(variance: f64) -> PyResult<Float> {
    if variance > 0.0 && variance.is_finite() {
        return Ok(Float(variance));
    }
    Err(refuse(format!("the variance {variance} is not a finite number > 0")))
}

/// What a network of this kind predicts, as `data·x + noise·ε`, at a level with the rates `(α′, σ′)`.
fn meaning(kind: &str, at: &Level<Float>, rates: [f64; 2]) -> PyResult<Target<Float>> {
    let (data, noise) = match kind {
        "score" => (Float(0.0), -(Float(1.0) / at.sigma)),
        "eps" => (Float(0.0), Float(1.0)),
        "x0" => (Float(1.0), Float(0.0)),
        "v" => (-at.sigma, at.alpha),
        "velocity" => (Float(rates[0]), Float(rates[1])),
        _ => return Err(refuse(format!("`{kind}` is no kind of field; choose score, eps, x0, v or velocity"))),
    };
    Ok(Target { data, noise })
}

/// Rows `(E|r|², Var|r|²)` of `r = target − scale · exact prediction of predicted` at levels with the rows `(α, σ, α′, σ′)`.
#[pyfunction]
pub fn loss<'py>(
    py: Python<'py>,
    law: &Gaussian,
    target: &str,
    predicted: &str,
    levels: PyReadonlyArray2<'py, f64>,
    scale: f64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let levels = levels.as_array();
    let rows = levels.rows().into_iter().map(|row| {
        let at = noisy([row[0], row[1]])?;
        let [target, predicted] = [target, predicted].map(|kind| meaning(kind, &at, [row[2], row[3]]));
        let (target, predicted) = (target?, predicted?);
        let axes = law.axes().iter().map(|axis| {
            let exact = axis.combination(&at, predicted.noise, predicted.data);
            residual(&axis.data, &at, &target, &exact.scale(Float(scale)))
        });
        Ok(axes.fold(vec![0.0; 2], |sums, residual| {
            let [mean, variance] = mean_and_variance(&residual);
            vec![sums[0] + mean.0, sums[1] + variance.0]
        }))
    });
    PyArray2::from_vec2(py, &rows.collect::<PyResult<Vec<_>>>()?).map_err(refuse)
}

/// `E KL(q(z | x) ‖ N(0, I))` in nats at a level.
#[pyfunction]
pub fn prior_kl(law: &Gaussian, at: [f64; 2]) -> PyResult<f64> {
    let at = noisy(at)?;
    Ok(law.axes().iter().map(|axis| bound::prior(&axis.data, &at).0).sum())
}

/// `E KL(q(z_s | z_t, x) ‖ p(z_s | z_t))` in nats for steps with the rows `(α_t, σ_t, α_s, σ_s)` and a network that says `scale`
/// times the exact noise. The variance of the model's step lies between that of the posterior (`share` 0) and of the forward
/// process (`share` 1), on a logarithmic scale.
#[pyfunction]
pub fn step_kls<'py>(
    py: Python<'py>,
    law: &Gaussian,
    steps: PyReadonlyArray2<'py, f64>,
    share: f64,
    scale: f64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let steps = steps.as_array();
    let terms = steps.rows().into_iter().map(|row| {
        let rung = Rung::between(noisy([row[0], row[1]])?, noisy([row[2], row[3]])?);
        let [small, large] = [rung.posterior_variance(), rung.forward.variance].map(|variance| variance.0);
        let variance = positive(small.powf(1.0 - share) * large.powf(share))?;
        Ok(law.axes().iter().map(|axis| bound::step(axis, &rung, variance, Float(scale)).0).sum())
    });
    Ok(terms.collect::<PyResult<Vec<f64>>>()?.to_pyarray(py))
}

/// Rows with the variance of `q(z_s | z_t, x)` and of `q(z_t | z_s)`, for steps with the rows `(α_t, σ_t, α_s, σ_s)`.
#[pyfunction]
pub fn step_variances<'py>(py: Python<'py>, steps: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let steps = steps.as_array();
    let rows = steps.rows().into_iter().map(|row| {
        let rung = Rung::between(noisy([row[0], row[1]])?, noisy([row[2], row[3]])?);
        Ok(vec![rung.posterior_variance().0, rung.forward.variance.0])
    });
    PyArray2::from_vec2(py, &rows.collect::<PyResult<Vec<_>>>()?).map_err(refuse)
}

/// `E(x − x̂)²`, summed over the dimensions, at a level.
#[pyfunction]
pub fn data_error(law: &Gaussian, at: [f64; 2], scale: f64) -> PyResult<f64> {
    let at = noisy(at)?;
    Ok(law.axes().iter().map(|axis| bound::data_error(axis, &at, Float(scale)).0).sum())
}

/// `E[−log N(x; x̂(z), variance)]` in nats at a level.
#[pyfunction]
pub fn denoised_decoder(law: &Gaussian, at: [f64; 2], variance: f64, scale: f64) -> PyResult<f64> {
    let (at, variance) = (noisy(at)?, positive(variance)?);
    Ok(law.axes().iter().map(|axis| bound::denoised_decoder(axis, &at, variance, Float(scale)).0).sum())
}

/// The least reconstruction term there is, the conditional entropy `h(x | z)` in nats at a level.
#[pyfunction]
pub fn posterior_decoder(law: &Gaussian, at: [f64; 2]) -> PyResult<f64> {
    let at = noisy(at)?;
    let best = law.axes().iter().map(|axis| {
        let error = bound::data_error(axis, &at, Float(1.0));
        bound::denoised_decoder(axis, &at, error, Float(1.0)).0
    });
    Ok(best.sum())
}

/// `E[−log N(x; z/α, σ²/α²)]` in nats at a level.
#[pyfunction]
pub fn likelihood_decoder(law: &Gaussian, at: [f64; 2]) -> PyResult<f64> {
    Ok(bound::likelihood_decoder(&noisy(at)?).0 * law.axes().len() as f64)
}

/// `ln bin − h(σ/α ε)`, in nats over all dimensions: what a decoder on a lattice saves beside a density.
#[pyfunction]
pub fn lattice_gap(law: &Gaussian, at: [f64; 2], bin: f64) -> PyResult<f64> {
    Ok(bound::lattice_gap(&noisy(at)?, positive(bin)?).0 * law.axes().len() as f64)
}

/// Matrix, offset and covariance of the law of the other entries of `N(mean, covariance)` given those in `known`.
#[pyfunction]
pub fn given<'py>(
    py: Python<'py>,
    mean: PyReadonlyArray1<'py, f64>,
    covariance: PyReadonlyArray2<'py, f64>,
    known: Vec<usize>,
) -> PyResult<Conditional<'py>> {
    let (mean, covariance) = (mean.as_array(), covariance.as_array());
    let d = mean.len();
    if known.is_empty() || known.len() >= d || known.iter().any(|i| *i >= d) || covariance.shape() != [d, d] {
        return Err(refuse(format!("the known entries {known:?} should be some, but not all, of the {d} entries")));
    }
    let unknown: Vec<_> = (0..d).filter(|i| !known.contains(i)).collect();
    let law = MultivariateGaussian {
        mean: Vector(mean.iter().map(|m| Float(*m)).collect()),
        covariance: Covariance::new(Matrix::from_fn(d, d, |i, j| Float(covariance[[i, j]]))),
    };
    let given = law.given(&known, &unknown);
    let dense = |m: &Matrix<Float>| DMatrix::from_fn(m.rows(), m.columns(), |i, j| m[(i, j)].0);
    let offset: Vec<f64> = given.offset.0.iter().map(|value| value.0).collect();
    Ok((square(py, &dense(&given.matrix)), offset.to_pyarray(py), square(py, &dense(&given.covariance))))
}

/// Rows `(α, σ)` of the levels of a chain with these betas, the cleanest first.
#[pyfunction]
pub fn levels_of_betas<'py>(py: Python<'py>, betas: PyReadonlyArray1<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let chain = Ddpm { betas: betas.as_array().iter().map(|beta| Float(*beta)).collect() };
    let rows: Vec<Vec<f64>> = chain.levels().iter().map(|level| vec![level.alpha.0, level.sigma.0]).collect();
    PyArray2::from_vec2(py, &rows).map_err(refuse)
}

/// Puts the functions of this file into the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(loss, module)?)?;
    module.add_function(wrap_pyfunction!(prior_kl, module)?)?;
    module.add_function(wrap_pyfunction!(step_kls, module)?)?;
    module.add_function(wrap_pyfunction!(step_variances, module)?)?;
    module.add_function(wrap_pyfunction!(data_error, module)?)?;
    module.add_function(wrap_pyfunction!(denoised_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(posterior_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(likelihood_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(lattice_gap, module)?)?;
    module.add_function(wrap_pyfunction!(given, module)?)?;
    module.add_function(wrap_pyfunction!(levels_of_betas, module)?)?;
    Ok(())
}
