//! `ouracle._native`: the exact worlds for Python. Arrays in, arrays out; everything that is a formula is `ouracle`'s.

mod gaussian;
mod mixture;
mod oracle;
mod process;
mod recursions;
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
    module.add_class::<process::Process>()?;
    module.add_function(wrap_pyfunction!(training::loss, module)?)?;
    module.add_function(wrap_pyfunction!(training::prior_kl, module)?)?;
    module.add_function(wrap_pyfunction!(training::step_kls, module)?)?;
    module.add_function(wrap_pyfunction!(training::step_variances, module)?)?;
    module.add_function(wrap_pyfunction!(training::data_error, module)?)?;
    module.add_function(wrap_pyfunction!(training::denoised_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(training::posterior_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(training::likelihood_decoder, module)?)?;
    module.add_function(wrap_pyfunction!(training::lattice_gap, module)?)?;
    module.add_function(wrap_pyfunction!(training::given, module)?)?;
    module.add_function(wrap_pyfunction!(training::levels_of_betas, module)?)?;
    module.add_function(wrap_pyfunction!(oracle::ask, module)?)?;
    module.add_function(wrap_pyfunction!(oracle::claims, module)?)
}
