//! Gaussian data in any dimension: what an exact network predicts, and where exact samplers end.
//!
//! Every map here is a function of the covariance of the data, so it is computed along its eigenvectors with the formulas of
//! one dimension.

use super::recursions::{MULTISTEP, ONE_STEP, Recursion};
use super::refuse;
use nalgebra::{DMatrix, DMatrixView, DVector};
use numpy::{PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::{Eigenbasis, Float};
use ouracle::objectives::samplers::{Finish, SOLVERS};
use ouracle::worlds::{Affine, Level, Oracle, PrincipalGaussian};
use pyo3::prelude::*;

/// A matrix and a vector for Python: `z ↦ Az + b`.
type AffineMap<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

/// Many of them, stacked.
type AffineMaps<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray2<f64>>);

/// The map of the mean of a transition, and its covariance.
type TransitionMap<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>);

/// Slopes and offsets along the axes, `(n, d)` each.
type AlongAxes<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

/// Eigenvalues, and eigenvectors as columns.
type Decomposition<'py> = (PyReadonlyArray1<'py, f64>, PyReadonlyArray2<'py, f64>);

/// Matrix, offset, covariance of the noise, and the radii of the three.
type Recursed<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>, [f64; 3]);

/// Gaussian data `N(mean, covariance)`; a zero covariance is a point mass.
#[pyclass(frozen)]
pub struct Gaussian(PrincipalGaussian);

pub(crate) fn level(pair: [f64; 2]) -> Level<Float> {
    Level { alpha: Float(pair[0]), sigma: Float(pair[1]) }
}

impl Gaussian {
    /// The exact network along each eigenvector.
    pub(crate) fn axes(&self) -> &[Oracle<Float>] {
        self.0.axes()
    }

    /// The law of the library.
    pub(crate) fn law(&self) -> &PrincipalGaussian {
        &self.0
    }

    /// What the exact prediction of this kind is along an axis, at a level with the rates `(α′, σ′)`.
    fn predicted(kind: &str, at: [f64; 4]) -> PyResult<impl Fn(&Oracle<Float>) -> Affine<Float>> {
        let (here, alpha_rate, sigma_rate) = (level([at[0], at[1]]), Float(at[2]), Float(at[3]));
        let kinds = ["score", "eps", "x0", "v", "velocity"];
        let Some(which) = kinds.iter().position(|name| *name == kind) else {
            return Err(refuse(format!("`{kind}` is no kind of field; choose score, eps, x0, v or velocity")));
        };
        Ok(move |axis: &Oracle<Float>| match which {
            0 => axis.score(&here),
            1 => axis.noise(&here),
            2 => axis.denoised(&here),
            3 => axis.combination(&here, here.alpha, -here.sigma),
            _ => axis.combination(&here, sigma_rate, alpha_rate),
        })
    }
}

/// Rows `(α, σ, α′, σ′)`.
fn rows_of_levels(levels: &PyReadonlyArray2<'_, f64>) -> PyResult<Vec<[f64; 4]>> {
    let rows = levels.as_array();
    if rows.ncols() != 4 {
        return Err(refuse(format!(
            "levels have the shape {:?}; give rows (alpha, sigma, alpha', sigma')",
            rows.shape()
        )));
    }
    Ok(rows.rows().into_iter().map(|row| [row[0], row[1], row[2], row[3]]).collect())
}

/// A matrix of Python, by columns.
pub(crate) fn by_columns(matrix: &PyReadonlyArray2<'_, f64>) -> DMatrix<f64> {
    let matrix = matrix.as_array();
    match matrix.as_slice() {
        Some(rows) => DMatrix::from_row_slice(matrix.nrows(), matrix.ncols(), rows),
        None => DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[[i, j]]),
    }
}

pub(crate) fn square<'py>(py: Python<'py>, matrix: &DMatrix<f64>) -> Bound<'py, PyArray2<f64>> {
    let array = PyArray1::from_slice(py, matrix.transpose().as_slice());
    array.reshape([matrix.nrows(), matrix.ncols()]).expect("a matrix has as many entries as its shape says")
}

