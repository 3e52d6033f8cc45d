//! What the page shows, as plain values: the template lays out, this decides what there is to lay out.

use super::formula;
use super::outcome;
use super::records::Run;
use super::text::{number, power_of_ten, scientific};
use super::writer::certificate_names;
use crate::claims::{self, Page};
use crate::evidence::{Finding, Reading, Verdict};
use crate::ledger::{CheckRecord, ClaimRecord, ControlRecord};
use minijinja::Value;
use serde::Serialize;

/// A verdict: its colour and its words.
#[derive(Serialize)]
pub(super) struct Mark {
    kind: &'static str,
    text: String,
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

/// A claim with all that was found.
#[derive(Serialize)]
pub(super) struct Section {
    id: String,
    anchor: String,
    title: String,
    standing: Mark,
    page: Value,
    sources: Vec<usize>,
    checks: Vec<Check>,
    controls: Vec<Control>,
    command: String,
}

/// One reading of one part.
#[derive(Serialize)]
pub(super) struct Check {
    reading: Reading,
    label: String,
    verdict: Mark,
    extent: String,
    why: Option<String>,
    groups: Vec<Group>,
    assumed: Vec<String>,
    certificates: Vec<String>,
}

/// The findings at one point.
#[derive(Serialize)]
struct Group {
    point: Option<String>,
    rows: Vec<Found>,
}

/// One finding.
#[derive(Serialize)]
struct Found {
    relation: String,
    verdict: Mark,
    why: Option<String>,
    discrepancy: Option<String>,
    statement: Option<Value>,
    draws: Option<Draws>,
}

/// The numbers of a simulation, to read.
#[derive(Serialize)]
struct Draws {
    n: String,
    claimed: String,
    observed: String,
    evidence: String,
    threshold: String,
    /// Evidence in percent of the threshold, for a bar.
    share: f64,
    resolution: String,
}

/// A wrong version.
#[derive(Serialize)]
pub(super) struct Control {
    id: String,
    story: String,
    fate: Mark,
    cells: Vec<Mark>,
    how: Vec<How>,
}

/// How a reading refuted a wrong version, or did not.
#[derive(Serialize)]
struct How {
    reading: Reading,
    verdict: Mark,
    relation: Option<String>,
    at: Option<String>,
    why: Option<String>,
}

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
    why: Option<String>,
    residue: Option<String>,
    formulas: Vec<Value>,
    command: String,
}

/// HTML that this module made.
fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

/// The place of a claim on the page.
fn anchor(id: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    format!("claim-{}", id.chars().map(kept).take(200).collect::<String>())
}

fn mark(verdict: &Verdict) -> Mark {
    let (kind, text) = match verdict {
        Verdict::Proved => ("pass", "proved".to_owned()),
        Verdict::Certified => ("pass", "certified".to_owned()),
        Verdict::Consistent { resolution } => ("pass", format!("consistent to {} sd", number(rounded(*resolution)))),
        Verdict::Refuted { .. } => ("refuted", "refuted".to_owned()),
        Verdict::Undecided { .. } => ("undecided", "undecided".to_owned()),
    };
    Mark { kind, text }
}

/// Two digits are enough of a resolution.
fn rounded(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// Why a verdict is not a pass.
fn why(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Refuted { by, .. } => Some(by.clone()),
        Verdict::Undecided { why } => Some(why.clone()),
        Verdict::Proved | Verdict::Certified | Verdict::Consistent { .. } => None,
    }
}

fn standing(claim: &ClaimRecord) -> Mark {
    let kind = ["void", "refuted", "undecided", "pass"][usize::from(outcome::rank(claim.standing)).min(3)];
    Mark { kind, text: claim.standing.to_string() }
}

