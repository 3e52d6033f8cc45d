//! Quantity by case: where the answers are right, and where they are not.

use super::run::TestRun;
use crate::reports::text::line;
use crate::subjects::record::{TestResult, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// As many rows, and as many columns, are shown.
const MOST: usize = 60;

/// The table; the longer of the two lists goes down.
#[derive(Serialize)]
pub(super) struct Matrix {
    corner: &'static str,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
    left_out: usize,
}

/// The answers to one quantity in one case.
#[derive(Serialize, Clone)]
struct Cell {
    kind: &'static str,
    text: String,
    words: String,
}

/// The colour of a verdict.
pub(super) fn kind(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "pass",
        Verdict::Wrong => "refuted",
        Verdict::Degraded => "degraded",
        Verdict::Undecided => "undecided",
        Verdict::Fault => "fault",
        Verdict::Unsupported => "none",
    }
}

/// All results, by quantity and case.
pub(super) fn matrix(run: &TestRun) -> Matrix {
    let (mut quantities, mut cases) = (Vec::new(), Vec::new());
    let mut cells: BTreeMap<(&str, &str), Vec<&TestResult>> = BTreeMap::new();
    for result in &run.results {
        let members = cells.entry((&result.quantity, &result.case)).or_default();
        if members.is_empty() {
            quantities.push(result.quantity.as_str());
            cases.push(result.case.as_str());
        }
        members.push(result);
    }
    let (quantities, cases) = (in_order(quantities), in_order(cases));
    let upright = cases.len() > quantities.len();
    let (corner, down, across) = if upright { ("case", cases, quantities) } else { ("quantity", quantities, cases) };
    let cell = |row: &str, column: &str| {
        let key = if upright { (column, row) } else { (row, column) };
        cells.get(&key).map_or_else(Cell::blank, |members| summary(members))
    };
    let shown = |names: &[&str]| names.iter().take(MOST).map(|name| line(name, 80)).collect::<Vec<_>>();
    let columns = shown(&across);
    let row = |name: &&str| across.iter().take(MOST).map(|column| cell(name, column)).collect::<Vec<_>>();
    let rows = shown(&down).into_iter().zip(down.iter().map(row)).collect();
    let left_out = down.len().saturating_sub(MOST) + across.len().saturating_sub(MOST);
    Matrix { corner, rows, columns, left_out }
}

/// Each name once, in the order of their first appearance.
fn in_order(names: Vec<&str>) -> Vec<&str> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).collect()
}

/// The worst verdict of a cell, and how many have it.
fn summary(members: &[&TestResult]) -> Cell {
    let all = members.len();
    let counted =
        |verdict| members.iter().filter(|result| result.verdict == verdict && !result.failed_as_expected()).count();
    let expected = members.iter().filter(|result| result.failed_as_expected()).count();
    let bad = [Verdict::Wrong, Verdict::Fault, Verdict::Undecided, Verdict::Degraded];
    let worst = bad.into_iter().map(|verdict| (verdict, counted(verdict))).find(|(_, number)| *number > 0);
    let (kind, number, words) = match worst {
        Some((verdict, number)) => (kind(verdict), number, verdict.to_string()),
        None if expected > 0 => ("expected", expected, "failed as expected".to_owned()),
        None if counted(Verdict::Right) == 0 => return Cell { text: "–".to_owned(), ..Cell::blank() },
        None => ("pass", counted(Verdict::Right), "right".to_owned()),
    };
    let text = if number == all { number.to_string() } else { format!("{number} of {all}") };
    Cell { kind, words: format!("{text} {words}"), text }
}

impl Cell {
    fn blank() -> Self {
        Self { kind: "none", text: String::new(), words: String::new() }
    }
}
