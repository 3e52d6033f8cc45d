//! Gaussian data in any dimension: what an exact network predicts, and where exact samplers end.
//!
//! Every map here is a function of the covariance of the data, so it is computed along its eigenvectors with the formulas of
//! one dimension.

use super::recursions::{MULTISTEP, ONE_STEP, Recursion};
use super::refuse;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use numpy::{PyArray1, PyArray2, PyArray3, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::Float;
use ouracle::objectives::samplers::{Finish, SOLVERS};
use ouracle::worlds::{Affine, Level, Oracle};
use pyo3::prelude::*;

/// A matrix and a vector for Python: `z ↦ Az + b`.
type AffineMap<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

/// Many of them, stacked.
type AffineMaps<'py> = (Bound<'py, PyArray3<f64>>, Bound<'py, PyArray2<f64>>);

/// The map of the mean of a transition, and its covariance.
type TransitionMap<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>);

/// Matrix, offset, covariance of the noise, and the radii of the three.
type Recursed<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f64>>, [f64; 3]);

/// Gaussian data `N(mean, covariance)`; a zero covariance is a point mass.
#[pyclass(frozen)]
pub struct Gaussian {
    mean: DVector<f64>,
    basis: DMatrix<f64>,
    /// The exact network along each eigenvector.
    axes: Vec<Oracle<Float>>,
}

pub(crate) fn level(pair: [f64; 2]) -> Level<Float> {
    Level { alpha: Float(pair[0]), sigma: Float(pair[1]) }
}

impl Gaussian {
    /// The exact network along each eigenvector.
    pub(crate) fn axes(&self) -> &[Oracle<Float>] {
        &self.axes
    }

    /// `Q diag(d) Qᵀ`.
    fn along_axes(&self, diagonal: &[f64]) -> DMatrix<f64> {
        &self.basis * DMatrix::from_diagonal(&DVector::from_column_slice(diagonal)) * self.basis.transpose()
    }

    /// The matrix and the offset of a map that is affine along each eigenvector.
    fn lift(&self, map: impl Fn(&Oracle<Float>) -> Affine<Float>) -> (DMatrix<f64>, DVector<f64>) {
        let maps: Vec<_> = self.axes.iter().map(map).collect();
        let slopes: Vec<_> = maps.iter().map(|map| map.slope.0).collect();
        let offsets: Vec<_> = maps.iter().map(|map| map.offset.0).collect();
        (self.along_axes(&slopes), &self.basis * DVector::from_vec(offsets))
    }
}

pub(crate) fn square<'py>(py: Python<'py>, matrix: &DMatrix<f64>) -> Bound<'py, PyArray2<f64>> {
    let rows: Vec<Vec<f64>> = matrix.row_iter().map(|row| row.iter().copied().collect()).collect();
    PyArray2::from_vec2(py, &rows).expect("the rows of a matrix have one length")
}

#[pymethods]
impl Gaussian {
    #[new]
    fn new(mean: PyReadonlyArray1<'_, f64>, covariance: PyReadonlyArray2<'_, f64>) -> PyResult<Self> {
        let (mean, covariance) = (mean.as_array(), covariance.as_array());
        let d = mean.len();
        if d == 0 || covariance.shape() != [d, d] {
            let shape = covariance.shape();
            return Err(refuse(format!(
                "the mean has {d} entries and the covariance the shape {shape:?}, but data in d >= 1 dimensions has d and (d, d)"
            )));
        }
        if let Some(value) = mean.iter().chain(covariance.iter()).find(|value| !value.is_finite()) {
            return Err(refuse(format!("an entry of the mean or the covariance is {value}; all must be finite")));
        }
        let matrix = DMatrix::from_fn(d, d, |i, j| covariance[[i, j]]);
        let scale = matrix.amax();
        if (&matrix - matrix.transpose()).amax() > 8.0 * f64::EPSILON * scale {
            return Err(refuse("the covariance is not symmetric; symmetrise it, (C + C.T)/2"));
        }
        let eigen = SymmetricEigen::new(matrix);
        // What rounding can make of a zero eigenvalue.
        let floor = -8.0 * f64::EPSILON * scale * d as f64;
        if let Some(least) = eigen.eigenvalues.iter().find(|value| **value < floor) {
            return Err(refuse(format!(
                "the covariance has the eigenvalue {least}, but a covariance is positive semidefinite"
            )));
        }
        let mean = DVector::from_iterator(d, mean.iter().copied());
        let rotated = eigen.eigenvectors.transpose() * &mean;
        let axes = rotated.iter().zip(eigen.eigenvalues.iter());
        let axes = axes.map(|(m, v)| Oracle::new(Float(*m), Float(v.max(0.0)))).collect();
        Ok(Self { mean, basis: eigen.eigenvectors, axes })
    }

