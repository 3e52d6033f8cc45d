//! The reader of exact inputs: every name is checked, every number is held to its domain before anything is rounded.

use super::inputs::number;
use super::nearest::nearest;
use super::{Domain, InputError, Inputs, Source};
use crate::numbers::{Covariance, Matrix, PositiveDefinite, Rational, Scalar, Vector, is_semidefinite, shorten};
use serde_json::Value;
use std::collections::BTreeSet;

/// Names without effect on a quantity, with the domains they are still held to.
pub type Ignored = &'static [(&'static str, Domain)];

/// Reads parameters from `name=value` words, in any reading.
///
/// # Errors
/// [`InputError`] for the first thing wrong.
pub fn at_point<S: Scalar, P: super::Parameters<S>>(words: &str) -> Result<P, InputError> {
    ExactReader::new(&Inputs::from_words(words.split_whitespace())?, &[]).read()
}

/// Reads inputs exactly, and remembers what was asked so that a leftover name is an error.
#[derive(Debug, Clone)]
pub struct ExactReader<'a> {
    inputs: &'a Inputs,
    ignored: Ignored,
    asked: BTreeSet<&'static str>,
    fault: Option<InputError>,
}

impl<'a> ExactReader<'a> {
    /// A reader of these inputs. Names in `ignored` have no effect: they may be absent, but are checked if given.
    pub fn new(inputs: &'a Inputs, ignored: Ignored) -> Self {
        Self { inputs, ignored, asked: BTreeSet::new(), fault: None }
    }

    /// Reads a whole set of parameters and refuses names that it did not ask for.
    ///
    /// # Errors
    /// [`InputError`] for the first thing wrong.
    pub fn read<S: Scalar, P: super::Parameters<S>>(mut self) -> Result<P, InputError> {
        let read = P::read(&mut self).and_then(|params| {
            for (name, domain) in self.ignored {
                if self.value(name).is_some() {
                    self.exact(name, *domain, "without effect")?;
                }
            }
            Ok(params)
        });
        // A misspelt name explains a missing one, so it is reported first; but only once every name is known, which a bad
        // choice prevents.
        let params = read.map_err(|error| self.fault.clone().unwrap_or(error))?;
        self.finish()?;
        self.fault.map_or(Ok(params), Err)
    }

    /// Notes the first fault and goes on with a stand-in, so that all names are asked for before anything is reported.
    fn or_stand_in<T>(&mut self, read: Result<T, InputError>, stand_in: T) -> T {
        read.unwrap_or_else(|fault| {
            self.fault.get_or_insert(fault);
            stand_in
        })
    }

    /// The first thing wrong with what was asked for so far, where a stand-in took its place.
    pub fn fault(&self) -> Option<&InputError> {
        self.fault.as_ref()
    }

