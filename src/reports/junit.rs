//! `junit.xml`: a suite for each entry; a case for each reading of each part, and for each control.

use super::outcome::headline;
use super::records::Run;
use super::text::{clip, shown};
use super::write::ReportError;
use crate::evidence::Verdict;
use crate::ledger::{CheckRecord, ClaimRecord, ControlRecord};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report as JUnit XML: what is not as expected is a failure, undecided is skipped, a surviving wrong version is a
/// failure, and an incomplete run is an error.
///
/// # Errors
/// [`ReportError::Junit`] if the XML cannot be written.
pub fn to_junit(run: &Run) -> Result<String, ReportError> {
    let mut report = Report::new("ouracle");
    if let Some(footer) = &run.footer {
        report.set_time(seconds(footer.time.seconds));
    }
    report.add_test_suites(run.claims.iter().map(suite));
    let incomplete = run.incomplete();
    if !incomplete.is_empty() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(incomplete.join(" ")).set_type("incomplete").set_description(headline(run));
        let mut suite = TestSuite::new("the run itself");
        suite.add_test_case(TestCase::new("is complete", status));
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn suite(claim: &ClaimRecord) -> TestSuite {
    let mut suite = TestSuite::new(shown(&claim.id));
    suite.set_time(seconds(claim.time.seconds));
    suite.add_property(("title", shown(&claim.title).as_str()));
    suite.add_property(("standing", claim.standing.to_string().as_str()));
    suite.add_test_cases(claim.checks.iter().map(|check| reading(claim, check)));
    suite.add_test_cases(claim.controls.iter().map(|control| wrong_version(claim, control)));
    suite
}

fn reading(claim: &ClaimRecord, check: &CheckRecord) -> TestCase {
    let status = match &check.verdict {
        verdict if claim.expects(verdict) => TestCaseStatus::success(),
        verdict if verdict.passed() => {
            failure("not refuted", &format!("{verdict}, but it should be false"), &listed(check))
        }
        Verdict::Refuted { .. } => failure("refuted", &check.verdict.to_string(), &listed(check)),
        Verdict::Undecided { why } => skipped(why),
        Verdict::Proved | Verdict::Certified | Verdict::Consistent { .. } => TestCaseStatus::success(),
    };
    case(claim, &part(check), status, check.findings.len())
}

fn wrong_version(claim: &ClaimRecord, control: &ControlRecord) -> TestCase {
    let status = match control.caught {
        Some(true) => TestCaseStatus::success(),
        Some(false) => {
            let fate = if claim.expect { "the wrong version survived" } else { "the truth beside it is not upheld" };
            let message = format!("{fate}: {}", control.story);
            let checks: Vec<_> =
                control.checks.iter().map(|check| format!("{}: {}", part(check), check.verdict)).collect();
            failure(if claim.expect { "survived" } else { "not upheld" }, &message, &checks.join("\n"))
        }
        None => skipped("none of its readings was asked for"),
    };
    let name = match claim.expect {
        true => format!("wrong version {} is refuted", control.id),
        false => format!("the truth {} is not refuted", control.id),
    };
    case(claim, &name, status, control.checks.len())
}

fn case(claim: &ClaimRecord, name: &str, status: TestCaseStatus, assertions: usize) -> TestCase {
    let mut case = TestCase::new(shown(name), status);
    case.set_classname(shown(&claim.id)).set_assertions(assertions);
    case
}

fn part(check: &CheckRecord) -> String {
    if check.label.is_empty() { check.reading.to_string() } else { format!("{} of {}", check.reading, check.label) }
}

pub(super) fn failure(kind: &str, message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(kind).set_message(shown(message)).set_description(clip(description, 20_000));
    status
}

pub(super) fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(shown(why));
    status
}

fn listed(check: &CheckRecord) -> String {
    let lines =
        check.findings.iter().map(|finding| format!("{}: {}", finding.relation, shown(&finding.verdict.to_string())));
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or_default()
}
