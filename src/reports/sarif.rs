//! `results.sarif`: what is not as it should be, in SARIF 2.1.0, as code scanning shows it. Passes are left out, for they would
//! become alerts too.

use super::outcome::{self, Failure};
use super::records::{RECORDS, Run};
use super::text::{clip, json as json_text, line, shown};
use crate::claims;
use crate::evidence::Verdict;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Code scanning shows no more of one upload; the worst come first.
const MOST: usize = 5000;

/// Something that is not as it should be.
pub(super) struct Alert {
    /// The id of the rule it breaks: a claim, a quantity, the self-check.
    pub(super) rule: String,
    /// What the rule says.
    pub(super) about: String,
    /// Whether it fails the run.
    pub(super) is_error: bool,
    /// What was found.
    pub(super) message: String,
    /// Its line in the stream of records.
    pub(super) line: usize,
    /// What makes it the same alert in the next run.
    pub(super) fingerprint: String,
}

/// The alerts of a check as SARIF: claims refuted, undecided or void.
pub fn to_sarif(run: &Run) -> String {
    let alerts = outcome::failures(run).into_iter().map(|failure| alert(run, &failure)).collect();
    document(&run.header.ouracle, &run.incomplete(), alerts)
}

fn alert(run: &Run, failure: &Failure<'_>) -> Alert {
    let claim = failure.claim;
    let verdict = failure.finding.map_or(&failure.check.verdict, |finding| &finding.verdict);
    let part = [failure.check.label.as_str(), failure.finding.map_or("", |finding| &finding.relation)];
    let part = part.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let (control, is_void) = match failure.control {
        Some(control) if claim.expect => {
            (format!("the wrong version {} survived: {}; ", control.id, control.story), true)
        }
        Some(control) => (format!("the truth beside it, {}, is not upheld; ", control.id), true),
        None => (String::new(), false),
    };
    let at = run.claims.iter().position(|known| known.id == claim.id).unwrap_or_default();
    let named = failure.control.map_or("", |control| control.id.as_str());
    Alert {
        rule: claim.id.clone(),
        about: claim.title.clone(),
        is_error: is_void || !matches!(verdict, Verdict::Undecided { .. }),
        message: format!(
            "{control}{} of {part}: {verdict}. {}",
            failure.check.reading,
            outcome::command(run, &claim.id)
        ),
        line: 2 + at,
        fingerprint: [&claim.id, named, &failure.check.reading.to_string(), &part].join("/"),
    }
}

/// A run of alerts as SARIF.
pub(super) fn document(version: &str, incomplete: &[String], alerts: Vec<Alert>) -> String {
    let mut rules: Vec<Value> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut results = Vec::new();
    for alert in alerts.into_iter().take(MOST) {
        let id = line(&alert.rule, 200);
        let number = *numbers.entry(id.clone()).or_insert_with(|| {
            let about = line(&alert.about, 500);
            let help = claims::find(&alert.rule).map_or(about.clone(), |claim| claims::Page::of(claim.text).to_text());
            rules.push(json!({
                "id": id,
                "shortDescription": { "text": if about.is_empty() { id.clone() } else { about } },
                "help": { "text": clip(&help, 5000) },
            }));
            rules.len() - 1
        });
        let fingerprint = line(&alert.fingerprint, 500);
        results.push(json!({
            "ruleId": id,
            "ruleIndex": number,
            "level": if alert.is_error { "error" } else { "warning" },
            "message": { "text": shown(&alert.message) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": RECORDS },
                "region": { "startLine": alert.line },
            } }],
            // Code scanning compares the first of these names alone.
            "partialFingerprints": { "primaryLocationLineHash": fingerprint, "ouracle/v1": fingerprint },
        }));
    }
    let notes = incomplete.iter().map(|sentence| json!({ "level": "error", "message": { "text": shown(sentence) } }));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "ouracle", "version": line(version, 40), "rules": rules } },
            "invocations": [{
                "executionSuccessful": incomplete.is_empty(),
                "toolExecutionNotifications": notes.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    json_text(&log)
}
