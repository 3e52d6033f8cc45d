//! Plug-in models on Gaussian data: likelihood, bound and gap for arrays of points.

use super::gaussian::{Gaussian, by_columns};
use super::process::Process;
use super::refuse;
use nalgebra::{DMatrixView, DVector};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods, ToPyArray};
use ouracle::worlds;
use pyo3::prelude::*;

/// A score-based model whose likelihood and bound are known: the library's, on a law that has its axes.
#[pyclass(frozen)]
pub struct PluginModel(worlds::PluginModel);

fn vector(values: &PyReadonlyArray1<'_, f64>) -> DVector<f64> {
    DVector::from_iterator(values.len(), values.as_array().iter().copied())
}

#[pymethods]
impl PluginModel {
    /// Factors `1 + δᵢ` of the score along the principal axes, ascending; the mean of the data that the score believes in; mean and
    /// variance of the prior; and `λ`.
    #[new]
    #[pyo3(signature = (law, process, score_errors=None, score_mean=None, prior=None, lam=0.0))]
    fn new(
        law: &Gaussian,
        process: &Process,
        score_errors: Option<PyReadonlyArray1<'_, f64>>,
        score_mean: Option<PyReadonlyArray1<'_, f64>>,
        prior: Option<(PyReadonlyArray1<'_, f64>, f64)>,
        lam: f64,
    ) -> PyResult<Self> {
        let data = law.law();
        let mut model =
            worlds::PluginModel::along(process.0.clone(), data.mean(), data.basis().clone()).map_err(refuse)?;
        if let Some(errors) = score_errors {
            model = model.with_score_errors(errors.as_slice()?).map_err(refuse)?;
        }
        if let Some(centre) = score_mean {
            model = model.with_score_centre(&vector(&centre)).map_err(refuse)?;
        }
        if let Some((mean, variance)) = prior {
            model = model.with_prior(&vector(&mean), variance).map_err(refuse)?;
        }
        Ok(Self(model.with_lambda(lam).map_err(refuse)?))
    }

    /// `log p(x)` of the rows `(n, d)`, in nats.
    fn log_likelihood<'py>(
        &self,
        py: Python<'py>,
        x: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let [n, d] = x.shape() else { return Err(refuse("the points are no rows")) };
        let points = DMatrixView::from_slice(x.as_slice()?, *d, *n);
        Ok(py.detach(|| self.0.log_likelihoods(&points)).map_err(refuse)?.to_pyarray(py))
    }

    /// `ELBO(x)` of the rows `(n, d)`, in nats.
    fn elbo<'py>(&self, py: Python<'py>, x: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let [n, d] = x.shape() else { return Err(refuse("the points are no rows")) };
        let points = DMatrixView::from_slice(x.as_slice()?, *d, *n);
        Ok(py.detach(|| self.0.elbos(&points)).map_err(refuse)?.to_pyarray(py))
    }

    /// The two ends of an enclosure of the average gap over data with this covariance, `(d, d)`, in nats.
    fn mean_gap(&self, py: Python<'_>, covariance: PyReadonlyArray2<'_, f64>) -> PyResult<(f64, f64)> {
        let matrix = by_columns(&covariance);
        let gap = py.detach(|| self.0.enclose_mean_gap(self.0.basis().backward_error(&matrix).matrix));
        gap.map(|gap| (gap.lo(), gap.hi())).map_err(refuse)
    }
}
