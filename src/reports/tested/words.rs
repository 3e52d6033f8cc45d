//! What came out of a test run, in words: the same sentences in every form of the report.

use super::run::TestRun;
use crate::examination::EXACT;
use crate::reports::text::{count, grouped, line, number, scientific};
use crate::subjects::Counts;
use crate::subjects::record::{Cause, Expect, FailOn, TestResult, Verdict};
use serde_json::Value;

/// The budget of a run that names none.
const FALSE_ALARM: f64 = 1e-6;
/// The dtypes that can be asked for.
pub(super) const DTYPES: [&str; 4] = ["f64", "f32", "bf16", "f16"];

/// The name of the subject, fit for a sentence.
pub(in crate::reports) fn name(run: &TestRun) -> String {
    match run.header.subject.name.trim() {
        "" => "the subject".to_owned(),
        name => line(name, 60),
    }
}

/// The verdict on the whole run, in a sentence.
pub(in crate::reports) fn headline(run: &TestRun) -> String {
    let (counts, name) = (run.counts(), name(run));
    let tried = counts.tried();
    let parts = |kinds: &[(usize, &str)]| {
        let named = kinds.iter().filter(|(number, _)| *number > 0);
        let named: Vec<_> = named.map(|(number, kind)| format!("{} {kind}", grouped(*number as u64))).collect();
        match named.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => named.concat(),
        }
    };
    let of = count(tried, "question");
    match run.exit_code() {
        5 if counts.controls == 0 && tried > 0 => format!("No control was asked, so that nothing is known of {name}."),
        5 => format!("{name} does not answer anything that was asked."),
        4 => {
            let survivors = counts.controls - counts.caught;
            let are = if survivors == 1 { "control did" } else { "controls did" };
            format!("{survivors} {are} not turn out as wanted: what was asked of {name} proves nothing.")
        }
        1 => {
            let degraded = if run.header.fail_on >= FailOn::Degraded { counts.degraded } else { 0 };
            let undecided = if run.header.fail_on >= FailOn::Undecided { counts.undecided } else { 0 };
            let failing = parts(&[(counts.wrong, "wrong"), (degraded, "degraded"), (undecided, "undecided")]);
            format!("Of {of} to {name}, {}.", failing.replacen(' ', " came out ", 1))
        }
        3 => {
            let required = if run.header.required { counts.unsupported } else { 0 };
            let open = parts(&[
                (counts.faults, "without an answer"),
                (counts.undecided, "undecided"),
                (required, "unsupported"),
                (counts.stale, "expected to fail in vain"),
            ]);
            let open = if open.is_empty() { "some were not asked".to_owned() } else { open };
            format!("Nothing that {name} answered is wrong, but of {}: {open}.", count(counts.results(), "question"))
        }
        _ => {
            let controls = format!("all {} turned out as wanted", count(counts.controls, "control"));
            let (expected, degraded) = (counts.expected_failures, counts.degraded);
            match parts(&[(degraded, "degraded"), (expected, "wrong as expected")]).as_str() {
                "" => format!("All {} of {name} are right, and {controls}.", count(tried, "answer")),
                rest => format!("No answer of {name} is wrong unexpectedly: of {of} {rest}; {controls}."),
            }
        }
    }
}

/// The counts, each with its name and whether it is bad news.
pub(in crate::reports) fn tally(counts: &Counts) -> Vec<(String, String, bool)> {
    let row = |name: &str, number: usize, bad: bool| (name.to_owned(), grouped(number as u64), bad && number > 0);
    let caught = format!("{} of {}", counts.caught, counts.controls);
    let mut rows = vec![
        row("right", counts.right, false),
        row("degraded", counts.degraded, true),
        row("wrong", counts.wrong, true),
        row("undecided", counts.undecided, true),
        row("unsupported", counts.unsupported, false),
        row("faults", counts.faults, true),
        row("expected failures", counts.expected_failures, false),
        ("controls caught".to_owned(), caught, counts.caught < counts.controls || counts.controls == 0),
    ];
    if counts.stale > 0 {
        rows.insert(7, row("stale expectations", counts.stale, true));
    }
    rows
}

/// Whether a result is not as it should be: neither right, nor expected to fail, nor outside what the subject claims.
pub(in crate::reports) fn failed(run: &TestRun, result: &TestResult) -> bool {
    match result.verdict {
        _ if result.failed_as_expected() => false,
        Verdict::Right => false,
        Verdict::Unsupported => run.header.required,
        Verdict::Degraded | Verdict::Wrong | Verdict::Undecided | Verdict::Fault => true,
    }
}

/// Whether a result fails the run, as against leaving it incomplete.
pub(in crate::reports) fn fails_the_run(run: &TestRun, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Wrong => true,
        Verdict::Degraded => run.header.fail_on >= FailOn::Degraded,
        Verdict::Undecided => run.header.fail_on >= FailOn::Undecided,
        Verdict::Right | Verdict::Unsupported | Verdict::Fault => false,
    }
}