/// The verdict of each reading on all parts of a claim, or of a wrong version of it.
fn cells(id: &str, checks: &[CheckRecord], is_control: bool) -> Vec<Mark> {
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

/// A claim's section; `cited` numbers the sources.
pub(super) fn section(run: &Run, claim: &ClaimRecord, cited: &mut Vec<String>) -> Section {
    let mut sources = Vec::new();
    for key in &claim.sources {
        let at = cited.iter().position(|known| known == key).unwrap_or_else(|| {
            cited.push(key.clone());
            cited.len() - 1
        });
        sources.push(at + 1);
    }
    Section {
        id: claim.id.clone(),
        anchor: anchor(&claim.id),
        title: claim.title.clone(),
        standing: standing(claim),
        page: safe(page(&claim.id)),
        sources,
        checks: claim.checks.iter().map(|check| checked(run, claim, check)).collect(),
        controls: claim.controls.iter().map(|control| wrong_version(claim, control)).collect(),
        command: outcome::command(run, &claim.id),
    }
}

/// The page of a claim as HTML; nothing if this version has no such claim.
fn page(id: &str) -> String {
    let Some(claim) = claims::find(id) else { return String::new() };
    let mut out = String::new();
    for block in Page::of(claim.text).blocks {
        let alone = Page { blocks: vec![block] };
        match alone.formulas().next() {
            Some(latex) => out += &formula::displayed(latex),
            None => out += &format!("<p>{}</p>", formula::paragraph(&alone.to_text())),
        }
    }
    out
}

fn checked(run: &Run, claim: &ClaimRecord, check: &CheckRecord) -> Check {
    let mut groups: Vec<Group> = Vec::new();
    for finding in &check.findings {
        match groups.last_mut() {
            Some(group) if group.point == finding.point => group.rows.push(found(finding)),
            _ => groups.push(Group { point: finding.point.clone(), rows: vec![found(finding)] }),
        }
    }
    let exported = certificate_names(&claim.id, &check.label).take_while(|name| run.certificates.contains_key(name));
    let mut assumed: Vec<_> = check.findings.iter().flat_map(|finding| finding.assumed.iter().cloned()).collect();
    assumed.sort_unstable();
    assumed.dedup();
    Check {
        reading: check.reading,
        label: check.label.clone(),
        verdict: mark(&check.verdict),
        extent: extent(check),
        why: why(&check.verdict),
        groups,
        assumed,
        certificates: if check.reading == Reading::Proof { exported.collect() } else { Vec::new() },
    }
}

/// How much a reading looked at.
fn extent(check: &CheckRecord) -> String {
    let mut points: Vec<_> = check.findings.iter().filter_map(|finding| finding.point.as_deref()).collect();
    points.sort_unstable();
    points.dedup();
    let mut relations: Vec<_> = check.findings.iter().map(|finding| finding.relation.as_str()).collect();
    relations.sort_unstable();
    relations.dedup();
    let points = super::text::count(points.len(), "point");
    match check.reading {
        Reading::Proof => format!("{} for all parameters", super::text::count(relations.len(), "relation")),
        Reading::Certificate => format!("{} at {points}", super::text::count(relations.len(), "relation")),
        Reading::Simulation => format!("{} at {points}", super::text::count(relations.len(), "statistic")),
    }
}

fn found(finding: &Finding) -> Found {
    let statement = finding.latex.as_ref().map(|latex| safe(formula::displayed(latex)));
    let draws = finding.draws.as_ref().map(|draws| Draws {
        n: super::text::grouped(draws.n),
        claimed: number(draws.claimed),
        observed: number(draws.observed),
        evidence: format!("{:.1}", draws.evidence),
        threshold: format!("{:.1}", draws.threshold),
        share: (100.0 * draws.evidence / draws.threshold).clamp(0.0, 100.0).round(),
        resolution: number(rounded(draws.resolution)),
    });
    Found {
        relation: finding.relation.clone(),
        verdict: mark(&finding.verdict),
        why: why(&finding.verdict),
        discrepancy: finding.discrepancy.as_deref().map(enclosure),
        statement,
        draws,
    }
}

/// `0.0 ± 1.2e-7` with powers of ten to read; anything else as it is.
fn enclosure(text: &str) -> String {
    let pretty = |part: &str| match part.trim().split_once('e').map(|(mantissa, exponent)| (mantissa, exponent.parse()))
    {
        Some((mantissa, Ok(exponent))) if mantissa.parse::<f64>().is_ok() => {
            format!("{} × {}", mantissa.replace('-', "−"), power_of_ten(exponent))
        }
        _ => part.trim().replace('-', "−"),
    };
    match text.split_once('±') {
        Some((middle, radius)) if text.len() < 200 => {
            let radius = radius.trim().parse().map_or_else(|_| pretty(radius), scientific);
            format!("{} ± {radius}", pretty(middle))
        }
        _ => text.to_owned(),
    }
}

fn wrong_version(claim: &ClaimRecord, control: &ControlRecord) -> Control {
    let how = |check: &CheckRecord| {
        let refuting = check.findings.iter().find(|finding| finding.verdict.refuted());
        let verdict = refuting.map_or(&check.verdict, |finding| &finding.verdict);
        let at = match verdict {
            Verdict::Refuted { at, .. } => Some(at.clone()),
            _ => None,
        };
        let caught = check.verdict.refuted();
        let text = if caught { "refuted".to_owned() } else { mark(&check.verdict).text };
        let verdict_mark = Mark { kind: if caught { "caught" } else { "survived" }, text };
        let relation = refuting.map(|finding| finding.relation.clone());
        How { reading: check.reading, verdict: verdict_mark, relation, at, why: why(verdict) }
    };
    let (kind, text) = match control.caught {
        Some(true) => ("caught", "caught"),
        Some(false) => ("survived", "survived"),
        None => ("none", "not tried"),
    };
    Control {
        id: control.id.clone(),
        story: control.story.clone(),
        fate: Mark { kind, text: text.to_owned() },
        cells: cells(&claim.id, &control.checks, true),
        how: control.checks.iter().map(how).collect(),
    }
}

/// The failures, worst first.
pub(super) fn troubles(run: &Run) -> Vec<Trouble> {
    let trouble = |failure: outcome::Failure<'_>| {
        let verdict = failure.finding.map_or(&failure.check.verdict, |finding| &finding.verdict);
        let (kind, word) = match (failure.control, verdict) {
            (Some(_), _) => ("void", "a wrong version survived"),
            (None, Verdict::Refuted { .. }) => ("refuted", "refuted"),
            (None, _) => ("undecided", "undecided"),
        };
        let point = match verdict {
            Verdict::Refuted { at, .. } => Some(at.clone()),
            _ => failure.finding.and_then(|finding| finding.point.clone()),
        };
        let page = claims::find(&failure.claim.id).map(|claim| Page::of(claim.text));
        let formulas = page.iter().flat_map(Page::formulas).map(|latex| safe(formula::displayed(latex)));
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
            why: why(verdict).or_else(|| Some(verdict.to_string())),
            residue: failure.finding.and_then(|finding| finding.discrepancy.as_deref()).map(enclosure),
            formulas: formulas.collect(),
            command: outcome::command(run, &failure.claim.id),
        }
    };
    outcome::failures(run).into_iter().map(trouble).collect()
}
