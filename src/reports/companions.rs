//! The tables that stand beside the ledger: what is true against what only looks so, what does not follow from what is true, and
//! the paper part by part.

use super::records::Run;
use super::rows::{self, Mark, anchor};
use super::write::ReportError;
use super::{formula, html, outcome};
use crate::claims::{CONFORMANCE, TRAPS};
use crate::evidence::Reading;
use crate::ledger::ControlRecord;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const LOOK_ALIKES: &str = include_str!("look_alikes.html.jinja");
const TRAP_TABLE: &str = include_str!("traps.html.jinja");
const PAPER: &str = include_str!("conformance.html.jinja");

/// One part of the paper.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    theorems: Vec<Theorem>,
}

/// One statement of the paper.
#[derive(Serialize)]
struct Theorem {
    says: Value,
    claims: Vec<Decided>,
    not_covered: Value,
}

/// A claim that decides it, and where it stands in this run.
#[derive(Serialize)]
struct Decided {
    id: &'static str,
    anchor: String,
    standing: Mark,
}

/// `look-alikes.html`: true statements beside false ones, each with its counterexample.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn look_alikes(run: &Run) -> Result<String, ReportError> {
    html::fill("look-alikes.html", LOOK_ALIKES, context! { rows => Value::from(Serde(rows::look_alikes(run))) })
}

/// The traps of one subject.
#[derive(Serialize)]
struct Subject {
    name: &'static str,
    traps: Vec<TrapRow>,
}

/// One conclusion, and what became of it in this run.
#[derive(Serialize)]
struct TrapRow {
    conclusion: Value,
    instead: Value,
    claim: &'static str,
    anchor: String,
    control: &'static str,
    at: Option<String>,
    why: Option<String>,
    outcome: Mark,
}

/// `traps.html`: conclusions that do not follow, each with the place where it fails.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn traps(run: &Run) -> Result<String, ReportError> {
    let mut parts: Vec<Subject> = Vec::new();
    for trap in TRAPS {
        if parts.last().is_none_or(|part| part.name != trap.part) {
            parts.push(Subject { name: trap.part, traps: Vec::new() });
        }
        let claim = run.claims.iter().find(|claim| claim.id == trap.claim);
        let control = claim.and_then(|claim| claim.controls.iter().find(|control| control.id == trap.control));
        // A certificate has a point with numbers, a proof only shapes.
        let checks = control.iter().flat_map(|control| &control.checks);
        let certified = checks.filter(|check| check.reading == Reading::Certificate);
        let refuting = certified.flat_map(|check| &check.findings).find(|finding| finding.verdict.refuted());
        let row = TrapRow {
            conclusion: Value::from_safe_string(formula::paragraph(trap.conclusion)),
            instead: Value::from_safe_string(formula::paragraph(trap.instead)),
            claim: trap.claim,
            anchor: anchor(trap.claim),
            control: trap.control,
            at: refuting.and_then(|finding| finding.point.clone()),
            why: refuting.and_then(|finding| rows::why(&finding.verdict)),
            outcome: caught(control),
        };
        if let Some(part) = parts.last_mut() {
            part.traps.push(row);
        }
    }
    let page = context! { parts => Value::from(Serde(parts)), headline => outcome::headline(run) };
    html::fill("traps.html", TRAP_TABLE, page)
}

fn caught(control: Option<&ControlRecord>) -> Mark {
    let (kind, text) = match control.and_then(|control| control.caught) {
        Some(true) => ("caught", "refuted"),
        Some(false) => ("survived", "survived"),
        None => ("none", "not run"),
    };
    Mark { kind, text: text.to_owned() }
}

/// `conformance.html`: every statement of the paper with the claims that decide it, or why none does.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn conformance(run: &Run) -> Result<String, ReportError> {
    let mut parts: Vec<Part> = Vec::new();
    for theorem in CONFORMANCE {
        if parts.last().is_none_or(|part| part.name != theorem.part) {
            parts.push(Part { name: theorem.part, theorems: Vec::new() });
        }
        let decided = theorem.decided_by.iter().map(|id| Decided {
            id,
            anchor: anchor(id),
            standing: match run.claims.iter().find(|claim| claim.id == **id) {
                Some(claim) => rows::standing(claim),
                None => Mark { kind: "none", text: "not run".to_owned() },
            },
        });
        let entry = Theorem {
            says: Value::from_safe_string(formula::paragraph(theorem.says)),
            claims: decided.collect(),
            not_covered: Value::from_safe_string(formula::paragraph(theorem.not_covered)),
        };
        if let Some(part) = parts.last_mut() {
            part.theorems.push(entry);
        }
    }
    let covered = CONFORMANCE.iter().filter(|theorem| !theorem.decided_by.is_empty()).count();
    let page = context! {
        parts => Value::from(Serde(parts)),
        headline => outcome::headline(run),
        covered => covered,
        statements => CONFORMANCE.len(),
    };
    html::fill("conformance.html", PAPER, page)
}