#[pymethods]
impl Gaussian {
    /// `decomposition`: eigenvalues, and eigenvectors as columns, if the caller has them.
    #[new]
    #[pyo3(signature = (mean, covariance, decomposition=None))]
    fn new(
        mean: PyReadonlyArray1<'_, f64>,
        covariance: PyReadonlyArray2<'_, f64>,
        decomposition: Option<Decomposition<'_>>,
    ) -> PyResult<Self> {
        let (mean, mut matrix) = (mean.as_array(), by_columns(&covariance));
        let d = mean.len();
        if d == 0 || matrix.shape() != (d, d) {
            let (rows, columns) = matrix.shape();
            return Err(refuse(format!(
                "the mean has {d} entries and the covariance the shape ({rows}, {columns}), but data in d >= 1 dimensions has d and (d, d)"
            )));
        }
        if let Some(value) = mean.iter().chain(matrix.iter()).find(|value| !value.is_finite()) {
            return Err(refuse(format!("an entry of the mean or the covariance is {value}; all must be finite")));
        }
        if (&matrix - matrix.transpose()).amax() > 8.0 * f64::EPSILON * matrix.amax() {
            return Err(refuse("the covariance is not symmetric; symmetrise it, (C + C.T)/2"));
        }
        let basis = match decomposition {
            Some((values, vectors)) => Eigenbasis::of(values.as_array().to_vec(), by_columns(&vectors)),
            None => {
                // What rounding left of the symmetry.
                matrix.fill_upper_triangle_with_lower_triangle();
                Eigenbasis::new(&matrix)
            }
        };
        let mean = DVector::from_iterator(d, mean.iter().copied());
        Ok(Self(basis.and_then(|basis| PrincipalGaussian::along(&mean, basis)).map_err(refuse)?))
    }

