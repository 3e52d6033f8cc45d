//! The ledger of the page: verdicts as colours and words, and a row for each claim.

use super::records::Run;
use super::text::rounded;
use super::{formula, outcome};
use crate::claims::{self, Expect};
use crate::evidence::{Finding, Reading, Verdict};
use crate::ledger::{CheckRecord, ClaimRecord};
use minijinja::Value;
use serde::Serialize;

/// A verdict: its colour and its words.
#[derive(Serialize)]
pub(super) struct Mark {
    pub(super) kind: &'static str,
    pub(super) text: String,
}

impl Mark {
    /// Of what this run was not asked for.
    pub(super) fn not_run() -> Self {
        Self { kind: "none", text: "not run".to_owned() }
    }
}

/// One row of the ledger.
#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    anchor: String,
    title: String,
    standing: Mark,
    cells: Vec<Mark>,
    caught: usize,
    due: usize,
}

/// One row of the table of look-alikes.
#[derive(Serialize)]
pub(super) struct LookAlike {
    id: String,
    anchor: String,
    /// What is true, as HTML.
    truth: Value,
    upheld_by: String,
    upheld_anchor: String,
    title: String,
    at: Option<String>,
    why: Option<String>,
    standing: Mark,
}

/// The place of a claim on the page.
pub(super) fn anchor(id: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    format!("claim-{}", id.chars().map(kept).take(200).collect::<String>())
}

pub(super) fn mark(verdict: &Verdict) -> Mark {
    let (kind, text) = match verdict {
        Verdict::Proved => ("pass", "proved".to_owned()),
        Verdict::Certified => ("pass", "certified".to_owned()),
        Verdict::Consistent { resolution } => ("pass", format!("consistent to {}", rounded(*resolution))),
        Verdict::Refuted { .. } => ("refuted", "refuted".to_owned()),
        Verdict::Undecided { .. } => ("undecided", "undecided".to_owned()),
    };
    Mark { kind, text }
}

pub(super) fn standing(claim: &ClaimRecord) -> Mark {
    let kind = ["void", "refuted", "undecided", "pass"][usize::from(outcome::rank(claim.standing)).min(3)];
    Mark { kind, text: claim.standing.to_string() }
}

/// The verdict of each reading on all parts of a claim, or of a wrong version of it.
pub(super) fn cells(claim: &ClaimRecord, checks: &[CheckRecord], is_control: bool) -> Vec<Mark> {
    let declared = claims::find(&claim.id).map(claims::Claim::declared);
    let cell = |reading: Reading| {
        let mine: Vec<_> = checks.iter().filter(|check| check.reading == reading).collect();
        if !mine.is_empty() {
            let verdict = Verdict::of_all(mine.iter().map(|check| &check.verdict));
            return match is_control {
                true => expected(&verdict, claim.expects_of_control(&verdict)),
                false if claim.expect => mark(&verdict),
                false => expected(&verdict, claim.expects(&verdict)),
            };
        }
        let not_run = !is_control && declared.as_ref().is_some_and(|declared| declared.contains(&reading));
        Mark { kind: "none", text: if not_run { "not run" } else { "–" }.to_owned() }
    };
    Reading::ALL.map(cell).into()
}

/// A verdict where being refuted may be what is wanted.
pub(super) fn expected(verdict: &Verdict, is_right: bool) -> Mark {
    let kind = if is_right { "caught" } else { "survived" };
    Mark { kind, text: mark(verdict).text }
}

/// The look-alikes of this version, each with what this run found.
pub(super) fn look_alikes(run: &Run) -> Vec<LookAlike> {
    let row = |claim: &'static claims::Claim| {
        let Expect::False { truth, upheld_by } = claim.expect else { return None };
        let found = run.claims.iter().find(|found| found.id == claim.id);
        let refuting = found.and_then(|found| refuting(&found.checks));
        Some(LookAlike {
            id: claim.id.to_owned(),
            anchor: anchor(claim.id),
            truth: Value::from_safe_string(formula::paragraph(truth)),
            upheld_by: upheld_by.to_owned(),
            upheld_anchor: anchor(upheld_by),
            title: claim.title.to_owned(),
            at: refuting.and_then(|finding| finding.point.clone()),
            why: refuting.and_then(|finding| why(&finding.verdict)),
            standing: found.map_or_else(Mark::not_run, standing),
        })
    };
    claims::all().filter_map(row).collect()
}

/// The ledger of claims, or of look-alikes: worst first, else in the order of the stream.
pub(super) fn ledger(run: &Run, of_claims: bool) -> Vec<Row> {
    let mut claims: Vec<_> = run.claims.iter().filter(|claim| claim.expect == of_claims).collect();
    claims.sort_by_key(|claim| outcome::rank(claim.standing));
    let row = |claim: &ClaimRecord| Row {
        id: claim.id.clone(),
        anchor: anchor(&claim.id),
        title: claim.title.clone(),
        standing: standing(claim),
        cells: cells(claim, &claim.checks, false),
        caught: claim.controls.iter().filter(|control| control.caught == Some(true)).count(),
        due: claim.controls.iter().filter(|control| control.caught.is_some()).count(),
    };
    claims.into_iter().map(row).collect()
}

/// The finding that refutes something at a point: of a certificate, for a proof knows only shapes.
pub(super) fn refuting(checks: &[CheckRecord]) -> Option<&Finding> {
    let certified = checks.iter().filter(|check| check.reading == Reading::Certificate);
    certified.flat_map(|check| &check.findings).find(|finding| finding.verdict.refuted())
}

/// Why a verdict is not a pass.
pub(super) fn why(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Refuted { by, .. } => Some(by.clone()),
        Verdict::Undecided { why } => Some(why.clone()),
        Verdict::Proved | Verdict::Certified | Verdict::Consistent { .. } => None,
    }
}
