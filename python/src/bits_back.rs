//! The lossless coder: bits back with a diffusion as latents, on lattices.

use super::refuse;
use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use ouracle::numbers::Float;
use ouracle::objectives::bits_back::{self, Limits, Order, Settings};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Samples have an axis for each chain; arrays here are flat, sample by sample.
#[pyclass(frozen)]
pub struct BitsBackCoder(bits_back::BitsBackCoder);

const ORDERS: [(&str, Order); 2] = [("naive", Order::Naive), ("interleaved", Order::Interleaved)];

/// Net, initial and ideal bits, the bound on the difference of net and ideal, and the number of operations.
type Books = (f64, f64, f64, f64, u64);

#[pymethods]
impl BitsBackCoder {
    #[new]
    fn new(chains: Vec<String>, seed: u64, keyed: bool, order: &str) -> PyResult<Self> {
        let known = ORDERS.iter().find(|(name, _)| *name == order);
        let (_, order) = known.ok_or_else(|| refuse(format!("the order is `{order}`; give naive or interleaved")))?;
        let chains: Vec<_> = chains.iter().map(String::as_str).collect();
        bits_back::BitsBackCoder::new(&chains, Settings { order: *order, keyed, seed }).map(Self).map_err(refuse)
    }

    #[staticmethod]
    fn of_stream(stream: &[u8]) -> PyResult<Self> {
        bits_back::BitsBackCoder::of_stream(stream, &Limits::default()).map(Self).map_err(refuse)
    }

    #[getter]
    fn chains(&self) -> Vec<&str> {
        self.0.chains().collect()
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.0.settings().seed
    }

    #[getter]
    fn keyed(&self) -> bool {
        self.0.settings().keyed
    }

    #[getter]
    fn order(&self) -> &'static str {
        let of_coder = ORDERS.iter().find(|(_, order)| *order == self.0.settings().order);
        of_coder.map_or("", |(name, _)| name)
    }

    fn encode<'py>(
        &self,
        py: Python<'py>,
        values: PyReadonlyArray1<'py, i32>,
    ) -> PyResult<(Bound<'py, PyBytes>, Books)> {
        let values = values.as_array().to_vec();
        let (stream, account) = py.detach(|| self.0.encode(&values)).map_err(refuse)?;
        let ideal = account.lengths.ideal_bits::<Float>();
        let [net, initial, bound] = [account.net_bits(), account.initial_bits(), account.overhead_bound::<Float>()];
        Ok((PyBytes::new(py, &stream), (net.0, initial.0, ideal.0, bound.0, account.lengths.operations())))
    }

    fn decode<'py>(&self, py: Python<'py>, stream: &[u8]) -> PyResult<Bound<'py, PyArray1<i32>>> {
        let values = py.detach(|| self.0.decode(stream)).map_err(refuse)?;
        Ok(values.to_pyarray(py))
    }
}
