//! What a test run could not have seen.

use super::run::TestRun;
use super::words::{DTYPES, is_random};
use crate::examination::EXACT;
use crate::reports::text::{count, line, number};
use crate::subjects::record::{TestResult, Verdict};
use std::collections::BTreeSet;

/// What the run could not have seen, in sentences.
pub(super) fn blind_spots(run: &TestRun) -> Vec<String> {
    let header = &run.header;
    let mut out = Vec::new();
    let asked = |result: &&TestResult| result.verdict != Verdict::Unsupported;
    let listed = |names: BTreeSet<&str>| line(&names.into_iter().collect::<Vec<_>>().join(", "), 1000);
    let answered: BTreeSet<&str> = run.results.iter().filter(asked).map(|result| result.quantity.as_str()).collect();
    let unable = run.results.iter().map(|result| result.quantity.as_str()).filter(|name| !answered.contains(name));
    let unable: BTreeSet<&str> = unable.collect();
    if !unable.is_empty() {
        out.push(format!("Not answered, for the subject does not claim to know it: {}.", listed(unable)));
    }
    let idle: BTreeSet<&str> = header.able.keys().map(String::as_str).filter(|able| !answered.contains(able)).collect();
    if !idle.is_empty() {
        out.push(format!("Not asked, although the subject claims to know it: {}.", listed(idle)));
    }
    let asked_in = |dtype: &&&str| run.results.iter().filter(asked).any(|result| result.dtype == **dtype);
    let absent: Vec<&str> = DTYPES.iter().filter(|dtype| !asked_in(dtype)).copied().collect();
    if !absent.is_empty() {
        out.push(format!("Nothing was answered in {}, so what only shows there went unseen.", absent.join(", ")));
    }
    if let Some(only) = &header.only {
        out.push(format!("Only questions that match {} were asked.", line(only, 200)));
    }
    if header.tier != "full" {
        out.push(format!("The tier {} was asked; the tier full has more points.", line(&header.tier, 40)));
    }
    let faults = run.results.iter().filter(|result| result.verdict == Verdict::Fault).count();
    if faults > 0 {
        out.push(format!(
            "{} got no answer. What the subject would have said is not known.",
            count(faults, "question")
        ));
    }
    out.push(format!(
        "An error below {EXACT} u κ is not told from rounding, u being the unit roundoff of the dtype and κ the condition number."
    ));
    if run.results.iter().any(is_random) {
        out.push(format!(
            "Random quantities show nothing below the resolution of their draws. A right subject fails one of them in a run with probability at most {}.",
            number(header.false_alarm)
        ));
    }
    out.push("Points are points: an error that vanishes at all of them would pass. Mistakes nobody thought of have no control.".to_owned());
    out
}