/// How bad a result is, the worst first: wrong, fault, undecided, degraded, unsupported; then by error / (u κ), of which an
/// answer that is no number has an infinite one.
pub(in crate::reports) fn badness(result: &TestResult) -> (u8, f64) {
    let kind = match result.verdict {
        Verdict::Wrong => 0,
        Verdict::Fault => 1,
        Verdict::Undecided => 2,
        Verdict::Degraded => 3,
        Verdict::Unsupported => 4,
        Verdict::Right => 5,
    };
    (kind, -result.ratio.unwrap_or(f64::INFINITY))
}

/// Why a result is not right, in a sentence.
pub(in crate::reports) fn why(result: &TestResult) -> String {
    let ratio = result.ratio.filter(|_| matches!(result.verdict, Verdict::Degraded | Verdict::Wrong));
    let ratio = ratio.map(|ratio| format!("the error is {} u κ, and {EXACT} u κ are right", number(ratio)));
    let parts: Vec<_> = reason(result).into_iter().chain(ratio).collect();
    if parts.is_empty() { "no reason was recorded".to_owned() } else { parts.join("; ") }
}

/// What the driver says of a result beside its numbers: the fault, the message.
pub(in crate::reports) fn reason(result: &TestResult) -> Option<String> {
    let fault = result.fault.as_ref().map(|fault| match fault.detail.as_str() {
        "" => fault.kind.to_string(),
        detail => format!("{}: {detail}", fault.kind),
    });
    let parts: Vec<_> = fault.into_iter().chain(result.message.clone()).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What the failures of a quantity look like.
pub(in crate::reports) fn cause<'a>(run: &'a TestRun, quantity: &str) -> Option<&'a Cause> {
    run.causes.iter().find(|cause| cause.quantity == quantity && !cause.looks_like.is_empty())
}

/// A value of JSON in a few characters: a number, a list, a point without its braces.
pub(in crate::reports) fn value(value: &Value, most: usize) -> String {
    let text = match value {
        Value::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            fields.join(" ")
        }
        Value::String(text) => text.clone(),
        Value::Array(items) if matches!(items.as_slice(), [Value::Number(_)]) => items[0].to_string(),
        other => other.to_string(),
    };
    line(&text, most)
}

/// The exact value of a question, with its radius.
pub(in crate::reports) fn truth(result: &TestResult) -> String {
    let exact: Vec<_> = result.exact.iter().map(|exact| digits(exact)).collect();
    let exact = match (result.expect, exact.as_slice()) {
        (Expect::Refuse, _) => return "a refusal".to_owned(),
        (_, []) => return String::new(),
        (_, [only]) => only.clone(),
        (_, several) => format!("[{}]", several.join(", ")),
    };
    let bound = if result.expect == Expect::AtMost { "at most " } else { "" };
    let radius = result.radius.as_ref().map_or(String::new(), |radius| match radius.parse::<f64>() {
        Ok(size) if size.is_normal() => format!(" ± {}", scientific(size)),
        _ => format!(" ± {radius}"),
    });
    line(&format!("{bound}{exact}{radius}"), 300)
}

/// The first digits of a decimal, as many as a double can have and a few more; the records have all.
fn digits(decimal: &str) -> String {
    const MOST: usize = 22;
    let (mantissa, exponent) = decimal.find(['e', 'E']).map_or((decimal, ""), |at| decimal.split_at(at));
    let is_number = mantissa.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c));
    match mantissa.get(..MOST) {
        Some(first) if is_number && first.contains('.') && mantissa.len() > MOST => format!("{first}…{exponent}"),
        _ => decimal.to_owned(),
    }
}

/// The command that asks again with the arguments of this run: everything, or what a glob names.
pub(in crate::reports) fn command(run: &TestRun, only: Option<&str>) -> String {
    let header = &run.header;
    let mut command = format!("ouracle test {} --tier {}", quoted(&header.address), quoted(&header.tier));
    if let Some(only) = only {
        command += &format!(" --only {}", quoted(only));
    }
    command += &format!(" --seed {}", header.seed);
    if header.false_alarm != FALSE_ALARM {
        command += &format!(" --false-alarm {}", header.false_alarm);
    }
    line(&command, 600)
}

/// A word of a shell's command line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether a result is judged by draws.
pub(in crate::reports) fn is_random(result: &TestResult) -> bool {
    let judged = matches!(result.verdict, Verdict::Right | Verdict::Wrong | Verdict::Undecided);
    judged && result.expect == Expect::Value && result.condition.is_empty() && !result.exact.is_empty()
}

/// The last word.
pub(in crate::reports) const LAST_WORD: &str = "Tests show the presence of errors, not their absence. What is right here is right at these points, in these dtypes.";
