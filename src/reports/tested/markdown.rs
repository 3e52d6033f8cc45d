//! `summary.md` of a test run: what a reviewer reads on the page of a continuous integration run.

use super::failures::failures;
use super::run::TestRun;
use super::words::{LAST_WORD, cause, command, headline, name, tally, truth, value, why};
use crate::reports::markdown::plain;
use crate::reports::text::{count, number, rounded};
use crate::subjects::Counts;
use crate::subjects::record::{TestResult, Verdict};
use std::fmt::Write;

/// As many groups of failures are told; the page tells the rest.
const TOLD: usize = 20;
/// As many quantities are listed.
const LISTED: usize = 100;

/// The report as Markdown.
pub fn to_markdown(run: &TestRun) -> String {
    let mut out = format!("## ouracle: {}\n\n", plain(&headline(run), 400));
    for sentence in run.incomplete() {
        let _ = writeln!(out, "> **Incomplete.** {}\n", plain(&sentence, 400));
    }
    let tally = tally(&run.counts());
    out += &row(tally.iter().map(|(name, _, _)| name.clone()).collect());
    out += &row(vec!["---:".to_owned(); tally.len()]);
    out +=
        &row(tally.iter().map(|(_, value, bad)| if *bad { format!("**{value}**") } else { value.clone() }).collect());
    survivors(run, &mut out);
    told(run, &mut out);
    quantities(run, &mut out);
    let header = &run.header;
    let version = header.subject.version.as_deref().map_or(String::new(), |version| format!(" {}", plain(version, 40)));
    let _ = writeln!(
        out,
        "\n{}{version}, tier {}, seed {}, ouracle {}. {LAST_WORD}\n\n<code>{}</code>",
        plain(&name(run), 80),
        plain(&header.tier, 40),
        header.seed,
        plain(&header.ouracle, 40),
        plain(&command(run, header.only.as_deref()), 600),
    );
    out
}

fn row(cells: Vec<String>) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn survivors(run: &TestRun, out: &mut String) {
    for control in run.controls.iter().filter(|control| !control.caught).take(TOLD) {
        let _ = writeln!(
            out,
            "\n- **void**: the control *{}* ({}) did not turn out as wanted: {} of {} answers were found wrong",
            plain(&control.id, 80),
            plain(&control.story, 200),
            control.failed,
            control.asked,
        );
    }
}

/// The worst failure of each quantity and verdict.
fn told(run: &TestRun, out: &mut String) {
    let failures = failures(run);
    let mut groups: Vec<(&TestResult, usize)> = Vec::new();
    for failure in &failures {
        let same = |known: &TestResult| (&known.quantity, known.verdict) == (&failure.quantity, failure.verdict);
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, number)) => *number += 1,
            None => groups.push((failure, 1)),
        }
    }
    if !groups.is_empty() {
        *out += "\n### What is not as it should be, worst first\n\n";
    }
    for (worst, number) in groups.iter().take(TOLD) {
        let answer =
            worst.answer.as_ref().map_or_else(String::new, |answer| format!(", answer {}", value(answer, 120)));
        let exact = Some(truth(worst)).filter(|truth| !truth.is_empty() && worst.answer.is_some());
        let exact = exact.map_or_else(String::new, |truth| format!(", truth {truth}"));
        let _ = writeln!(
            out,
            "- **{}**: {number} {}. The worst is {} at {}{}{}: {}",
            plain(&worst.quantity, 80),
            worst.verdict,
            plain(&worst.key(), 120),
            plain(&value(&worst.point, 200), 240),
            plain(&answer, 200),
            plain(&exact, 200),
            plain(&why(worst), 300),
        );
        let likeness = cause(run, &worst.quantity).filter(|_| worst.verdict == Verdict::Wrong);
        for mistake in likeness.iter().flat_map(|cause| cause.looks_like.iter().take(2)) {
            let matches = format!("{} of {} match", mistake.matches, likeness.map_or(0, |cause| cause.failed));
            let _ = writeln!(
                out,
                "  <br>looks like *{}*: {} ({matches})",
                plain(&mistake.id, 80),
                plain(&mistake.story, 300)
            );
        }
        let _ = writeln!(out, "  <br><code>{}</code>", plain(&command(run, Some(&worst.test)), 600));
    }
    if groups.len() > TOLD {
        let _ = writeln!(out, "- and {} more in index.html", count(groups.len() - TOLD, "group"));
    }
}

fn quantities(run: &TestRun, out: &mut String) {
    let mut rows: Vec<(&str, Counts, f64)> = Vec::new();
    for result in &run.results {
        let at = rows.iter().position(|(quantity, _, _)| *quantity == result.quantity).unwrap_or_else(|| {
            rows.push((&result.quantity, Counts::default(), f64::NEG_INFINITY));
            rows.len() - 1
        });
        rows[at].1.add(result);
        rows[at].2 = rows[at].2.max(result.ratio.unwrap_or(f64::NEG_INFINITY));
    }
    *out += "\n<details><summary>Quantities</summary>\n\n";
    let heads = [
        "quantity",
        "right",
        "degraded",
        "wrong",
        "undecided",
        "unsupported",
        "faults",
        "expected",
        "largest error / (u κ)",
    ];
    *out += &row(heads.map(str::to_owned).into());
    *out += "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for (quantity, counts, largest) in rows.iter().take(LISTED) {
        let numbers =
            [counts.right, counts.degraded, counts.wrong, counts.undecided, counts.unsupported, counts.faults];
        let mut cells = vec![plain(quantity, 80)];
        cells.extend(numbers.map(|number| number.to_string()));
        cells.push(counts.expected_failures.to_string());
        cells.push(if largest.is_finite() { rounded(*largest) } else { "–".to_owned() });
        *out += &row(cells);
    }
    if rows.len() > LISTED {
        let _ = writeln!(out, "\nand {} more", number((rows.len() - LISTED) as f64));
    }
    *out += "\n</details>\n";
}