    /// Refuses names that nothing asked for.
    ///
    /// # Errors
    /// [`InputError::Unknown`] with the names that exist.
    pub fn finish(&self) -> Result<(), InputError> {
        let known = |name: &str| self.asked.contains(name) || self.ignored.iter().any(|(ignored, _)| *ignored == name);
        match self.inputs.names().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => Err(InputError::Unknown {
                name: shorten(name),
                hint: nearest(name, self.asked.iter().copied().filter(|a| self.inputs.get(a).is_none()))
                    .map(|near| format!(" (did you mean `{near}`?)"))
                    .unwrap_or_default(),
                choices: self.asked.iter().copied().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.insert(name);
        self.inputs.get(name)
    }

    pub(super) fn require(&mut self, name: &'static str, meaning: &str, domain: &str) -> Result<&'a Value, InputError> {
        self.value(name).ok_or_else(|| InputError::Missing {
            name: name.to_owned(),
            meaning: meaning.to_owned(),
            domain: domain.to_owned(),
        })
    }

    fn exact(&mut self, name: &'static str, domain: Domain, meaning: &str) -> Result<Rational, InputError> {
        let value = number(name, self.require(name, meaning, &domain.to_string())?)?;
        if domain.contains(&value) {
            Ok(value)
        } else {
            Err(InputError::Domain { name: name.to_owned(), value: self.text(name), domain })
        }
    }

    /// The entries of a vector, not rounded.
    ///
    /// # Errors
    /// [`InputError`] if it is missing or not a list of numbers.
    pub fn exact_vector(&mut self, name: &'static str, meaning: &str) -> Result<Vec<Rational>, InputError> {
        const FORM: &str = "a list of numbers such as [0.5,-1]";
        let entries = list(name, self.require(name, meaning, FORM)?, FORM)?;
        entries.iter().map(|v| number(name, v)).collect()
    }

    fn exact_positives(&mut self, name: &'static str, meaning: &str) -> Result<Vec<Rational>, InputError> {
        let entries = self.exact_vector(name, meaning)?;
        match entries.iter().position(|entry| *entry <= Rational::ZERO) {
            None => Ok(entries),
            Some(at) => Err(InputError::Shape {
                name: name.to_owned(),
                expected: "a list of numbers > 0".to_owned(),
                got: format!("{}, whose entry {} is {}", self.text(name), at + 1, shorten(&entries[at].to_string())),
            }),
        }
    }

    /// A symmetric positive definite matrix, decomposed without rounding.
    ///
    /// # Errors
    /// [`InputError`] if it is missing, malformed, not symmetric or not positive definite.
    pub fn exact_covariance(&mut self, name: &'static str, meaning: &str) -> Result<PositiveDefinite, InputError> {
        let rows = self.exact_symmetric(name, meaning)?;
        PositiveDefinite::new(&rows).ok_or_else(|| InputError::Shape {
            name: name.to_owned(),
            expected: "a positive definite matrix: all its leading minors > 0".to_owned(),
            got: self.text(name),
        })
    }

    /// Requires that a symmetric matrix is positive semidefinite, without rounding.
    ///
    /// # Errors
    /// [`InputError`] if it is missing, malformed, not symmetric or has a negative direction.
    pub fn exact_semidefinite(&mut self, name: &'static str, meaning: &str) -> Result<(), InputError> {
        if is_semidefinite(&self.exact_symmetric(name, meaning)?) {
            return Ok(());
        }
        Err(InputError::Shape {
            name: name.to_owned(),
            expected: "a positive semidefinite matrix: no variance along any direction < 0".to_owned(),
            got: self.text(name),
        })
    }

    fn exact_symmetric(&mut self, name: &'static str, meaning: &str) -> Result<Vec<Vec<Rational>>, InputError> {
        let rows = self.exact_rows(name, meaning)?;
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

    /// The rows of a matrix: at least one, of equal length, not empty.
    fn exact_rows(&mut self, name: &'static str, meaning: &str) -> Result<Vec<Vec<Rational>>, InputError> {
        const FORM: &str = "a list of rows of equal length such as [[1,0],[0,1]]";
        let rows = list(name, self.require(name, meaning, FORM)?, FORM)?;
        let rows = rows.iter().map(|row| list(name, row, FORM)).collect::<Result<Vec<_>, _>>()?;
        if rows.iter().any(|row| row.len() != rows[0].len()) {
            let got = "rows of unequal length".to_owned();
            return Err(InputError::Shape { name: name.to_owned(), expected: FORM.to_owned(), got });
        }
        rows.into_iter().map(|row| row.iter().map(|v| number(name, v)).collect()).collect()
    }

    /// An integer that fits 32 bits.
    fn integer(&mut self, name: &'static str, domain: Domain, meaning: &str) -> Result<u32, InputError> {
        let value = self.exact(name, domain, meaning)?;
        let integer = value.is_int().then(|| u32::try_from(value.numerator().clone()).ok()).flatten();
        integer.ok_or_else(|| InputError::Shape {
            name: name.to_owned(),
            expected: format!("an integer from {} to 4294967295", u8::from(domain == Domain::Positive)),
            got: self.text(name),
        })
    }

    fn text(&self, name: &str) -> String {
        self.inputs.get(name).map(|v| shorten(v.as_str().unwrap_or(&v.to_string()))).unwrap_or_default()
    }
}

impl<S: Scalar> Source<S> for ExactReader<'_> {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<S, InputError> {
        let value = self.exact(name, domain, meaning).map(|value| S::rational(&value));
        Ok(self.or_stand_in(value, S::one()))
    }

    fn optional(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Option<S>, InputError> {
        match self.value(name) {
            None => Ok(None),
            Some(_) => self.real(name, domain, meaning).map(Some),
        }
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        let integer = self.integer(name, Domain::Positive, meaning);
        Ok(self.or_stand_in(integer, 1))
    }

    fn count_or_none(&mut self, name: &'static str, meaning: &'static str) -> Result<Option<u32>, InputError> {
        match self.value(name) {
            Some(value) if value.as_str() == Some("none") => Ok(None),
            Some(_) => {
                let integer = self.integer(name, Domain::Positive, meaning).map_err(|_| InputError::Shape {
                    name: name.to_owned(),
                    expected: "an integer from 1 to 4294967295, or none".to_owned(),
                    got: self.text(name),
                });
                Ok(self.or_stand_in(integer.map(Some), None))
            }
            None => {
                let missing = self.require(name, meaning, "an integer >= 1, or none").map(|_| None);
                Ok(self.or_stand_in(missing, None))
            }
        }
    }

    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        let integer = self.integer(name, Domain::NonNegative, meaning);
        Ok(self.or_stand_in(integer, 0))
    }

    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError> {
        let choices = options.join(", ");
        let value = match self.value(name) {
            None if default => return Ok(options[0]),
            None => self.require(name, meaning, &format!("one of {choices}"))?,
            Some(value) => value,
        };
        // JSON has words of its own for two of the choices.
        let word = value.as_bool().map(|yes| if yes { "true" } else { "false" }).or(value.as_str());
        options.iter().copied().find(|option| word == Some(option)).ok_or_else(|| InputError::Choice {
            name: name.to_owned(),
            value: self.text(name),
            choices,
        })
    }

    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError> {
        let entries = self.exact_vector(name, meaning);
        let entries = self.or_stand_in(entries, vec![Rational::ONE]);
        Ok(Vector(entries.iter().map(S::rational).collect()))
    }

    fn positives(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError> {
        let entries = self.exact_positives(name, meaning);
        let entries = self.or_stand_in(entries, vec![Rational::ONE]);
        Ok(Vector(entries.iter().map(S::rational).collect()))
    }

    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError> {
        let entries = self.exact_positives(name, meaning).and_then(|entries| {
            let sum = entries.iter().fold(Rational::ZERO, |sum, weight| sum + weight);
            if sum == Rational::ONE {
                return Ok(entries);
            }
            let got = format!("{}, whose sum is {}", self.text(name), shorten(&sum.to_string()));
            let expected = "numbers whose sum is exactly 1, such as [0.3,0.7] or [\"1/3\",\"2/3\"]".to_owned();
            Err(InputError::Shape { name: name.to_owned(), expected, got })
        });
        let entries = self.or_stand_in(entries, vec![Rational::ONE]);
        Ok(Vector(entries.iter().map(S::rational).collect()))
    }

    fn indices(
        &mut self,
        name: &'static str,
        least: usize,
        below: usize,
        meaning: &'static str,
    ) -> Result<Vec<usize>, InputError> {
        let indices = self.exact_indices(name, least, below, meaning);
        Ok(self.or_stand_in(indices, (0..least).collect()))
    }

    fn entries(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<Vector<S>, InputError> {
        let entries = self.exact_entries(name, n, meaning);
        let entries = self.or_stand_in(entries, vec![Rational::ONE; n]);
        Ok(Vector(entries.iter().map(S::rational).collect()))
    }

    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<S>, InputError> {
        let increments = self.exact_increments(name, meaning);
        let increments = self.or_stand_in(increments, Vec::new());
        Ok(Vector(increments.iter().map(S::rational).collect()))
    }

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<S>, InputError> {
        let rows = self.exact_rows(name, meaning);
        Ok(from_rows(&self.or_stand_in(rows, vec![vec![Rational::ONE]])))
    }

    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<S>, InputError> {
        let rows = self.exact_symmetric(name, meaning);
        Ok(from_rows(&self.or_stand_in(rows, vec![vec![Rational::ONE]])))
    }

    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<S>, InputError> {
        match self.exact_covariance(name, meaning) {
            Ok(_) => Ok(Covariance::new(self.symmetric(name, meaning)?)),
            Err(fault) => Ok(self.or_stand_in(Err(fault), Covariance::new(Matrix::identity(1)))),
        }
    }

    fn same_dimension(&mut self, names: &[&'static str]) -> Result<(), InputError> {
        let length = |name: &&'static str| self.inputs.get(name).and_then(Value::as_array).map(|a| (*name, a.len()));
        let lengths: Vec<_> = names.iter().filter_map(length).collect();
        let same = match lengths.iter().find(|(_, n)| *n != lengths[0].1) {
            None => Ok(()),
            Some((name, n)) => Err(InputError::Condition(format!(
                "`{}` and `{name}` must have the same dimension, but {} has {} and {name} has {n}",
                lengths[0].0, lengths[0].0, lengths[0].1
            ))),
        };
        self.or_stand_in(same, ());
        Ok(())
    }

    fn ordered(&mut self, lower: &'static str, upper: &'static str, strict: bool) -> Result<(), InputError> {
        let (Some(low), Some(high)) = (self.inputs.rational(lower), self.inputs.rational(upper)) else {
            return Ok(());
        };
        if low < high || (!strict && low == high) {
            return Ok(());
        }
        Err(InputError::Order {
            lower: lower.to_owned(),
            lower_value: self.text(lower),
            relation: if strict { "<" } else { "<=" },
            upper: upper.to_owned(),
            upper_value: self.text(upper),
        })
    }

    fn not_all_zero(&mut self, names: &[&'static str]) -> Result<(), InputError> {
        if names.iter().any(|name| self.inputs.rational(name).is_none_or(|value| value != Rational::ZERO)) {
            return Ok(());
        }
        Err(InputError::Condition(format!("{} must not all be 0: there would be no noise", names.join(" and "))))
    }
}

/// A matrix in some reading from exact rows of equal length.
fn from_rows<S: Scalar>(rows: &[Vec<Rational>]) -> Matrix<S> {
    Matrix::from_fn(rows.len(), rows[0].len(), |i, j| S::rational(&rows[i][j]))
}

fn list<'v>(name: &str, value: &'v Value, expected: &str) -> Result<&'v Vec<Value>, InputError> {
    value.as_array().filter(|entries| !entries.is_empty()).ok_or_else(|| InputError::Shape {
        name: name.to_owned(),
        expected: expected.to_owned(),
        got: shorten(&value.to_string()),
    })
}
