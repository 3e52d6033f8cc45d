//! The table of parameters in the help and in `list --json`: what a set of parameters would ask for.

use super::{Domain, InputError, Parameters, Source};
use crate::numbers::{Covariance, Field, Float, Matrix, Vector};

/// One parameter as the help shows it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FieldSpec {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub domain: String,
    /// What it stands for.
    pub meaning: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Every parameter that `P` may ask for, over all choices it offers, in the order of asking.
pub fn describe<P: Parameters<Float>>() -> Vec<FieldSpec> {
    let mut fields: Vec<FieldSpec> = Vec::new();
    // One pass for each option of each choice; choices are few and not nested more than once.
    let mut passes = vec![Vec::new()];
    while let Some(picks) = passes.pop() {
        let mut catalogue = Catalogue { fields: Vec::new(), picks, open: None };
        let _ = P::read(&mut catalogue);
        if let Some((name, options)) = catalogue.open {
            passes.extend(options.iter().rev().map(|option| {
                let mut picks = catalogue.picks.clone();
                picks.push((name, *option));
                picks
            }));
        }
        for field in catalogue.fields {
            if !fields.iter().any(|known| known.name == field.name) {
                fields.push(field);
            }
        }
    }
    fields
}

struct Catalogue {
    fields: Vec<FieldSpec>,
    picks: Vec<(&'static str, &'static str)>,
    open: Option<(&'static str, &'static [&'static str])>,
}

impl Catalogue {
    fn note(&mut self, name: &'static str, domain: impl ToString, meaning: &'static str, optional: bool) {
        self.fields.push(FieldSpec { name, domain: domain.to_string(), meaning, optional });
    }
}

impl Source<Float> for Catalogue {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Float, InputError> {
        self.note(name, domain, meaning, false);
        Ok(Float::one())
    }

    fn optional(
        &mut self,
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Result<Option<Float>, InputError> {
        self.note(name, domain, meaning, true);
        Ok(None)
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        self.note(name, "an integer >= 1", meaning, false);
        Ok(1)
    }

    fn count_or_none(&mut self, name: &'static str, meaning: &'static str) -> Result<Option<u32>, InputError> {
        self.note(name, "an integer >= 1, or none", meaning, false);
        Ok(None)
    }

    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        self.note(name, "an integer >= 0", meaning, false);
        Ok(0)
    }

    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError> {
        self.note(name, format!("one of {}", options.join(", ")), meaning, default);
        if let Some((_, pick)) = self.picks.iter().find(|(picked, _)| *picked == name) {
            return Ok(pick);
        }
        self.open = Some((name, options));
        Err(InputError::Condition(String::new()))
    }

    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Float>, InputError> {
        self.note(name, "a list of numbers", meaning, false);
        Ok(Vector(vec![Float::one()]))
    }

    fn positives(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Float>, InputError> {
        self.note(name, "a list of numbers > 0", meaning, false);
        Ok(Vector(vec![Float::one()]))
    }

    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Float>, InputError> {
        self.note(name, "a list of numbers > 0 with sum 1", meaning, false);
        Ok(Vector(vec![Float::one()]))
    }

    fn indices(
        &mut self,
        name: &'static str,
        least: usize,
        _: usize,
        meaning: &'static str,
    ) -> Result<Vec<usize>, InputError> {
        let some = if least > 0 { ", not empty" } else { "" };
        self.note(name, format!("a list of integers >= 0, each once{some}"), meaning, false);
        Ok((0..least).collect())
    }

    fn entries(&mut self, name: &'static str, n: usize, meaning: &'static str) -> Result<Vector<Float>, InputError> {
        self.note(name, "a list of numbers", meaning, false);
        Ok(Vector(vec![Float::one(); n]))
    }

    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Float>, InputError> {
        self.note(name, "a list of numbers, each above the one before", meaning, false);
        Ok(Vector(Vec::new()))
    }

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Float>, InputError> {
        self.note(name, "a list of rows", meaning, false);
        Ok(Matrix::identity(1))
    }

    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Float>, InputError> {
        self.note(name, "a symmetric matrix, a list of rows", meaning, false);
        Ok(Matrix::identity(1))
    }

    fn symmetric_basis(
        &mut self,
        name: &'static str,
        d: usize,
        meaning: &'static str,
    ) -> Result<Vec<Matrix<Float>>, InputError> {
        self.note(name, "a list of symmetric matrices, none a combination of the others", meaning, false);
        Ok(vec![Matrix::identity(d)])
    }

    fn place(&mut self, name: &'static str, _: usize, meaning: &'static str) -> Result<(usize, usize), InputError> {
        self.note(name, "row and column, counted from 0, such as [0,1]", meaning, false);
        Ok((0, 0))
    }

    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<Float>, InputError> {
        self.note(name, "a symmetric positive definite matrix, a list of rows", meaning, false);
        Ok(Covariance::new(Matrix::identity(1)))
    }

    fn ordered(&mut self, _: &'static str, _: &'static str, _: bool) -> Result<(), InputError> {
        Ok(())
    }

    fn not_all_zero(&mut self, _: &[&'static str]) -> Result<(), InputError> {
        Ok(())
    }
}