    /// The mean, `(d,)`.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.0.mean().as_slice().to_pyarray(py)
    }

    /// The covariance, `(d, d)`.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        square(py, &self.0.basis().matrix(self.0.basis().values()))
    }

    /// The variances along the principal axes, ascending, `(d,)`.
    #[getter]
    fn variances<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.0.basis().values().to_pyarray(py)
    }

    /// The principal axes as columns, `(d, d)`.
    #[getter]
    fn principal_axes<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        square(py, self.0.basis().vectors())
    }

    /// Matrices `(n, d, d)` and offsets `(n, d)` of the exact prediction at `n` levels. Rows of `levels` are
    /// `(α, σ, α′, σ′)`; the derivatives matter for `velocity` alone.
    fn prediction<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        levels: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<AffineMaps<'py>> {
        let (rows, d) = (rows_of_levels(&levels)?, self.0.dimension());
        let (mut matrices, mut offsets) = (Vec::new(), Vec::new());
        for row in &rows {
            let (matrix, offset) = self.0.lift(Self::predicted(kind, *row)?);
            // It is symmetric, so that its columns are its rows.
            matrices.extend_from_slice(matrix.as_slice());
            offsets.extend_from_slice(offset.as_slice());
        }
        let shape = [rows.len(), d, d];
        Ok((
            PyArray1::from_vec(py, matrices).reshape(shape)?,
            PyArray1::from_vec(py, offsets).reshape([rows.len(), d])?,
        ))
    }

    /// The same along the principal axes: slopes and offsets `(n, d)`. With the axes `U` as columns the prediction at a row `z` is
    /// `(zU · slopes + offsets) Uᵀ`.
    fn prediction_along<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        levels: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<AlongAxes<'py>> {
        let (rows, d) = (rows_of_levels(&levels)?, self.0.dimension());
        let (mut slopes, mut offsets) = (Vec::new(), Vec::new());
        for row in &rows {
            let maps = self.axes().iter().map(Self::predicted(kind, *row)?);
            let (slope, offset): (Vec<_>, Vec<_>) = maps.map(|map| (map.slope.0, map.offset.0)).unzip();
            slopes.extend(slope);
            offsets.extend(offset);
        }
        let table = |entries: Vec<f64>| PyArray1::from_vec(py, entries).reshape([rows.len(), d]);
        Ok((table(slopes)?, table(offsets)?))
    }

    /// The exact probability flow between two levels `(α, σ)`.
    fn flow<'py>(&self, py: Python<'py>, start: [f64; 2], to: [f64; 2]) -> AffineMap<'py> {
        let (from, to) = (level(start), level(to));
        let (matrix, offset) = self.0.lift(|axis| axis.flow(&from, &to));
        (square(py, &matrix), offset.as_slice().to_pyarray(py))
    }

    /// The exact reverse transition between two levels, `q(z_to | z_from)`: the map of its mean, and its covariance.
    fn reverse<'py>(&self, py: Python<'py>, start: [f64; 2], to: [f64; 2]) -> TransitionMap<'py> {
        let (from, to) = (level(start), level(to));
        let (matrix, offset, covariance) = self.0.lift_transition(|axis| axis.reverse(&from, &to));
        (square(py, &matrix), offset.as_slice().to_pyarray(py), square(py, &covariance))
    }

    /// `log p(z)` in nats of the rows `(n, d)` of `z` at the level `(α, σ)`.
    fn log_density<'py>(
        &self,
        py: Python<'py>,
        z: PyReadonlyArray2<'py, f64>,
        at: [f64; 2],
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (rows, columns) = z.as_array().dim();
        let (z, at) = (z.as_slice()?, level(at));
        let d = self.0.dimension();
        if columns != d {
            return Err(refuse(format!("a point has {columns} entries, but the data has {d} dimensions")));
        }
        let points = DMatrixView::from_slice(z, d, rows);
        Ok(py.detach(|| self.0.log_density(&points, &at)).map_err(refuse)?.to_pyarray(py))
    }

    /// The two ends of an enclosure of `log p(z)` of the rows `(n, d)` for this covariance, `(n, 2)`.
    fn enclose_log_density<'py>(
        &self,
        py: Python<'py>,
        z: PyReadonlyArray2<'py, f64>,
        at: [f64; 2],
        covariance: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let error = self.0.basis().backward_error(&by_columns(&covariance));
        let z = z.as_array();
        let enclosed = z.rows().into_iter().map(|row| {
            let point = DVector::from_iterator(row.len(), row.iter().copied());
            self.0.enclose_log_density(&point, &level(at), &error).map(|log| vec![log.lo(), log.hi()])
        });
        let ends = enclosed.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        PyArray2::from_vec2(py, &ends).map_err(refuse)
    }

    /// What a named sampler returns given its start, over steps with the rows `(α, σ)` of where each starts, `(α, σ)` of where it
    /// ends: matrix, offset, covariance of the noise, and the largest radius that rounding gives an entry of each.
    #[pyo3(signature = (name, steps, eta=1.0, kappa=None, finish="plain"))]
    fn recursion<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        steps: PyReadonlyArray2<'py, f64>,
        eta: f64,
        kappa: Option<i64>,
        finish: &str,
    ) -> PyResult<Recursed<'py>> {
        let finish = match finish {
            "plain" => Finish::Plain,
            "lower-order" => Finish::LowerOrder,
            "denoised" => Finish::Denoised,
            _ => return Err(refuse(format!("`{finish}` is no way to finish; choose plain, lower-order or denoised"))),
        };
        let recursion = Recursion { name, eta, kappa, finish };
        if !recursion.is_known() {
            let names = [ONE_STEP, SOLVERS, MULTISTEP].concat().join(", ");
            return Err(refuse(format!("`{name}` is no sampler known here; choose one of {names}")));
        }
        if !(0.0..=1.0).contains(&eta) {
            return Err(refuse(format!("eta is {eta}; the amount of noise lies between 0 and 1")));
        }
        let rows = steps.as_array();
        if rows.ncols() != 4 || rows.nrows() == 0 {
            return Err(refuse(format!(
                "the steps have the shape {:?}; give at least one row of four numbers",
                rows.shape()
            )));
        }
        let pairs: Vec<_> =
            rows.rows().into_iter().map(|row| [level([row[0], row[1]]), level([row[2], row[3]])]).collect();
        let usable = |level: &Level<Float>, least: f64| {
            level.alpha.0 > 0.0 && level.sigma.0 >= least && level.sigma.0.is_finite()
        };
        for (i, [from, to]) in pairs.iter().enumerate() {
            if !(usable(from, f64::MIN_POSITIVE) && usable(to, 0.0) && (to.sigma.0 > 0.0 || i + 1 == pairs.len())) {
                return Err(refuse(format!(
                    "step {i} goes from (alpha, sigma) = ({}, {}) to ({}, {}); alpha and sigma must be positive, and sigma may be 0 only where the last step ends",
                    from.alpha.0, from.sigma.0, to.alpha.0, to.sigma.0
                )));
            }
        }
        let to_data = pairs.last().is_some_and(|[_, to]| to.sigma.0 == 0.0);
        let axes: Vec<_> = self.axes().iter().map(|axis| recursion.along(&pairs, axis, to_data)).collect();
        let part = |k: usize| axes.iter().map(|axis| axis[k].0).collect::<Vec<f64>>();
        let radii = [0, 1, 2].map(|k| axes.iter().map(|axis| axis[k].1).fold(0.0, f64::max));
        let offset = self.0.basis().point(part(1));
        Ok((
            square(py, &self.0.basis().matrix(&part(0))),
            offset.as_slice().to_pyarray(py),
            square(py, &self.0.basis().matrix(&part(2))),
            radii,
        ))
    }
}