    /// The mean, `(d,)`.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.mean.as_slice().to_pyarray(py)
    }

    /// The covariance, `(d, d)`.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        let variances: Vec<_> = self.axes.iter().map(|axis| axis.data.variance.0).collect();
        square(py, &self.along_axes(&variances))
    }

    /// Matrices `(n, d, d)` and offsets `(n, d)` of the exact prediction at `n` levels. Rows of `levels` are
    /// `(α, σ, α′, σ′)`; the derivatives matter for `velocity` alone.
    fn prediction<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        levels: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<AffineMaps<'py>> {
        let rows = levels.as_array();
        if rows.ncols() != 4 {
            return Err(refuse(format!(
                "levels have the shape {:?}; give rows (alpha, sigma, alpha', sigma')",
                rows.shape()
            )));
        }
        let (mut matrices, mut offsets) = (Vec::new(), Vec::new());
        for row in rows.rows() {
            let at = level([row[0], row[1]]);
            let (alpha_rate, sigma_rate) = (Float(row[2]), Float(row[3]));
            let (matrix, offset) = match kind {
                "score" => self.lift(|axis| axis.score(&at)),
                "eps" => self.lift(|axis| axis.noise(&at)),
                "x0" => self.lift(|axis| axis.denoised(&at)),
                "v" => self.lift(|axis| axis.combination(&at, at.alpha, -at.sigma)),
                "velocity" => self.lift(|axis| axis.combination(&at, sigma_rate, alpha_rate)),
                _ => return Err(refuse(format!("`{kind}` is no kind of field; choose score, eps, x0, v or velocity"))),
            };
            matrices.push(matrix.row_iter().map(|row| row.iter().copied().collect()).collect::<Vec<Vec<f64>>>());
            offsets.push(offset.as_slice().to_vec());
        }
        Ok((PyArray3::from_vec3(py, &matrices).map_err(refuse)?, PyArray2::from_vec2(py, &offsets).map_err(refuse)?))
    }

    /// The exact probability flow between two levels `(α, σ)`.
    fn flow<'py>(&self, py: Python<'py>, start: [f64; 2], to: [f64; 2]) -> AffineMap<'py> {
        let (from, to) = (level(start), level(to));
        let (matrix, offset) = self.lift(|axis| axis.flow(&from, &to));
        (square(py, &matrix), offset.as_slice().to_pyarray(py))
    }

    /// The exact reverse transition between two levels, `q(z_to | z_from)`: the map of its mean, and its covariance.
    fn reverse<'py>(&self, py: Python<'py>, start: [f64; 2], to: [f64; 2]) -> TransitionMap<'py> {
        let (from, to) = (level(start), level(to));
        let (matrix, offset) = self.lift(|axis| axis.reverse(&from, &to).mean());
        let variances: Vec<_> = self.axes.iter().map(|axis| axis.reverse(&from, &to).variance.0).collect();
        (square(py, &matrix), offset.as_slice().to_pyarray(py), square(py, &self.along_axes(&variances)))
    }

    /// `log p(z)` in nats of the rows `(n, d)` of `z` at the level `(α, σ)`.
    fn log_density<'py>(
        &self,
        py: Python<'py>,
        z: PyReadonlyArray2<'py, f64>,
        at: [f64; 2],
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let (z, at, d) = (z.as_array(), level(at), self.axes.len());
        if z.ncols() != d {
            return Err(refuse(format!("a point has {} entries, but the data has {d} dimensions", z.ncols())));
        }
        let rows = z.rows().into_iter().map(|row| {
            let rotated = self.basis.transpose() * DVector::from_iterator(d, row.iter().copied());
            let axes = self.axes.iter().zip(rotated.iter());
            axes.map(|(axis, z)| at.law(&axis.data).log_density(Float(*z)).0).sum()
        });
        Ok(rows.collect::<Vec<f64>>().to_pyarray(py))
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
        let axes: Vec<_> = self.axes.iter().map(|axis| recursion.along(&pairs, axis, to_data)).collect();
        let part = |k: usize| axes.iter().map(|axis| axis[k].0).collect::<Vec<f64>>();
        let radii = [0, 1, 2].map(|k| axes.iter().map(|axis| axis[k].1).fold(0.0, f64::max));
        let offset = &self.basis * DVector::from_vec(part(1));
        Ok((
            square(py, &self.along_axes(&part(0))),
            offset.as_slice().to_pyarray(py),
            square(py, &self.along_axes(&part(2))),
            radii,
        ))
    }
}
