//! Mixtures on the line: not Gaussian, and their probability flow is the monotone map between quantiles.

use super::refuse;
use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use ouracle::numbers::Float;
use ouracle::worlds::{self, Gaussian, Level};
use pyo3::prelude::*;

/// A mixture of Gaussian laws on the line.
#[pyclass(frozen)]
pub struct Mixture(worlds::Mixture<Float>);

impl Mixture {
    fn at(&self, [alpha, sigma]: [f64; 2]) -> worlds::Mixture<Float> {
        let level = Level { alpha: Float(alpha), sigma: Float(sigma) };
        worlds::Mixture::new(self.0.components().map(|(weight, law)| (weight, level.law(&law))))
    }
}

#[pymethods]
impl Mixture {
    #[new]
    fn new(weights: Vec<f64>, means: Vec<f64>, variances: Vec<f64>) -> PyResult<Self> {
        if weights.is_empty() || weights.len() != means.len() || weights.len() != variances.len() {
            let lengths = (weights.len(), means.len(), variances.len());
            return Err(refuse(format!(
                "weights, means and variances have the lengths {lengths:?}; they must be one and the same, at least 1"
            )));
        }
        let positive =
            |name: &str, values: &[f64]| match values.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
                Some(value) => Err(refuse(format!("the {name} {value} is not a finite number > 0"))),
                None => Ok(()),
            };
        positive("weight", &weights)?;
        positive("variance", &variances)?;
        if let Some(mean) = means.iter().find(|mean| !mean.is_finite()) {
            return Err(refuse(format!("the mean {mean} is not finite")));
        }
        let total: f64 = weights.iter().sum();
        if (total - 1.0).abs() > 8.0 * f64::EPSILON * weights.len() as f64 {
            return Err(refuse(format!("the weights add up to {total}, not 1")));
        }
        let laws = means.iter().zip(&variances).map(|(mean, variance)| Gaussian::new(Float(*mean), Float(*variance)));
        Ok(Self(worlds::Mixture::new(weights.iter().map(|weight| Float(*weight)).zip(laws))))
    }

    /// `log p(z)` in nats at the level `(α, σ)`.
    fn log_density<'py>(
        &self,
        py: Python<'py>,
        z: PyReadonlyArray1<'py, f64>,
        at: [f64; 2],
    ) -> Bound<'py, PyArray1<f64>> {
        let law = self.at(at);
        let values: Vec<f64> = z.as_array().iter().map(|z| law.log_density(Float(*z)).0).collect();
        values.to_pyarray(py)
    }

    /// The score at the level `(α, σ)`.
    fn score<'py>(&self, py: Python<'py>, z: PyReadonlyArray1<'py, f64>, at: [f64; 2]) -> Bound<'py, PyArray1<f64>> {
        let law = self.at(at);
        let values: Vec<f64> = z.as_array().iter().map(|z| law.score(Float(*z)).0).collect();
        values.to_pyarray(py)
    }

    /// The exact probability flow from one level to another: `F_to⁻¹(F_from(z))`.
    fn flow<'py>(
        &self,
        py: Python<'py>,
        z: PyReadonlyArray1<'py, f64>,
        start: [f64; 2],
        to: [f64; 2],
    ) -> Bound<'py, PyArray1<f64>> {
        let (law, end) = (self.at(start), self.at(to));
        let values: Vec<f64> = z.as_array().iter().map(|z| law.monotone_map(&end, *z)).collect();
        values.to_pyarray(py)
    }
}
