//! Noising processes in closed form, evaluated at arrays of times.

use super::refuse;
use numpy::{PyArray2, PyReadonlyArray1};
use ouracle::numbers::Float;
use ouracle::parameters::{ExactReader, Inputs};
use ouracle::worlds;
use pyo3::prelude::*;

/// A noising process of the library, from its exact parameters as JSON.
#[pyclass(frozen)]
pub struct Process(pub(crate) worlds::Process<Float>);

#[pymethods]
impl Process {
    #[new]
    fn new(parameters_json: &str) -> PyResult<Self> {
        let inputs = Inputs::from_json_text(parameters_json).map_err(refuse)?;
        ExactReader::new(&inputs, &[]).read::<Float, worlds::Process<Float>>().map(Self).map_err(refuse)
    }

    /// The end of the process.
    #[getter]
    fn horizon(&self) -> f64 {
        self.0.horizon().0
    }

    /// Rows `(α, σ², α′, (σ²)′, f, G)` at these times: `z = αx + σε`, `dz = f z dt + √G dB`.
    fn at<'py>(&self, py: Python<'py>, times: PyReadonlyArray1<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let rows: Vec<Vec<f64>> = times
            .as_array()
            .iter()
            .map(|t| {
                let clock = self.0.moving(Float(*t));
                let values = [clock.phi.re, clock.w.re, clock.phi.eps, clock.w.eps, clock.alpha.re, clock.noise.re];
                values.map(f64::from).to_vec()
            })
            .collect();
        PyArray2::from_vec2(py, &rows).map_err(refuse)
    }
}
