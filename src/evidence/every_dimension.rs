//! The proof in every dimension at once: the same relations, read with letters for vectors and matrices.
//!
//! A formula that takes a vector apart would say something else of a letter than of a vector with entries. So this reading is
//! compared with the reading by entries: at every point of the statement, both sides must have the same entries in both.

use super::letters::Letters;
use super::prove::{Refutation, Sides, exported, judge};
use super::{Finding, Provable, RelationKind, Statement, Verdict};
use crate::numbers::{Ball, Expr, Field, Matrix, Proof};
use crate::parameters::{Inputs, Parameters, at_point};

/// A statement that is also proved in every dimension. A wrong version of it leaves a residue there, too.
#[derive(Debug, Clone, Copy)]
pub struct EveryDimension<T>(pub T);

impl<T: Statement> Provable for EveryDimension<T> {
    fn prove(&self, claim: &str) -> Vec<Finding> {
        let undecided = |why: String| vec![Finding::new("proof in every dimension", Verdict::Undecided { why })];
        let inputs = self.0.points().iter().map(|point| Inputs::from_words(point.split_whitespace()));
        match inputs.collect::<Result<Vec<_>, _>>() {
            Ok(inputs) => prove(&self.0, claim, &inputs).unwrap_or_else(undecided),
            Err(error) => undecided(error.to_string()),
        }
    }
}

fn prove<T: Statement>(statement: &T, claim: &str, points: &[Inputs]) -> Result<Vec<Finding>, String> {
    Proof::scope(|proof| {
        let mut letters = Letters::new(proof, points);
        let params = T::Params::<Expr>::read(&mut letters).map_err(|error| error.to_string())?;
        if let Some(fault) = letters.fault() {
            return Err(fault.to_string());
        }
        let t = proof.symbol("now", "t");
        proof.declare_rule(t, Expr::int(1));
        let relations = statement.relations(&params);
        let sides = relations.iter().map(|relation| Sides::of(relation, t)).collect::<Option<Vec<_>>>();
        let sides = sides.ok_or("an inequality without an exhibited gap is decided by enclosure alone")?;
        let decided = relations.iter().zip(&sides).map(|(r, sides)| proof.equal(&r.name, sides.left, sides.right));
        let decided = decided.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let mut refutations = sides.iter().map(|_| None).collect::<Vec<_>>();
        for (point, inputs) in statement.points().iter().zip(points) {
            compare(statement, point, &|name| letters.value(name, inputs), &sides, &mut refutations)?;
        }
        let shapes = letters.described();
        let judged = relations.iter().zip(sides).zip(decided).zip(refutations);
        let findings = judged.map(|(((relation, sides), decided), refutation)| Finding {
            latex: Some(sides.latex),
            point: Some(shapes.clone()),
            ..judge(&relation.name, Ok(decided), || Ok(refutation))
        });
        exported(proof, claim, &format!("every dimension, {shapes}"), findings.collect())
            .map_err(|error| error.to_string())
    })
}

/// Compares the sides, at the matrices of a point, with the entries that the statement itself has there, in their order; and
/// notes where an entry of left minus right does not vanish.
fn compare<T: Statement>(
    statement: &T,
    point: &str,
    letter: &dyn Fn(&str) -> Option<Matrix<Ball>>,
    sides: &[Sides],
    refutations: &mut [Option<Refutation>],
) -> Result<(), String> {
    let params: T::Params<Ball> = at_point(point).map_err(|error| error.to_string())?;
    let relations = statement.relations(&params);
    let mut entries = relations.iter().map(|relation| match &relation.kind {
        RelationKind::Equal(left, right) => Ok((*left, *right)),
        RelationKind::AtMost { lower, upper, gap } => Ok((*upper - *lower, gap.value())),
        RelationKind::Rate { .. } | RelationKind::Below { .. } => {
            Err("a rate over an interval of time is not read in every dimension".to_owned())
        }
    });
    for (sides, refutation) in sides.iter().zip(refutations) {
        let value = |side: Expr| side.instantiate(&|symbol| letter(&symbol.name)).map_err(|error| error.to_string());
        let (left, right) = (value(sides.left)?, value(sides.right)?);
        if left.entries().len() != right.entries().len() {
            return Err("the two sides have different shapes".to_owned());
        }
        for (left, right) in left.entries().iter().zip(right.entries()) {
            let (by_entries, other) = entries.next().ok_or("by entries, there are fewer relations")??;
            if !(*left - by_entries).contains_zero() || !(*right - other).contains_zero() {
                return Err(format!(
                    "by entries, a side has another value at {point}: the formula takes vectors apart"
                ));
            }
            let residue = by_entries - other;
            if refutation.is_none() && !residue.contains_zero() {
                *refutation = Some(Refutation { at: point.to_owned(), residue });
            }
        }
    }
    if entries.next().is_some() { Err("by entries, there are more relations".to_owned()) } else { Ok(()) }
}
