//! How accurate the answers are: error / (u κ), over time where there is one.

use super::matrix::kind;
use super::run::TestRun;
use super::words::{DTYPES, badness, is_random, truth, value};
use crate::examination::{DEGRADED, EXACT};
use crate::ledger::{Figure, Mark, Series};
use crate::reports::plot;
use crate::reports::text::{clip, count, line, number, rounded};
use crate::subjects::record::{Expect, TestResult};
use minijinja::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// As many panels, and as many rows of a table, are shown.
const MOST: usize = 60;

/// As many answers that are judged by draws, or against a bound.
const JUDGED: usize = 24;

/// A panel: one quantity.
#[derive(Serialize)]
pub(super) struct Panel {
    title: String,
    svg: Value,
    legend: Vec<(String, usize)>,
    not_drawn: Option<String>,
}

/// How accurate one quantity is in one dtype.
#[derive(Serialize)]
pub(super) struct Row {
    quantity: String,
    dtype: String,
    answers: usize,
    exact: usize,
    typical: String,
    largest: String,
    kind: &'static str,
    at: String,
}

/// The results with a ratio, by quantity in the catalogue's order, and by dtype.
fn measured(run: &TestRun) -> Vec<(&str, BTreeMap<&str, Vec<&TestResult>>)> {
    let mut quantities: Vec<(&str, BTreeMap<&str, Vec<&TestResult>>)> = Vec::new();
    let mut places = BTreeMap::new();
    for result in run.results.iter().filter(|result| result.ratio.is_some()) {
        let at = *places.entry(result.quantity.as_str()).or_insert_with(|| {
            quantities.push((&result.quantity, BTreeMap::new()));
            quantities.len() - 1
        });
        quantities[at].1.entry(&result.dtype).or_default().push(result);
    }
    quantities
}

/// The time of a point, if it has a positive one.
fn time(result: &TestResult) -> Option<f64> {
    result.point.get("t")?.as_f64().filter(|t| *t > 0.0)
}

/// A panel for each quantity that has points to draw.
pub(super) fn panels(run: &TestRun) -> Vec<Panel> {
    measured(run).into_iter().filter_map(|(quantity, dtypes)| panel(quantity, &dtypes)).take(MOST).collect()
}

fn panel(quantity: &str, dtypes: &BTreeMap<&str, Vec<&TestResult>>) -> Option<Panel> {
    let drawn = |result: &&&TestResult| time(result).is_some() && result.ratio.is_some_and(|ratio| ratio > 0.0);
    let points = |results: &[&TestResult]| {
        let points = results.iter().filter(drawn);
        points.filter_map(|result| Some(vec![time(result)?, result.ratio?])).collect::<Vec<_>>()
    };
    // Every dtype has its place, so that it has the same colour in each panel.
    let others = dtypes.keys().copied().filter(|dtype| !DTYPES.contains(dtype)).take(DTYPES.len());
    let mut series: Vec<_> = DTYPES
        .into_iter()
        .chain(others)
        .map(|dtype| (dtype, dtypes.get(dtype).map_or_else(Vec::new, |results| points(results))))
        .map(|(dtype, points)| Series { name: line(dtype, 40), mark: Mark::Points, points })
        .collect();
    let times: Vec<f64> = series.iter().flat_map(|series| &series.points).map(|point| point[0]).collect();
    let first = *times.first()?;
    let legend = series.iter().enumerate().filter(|(_, series)| !series.points.is_empty());
    let legend = legend.map(|(at, series)| (series.name.clone(), plot::colour(at))).collect();
    // A guide has the time of a point, so that it does not widen the axis.
    let guide = |level: f64| Series { name: String::new(), mark: Mark::Guide, points: vec![vec![first, level]] };
    series.extend([guide(EXACT), guide(DEGRADED)]);
    let title = format!("{}: error / (u κ)", line(quantity, 80));
    let figure = Figure {
        id: String::new(),
        title: title.clone(),
        x: "time t".to_owned(),
        y: "error / (u κ)".to_owned(),
        log_x: true,
        log_y: true,
        series,
    };
    let all: usize = dtypes.values().map(Vec::len).sum();
    let missing = all - times.len();
    let not_drawn =
        (missing > 0).then(|| format!("{} with no error, or at no positive time, not drawn", count(missing, "answer")));
    Some(Panel {
        title: line(quantity, 80),
        svg: Value::from_safe_string(plot::svg(&figure, plot::PANEL)?),
        legend,
        not_drawn,
    })
}

/// A row for each quantity and dtype.
pub(super) fn rows(run: &TestRun) -> Vec<Row> {
    let row = |quantity: &str, dtype: &str, results: &[&TestResult]| {
        let mut sorted: Vec<_> = results.iter().filter_map(|result| Some((result.ratio?, *result))).collect();
        sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (typical, (largest, worst)) = (sorted.get(sorted.len() / 2)?.0, sorted.last()?);
        Some(Row {
            quantity: quantity.to_owned(),
            dtype: dtype.to_owned(),
            answers: sorted.len(),
            exact: sorted.iter().filter(|(ratio, _)| *ratio == 0.0).count(),
            typical: rounded(typical),
            largest: rounded(*largest),
            kind: kind(worst.verdict),
            at: value(&worst.point, 200),
        })
    };
    let of = |(quantity, dtypes): (&str, BTreeMap<&str, Vec<&TestResult>>)| {
        dtypes.iter().filter_map(|(dtype, results)| row(quantity, dtype, results)).collect::<Vec<_>>()
    };
    measured(run).into_iter().flat_map(of).take(2 * MOST).collect()
}

/// An answer that is judged by draws, or against a bound.
#[derive(Serialize)]
pub(super) struct Judged {
    test: String,
    dtype: String,
    point: String,
    kind: &'static str,
    verdict: String,
    answer: String,
    truth: String,
    gap: String,
    message: String,
}

/// The random quantities: what was observed, against the truth; the worst first, and how many more there are.
pub(super) fn random(run: &TestRun) -> (Vec<Judged>, usize) {
    told(run.results.iter().filter(|result| is_random(result)).collect())
}

/// The inequalities: the answer, the bound and what lies between; the worst first, and how many more there are.
pub(super) fn bounds(run: &TestRun) -> (Vec<Judged>, usize) {
    told(run.results.iter().filter(|result| result.expect == Expect::AtMost && result.answer.is_some()).collect())
}

fn told(mut results: Vec<&TestResult>) -> (Vec<Judged>, usize) {
    results.sort_by_key(|result| badness(result).0);
    (results.iter().take(JUDGED).map(|result| judged(result)).collect(), results.len().saturating_sub(JUDGED))
}

fn judged(result: &TestResult) -> Judged {
    let answer = result.answer.as_ref().and_then(|answer| match answer {
        serde_json::Value::Array(items) => items.first().and_then(serde_json::Value::as_f64),
        other => other.as_f64(),
    });
    let bound = result.exact.first().and_then(|exact| exact.parse::<f64>().ok());
    Judged {
        test: result.test.clone(),
        dtype: result.dtype.clone(),
        point: value(&result.point, 200),
        kind: kind(result.verdict),
        verdict: result.verdict.to_string(),
        answer: result.answer.as_ref().map_or_else(String::new, |answer| value(answer, 120)),
        truth: truth(result),
        gap: bound.zip(answer).map_or_else(String::new, |(bound, answer)| number(bound - answer)),
        message: clip(result.message.as_deref().unwrap_or_default(), 400),
    }
}
