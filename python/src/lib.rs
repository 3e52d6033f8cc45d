//! `ouracle._native`: the exact worlds for Python. Arrays in, arrays out; everything that is a formula is `ouracle`'s.

mod batch;
mod bits_back;
mod chance;
mod gaussian;
mod ledger;
mod linear;
mod mixture;
mod oracle;
mod plugin;
mod process;
mod purification;
mod recursions;
mod score_matching;
mod scoring;
mod series;
mod training;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Bad input in Python is a `ValueError` with the sentence of the library.
fn refuse(reason: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(reason.to_string())
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<gaussian::Gaussian>()?;
    module.add_class::<mixture::Mixture>()?;
    module.add_class::<plugin::PluginModel>()?;
    module.add_class::<process::Process>()?;
    module.add_class::<linear::LinearSde>()?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<batch::Enclosures>()?;
    module.add_class::<bits_back::BitsBackCoder>()?;
    chance::register(module)?;
    ledger::register(module)?;
    purification::register(module)?;
    score_matching::register(module)?;
    scoring::register(module)?;
    series::register(module)?;
    training::register(module)?;
    module.add_function(wrap_pyfunction!(oracle::ask, module)?)?;
    module.add_function(wrap_pyfunction!(oracle::claims, module)?)
}
