//! Losses of score matching, part by part, of a model whose log-density is a polynomial; each with the radius that rounding explains.

use super::refuse;
use numpy::{PyArray1, PyArray2, PyArray3, PyReadonlyArray1, PyReadonlyArray2, ToPyArray};
use ouracle::numbers::{Float, Interval, Jet, Matrix, Scalar, Vector};
use ouracle::objectives::score_matching::{Loss, Place};
use ouracle::worlds;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Values and radii, `(n, parts)`.
type Parts<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

/// `L(x) = −½ yᵀKy − ¼ Σ bᵢyᵢ⁴` with `y = x − μ`.
#[pyclass(frozen)]
pub struct QuarticModel {
    model: worlds::QuarticModel<Float>,
    enclosed: worlds::QuarticModel<Interval<f64>>,
}

fn vector<S>(row: &[f64], read: impl Fn(f64) -> S) -> Vector<S> {
    Vector(row.iter().map(|x| read(*x)).collect())
}

/// The double and its neighbours: a subject's number that was rounded once.
fn rounded(x: f64) -> Interval<f64> {
    Interval::new(x.next_down(), x.next_up()).unwrap_or_else(Interval::whole)
}

/// The arrays of a question, `(n, d)` each, and the numbers of each row.
struct Columns {
    vectors: [Vec<Vec<f64>>; 6],
    numbers: [Vec<f64>; 2],
}

impl Columns {
    fn place<S: Scalar>(&self, i: usize, read: impl Fn(f64) -> S) -> Place<S> {
        let [centre, up, down, v, noise, of_data] = [0, 1, 2, 3, 4, 5].map(|k| vector(&self.vectors[k][i], &read));
        let [variance, factor] = [0, 1].map(|k| read(self.numbers[k][i]));
        Place { centre, up, down, v, noise, variance, factor, of_data }
    }
}

#[pymethods]
impl QuarticModel {
    #[new]
    fn new(
        precision: PyReadonlyArray2<'_, f64>,
        quartic: PyReadonlyArray1<'_, f64>,
        centre: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<Self> {
        let (precision, quartic, centre) = (precision.as_array(), quartic.as_array(), centre.as_array());
        let d = centre.len();
        if d == 0 || precision.shape() != [d, d] || quartic.len() != d {
            let shape = precision.shape();
            return Err(refuse(format!(
                "a precision of the shape {shape:?}, {} coefficients and {d} entries of the centre; give (d, d), d and d",
                quartic.len()
            )));
        }
        if (0..d).any(|i| (0..i).any(|j| precision[[i, j]] != precision[[j, i]])) {
            return Err(refuse(
                "the precision is not symmetric; give (K + Kᵀ)/2, which is all that a log-density sees",
            ));
        }
        let column = |values: numpy::ndarray::ArrayView1<'_, f64>| Vector(values.iter().map(|x| Float(*x)).collect());
        let precision = Matrix::from_fn(d, d, |i, j| Float(precision[[i, j]]));
        let model = worlds::QuarticModel { precision, quartic: column(quartic), centre: column(centre) };
        let enclosed = model.map(|x| Interval::point(x.0));
        Ok(Self { model, enclosed })
    }

    /// `L` at the rows of `x`, up to a constant, in nats.
    fn log_density<'py>(&self, py: Python<'py>, x: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let values: Vec<f64> = self.rows(&x)?.iter().map(|row| self.model.log_density(row).0).collect();
        Ok(values.to_pyarray(py))
    }

