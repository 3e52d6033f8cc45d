//! `junit.xml` of a test run: a suite for each quantity, a case for each question and dtype, and a suite for the controls.

use super::run::TestRun;
use super::words::{command, fails_the_run, headline, truth, value, why};
use crate::reports::junit::{failure, seconds, skipped};
use crate::reports::text::{line, shown};
use crate::reports::write::ReportError;
use crate::subjects::record::{Control, TestResult, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The report as JUnit XML: what fails the run is a failure, a fault and an unsupported question where all are required are
/// errors, undecided, unsupported and expected failures are skipped, a surviving control is a failure, and an incomplete run
/// is an error.
///
/// # Errors
/// [`ReportError::Junit`] if the XML cannot be written.
pub fn to_junit(run: &TestRun) -> Result<String, ReportError> {
    let mut report = Report::new("ouracle");
    if let Some(footer) = &run.footer {
        report.set_time(seconds(footer.time.seconds));
    }
    let mut check = TestSuite::new("self-check");
    check.add_test_cases(run.controls.iter().map(control));
    report.add_test_suite(check);

    let mut suites: Vec<(&str, TestSuite)> = Vec::new();
    for result in &run.results {
        let at = suites.iter().position(|(quantity, _)| *quantity == result.quantity).unwrap_or_else(|| {
            suites.push((&result.quantity, TestSuite::new(line(&result.quantity, 200))));
            suites.len() - 1
        });
        suites[at].1.add_test_case(case(run, result));
    }
    report.add_test_suites(suites.into_iter().map(|(_, suite)| suite));

    let incomplete = run.incomplete();
    if !incomplete.is_empty() {
        let message = incomplete.join(" ");
        let mut suite = TestSuite::new("the run itself");
        suite.add_test_case(TestCase::new("is complete", error("incomplete", &message, &headline(run))));
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn control(control: &Control) -> TestCase {
    let status = match control.caught {
        true => TestCaseStatus::success(),
        false => {
            let found = format!("{} of {} answers were found wrong", control.failed, control.asked);
            failure(
                "not as wanted",
                &format!("the control {} did not turn out as wanted: {found}", control.id),
                &control.story,
            )
        }
    };
    let mut case = TestCase::new(line(&control.id, 200), status);
    case.set_classname("self-check").set_assertions(control.asked);
    case
}

fn case(run: &TestRun, result: &TestResult) -> TestCase {
    let told = why(result);
    let status = match (&result.expected_failure, result.verdict) {
        (Some(entry), verdict) if result.failed_as_expected() => {
            let until = format!("expected until {}", entry.expires);
            skipped(&format!("{verdict}, as expected: {} ({}; {until})", entry.reason, entry.link))
        }
        (_, Verdict::Right) => TestCaseStatus::success(),
        (_, verdict) if fails_the_run(run, verdict) => failure(&verdict.to_string(), &told, &detail(run, result)),
        (_, Verdict::Fault) => error("fault", &told, &detail(run, result)),
        (_, Verdict::Unsupported) if run.header.required => error("unsupported", &told, &detail(run, result)),
        (_, Verdict::Degraded) => TestCaseStatus::success(),
        (_, verdict) => skipped(&format!("{verdict}: {told}")),
    };
    let mut case = TestCase::new(line(&result.key(), 300), status);
    case.set_classname(line(&result.quantity, 200)).set_time(seconds(result.time));
    if result.verdict == Verdict::Degraded {
        case.set_system_out(shown(&format!("degraded: {told}")));
    }
    if let Some(fault) = result.fault.as_ref().filter(|fault| !fault.stderr.is_empty()) {
        case.set_system_err(shown(&fault.stderr.join("\n")));
    }
    case
}

/// What one needs to look at the failure.
fn detail(run: &TestRun, result: &TestResult) -> String {
    let answer = result.answer.as_ref().map_or_else(|| "none".to_owned(), |answer| value(answer, 1000));
    format!(
        "at {}\nyour answer {answer}\nthe truth {}\nsee it again: {}",
        value(&result.point, 1000),
        truth(result),
        command(run, Some(&result.test))
    )
}

fn error(kind: &str, message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind).set_message(shown(message)).set_description(shown(description));
    status
}
