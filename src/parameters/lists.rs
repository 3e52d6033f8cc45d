//! Lists of lists, and lists that belong to other lists: rows, matrices, places in a vector, the values there, times in order.

use super::inputs::number;
use super::{Domain, ExactReader, InputError};
use crate::numbers::{PositiveDefinite, Rational, shorten};
use serde_json::Value;

impl ExactReader<'_> {
    /// Distinct integers from 0 to `below − 1`, at least `least` of them.
    pub(super) fn exact_indices(
        &mut self,
        name: &'static str,
        least: usize,
        below: usize,
        meaning: &str,
    ) -> Result<Vec<usize>, InputError> {
        let some = if least > 0 { "a list, not empty," } else { "a list" };
        let form = match below.checked_sub(1) {
            Some(last) => format!("{some} of integers from 0 to {last}, each once, such as [0]"),
            None => "an empty list: there is nothing to point at".to_owned(),
        };
        let given = self.require(name, meaning, &form)?;
        let shape = |got: String| InputError::Shape { name: name.to_owned(), expected: form.clone(), got };
        let entries = given.as_array().ok_or_else(|| shape(shorten(&given.to_string())))?;
        if entries.len() < least {
            return Err(shape(shorten(&given.to_string())));
        }
        let mut indices: Vec<usize> = Vec::with_capacity(entries.len());
        let mut place = vec![0; below];
        for (entry, at) in entries.iter().zip(1..) {
            let value = number(name, entry)?;
            let index = value.is_int().then(|| usize::try_from(value.numerator().clone()).ok()).flatten();
            let index = index
                .filter(|index| *index < below)
                .ok_or_else(|| shape(format!("a list whose entry {at} is {}", shorten(&value.to_string()))))?;
            if place[index] > 0 {
                return Err(shape(format!("a list whose entries {} and {at} are both {index}", place[index])));
            }
            place[index] = at;
            indices.push(index);
        }
        Ok(indices)
    }

    /// `n` numbers; one number is a list of one, and nothing a list of none.
    pub(super) fn exact_entries(
        &mut self,
        name: &'static str,
        n: usize,
        meaning: &str,
    ) -> Result<Vec<Rational>, InputError> {
        let form = match n {
            0 => "absent or an empty list".to_owned(),
            1 => "a number, or a list of one number".to_owned(),
            _ => format!("a list of {n} numbers"),
        };
        let given = match (n, self.value(name)) {
            (0, None) => return Ok(Vec::new()),
            _ => self.require(name, meaning, &form)?,
        };
        match given {
            Value::Array(entries) if entries.len() == n => entries.iter().map(|entry| number(name, entry)).collect(),
            Value::Array(entries) => {
                let got = format!("a list of {}", entries.len());
                Err(InputError::Shape { name: name.to_owned(), expected: form, got })
            }
            one if n == 1 => Ok(vec![number(name, one)?]),
            other => {
                let got = shorten(other.as_str().unwrap_or(&other.to_string()));
                Err(InputError::Shape { name: name.to_owned(), expected: form, got })
            }
        }
    }

    /// The differences of neighbours in a list of numbers, each above the one before.
    pub(super) fn exact_increments(&mut self, name: &'static str, meaning: &str) -> Result<Vec<Rational>, InputError> {
        let points = self.exact_vector(name, meaning)?;
        let increments: Vec<_> = points.windows(2).map(|pair| &pair[1] - &pair[0]).collect();
        match increments.iter().position(|increment| !Domain::Positive.contains(increment)) {
            None => Ok(increments),
            Some(at) => {
                let [before, after] = [at, at + 1].map(|i| shorten(&points[i].to_string()));
                Err(InputError::Shape {
                    name: name.to_owned(),
                    expected: "a list of numbers, each above the one before (sort it, and keep one of equal numbers)"
                        .to_owned(),
                    got: format!("a list whose entry {} is {after}, after {before}", at + 2),
                })
            }
        }
    }

    /// The rows of symmetric `d × d` matrices, at least one, none a combination of the others.
    pub(super) fn exact_symmetric_basis(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &str,
    ) -> Result<Vec<Rows>, InputError> {
        let form = format!("a list of symmetric {d} x {d} matrices, none a combination of the others");
        let given = list(name, self.require(name, meaning, &form)?, &form)?;
        let shape = |got: String| InputError::Shape { name: name.to_owned(), expected: form.clone(), got };
        let mut matrices: Vec<Rows> = Vec::with_capacity(given.len());
        for (entry, at) in given.iter().zip(0..) {
            let within = format!("{name}[{at}]");
            let rows = symmetric_rows(&within, rows_of(&within, entry)?)?;
            if rows.len() != d {
                return Err(shape(format!("a list whose {within} is {0} x {0}", rows.len())));
            }
            matrices.push(rows);
            // Matrices are independent if and only if their products tr(BⱼBₖ) make a positive definite matrix.
            let products: Rows = matrices.iter().map(|b| matrices.iter().map(|c| product(b, c)).collect()).collect();
            if PositiveDefinite::new(&products).is_none() {
                return Err(shape(format!(
                    "a list whose {within} is zero or a combination of those before it (drop it)"
                )));
            }
        }
        Ok(matrices)
    }

    /// Two integers from 0 to `n − 1`.
    pub(super) fn exact_place(
        &mut self,
        name: &'static str,
        n: usize,
        meaning: &str,
    ) -> Result<(usize, usize), InputError> {
        let form = format!("two integers from 0 to {}, row and column, such as [0,0]", n.saturating_sub(1));
        let given = self.require(name, meaning, &form)?;
        let place = given.as_array().and_then(|pair| {
            let index = |entry: &Value| {
                let value = number(name, entry).ok().filter(Rational::is_int)?;
                usize::try_from(value.numerator().clone()).ok().filter(|index| *index < n)
            };
            match pair.as_slice() {
                [row, column] => Some((index(row)?, index(column)?)),
                _ => None,
            }
        });
        place.ok_or_else(|| InputError::Shape {
            name: name.to_owned(),
            expected: form,
            got: shorten(&given.to_string()),
        })
    }
}