    /// The score at the rows of `x`.
    fn score<'py>(&self, py: Python<'py>, x: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let rows: Vec<Vec<f64>> =
            self.rows(&x)?.iter().map(|row| self.model.score(row).0.iter().map(|x| x.0).collect()).collect();
        PyArray2::from_vec2(py, &rows).map_err(refuse)
    }

    /// The Jacobian of the score at the rows of `x`, `(n, d, d)`.
    fn jacobian<'py>(&self, py: Python<'py>, x: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let matrix = |jet: &Jet<Float>| {
            let d = jet.hessian.rows();
            (0..d).map(|i| (0..d).map(|j| jet.hessian[(i, j)].0).collect()).collect()
        };
        let matrices: Vec<Vec<Vec<f64>>> = self.jets(&x)?.iter().map(matrix).collect();
        PyArray3::from_vec3(py, &matrices).map_err(refuse)
    }

    /// The parts of a loss at `n` places, `(n, parts)`, and their radii. `places` has arrays `(n, d)`, `centre`, `up`, `down`, `v`, `noise` and
    /// `of_data`, and arrays `(n,)`, `variance` and `factor`; what is missing is zero, or one.
    fn parts<'py>(&self, py: Python<'py>, loss: &str, places: &Bound<'py, PyDict>) -> PyResult<Parts<'py>> {
        let Some(loss) = Loss::named(loss) else {
            return Err(refuse(format!("`{loss}` is no loss known here; choose one of {}", Loss::NAMES.join(", "))));
        };
        let columns = self.columns(places)?;
        let n = columns.numbers[0].len();
        let (values, radii): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (0..n)
            .map(|i| {
                let values = loss.parts(&self.model, &columns.place(i, Float));
                let ranges = loss.parts(&self.enclosed, &columns.place(i, rounded));
                (values.iter().map(|x| x.0).collect(), ranges.iter().map(|x| x.hi() - x.lo()).collect::<Vec<_>>())
            })
            .unzip();
        Ok((PyArray2::from_vec2(py, &values).map_err(refuse)?, PyArray2::from_vec2(py, &radii).map_err(refuse)?))
    }
}

impl QuarticModel {
    fn rows(&self, x: &PyReadonlyArray2<'_, f64>) -> PyResult<Vec<Vector<Float>>> {
        let (x, d) = (x.as_array(), self.model.centre.dimension());
        if x.ncols() != d {
            return Err(refuse(format!("points of the shape {:?}; the model has {d} dimensions", x.shape())));
        }
        Ok(x.rows().into_iter().map(|row| Vector(row.iter().map(|x| Float(*x)).collect())).collect())
    }

    fn jets(&self, x: &PyReadonlyArray2<'_, f64>) -> PyResult<Vec<Jet<Float>>> {
        Ok(self.rows(x)?.iter().map(|row| self.model.jet(row)).collect())
    }

    fn columns(&self, places: &Bound<'_, PyDict>) -> PyResult<Columns> {
        let d = self.model.centre.dimension();
        let Some(centre) = places.get_item("centre")? else {
            return Err(refuse("the places have no `centre`; it is the point at which the model is asked"));
        };
        let n = centre.extract::<PyReadonlyArray2<'_, f64>>()?.as_array().nrows();
        let vectors = ["centre", "up", "down", "v", "noise", "of_data"].map(|name| -> PyResult<Vec<Vec<f64>>> {
            let Some(array) = places.get_item(name)? else {
                return Ok(vec![vec![0.0; d]; n]);
            };
            let array = array.extract::<PyReadonlyArray2<'_, f64>>()?;
            let array = array.as_array();
            if array.shape() != [n, d] {
                return Err(refuse(format!("`{name}` has the shape {:?}, not ({n}, {d})", array.shape())));
            }
            Ok(array.rows().into_iter().map(|row| row.to_vec()).collect())
        });
        let numbers = ["variance", "factor"].map(|name| -> PyResult<Vec<f64>> {
            let Some(array) = places.get_item(name)? else {
                return Ok(vec![1.0; n]);
            };
            let array = array.extract::<PyReadonlyArray1<'_, f64>>()?.as_array().to_vec();
            match array.iter().find(|x| !(x.is_finite() && **x > 0.0)) {
                Some(x) => Err(refuse(format!("the {name} {x} is not a finite number > 0"))),
                None if array.len() != n => Err(refuse(format!("`{name}` has {} numbers for {n} places", array.len()))),
                None => Ok(array),
            }
        });
        let [a, b, c, e, f, g] = vectors;
        let [h, k] = numbers;
        Ok(Columns { vectors: [a?, b?, c?, e?, f?, g?], numbers: [h?, k?] })
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<QuarticModel>()
}
