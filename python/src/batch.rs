//! Many sets of parameters under one schedule, enclosed in bulk.

use super::refuse;
use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use ouracle::numbers::Instructions;
use ouracle::objectives::batch::{self, Columns, Enclosure, Precision, Quantity, Tier};
use ouracle::parameters::Inputs;
use pyo3::prelude::*;

/// A schedule that is ready for many sets, from its exact parameters as JSON.
#[pyclass(frozen)]
pub struct Batch(batch::Batch);

/// Enclosures, each in the arithmetic that it was found in.
#[pyclass(frozen)]
pub struct Enclosures {
    found: Vec<Enclosure>,
    precision: Precision,
}

/// Centre, lower and upper end.
type Bounds<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

#[pymethods]
impl Batch {
    #[new]
    fn new(parameters_json: &str) -> PyResult<Self> {
        let inputs = Inputs::from_json_text(parameters_json).map_err(refuse)?;
        batch::Batch::new(&inputs).map(Self).map_err(refuse)
    }

    /// The quantity for every set; columns `m0, v0, x, scale, shift, prior_mean, prior_variance`, each with an entry for every set or one.
    fn enclose(
        &self,
        py: Python<'_>,
        quantity: &str,
        columns: [PyReadonlyArray1<'_, f64>; 7],
        digits: usize,
        absolute: f64,
        threads: usize,
    ) -> PyResult<Enclosures> {
        let known = Quantity::ALL.into_iter().find(|(name, _)| *name == quantity);
        let (_, quantity) = known.ok_or_else(|| {
            let names = Quantity::ALL.map(|(name, _)| name).join(", ");
            refuse(format!("there is no quantity {quantity:?}; ask for one of {names}"))
        })?;
        if !(absolute.is_finite() && absolute >= 0.0) {
            return Err(refuse(format!("the absolute radius is {absolute}; give a finite number >= 0")));
        }
        let [m0, v0, x, scale, shift, prior_mean, prior_variance] = &columns;
        let columns = Columns {
            m0: m0.as_slice()?,
            v0: v0.as_slice()?,
            x: x.as_slice()?,
            scale: scale.as_slice()?,
            shift: shift.as_slice()?,
            prior_mean: prior_mean.as_slice()?,
            prior_variance: prior_variance.as_slice()?,
        };
        let precision = Precision { digits, absolute };
        let found = py
            .detach(|| self.0.enclose(quantity, &columns, precision, threads, Instructions::widest()))
            .map_err(refuse)?;
        Ok(Enclosures { found, precision })
    }
}

#[pymethods]
impl Enclosures {
    /// `(centre, lower, upper)` as doubles, the ends rounded outward.
    fn bounds<'py>(&self, py: Python<'py>) -> Bounds<'py> {
        let intervals: Vec<_> = self.found.iter().map(Enclosure::to_f64_interval).collect();
        let column = |of: &dyn Fn(usize) -> f64| (0..intervals.len()).map(of).collect::<Vec<_>>().to_pyarray(py);
        (column(&|i| self.found[i].to_f64()), column(&|i| intervals[i].lo()), column(&|i| intervals[i].hi()))
    }

    /// 0 for doubles, 1 for double-words, 2 for 237 bits.
    fn tiers<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u8>> {
        let number = |found: &Enclosure| match found.tier() {
            Tier::Doubles => 0_u8,
            Tier::DoubleWords => 1,
            Tier::Ball => 2,
        };
        self.found.iter().map(number).collect::<Vec<_>>().to_pyarray(py)
    }

    /// Whether each is as narrow as was asked.
    fn reached<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        self.found.iter().map(|found| self.precision.is_reached(found)).collect::<Vec<_>>().to_pyarray(py)
    }

    /// `value ± radius` in decimal.
    fn decimals(&self, digits: usize) -> Vec<String> {
        self.found.iter().map(|found| found.ball().to_decimal(digits)).collect()
    }
}
