//! All forms of a sweep, in one folder: `cells.jsonl`, `map.svg`, and `index.html` around it.

use super::cells::{CELLS, Swept};
use super::text::{clip, count, grouped, number, rounded};
use super::{ReportError, formula, html, map};
use crate::ledger::{Bounds, Cause, Cell};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;
use std::fs;
use std::path::Path;

const TEMPLATE: &str = include_str!("sweep.html.jinja");

const MEANING: &str = r"Data $N(0, \mathrm{diag}(v_1, \dots, v_d))$, a score wrong by the factor $1 + \delta$, the prior
$N(0, v_\pi I)$. On average over the data the bound lies below the truth by what the prior costs and what the score costs, and this is
the error of the model and the looseness of the bound, in nats:
$\mathrm{KL}(q_T\|\pi) + C_\lambda\tfrac12\int_0^T G\,E_q|s - \nabla\log q_t|^2dt = \mathrm{KL}(q_0\|p_\theta) + E_q[\log p_\theta - \mathrm{ELBO}]$.
The score costs $C_\lambda\tfrac12\delta^2\sum_i\ln R_i$ with $R_i = v_{i,T}/(\varphi_T^2v_i)$: schedules differ only by where they end.";

/// What one schedule looks like.
#[derive(Serialize)]
struct Row {
    schedule: String,
    gap: String,
    prior: String,
    model: String,
    width: String,
}

/// Writes every form of a sweep to a folder.
///
/// # Errors
/// [`ReportError`] if a file cannot be written.
pub fn write_sweep(folder: &Path, swept: &Swept) -> Result<(), ReportError> {
    let failed = |name: &str| {
        let file = folder.join(name);
        move |source| ReportError::Write { file, source }
    };
    let svg = map::svg(swept);
    let page = page(swept, svg.as_deref())?;
    fs::create_dir_all(folder).map_err(failed(""))?;
    let cells = swept.to_jsonl().map_err(failed(CELLS))?;
    let picture = svg.map(|svg| ("map.svg", svg));
    for (name, text) in [(CELLS, cells), ("index.html", page)].into_iter().chain(picture) {
        fs::write(folder.join(name), text).map_err(failed(name))?;
    }
    Ok(())
}

fn page(swept: &Swept, svg: Option<&str>) -> Result<String, ReportError> {
    let header = &swept.header;
    let axes = format!(
        "{} × {} × {}",
        count(header.schedules.len(), "schedule"),
        count(header.delta.len(), "score error"),
        count(header.dimensions.len(), "dimension"),
    );
    let headline = format!("What the bound loses, in {}", count(swept.cells.len(), "cell"));
    let context = context! {
        headline => headline,
        mood => if swept.missing() == 0 { "pass" } else { "undecided" },
        incomplete => incomplete(swept),
        tally => [
            ("nats lost", range(swept.cells.iter().map(|cell| &cell.gap))),
            ("score errors δ", ends(&header.delta)),
            ("dimensions d", ends(&header.dimensions)),
            ("cells", grouped(swept.cells.len() as u64)),
        ],
        facts => [("axes", axes), ("data, prior and member", clip(&header.world, 300))],
        meaning => Value::from_safe_string(formula::paragraph(MEANING)),
        line => line(swept),
        svg => svg.map(|svg| Value::from_safe_string(svg.to_owned())),
        rows => Value::from(Serde((0..header.schedules.len()).map(|at| row(swept, at)).collect::<Vec<_>>())),
        version => header.ouracle.as_str(),
        format => header.format.as_str(),
    };
    html::fill("sweep.html", TEMPLATE, context)
}

/// What is missing, in sentences.
fn incomplete(swept: &Swept) -> Vec<String> {
    let piece = swept.header.shard.as_ref().map(|shard| format!("This is piece {shard} of a sweep."));
    let missing = swept.missing();
    let cells = (missing > 0)
        .then(|| format!("{} of {} are missing.", grouped(missing as u64), count(swept.header.cells, "cell")));
    piece.into_iter().chain(cells).collect()
}

/// What the line in the maps is.
fn line(swept: &Swept) -> &'static str {
    let there = |cause: Cause| swept.cells.iter().any(|cell| cell.larger == cause);
    match (there(Cause::Prior), there(Cause::Score)) {
        (true, true) => "The line: toward δ = 0 the prior costs more, beyond it the score.",
        (true, false) => "The prior costs more everywhere.",
        (false, true) => "The score costs more everywhere.",
        (false, false) => "Whether prior or score costs more is undecided everywhere.",
    }
}

fn row(swept: &Swept, schedule: usize) -> Row {
    let cells: Vec<&Cell> = swept.cells.iter().filter(|cell| cell.schedule == schedule).collect();
    let prior = cells.iter().filter(|cell| cell.larger == Cause::Prior).count();
    Row {
        schedule: clip(&swept.header.schedules[schedule], 200),
        gap: range(cells.iter().map(|cell| &cell.gap)),
        prior: format!("{} of {}", grouped(prior as u64), count(cells.len(), "cell")),
        model: range(cells.iter().map(|cell| &cell.model)),
        width: widest(&cells),
    }
}

/// From the least to the greatest of the middles.
fn range<'a>(values: impl Iterator<Item = &'a Bounds>) -> String {
    let ends = values.filter_map(Bounds::middle).fold(None, |ends, value| {
        Some(ends.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
    });
    ends.map_or_else(|| "none".to_owned(), |(low, high)| format!("{} to {}", rounded(low), rounded(high)))
}

/// The widest enclosure of what is lost, as a share of it.
fn widest(cells: &[&Cell]) -> String {
    let share = |cell: &&Cell| match cell.gap {
        Bounds(Some(low), Some(high)) if high > 0.0 => (high - low) / high,
        Bounds(Some(_), Some(_)) => 0.0,
        _ => f64::INFINITY,
    };
    let most = cells.iter().map(share).fold(0.0, f64::max);
    if most.is_finite() {
        format!("{} of it", number(format!("{most:.0e}").parse().unwrap_or(most)))
    } else {
        "unknown".to_owned()
    }
}

fn ends(axis: &[impl ToString]) -> String {
    match axis {
        [] => "none".to_owned(),
        [only] => only.to_string().replace('-', "−"),
        [first, .., last] => format!("{} to {}", first.to_string(), last.to_string()).replace('-', "−"),
    }
}
