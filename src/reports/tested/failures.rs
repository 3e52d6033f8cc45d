//! The failures of a test run: those of one quantity and verdict together, the worst first.

use super::run::TestRun;
use super::words::{badness, cause, command, failed, reason, truth, value};
use crate::claims::{self, Page};
use crate::reports::formula;
use crate::reports::text::{clip, number};
use crate::subjects::record::{TestResult, Verdict};
use minijinja::Value;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// As many answers of one group are told; the rest is in the records.
const TOLD: usize = 12;
/// As many lines of standard error.
const STDERR: usize = 20;

/// The failures of one quantity with one verdict.
#[derive(Serialize)]
pub(super) struct Group {
    kind: &'static str,
    verdict: String,
    quantity: String,
    failed: usize,
    asked: usize,
    /// What is said of every answer of the group.
    reason: Option<String>,
    looks_like: Vec<Likeness>,
    claims: Vec<Claim>,
    rows: Vec<Row>,
    more: usize,
    stderr: Option<String>,
    command: String,
}

/// A mistake that explains a group.
#[derive(Serialize)]
struct Likeness {
    id: String,
    story: String,
    matches: usize,
    of: usize,
    links: Vec<Link>,
}

/// An address: a link only if it can fetch nothing but a page.
#[derive(Serialize)]
pub(super) struct Link {
    text: String,
    is_safe: bool,
}

/// A claim that the exact answers rest on.
#[derive(Serialize)]
struct Claim {
    id: String,
    title: Option<&'static str>,
    formulas: Vec<Value>,
}

/// One answer.
#[derive(Serialize)]
struct Row {
    test: String,
    dtype: String,
    point: String,
    answer: String,
    truth: String,
    ratio: String,
    reason: Option<String>,
}

/// The results that are not as they should be, the worst first.
pub(in crate::reports) fn failures(run: &TestRun) -> Vec<&TestResult> {
    let mut failures: Vec<_> = run.results.iter().filter(|result| failed(run, result)).collect();
    failures.sort_by(|one, other| worse(badness(one), badness(other)));
    failures
}

fn worse(one: (u8, f64), other: (u8, f64)) -> Ordering {
    one.0.cmp(&other.0).then(one.1.partial_cmp(&other.1).unwrap_or(Ordering::Equal))
}

/// The failures in groups, the group with the worst failure first.
pub(super) fn groups(run: &TestRun) -> Vec<Group> {
    let mut order: Vec<(&str, Verdict)> = Vec::new();
    let mut members: BTreeMap<(&str, Verdict), Vec<&TestResult>> = BTreeMap::new();
    for result in failures(run) {
        let key = (result.quantity.as_str(), result.verdict);
        if !members.contains_key(&key) {
            order.push(key);
        }
        members.entry(key).or_default().push(result);
    }
    order.iter().filter_map(|key| members.get(key).map(|members| group(run, members))).collect()
}

fn group(run: &TestRun, members: &[&TestResult]) -> Group {
    let worst = members[0];
    let asked = run.results.iter().filter(|result| result.quantity == worst.quantity).count();
    let likenesses = cause(run, &worst.quantity).filter(|_| worst.verdict == Verdict::Wrong);
    let looks_like = likenesses.iter().flat_map(|cause| {
        cause.looks_like.iter().take(5).map(|mistake| Likeness {
            id: mistake.id.clone(),
            story: mistake.story.clone(),
            matches: mistake.matches,
            of: cause.failed,
            links: mistake.links.iter().take(5).map(|link| self::link(link)).collect(),
        })
    });
    let mut ids: Vec<&String> = members.iter().flat_map(|result| &result.claims).collect();
    ids.sort_unstable();
    ids.dedup();
    let stderr = members.iter().find_map(|result| result.fault.as_ref().filter(|fault| !fault.stderr.is_empty()));
    let stderr = stderr.map(|fault| {
        let last = fault.stderr.iter().skip(fault.stderr.len().saturating_sub(STDERR));
        last.map(|line| clip(line, 500)).collect::<Vec<_>>().join("\n")
    });
    let said = reason(worst).filter(|_| members.iter().all(|result| reason(result) == reason(worst)));
    let rows = members.iter().take(TOLD).map(|result| row(result, said.is_none()));
    Group {
        kind: super::matrix::kind(worst.verdict),
        verdict: worst.verdict.to_string(),
        quantity: worst.quantity.clone(),
        failed: members.len(),
        asked,
        looks_like: looks_like.collect(),
        claims: ids.into_iter().take(8).map(|id| claim(id)).collect(),
        rows: rows.collect(),
        reason: said.map(|reason| clip(&reason, 500)),
        more: members.len().saturating_sub(TOLD),
        stderr,
        command: command(run, Some(&worst.test)),
    }
}

fn claim(id: &str) -> Claim {
    let known = claims::find(id);
    let page = known.map(|claim| Page::of(claim.text));
    let formulas = page.iter().flat_map(Page::formulas).map(|latex| Value::from_safe_string(formula::displayed(latex)));
    Claim { id: id.to_owned(), title: known.map(|claim| claim.title), formulas: formulas.collect() }
}

fn row(result: &TestResult, with_reason: bool) -> Row {
    Row {
        test: result.test.clone(),
        dtype: result.dtype.clone(),
        point: value(&result.point, 300),
        answer: result.answer.as_ref().map_or_else(|| "none".to_owned(), |answer| value(answer, 300)),
        truth: truth(result),
        ratio: result.ratio.map_or_else(String::new, number),
        reason: reason(result).filter(|_| with_reason).map(|reason| clip(&reason, 500)),
    }
}

/// An address from records.
pub(super) fn link(text: &str) -> Link {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&()*+,;=%".contains(c);
    Link { text: text.to_owned(), is_safe: text.starts_with("https://") && text.len() < 500 && text.chars().all(plain) }
}
