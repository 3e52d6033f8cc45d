//! A claim's section of the page: what it says, what each reading found, and what became of its wrong versions.

use super::formula;
use super::outcome;
use super::records::Run;
use super::rows::{Mark, anchor, cells, expected, mark, standing, why};
use super::text::{count, enclosure, grouped, number, rounded};
use super::writer::certificate_names;
use crate::claims::{self, Page};
use crate::evidence::{Finding, Reading, Verdict};
use crate::ledger::{CheckRecord, ClaimRecord, ControlRecord};
use minijinja::Value;
use serde::Serialize;

/// A claim with all that was found.
#[derive(Serialize)]
pub(super) struct Section {
    id: String,
    anchor: String,
    title: String,
    standing: Mark,
    page: Value,
    sources: Vec<usize>,
    expect: bool,
    checks: Vec<Check>,
    controls: Vec<Control>,
    command: String,
}

/// One reading of one part.
#[derive(Serialize)]
struct Check {
    reading: Reading,
    label: String,
    verdict: Mark,
    extent: String,
    why: Option<String>,
    groups: Vec<Group>,
    assumed: Vec<Value>,
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
struct Control {
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
        expect: claim.expect,
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
    let mut assumed: Vec<_> = check.findings.iter().flat_map(|finding| &finding.assumed).collect();
    assumed.sort_unstable();
    assumed.dedup();
    Check {
        reading: check.reading,
        label: check.label.clone(),
        verdict: if claim.expect {
            mark(&check.verdict)
        } else {
            expected(&check.verdict, claim.expects(&check.verdict))
        },
        extent: extent(check),
        why: if claim.expects(&check.verdict) { None } else { why(&check.verdict) },
        groups,
        assumed: assumed.into_iter().map(|latex| safe(formula::inline(latex))).collect(),
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
    let points = count(points.len(), "point");
    match check.reading {
        Reading::Proof => format!("{} for all parameters", count(relations.len(), "relation")),
        Reading::Certificate => format!("{} at {points}", count(relations.len(), "relation")),
        Reading::Simulation => format!("{} at {points}", count(relations.len(), "statistic")),
    }
}

fn found(finding: &Finding) -> Found {
    let statement = finding.latex.as_ref().map(|latex| safe(formula::displayed(latex)));
    let draws = finding.draws.as_ref().map(|draws| Draws {
        n: grouped(draws.n),
        claimed: number(draws.claimed),
        observed: number(draws.observed),
        evidence: format!("{:.1}", draws.evidence),
        threshold: format!("{:.1}", draws.threshold),
        share: (100.0 * draws.evidence / draws.threshold).clamp(0.0, 100.0).round(),
        resolution: rounded(draws.resolution),
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

fn wrong_version(claim: &ClaimRecord, control: &ControlRecord) -> Control {
    let how = |check: &CheckRecord| {
        let refuting = check.findings.iter().find(|finding| finding.verdict.refuted());
        let right = claim.expects_of_control(&check.verdict);
        let verdict = refuting.map_or(&check.verdict, |finding| &finding.verdict);
        let at = match verdict {
            Verdict::Refuted { at, .. } => Some(at.clone()),
            _ => None,
        };
        let relation = refuting.map(|finding| finding.relation.clone());
        How { reading: check.reading, verdict: expected(&check.verdict, right), relation, at, why: why(verdict) }
    };
    let (kind, text) = match (control.caught, claim.expect) {
        (Some(true), true) => ("caught", "caught"),
        (Some(true), false) => ("caught", "upheld"),
        (Some(false), true) => ("survived", "survived"),
        (Some(false), false) => ("survived", "not upheld"),
        (None, _) => ("none", "not tried"),
    };
    Control {
        id: control.id.clone(),
        story: control.story.clone(),
        fate: Mark { kind, text: text.to_owned() },
        cells: cells(claim, &control.checks, true),
        how: control.checks.iter().map(how).collect(),
    }
}

/// HTML that this module made.
fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}
