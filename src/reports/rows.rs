//! The ledger of the page: verdicts as colours and words, and a row for each claim.

use super::outcome;
use super::records::Run;
use super::text::rounded;
use crate::claims;
use crate::evidence::{Reading, Verdict};
use crate::ledger::{CheckRecord, ClaimRecord};
use serde::Serialize;

/// A verdict: its colour and its words.
#[derive(Serialize)]
pub(super) struct Mark {
    pub(super) kind: &'static str,
    pub(super) text: String,
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
pub(super) fn cells(id: &str, checks: &[CheckRecord], is_control: bool) -> Vec<Mark> {
    let declared = claims::find(id).map(claims::Claim::declared);
    let cell = |reading: Reading| {
        let mine: Vec<_> = checks.iter().filter(|check| check.reading == reading).collect();
        if !mine.is_empty() {
            let all = mark(&Verdict::of_all(mine.iter().map(|check| &check.verdict)));
            return match (is_control, all.kind) {
                (true, "refuted") => Mark { kind: "caught", text: "refuted".to_owned() },
                (true, _) => Mark { kind: "survived", text: all.text },
                _ => all,
            };
        }
        let not_run = !is_control && declared.as_ref().is_some_and(|declared| declared.contains(&reading));
        Mark { kind: "none", text: if not_run { "not run" } else { "–" }.to_owned() }
    };
    Reading::ALL.map(cell).into()
}

/// The ledger, worst first, else in the order of the stream.
pub(super) fn ledger(run: &Run) -> Vec<Row> {
    let mut claims: Vec<_> = run.claims.iter().collect();
    claims.sort_by_key(|claim| outcome::rank(claim.standing));
    let row = |claim: &ClaimRecord| Row {
        id: claim.id.clone(),
        anchor: anchor(&claim.id),
        title: claim.title.clone(),
        standing: standing(claim),
        cells: cells(&claim.id, &claim.checks, false),
        caught: claim.controls.iter().filter(|control| control.caught == Some(true)).count(),
        due: claim.controls.iter().filter(|control| control.caught.is_some()).count(),
    };
    claims.into_iter().map(row).collect()
}

/// Why a verdict is not a pass.
pub(super) fn why(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Refuted { by, .. } => Some(by.clone()),
        Verdict::Undecided { why } => Some(why.clone()),
        Verdict::Proved | Verdict::Certified | Verdict::Consistent { .. } => None,
    }
}
