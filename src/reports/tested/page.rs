//! `index.html` of a test run: one file, readable without scripts, on paper and in the dark.

use super::blind::blind_spots;
use super::failures::{groups, link};
use super::run::TestRun;
use super::words::{LAST_WORD, headline, name, tally, value, why};
use super::{accuracy, matrix};
use crate::claims;
use crate::reports::text::{clip, count, date, duration, line, number};
use crate::reports::write::ReportError;
use crate::reports::{bibliography, html};
use crate::subjects::Ability;
use crate::subjects::record::{TestResult, Wanted};
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::collections::BTreeSet;

const TEMPLATE: &str = include_str!("page.html.jinja");
/// As many expected failures, and lines of chatter, are listed.
const LISTED: usize = 50;

/// The report as a page.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn to_html(run: &TestRun) -> Result<String, ReportError> {
    let ((random, more_random), (bounds, more_bounds)) = (accuracy::random(run), accuracy::bounds(run));
    let page = context! {
        name => name(run),
        headline => headline(run),
        mood => html::mood(run.exit_code()),
        incomplete => run.incomplete(),
        tally => tally(&run.counts()),
        facts => facts(run),
        homepage => run.header.subject.homepage.as_deref().map(|page| Value::from(Serde(link(page)))),
        conventions => conventions(run),
        able => run.header.able.iter().map(|(quantity, able)| (line(quantity, 80), ability(able))).collect::<Vec<_>>(),
        machine => machine(run),
        groups => Value::from(Serde(groups(run))),
        matrix => Value::from(Serde(matrix::matrix(run))),
        panels => Value::from(Serde(accuracy::panels(run))),
        accuracy => Value::from(Serde(accuracy::rows(run))),
        random => Value::from(Serde(random)),
        more_random => more_random,
        bounds => Value::from(Serde(bounds)),
        more_bounds => more_bounds,
        expected => expected(run),
        chatter => run.chatter.lines.iter().take(LISTED).map(|text| line(text, 300)).collect::<Vec<_>>(),
        dropped => run.chatter.dropped.saturating_add(run.chatter.lines.len().saturating_sub(LISTED)),
        blind_spots => blind_spots(run),
        last_word => LAST_WORD,
        controls => controls(run),
        references => references(run),
    };
    html::fill("test.html", TEMPLATE, page)
}

fn facts(run: &TestRun) -> Vec<(&'static str, String)> {
    let header = &run.header;
    let subject = &header.subject;
    let mut facts = vec![("subject", name(run))];
    facts.extend(subject.version.as_ref().map(|version| ("version", line(version, 80))));
    facts.extend(subject.language.as_ref().map(|language| ("language", line(language, 40))));
    facts.push(("address", line(&header.address, 200)));
    let dtypes: BTreeSet<&str> = run.results.iter().map(|result| result.dtype.as_str()).collect();
    let dtypes: Vec<_> = dtypes.into_iter().take(8).map(|dtype| line(dtype, 20)).collect();
    facts.push(("asked in", dtypes.join(", ")));
    facts.push(("tier", line(&header.tier, 40)));
    facts.extend(header.only.as_ref().map(|only| ("only", line(only, 200))));
    facts.push(("seed", header.seed.to_string()));
    facts.push(("false-alarm budget", number(header.false_alarm)));
    facts.push(("ouracle", line(&header.ouracle, 40)));
    facts
}

/// The conventions by name, as the protocol has them.
fn conventions(run: &TestRun) -> Vec<(String, String)> {
    let told = serde_json::to_value(run.header.conventions).unwrap_or_default();
    let fields = told.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// What a subject says of a quantity.
fn ability(able: &Ability) -> String {
    let dtypes = able.dtype.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let order = able.order.map(|order| format!("order {order}"));
    let parts: Vec<_> = [Some(dtypes), order, able.note.clone()].into_iter().flatten().collect();
    line(&parts.join("; "), 200)
}

fn machine(run: &TestRun) -> String {
    let environment = &run.header.environment;
    let took = run.footer.as_ref().map_or(String::new(), |footer| format!(", took {}", duration(footer.time.seconds)));
    let system = format!("{} {}", line(&environment.os, 40), line(&environment.arch, 40));
    let jobs = count(environment.jobs, "worker");
    let begun = date(environment.started);
    format!("Begun {begun}{took}, on {system} with {jobs}. Records: format {}.", line(&run.header.format, 20))
}

fn expected(run: &TestRun) -> Vec<Value> {
    let covered = run.results.iter().filter(|result| result.failed_as_expected());
    let told = |result: &TestResult| {
        let entry = result.expected_failure.as_ref()?;
        Some(context! {
            test => line(&result.test, 200),
            dtype => line(&result.dtype, 20),
            verdict => result.verdict.to_string(),
            why => clip(&why(result), 300),
            reason => clip(&entry.reason, 500),
            link => Value::from(Serde(link(&entry.link))),
            expires => line(&entry.expires, 40),
            point => value(&result.point, 200),
        })
    };
    covered.take(LISTED).filter_map(told).collect()
}

/// The self-check: who was asked beside the subject, and what came out.
fn controls(run: &TestRun) -> Vec<Value> {
    let row = |control: &crate::subjects::record::Control| {
        let wanted = match control.wanted {
            Wanted::Right => "all right",
            Wanted::Wrong => "some wrong",
        };
        context! {
            id => line(&control.id, 80),
            story => clip(&control.story, 300),
            wanted => wanted,
            asked => control.asked,
            failed => control.failed,
            caught => control.caught,
            looks_like => control.looks_like.iter().take(6).map(|id| line(id, 80)).collect::<Vec<_>>(),
        }
    };
    run.controls.iter().map(row).collect()
}

/// The works that the claims of this run cite, each once.
fn references(run: &TestRun) -> Vec<String> {
    let ids: BTreeSet<&str> = run.results.iter().flat_map(|result| &result.claims).map(String::as_str).collect();
    let mut keys: Vec<&str> = Vec::new();
    for key in ids.into_iter().filter_map(claims::find).flat_map(|claim| claim.sources) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    let mut works: Vec<_> =
        keys.into_iter().map(|key| bibliography::citation(key).unwrap_or_else(|| key.to_owned())).collect();
    works.sort_unstable();
    works
}
