//! The tables that stand beside the ledger: what is true against what only looks so, what does not follow from what is true, and
//! the paper part by part.

use super::records::Run;
use super::rows::{self, Mark, anchor};
use super::write::ReportError;
use super::{formula, html, outcome};
use crate::claims::{self, CONFORMANCE, TRAPS, Trap};
use crate::ledger::ControlRecord;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const LOOK_ALIKES: &str = include_str!("look_alikes.html.jinja");
const TRAP_TABLE: &str = include_str!("traps.html.jinja");
const PAPER: &str = include_str!("conformance.html.jinja");

/// The entries of one part of a table.
#[derive(Serialize)]
struct Part<R> {
    name: &'static str,
    rows: Vec<R>,
}

/// Rows by parts, each part where it comes first.
fn by_parts<R>(rows: impl Iterator<Item = (&'static str, R)>) -> Vec<Part<R>> {
    let mut parts: Vec<Part<R>> = Vec::new();
    for (name, row) in rows {
        match parts.last_mut().filter(|part| part.name == name) {
            Some(part) => part.rows.push(row),
            None => parts.push(Part { name, rows: vec![row] }),
        }
    }
    parts
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
    let row = |trap: &'static Trap| {
        let claim = run.claims.iter().find(|claim| claim.id == trap.claim);
        let control = claim.and_then(|claim| claim.controls.iter().find(|control| control.id == trap.control));
        let refuting = control.and_then(|control| rows::refuting(&control.checks));
        TrapRow {
            conclusion: Value::from_safe_string(formula::paragraph(trap.conclusion)),
            instead: Value::from_safe_string(formula::paragraph(trap.instead)),
            claim: trap.claim,
            anchor: anchor(trap.claim),
            control: trap.control,
            at: refuting.and_then(|finding| finding.point.clone()),
            why: refuting.and_then(|finding| rows::why(&finding.verdict)),
            outcome: caught(control),
        }
    };
    let parts = by_parts(TRAPS.iter().map(|trap| (trap.part, row(trap))));
    let page = context! { parts => Value::from(Serde(parts)), headline => outcome::headline(run) };
    html::fill("traps.html", TRAP_TABLE, page)
}

fn caught(control: Option<&ControlRecord>) -> Mark {
    match control.and_then(|control| control.caught) {
        Some(true) => Mark { kind: "caught", text: "refuted".to_owned() },
        Some(false) => Mark { kind: "survived", text: "survived".to_owned() },
        None => Mark::not_run(),
    }
}

/// `conformance.html`: every statement of the paper with the claims that decide it, or why none does.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn conformance(run: &Run) -> Result<String, ReportError> {
    let decided = |id: &&'static str| Decided {
        id,
        anchor: anchor(id),
        standing: run.claims.iter().find(|claim| claim.id == *id).map_or_else(Mark::not_run, rows::standing),
    };
    let row = |theorem: &claims::Theorem| Theorem {
        says: Value::from_safe_string(formula::paragraph(theorem.says)),
        claims: theorem.decided_by.iter().map(decided).collect(),
        not_covered: Value::from_safe_string(formula::paragraph(theorem.not_covered)),
    };
    let parts = by_parts(CONFORMANCE.iter().map(|theorem| (theorem.part, row(theorem))));
    let covered = CONFORMANCE.iter().filter(|theorem| !theorem.decided_by.is_empty()).count();
    let page = context! {
        parts => Value::from(Serde(parts)),
        headline => outcome::headline(run),
        covered => covered,
        statements => CONFORMANCE.len(),
    };
    html::fill("conformance.html", PAPER, page)
}
