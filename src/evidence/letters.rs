//! The letters of a proof in every dimension: a vector or a matrix is one letter, whatever its size.

use super::symbols::latex_name;
use crate::numbers::expr::{Shape, Size};
use crate::numbers::{Covariance, Expr, Float, Matrix, Proof, Scalar, Vector};
use crate::parameters::{Domain, ExactReader, InputError, Inputs, Source};
use std::collections::BTreeMap;

/// Answers with letters where an exact reader would answer with vectors and matrices.
///
/// Two sizes are one size if they agree at every point: only these points say that a noise factor need not be square.
pub struct Letters<'a> {
    proof: &'a Proof,
    points: Vec<ExactReader<'a>>,
    sizes: Vec<Vec<usize>>,
    letters: BTreeMap<&'static str, Shape>,
}

impl<'a> Letters<'a> {
    /// Letters in this proof, with the sizes of these points, of which there is at least one.
    pub fn new(proof: &'a Proof, points: &'a [Inputs]) -> Self {
        let points = points.iter().map(|inputs| ExactReader::new(inputs, &[])).collect();
        Self { proof, points, sizes: Vec::new(), letters: BTreeMap::new() }
    }

    /// The first thing wrong with a point.
    pub fn fault(&self) -> Option<&InputError> {
        self.points.iter().find_map(ExactReader::fault)
    }

    /// The letters and their shapes, for a report: `A: d×d, L: d×r`.
    pub fn described(&self) -> String {
        let size =
            |size: Size| (0..).zip(["d", "r", "n", "m"]).find(|(n, _)| Size::unknown(*n) == size).map_or("1", |s| s.1);
        let shown = |(name, shape): (&&str, &Shape)| format!("{name}:{}x{}", size(shape.rows), size(shape.columns));
        self.letters.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    /// What a letter is at a point.
    pub fn value<S: Scalar>(&self, name: &str, inputs: &Inputs) -> Option<Matrix<S>> {
        let (name, shape) = self.letters.get_key_value(name)?;
        let mut reader = ExactReader::new(inputs, &[]);
        let value = match (shape.is_number(), shape.columns == Size::ONE) {
            (true, _) => reader.real(name, Domain::Real, "").map(|x| Matrix::from_fn(1, 1, |_, _| x)),
            (_, true) => reader.vector(name, "").map(|v: Vector<S>| Matrix::from_fn(v.dimension(), 1, |i, _| v[i])),
            _ => reader.matrix(name, ""),
        };
        value.ok()
    }

    fn everywhere<T>(
        &mut self,
        read: impl Fn(&mut ExactReader<'a>) -> Result<T, InputError>,
    ) -> Result<Vec<T>, InputError> {
        self.points.iter_mut().map(read).collect()
    }

    fn size(&mut self, at_points: Vec<usize>) -> Size {
        let known = self.sizes.iter().position(|size| *size == at_points);
        let number = known.unwrap_or_else(|| {
            self.sizes.push(at_points);
            self.sizes.len() - 1
        });
        Size::unknown(u8::try_from(number).unwrap_or(u8::MAX))
    }

    fn square(&mut self, matrices: &[Matrix<Float>]) -> Size {
        self.size(matrices.iter().map(Matrix::rows).collect())
    }

    fn letter(&mut self, name: &'static str, shape: Shape, positive: bool) -> Expr {
        self.letters.insert(name, shape);
        self.proof.letter(name, &latex_name(name), shape, positive)
    }
}

impl Source<Expr> for Letters<'_> {
    fn real(&mut self, name: &'static str, domain: Domain, meaning: &'static str) -> Result<Expr, InputError> {
        let _: Vec<Float> = self.everywhere(|reader| reader.real(name, domain, meaning))?;
        self.letters.insert(name, Shape::NUMBER);
        Ok(super::symbols::number(self.proof, name, domain))
    }

    fn optional(
        &mut self,
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Result<Option<Expr>, InputError> {
        let given: Vec<Option<Float>> = self.everywhere(|reader| reader.optional(name, domain, meaning))?;
        match given.iter().all(Option::is_some) {
            true => self.real(name, domain, meaning).map(Some),
            false => Ok(None),
        }
    }

    fn count(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        let counts = self.everywhere(|reader| Source::<Float>::count(reader, name, meaning))?;
        Ok(counts.first().copied().unwrap_or(1))
    }

    fn index(&mut self, name: &'static str, meaning: &'static str) -> Result<u32, InputError> {
        let indices = self.everywhere(|reader| Source::<Float>::index(reader, name, meaning))?;
        Ok(indices.first().copied().unwrap_or(0))
    }

    fn choice(
        &mut self,
        name: &'static str,
        options: &'static [&'static str],
        default: bool,
        meaning: &'static str,
    ) -> Result<&'static str, InputError> {
        let chosen = self.everywhere(|reader| Source::<Float>::choice(reader, name, options, default, meaning))?;
        Ok(chosen.first().copied().unwrap_or_default())
    }

