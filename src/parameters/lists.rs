//! Lists that belong to other lists: places in a vector, the values there, and times in order.

use super::inputs::number;
use super::{Domain, ExactReader, InputError};
use crate::numbers::{Rational, shorten};
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

    /// Two integers from 0 to `d − 1`.
    pub(super) fn exact_place(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &str,
    ) -> Result<(usize, usize), InputError> {
        let form = format!("two integers from 0 to {}, [row, column], such as [0,0]", d.saturating_sub(1));
        let given = self.require(name, meaning, &form)?;
        let got = || shorten(&given.to_string());
        let shape = || InputError::Shape { name: name.to_owned(), expected: form.clone(), got: got() };
        let entries = given.as_array().filter(|entries| entries.len() == 2).ok_or_else(shape)?;
        let index = |entry: &Value| {
            let value = number(name, entry)?;
            let index = value.is_int().then(|| usize::try_from(value.numerator().clone()).ok()).flatten();
            index.filter(|index| *index < d).ok_or_else(shape)
        };
        Ok((index(&entries[0])?, index(&entries[1])?))
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
}
