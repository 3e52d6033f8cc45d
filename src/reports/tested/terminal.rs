//! What a test run says on a terminal: the verdict, the counts, and the worst of each kind of failure.

use super::failures::failures;
use super::run::TestRun;
use super::words::{cause, command, headline, tally, truth, value, why};
use crate::examination::{CASES, Quantity};
use crate::reports::text::{clip, count, line};
use crate::subjects::record::TestResult;

/// As many kinds of failures are shown; the page has all.
const SHOWN: usize = 8;

/// The run in a few lines of plain text.
pub fn to_terminal(run: &TestRun) -> String {
    let counts = tally(&run.counts()).into_iter().map(|(name, number, _)| format!("{name} {number}"));
    let mut lines = vec![headline(run), counts.collect::<Vec<_>>().join(", ")];
    for control in run.controls.iter().filter(|control| !control.caught) {
        lines.push(format!(
            "void: the control {} ({}) did not turn out as wanted",
            line(&control.id, 60),
            line(&control.story, 200)
        ));
    }
    for quantity in run.header.able.keys().filter(|name| Quantity::find(name).is_none()) {
        let name = line(quantity, 60);
        lines.push(format!("warning: the subject claims to know `{name}`, but there is no such quantity; see ouracle list --kind questions"));
    }
    let printed = run.chatter.lines.len() + run.chatter.dropped;
    if printed > 0 {
        let printed = count(printed, "line");
        lines.push(format!("warning: {printed} on its standard output were no answers; the page has them"));
    }
    let mut kinds: Vec<(&str, _)> = Vec::new();
    for result in failures(run) {
        let kind = (result.quantity.as_str(), result.verdict);
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        if kinds.len() <= SHOWN {
            lines.push(failure(run, result));
        }
    }
    if kinds.len() > SHOWN {
        lines.push(format!("… and {} more kinds of failures; the page has all", kinds.len() - SHOWN));
    }
    lines.join("\n")
}

fn failure(run: &TestRun, worst: &TestResult) -> String {
    let same = |result: &&TestResult| (result.quantity == worst.quantity) && result.verdict == worst.verdict;
    let count = run.results.iter().filter(same).count();
    let mut lines = vec![
        String::new(),
        format!(
            "{} {} of {}; the worst is {} in {}",
            count,
            worst.verdict,
            line(&worst.quantity, 60),
            line(&worst.test, 120),
            line(&worst.dtype, 10)
        ),
        format!("  at      {}", value(&worst.point, 160)),
    ];
    if let Some(case) = CASES.iter().find(|case| case.id == worst.case) {
        lines.push(format!("  case    {}", line(case.setup, 300)));
    }
    if let Some(answer) = &worst.answer {
        lines.push(format!("  answer  {}", value(answer, 160)));
        lines.push(format!("  exact   {}", truth(worst)));
    }
    lines.push(format!("  why     {}", clip(&why(worst), 400).replace('\n', " ")));
    if let Some(last) = worst.fault.as_ref().and_then(|fault| fault.stderr.last()) {
        lines.push(format!("  stderr  … {}", line(last, 200)));
    }
    for mistake in cause(run, &worst.quantity).into_iter().flat_map(|cause| cause.looks_like.iter().take(3)) {
        lines.push(format!("  looks like {}: {}", line(&mistake.id, 60), line(&mistake.story, 200)));
    }
    lines.push(format!("  again   {}", command(run, Some(&worst.test))));
    lines.join("\n")
}