    fn vector(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        let vectors: Vec<Vector<Float>> = self.everywhere(|reader| reader.vector(name, meaning))?;
        let rows = self.size(vectors.iter().map(Vector::dimension).collect());
        Ok(Vector(vec![self.letter(name, Shape::vector(rows), false)]))
    }

    fn positives(&mut self, name: &'static str, _: &'static str) -> Result<Vector<Expr>, InputError> {
        Err(InputError::Condition(format!("{name} has entries with a sign, so that no letter can stand for it")))
    }

    fn weights(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        self.positives(name, meaning)
    }

    fn indices(&mut self, name: &'static str, _: usize, _: usize, _: &'static str) -> Result<Vec<usize>, InputError> {
        Err(InputError::Condition(format!("{name} picks entries, which a letter does not have")))
    }

    fn entries(&mut self, name: &'static str, _: usize, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        self.vector(name, meaning)
    }

    fn increments(&mut self, name: &'static str, meaning: &'static str) -> Result<Vector<Expr>, InputError> {
        self.positives(name, meaning)
    }

    fn matrix(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Expr>, InputError> {
        let matrices: Vec<Matrix<Float>> = self.everywhere(|reader| reader.matrix(name, meaning))?;
        let rows = self.square(&matrices);
        let columns = self.size(matrices.iter().map(Matrix::columns).collect());
        let letter = self.letter(name, Shape::matrix(rows, columns), false);
        Ok(Matrix::from_fn(1, 1, |_, _| letter))
    }

    fn symmetric(&mut self, name: &'static str, meaning: &'static str) -> Result<Matrix<Expr>, InputError> {
        let matrices: Vec<Matrix<Float>> = self.everywhere(|reader| reader.symmetric(name, meaning))?;
        let shape = Shape::symmetric(self.square(&matrices));
        let letter = self.letter(name, shape, false);
        Ok(Matrix::from_fn(1, 1, |_, _| letter))
    }

    fn symmetric_basis(
        &mut self,
        name: &'static str,
        _: usize,
        _: &'static str,
    ) -> Result<Vec<Matrix<Expr>>, InputError> {
        Err(InputError::Condition(format!("{name} is a list of matrices, for which there are no letters")))
    }

    fn place(&mut self, name: &'static str, _: usize, _: &'static str) -> Result<(usize, usize), InputError> {
        Err(InputError::Condition(format!("{name} picks an entry, which a letter does not have")))
    }

    fn covariance(&mut self, name: &'static str, meaning: &'static str) -> Result<Covariance<Expr>, InputError> {
        let matrices = self.everywhere(|reader| {
            let covariance: Covariance<Float> = reader.covariance(name, meaning)?;
            Ok(covariance.matrix().clone())
        })?;
        let shape = Shape::symmetric(self.square(&matrices));
        let letter = self.letter(name, shape, true);
        Ok(Covariance::new(Matrix::from_fn(1, 1, |_, _| letter)))
    }

    fn ordered(&mut self, _: &'static str, _: &'static str, _: bool) -> Result<(), InputError> {
        Ok(())
    }

    fn not_all_zero(&mut self, _: &[&'static str]) -> Result<(), InputError> {
        Ok(())
    }

    fn rule(&mut self, parameter: Expr, rate: Expr) {
        self.proof.declare_rule(parameter, rate);
    }
}