/// The rows of a matrix.
type Rows = Vec<Vec<Rational>>;

/// What rows look like.
pub(super) const ROWS: &str = "a list of rows of equal length such as [[1,0],[0,1]]";

/// `tr(BC)` of symmetric matrices.
fn product(b: &Rows, c: &Rows) -> Rational {
    let entries = b.iter().flatten().zip(c.iter().flatten());
    entries.fold(Rational::ZERO, |sum, (x, y)| sum + x * y)
}

/// The entries of a list, of which there is at least one.
pub(super) fn list<'v>(name: &str, value: &'v Value, expected: &str) -> Result<&'v Vec<Value>, InputError> {
    value.as_array().filter(|entries| !entries.is_empty()).ok_or_else(|| InputError::Shape {
        name: name.to_owned(),
        expected: expected.to_owned(),
        got: shorten(&value.to_string()),
    })
}

/// The rows of a matrix: at least one, of equal length, not empty.
pub(super) fn rows_of(name: &str, value: &Value) -> Result<Rows, InputError> {
    let rows = list(name, value, ROWS)?;
    let rows = rows.iter().map(|row| list(name, row, ROWS)).collect::<Result<Vec<_>, _>>()?;
    if rows.iter().any(|row| row.len() != rows[0].len()) {
        let got = "rows of unequal length".to_owned();
        return Err(InputError::Shape { name: name.to_owned(), expected: ROWS.to_owned(), got });
    }
    rows.into_iter().map(|row| row.iter().map(|v| number(name, v)).collect()).collect()
}

/// These rows, if they make a symmetric matrix.
pub(super) fn symmetric_rows(name: &str, rows: Rows) -> Result<Rows, InputError> {
    let shape = |got: String| InputError::Shape {
        name: name.to_owned(),
        expected: "a symmetric matrix such as [[2,1],[1,3]]".to_owned(),
        got,
    };
    if rows[0].len() != rows.len() {
        return Err(shape(format!("{} x {} entries", rows.len(), rows[0].len())));
    }
    let mut below = (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    match below.find(|&(i, j)| rows[i][j] != rows[j][i]) {
        None => Ok(rows),
        Some((i, j)) => {
            let (i1, j1) = (i + 1, j + 1);
            Err(shape(format!("a matrix whose entries ({i1}, {j1}) and ({j1}, {i1}) differ")))
        }
    }
}
