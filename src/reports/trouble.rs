//! The failures of a run, told in full.

use super::formula;
use super::outcome;
use super::records::Run;
use super::rows::{anchor, why};
use super::text::{clip, enclosure};
use crate::claims::{self, Page};
use crate::evidence::{Reading, Verdict};
use minijinja::Value;
use serde::Serialize;

/// A failure, told in full.
#[derive(Serialize)]
pub(super) struct Trouble {
    kind: &'static str,
    word: &'static str,
    id: String,
    anchor: String,
    title: String,
    control: Option<(String, String)>,
    reading: Reading,
    label: String,
    relation: Option<String>,
    point: Option<String>,
    why: String,
    residue: Option<String>,
    formulas: Vec<Value>,
    command: String,
}

/// A failure is told in short; the claim's own section has more.
fn told(text: String) -> String {
    clip(&text, 500)
}

/// The failures, worst first.
pub(super) fn troubles(run: &Run) -> Vec<Trouble> {
    let trouble = |failure: outcome::Failure<'_>| {
        let verdict = failure.finding.map_or(&failure.check.verdict, |finding| &finding.verdict);
        let (kind, word) = match (failure.control, verdict) {
            (Some(_), _) if failure.claim.expect => ("void", "a wrong version survived"),
            (Some(_), _) => ("void", "the truth beside it failed"),
            (None, verdict) if !failure.claim.expect && verdict.passed() => ("refuted", "not refuted"),
            (None, Verdict::Refuted { .. }) => ("refuted", "refuted"),
            (None, _) => ("undecided", "undecided"),
        };
        let point = match verdict {
            Verdict::Refuted { at, .. } => Some(at.clone()),
            _ => failure.finding.and_then(|finding| finding.point.clone()),
        };
        let page = claims::find(&failure.claim.id).map(|claim| Page::of(claim.text));
        let formulas =
            page.iter().flat_map(Page::formulas).map(|latex| Value::from_safe_string(formula::displayed(latex)));
        Trouble {
            kind,
            word,
            id: failure.claim.id.clone(),
            anchor: anchor(&failure.claim.id),
            title: failure.claim.title.clone(),
            control: failure.control.map(|control| (control.id.clone(), control.story.clone())),
            reading: failure.check.reading,
            label: failure.check.label.clone(),
            relation: failure.finding.map(|finding| finding.relation.clone()),
            point,
            why: told(
                why(verdict).unwrap_or_else(|| format!("its {} did not refute it: {verdict}", failure.check.reading)),
            ),
            residue: failure.finding.and_then(|f| f.discrepancy.as_deref()).map(enclosure).map(told),
            formulas: formulas.collect(),
            command: outcome::command(run, &failure.claim.id),
        }
    };
    outcome::failures(run).into_iter().map(trouble).collect()
}
