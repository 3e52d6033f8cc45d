//! A linear SDE on the line with additive noise, solved exactly between any two times, in either direction.

use super::refuse;
use numpy::{PyArray2, PyReadonlyArray1};
use ouracle::numbers::Float;
use ouracle::worlds::ForcedOu;
use pyo3::prelude::*;

/// `dY = (−kY + h₀ + h₁t) dt + (g₀ + g₁t) dB`.
#[pyclass(frozen)]
pub struct LinearSde(ForcedOu<Float>);

type Rows<'py> = Bound<'py, PyArray2<f64>>;

impl LinearSde {
    fn rows<'py>(
        py: Python<'py>,
        from: &PyReadonlyArray1<'py, f64>,
        to: &PyReadonlyArray1<'py, f64>,
        row: impl Fn(Float, Float) -> Vec<f64>,
    ) -> PyResult<Rows<'py>> {
        let (from, to) = (from.as_array(), to.as_array());
        if from.len() != to.len() {
            return Err(refuse(format!("{} times to start and {} to end; give as many", from.len(), to.len())));
        }
        let rows: Vec<Vec<f64>> = from.iter().zip(to).map(|(s, t)| row(Float(*s), Float(*t))).collect();
        PyArray2::from_vec2(py, &rows).map_err(refuse)
    }
}

#[pymethods]
impl LinearSde {
    #[new]
    fn new(k: f64, g0: f64, g1: f64, h0: f64, h1: f64) -> PyResult<Self> {
        match [k, g0, g1, h0, h1].iter().find(|value| !value.is_finite()) {
            Some(value) => Err(refuse(format!("a coefficient is {value}; all must be finite"))),
            None => Ok(Self(ForcedOu { k: Float(k), g0: Float(g0), g1: Float(g1), h0: Float(h0), h1: Float(h1) })),
        }
    }

    /// Rows `(slope, offset, g)` at these times: the drift is `slope·y + offset`.
    fn coefficients<'py>(&self, py: Python<'py>, times: PyReadonlyArray1<'py, f64>) -> PyResult<Rows<'py>> {
        Self::rows(py, &times, &times, |t, _| {
            let drift = self.0.drift(t);
            vec![drift.slope.0, drift.offset.0, self.0.diffusion(t).0]
        })
    }

    /// Rows `(factor, offset, variance)`: given the state `y` at `start`, that at `to` is `N(factor·y + offset, variance)`.
    fn transition<'py>(
        &self,
        py: Python<'py>,
        start: PyReadonlyArray1<'py, f64>,
        to: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Rows<'py>> {
        Self::rows(py, &start, &to, |s, t| {
            let step = self.0.transition(s, t);
            vec![step.factor.0, step.offset.0, step.variance.0]
        })
    }

    /// Rows `(factor, offset, g)` of Euler–Maruyama steps: `y ↦ factor·y + offset + g·ΔB`.
    fn euler<'py>(
        &self,
        py: Python<'py>,
        start: PyReadonlyArray1<'py, f64>,
        to: PyReadonlyArray1<'py, f64>,
    ) -> PyResult<Rows<'py>> {
        Self::rows(py, &start, &to, |s, t| {
            let step = self.0.euler(s, t);
            vec![step.slope.0, step.offset.0, self.0.diffusion(s).0]
        })
    }
}
