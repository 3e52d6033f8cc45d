//! A test run in short for programs: `summary.json`, `badge.json`, `results.sarif`.

use super::failures::failures;
use super::run::TestRun;
use super::words::{cause, command, fails_the_run, headline, truth, value, why};
use crate::claims;
use crate::reports::badge::badge;
use crate::reports::sarif::{Alert, document};
use crate::reports::text::{grouped, json as json_text};
use crate::subjects::Counts;
use crate::subjects::record::{FailOn, TestResult};
use serde_json::json;
use std::collections::BTreeMap;

/// The outcome for programs: `summary.json`.
pub fn to_json(run: &TestRun) -> String {
    let mut quantities: BTreeMap<&str, Counts> = BTreeMap::new();
    for result in &run.results {
        quantities.entry(&result.quantity).or_default().add(result);
    }
    let quantities = quantities.into_iter().map(|(quantity, counts)| {
        // Controls and stale expectations are those of the run.
        let mut counts = json!(counts);
        if let Some(fields) = counts.as_object_mut() {
            fields.retain(|name, _| !["stale", "controls", "caught"].contains(&name.as_str()));
        }
        (quantity.to_owned(), counts)
    });
    let failed = failures(run).into_iter().map(|result| {
        let looks_like = cause(run, &result.quantity).map(|cause| &cause.looks_like);
        let looks_like: Vec<_> = looks_like.into_iter().flatten().map(|mistake| mistake.id.as_str()).collect();
        json!({
            "test": result.test,
            "dtype": result.dtype,
            "verdict": result.verdict,
            "ratio": result.ratio,
            "fault": result.fault.as_ref().map(|fault| fault.kind),
            "looks_like": looks_like,
        })
    });
    let survivors = run.controls.iter().filter(|control| !control.caught).map(|control| control.id.as_str());
    let header = &run.header;
    let summary = json!({
        "format": header.format,
        "kind": header.kind,
        "ouracle": header.ouracle,
        "subject": header.subject,
        "address": header.address,
        "verdict": headline(run),
        "exit_code": run.exit_code(),
        "complete": run.incomplete().is_empty(),
        "incomplete": run.incomplete(),
        "tier": header.tier,
        "only": header.only,
        "seed": header.seed,
        "counts": run.counts(),
        "survivors": survivors.collect::<Vec<_>>(),
        "quantities": quantities.collect::<serde_json::Map<_, _>>(),
        "failures": failed.collect::<Vec<_>>(),
    });
    json_text(&summary)
}

/// The badge of a test run.
pub fn to_badge(run: &TestRun) -> String {
    let counts = run.counts();
    let named = |number: usize, what: &str| (number > 0).then(|| format!("{} {what}", grouped(number as u64)));
    let fail_on = run.header.fail_on;
    let failing = || {
        let degraded = named(counts.degraded, "degraded").filter(|_| fail_on >= FailOn::Degraded);
        named(counts.wrong, "wrong").or(degraded).or_else(|| named(counts.undecided, "undecided"))
    };
    let open = || named(counts.faults, "without an answer").or_else(|| named(counts.undecided, "undecided"));
    let right = || {
        let parts = [named(counts.right, "right"), named(counts.degraded, "degraded")];
        let expected = named(counts.expected_failures, "expected to fail");
        parts.into_iter().chain([expected]).flatten().collect::<Vec<_>>().join(", ")
    };
    let message = match run.exit_code() {
        0 => Some(right()),
        1 => failing(),
        3 if run.incomplete().is_empty() => open(),
        4 => Some("void".to_owned()),
        5 => Some("nothing ran".to_owned()),
        _ => None,
    };
    badge(run.exit_code(), &message.unwrap_or_else(|| "incomplete".to_owned()))
}

/// The alerts of a test run as SARIF: what is not as it should be, and controls that did not turn out as wanted.
pub fn to_sarif(run: &TestRun) -> String {
    let place: BTreeMap<String, usize> =
        run.results.iter().zip(2 + run.controls.len()..).map(|(result, at)| (result.key(), at)).collect();
    let survivors = run.controls.iter().zip(2..).filter(|(control, _)| !control.caught);
    let survivors = survivors.map(|(control, line)| Alert {
        rule: "self-check".to_owned(),
        about: "Every control turns out as wanted; else the run is void.".to_owned(),
        is_error: true,
        message: format!(
            "The control {} did not turn out as wanted, so that this run proves nothing: {} of {} answers were found wrong. {}",
            control.id, control.failed, control.asked, control.story
        ),
        line,
        fingerprint: format!("self-check/{}", control.id),
    });
    let alerts =
        failures(run).into_iter().map(|result| alert(run, result, place.get(&result.key()).copied().unwrap_or(1)));
    document(&run.header.ouracle, &run.incomplete(), survivors.chain(alerts).collect())
}

fn alert(run: &TestRun, result: &TestResult, line: usize) -> Alert {
    let rule = result.claims.first().unwrap_or(&result.quantity);
    let about =
        claims::find(rule).map_or_else(|| format!("The quantity {}", result.quantity), |claim| claim.title.to_owned());
    let answer = result.answer.as_ref().map_or_else(String::new, |answer| format!(" Answer: {}.", value(answer, 200)));
    let likeness = cause(run, &result.quantity).and_then(|cause| cause.looks_like.first());
    let likeness =
        likeness.map_or_else(String::new, |mistake| format!(" Looks like {}: {}.", mistake.id, mistake.story));
    let exact = Some(truth(result)).filter(|truth| !truth.is_empty());
    let exact = exact.map_or_else(String::new, |truth| format!(" The truth: {truth}."));
    Alert {
        rule: rule.clone(),
        about,
        is_error: fails_the_run(run, result.verdict),
        message: format!(
            "{} in {} is {} at {}: {}.{answer}{exact}{likeness} See it again: {}",
            result.test,
            result.dtype,
            result.verdict,
            value(&result.point, 200),
            why(result),
            command(run, Some(&result.test))
        ),
        line,
        fingerprint: result.key(),
    }
}
