//! The two tables that stand beside the ledger: what is true against what only looks so, and the paper part by part.

use super::records::Run;
use super::rows::{self, Mark, anchor};
use super::write::ReportError;
use super::{formula, html, outcome};
use crate::claims::CONFORMANCE;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const LOOK_ALIKES: &str = include_str!("look_alikes.html.jinja");
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
