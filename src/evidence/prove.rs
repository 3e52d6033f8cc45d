//! The proof: relations read with free symbols, decided by an exact zero test, exported for re-checking.

use super::certify::pointwise;
use super::{Finding, Relation, RelationKind, Statement, Symbols, Verdict};
use crate::numbers;
use crate::numbers::{Ball, Equality, Expr, Field, Proof, ProofError, rate};
use crate::parameters::{ExactReader, InputError, Inputs, Parameters};
use std::collections::BTreeSet;

/// What can be proved or refuted for all parameters at once: every [`Statement`] can.
pub trait Provable: Sync {
    /// Decides every relation; the claim's id goes into the certificate.
    ///
    /// A residue is not a refutation: it is enclosed at the statement's points, and refutes only where zero is excluded.
    fn prove(&self, claim: &str) -> Vec<Finding>;
}

impl<T: Statement> Provable for T {
    fn prove(&self, claim: &str) -> Vec<Finding> {
        let mut seen = BTreeSet::new();
        // Points that differ in numbers only ask for the same proof twice.
        let distinct = self.points().iter().filter(|point| seen.insert(shape(point, self.explicit())));
        distinct.flat_map(|point| prove_at(self, claim, point)).collect()
    }
}

/// What a proof keeps of a point: the sizes of its vectors and matrices, and its choices if the process is explicit.
fn shape(point: &str, explicit: bool) -> Vec<String> {
    let kept = point.split_whitespace().filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        if value.starts_with('[') {
            let (rows, numbers) = (value.matches("],[").count() + 1, value.matches(',').count() + 1);
            return Some(match value.starts_with("[[") {
                true => format!("{name}:{rows}x{}", numbers / rows),
                false => format!("{name}:{numbers}"),
            });
        }
        (explicit && value.starts_with(|c: char| c.is_alphabetic())).then(|| word.to_owned())
    });
    kept.collect()
}

fn prove_at<T: Statement>(statement: &T, claim: &str, point: &str) -> Vec<Finding> {
    let undecided = |why: String| vec![Finding::new("proof", Verdict::Undecided { why })];
    let inputs = match Inputs::from_words(point.split_whitespace()) {
        Ok(inputs) => inputs,
        Err(error) => return undecided(error.to_string()),
    };
    let kept = shape(point, statement.explicit()).join(" ");
    Proof::scope(|proof| {
        let mut symbols = Symbols::new(proof, ExactReader::new(&inputs, &[]), statement.explicit());
        let read = T::Params::<Expr>::read(&mut symbols);
        // A count that could not be read has a stand-in, for which nobody wants a proof.
        let params = match (read, symbols.fault()) {
            (Ok(params), None) => params,
            (Err(error), _) => return undecided(error.to_string()),
            (Ok(_), Some(error)) => return undecided(error.to_string()),
        };
        // A parameter may be called t; the running time is another symbol.
        let t = proof.symbol("now", "t");
        proof.declare_rule(t, Expr::int(1));
        let findings = statement.relations(&params).into_iter().map(|relation| {
            let Some(sides) = Sides::of(&relation, t) else {
                let why = "an inequality without an exhibited gap is decided by enclosure alone".to_owned();
                return Finding::new(relation.name, Verdict::Undecided { why });
            };
            let decided = proof.equal(&relation.name, sides.left, sides.right);
            Finding {
                latex: Some(sides.latex),
                point: (!kept.is_empty()).then(|| kept.clone()),
                ..judge(&relation.name, decided, || refuting_point(statement, &relation.name))
            }
        });
        let findings = findings.collect();
        exported(proof, claim, &kept, findings).unwrap_or_else(|error| undecided(error.to_string()))
    })
}

/// What a proof decides about a relation.
pub(super) struct Sides {
    pub(super) left: Expr,
    pub(super) right: Expr,
    pub(super) latex: String,
}

impl Sides {
    /// The two sides at the running time `t`; an inequality without an exhibited gap has none.
    pub(super) fn of(relation: &Relation<'_, Expr>, t: Expr) -> Option<Self> {
        let (left, right, latex) = match &relation.kind {
            RelationKind::Below { .. } => return None,
            RelationKind::Equal(left, right) => (*left, *right, left.latex()),
            RelationKind::AtMost { lower, upper, gap } => (*upper - *lower, gap.value(), (*upper - *lower).latex()),
            RelationKind::Rate { state, rate: claimed, .. } => {
                let state = state(t);
                (rate(state), claimed(t), format!(r"\frac{{d}}{{dt}}\left[{}\right]", state.re.latex()))
            }
        };
        Some(Self { left, right, latex: format!("{latex} = {}", right.latex()) })
    }
}

/// The findings with the exported proof and its assumptions.
pub(super) fn exported(
    proof: &Proof,
    claim: &str,
    title: &str,
    mut findings: Vec<Finding>,
) -> Result<Vec<Finding>, ProofError> {
    let certificate = proof.certificate(claim, title)?;
    // Whoever re-checks the proof differentiates again, which only symbols allow.
    let proved = !findings.is_empty() && findings.iter().all(|finding| finding.verdict.passed());
    if proved && certificate.verdict != numbers::expr::Verdict::Proved {
        let why = "a formula was differentiated along a compound term, so that nobody can check it again";
        findings.push(Finding::new("derivatives", Verdict::Undecided { why: why.to_owned() }));
    }
    if let Some(first) = findings.first_mut() {
        first.assumed = proof.assumed();
        first.certificate = serde_json::to_value(&certificate).ok();
    }
    Ok(findings)
}

/// Where a residue does not vanish.
pub(super) struct Refutation {
    /// The point.
    pub(super) at: String,
    /// Left minus right there; it excludes zero.
    pub(super) residue: Ball,
}

/// The verdict on a decided relation; a residue refutes only where `refute` finds that it does not vanish.
pub(super) fn judge(
    relation: &str,
    decided: Result<Equality, ProofError>,
    refute: impl FnOnce() -> Result<Option<Refutation>, InputError>,
) -> Finding {
    let (terms, count) = match decided {
        Ok(Equality::Proved) => return Finding::new(relation, Verdict::Proved),
        Ok(Equality::Residue { terms, count }) => (terms, count),
        Err(error) => return Finding::new(relation, Verdict::Undecided { why: error.to_string() }),
    };
    let shown = terms.join(" + ").replace("+ -", "- ");
    let residue =
        format!("{shown}{}", if count > terms.len() { format!(" + … ({count} terms)") } else { String::new() });
    let undecided = |why: String| (Verdict::Undecided { why }, None);
    let (verdict, size) = match refute() {
        Ok(Some(Refutation { at, residue })) => {
            let by = format!("the residue does not vanish: left minus right is {} there", residue.to_decimal(6));
            (Verdict::Refuted { at, by }, Some(residue.to_f64_interval().mig()))
        }
        Ok(None) => undecided("a residue is left, but it vanishes at every point tried".to_owned()),
        Err(error) => undecided(error.to_string()),
    };
    Finding { discrepancy: Some(residue), size, ..Finding::new(relation, verdict) }
}

/// The first point of the statement at which the enclosed residue excludes zero.
fn refuting_point<T: Statement>(statement: &T, relation: &str) -> Result<Option<Refutation>, InputError> {
    for point in statement.points() {
        for (name, values) in pointwise(statement, point)? {
            if name == relation
                && let Some((at, residue)) = values.into_iter().find(|(_, value)| !value.contains_zero())
            {
                return Ok(Some(Refutation { at, residue }));
            }
        }
    }
    Ok(None)
}
