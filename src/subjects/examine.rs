//! A test run: controls first, then every question in an order drawn from the seed, then records in the order of the catalogue.

use super::address::{Address, AddressError};
use super::asking::{Answered, answers, truths};
use super::cause::causes;
use super::child::Limits;
use super::controls::controls;
use super::conversation::Conversation;
use super::declaration::Hello;
use super::expected::{Expectation, mark, stale};
use super::judge::Judge;
use super::opening::OpeningError;
use super::plan::{Asked, questions, sampled_checks, selected};
use super::record::{self, Counts, FailOn, Footer, Header, Record, TestResult};
use crate::evidence::{Budget, all_in_order};
use crate::examination::{
    CASES, Case, Expect, QUANTITIES, Quantity, Test, Tier, Truth, decimals, matches, may_begin, tests_of,
};
use crate::ledger::{Environment, Time};
use std::time::Instant;

/// What is asked of a test run.
#[derive(Debug, Clone)]
pub struct Options {
    /// How much is asked.
    pub tier: Tier,
    /// Only questions whose id, quantity or case matches.
    pub only: Option<String>,
    /// The run seed.
    pub seed: u64,
    /// The probability that a run of right code refutes anything by sampling.
    pub false_alarm: f64,
    /// The mildest verdict that fails the run.
    pub fail_on: FailOn,
    /// Whether what the subject cannot answer leaves the run incomplete.
    pub required: bool,
    /// How long to wait, and how much to read.
    pub limits: Limits,
    /// Threads that prepare the exact answers.
    pub jobs: usize,
    /// Failures that are known.
    pub expected: Vec<Expectation>,
    /// Today, `2026-11-23`: entries of the expected failures end.
    pub today: String,
    /// Facts about the machine.
    pub environment: Environment,
}

/// Why there is no test run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// The address is wrong.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The subject did not begin.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// Nothing is selected.
    #[error(
        "no question of the tier {tier} matches `{only}`; `ouracle list --kind questions` names cases and quantities"
    )]
    Nothing {
        /// The tier.
        tier: Tier,
        /// The pattern.
        only: String,
    },
    /// A record cannot be written.
    #[error("the records cannot be written: {0}; free some space or choose another folder with --out")]
    Records(#[from] std::io::Error),
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// So many answers are due, controls not counted.
    Questions(usize),
    /// A control was asked.
    Control(&'a str, bool),
    /// One more answer is there.
    Answer,
    /// An expected failure that should go, and why.
    Stale(&'a str, &'a str),
}

/// Examines the subject at an address. The records go to the sink as soon as they are known; the exit code is that of the run.
///
/// # Errors
/// [`ExamineError`] if the run cannot begin, or its records cannot be written.
pub fn examine(
    address: &Address,
    options: &Options,
    mut sink: impl FnMut(&Record) -> std::io::Result<()>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<(Counts, u8), ExamineError> {
    let began = Instant::now();
    let tests = selection(options)?;
    let mut subject = Conversation::open(address, options.limits.clone())?;
    let hello = subject.hello().clone();
    let asked = questions(&tests, &hello);
    let budget = Budget::new(options.false_alarm, sampled_checks(&asked));
    sink(&Record::Header(Box::new(header(address, options, &hello, asked.len()))))?;
    progress(Progress::Questions(asked.len()));

    let mut counts = Counts::default();
    let able: Vec<&Test> = tests.iter().filter(|test| hello.able.contains_key(test.quantity.id)).collect();
    controls(&able, &options.limits, options.seed, &budget, |control| {
        progress(Progress::Control(&control.id, control.caught));
        counts.add_control(&control);
        Ok(sink(&Record::Control(control))?)
    })?;

    let judge = judge(&hello, &budget);
    let truths = truths(&judge, &asked, options.jobs);
    // Results wait for those before them, so that the stream has the order of the catalogue, and are written as soon as they can be.
    let mut waiting: Vec<Option<TestResult>> = asked.iter().map(|_| None).collect();
    let mut results: Vec<TestResult> = Vec::with_capacity(asked.len());
    let judged = answers(&mut subject, &judge, &asked, &truths, options.seed, |at, answered| {
        let mut found = result(&asked[at], truths[at].as_ref(), &judge, answered);
        mark(&mut found, &options.expected, &options.today);
        counts.add(&found);
        waiting[at] = Some(found);
        while let Some(found) = waiting.get_mut(results.len()).and_then(Option::take) {
            sink(&Record::Result(Box::new(found.clone())))?;
            results.push(found);
        }
        progress(Progress::Answer);
        Ok::<_, ExamineError>(())
    })?;
    let chatter = subject.close();
    for cause in causes(&judge, &asked, &judged) {
        sink(&Record::Cause(cause))?;
    }
    if !chatter.lines.is_empty() || chatter.dropped > 0 {
        sink(&Record::Chatter(chatter))?;
    }
    let everything = options.tier == Tier::Full && options.only.is_none();
    let over = stale(&options.expected, &results, everything, &options.today);
    over.iter().for_each(|(entry, why)| progress(Progress::Stale(&entry.id, why)));
    counts.stale = over.len();
    let exit_code = counts.exit_code(options.fail_on, options.required);
    let time = Time { seconds: began.elapsed().as_secs_f64() };
    sink(&Record::Footer(Footer { counts, exit_code, time }))?;
    Ok((counts, exit_code))
}

/// The questions of the tier that match, in the order of the catalogue.
fn selection(options: &Options) -> Result<Vec<Test>, ExamineError> {
    let cases: Vec<&'static Case> = CASES.iter().filter(|case| options.tier > Tier::Smoke || case.smoke > 0).collect();
    let all = cases.iter().flat_map(|case| QUANTITIES.iter().map(move |quantity| (*case, quantity)));
    let wanted = |(case, quantity): &(&Case, &Quantity)| {
        let of = |glob: &str| {
            let start = format!("{}/{}/", case.id, quantity.id);
            matches(glob, case.id) || matches(glob, quantity.id) || may_begin(glob, &start)
        };
        options.only.as_deref().is_none_or(of)
    };
    let pairs: Vec<_> = all.filter(wanted).collect();
    let found = all_in_order(&pairs, options.jobs, |(case, quantity)| tests_of(case, quantity, options.tier));
    let tests: Vec<_> = found.into_iter().flatten().filter(|test| selected(test, options.only.as_deref())).collect();
    if tests.is_empty() {
        let only = options.only.clone().unwrap_or_else(|| "*".to_owned());
        return Err(ExamineError::Nothing { tier: options.tier, only });
    }
    Ok(tests)
}

/// Who judges a subject that introduced itself so.
pub(super) fn judge<'b>(hello: &'b Hello, budget: &'b Budget) -> Judge<'b> {
    Judge { conventions: hello.conventions, budget, able: &hello.able }
}

fn header(address: &Address, options: &Options, hello: &Hello, questions: usize) -> Header {
    Header {
        kind: record::Kind::Test,
        format: record::FORMAT.to_owned(),
        ouracle: env!("CARGO_PKG_VERSION").to_owned(),
        address: address.to_string(),
        subject: hello.subject.clone(),
        conventions: hello.conventions,
        able: hello.able.clone(),
        tier: options.tier.to_string(),
        only: options.only.clone(),
        seed: options.seed,
        false_alarm: options.false_alarm,
        fail_on: options.fail_on,
        required: options.required,
        questions,
        environment: options.environment.clone(),
    }
}

fn result(entry: &Asked<'_>, truth: Option<&Truth>, judge: &Judge<'_>, answered: &Answered) -> TestResult {
    let (judged, answer, seconds) = answered;
    let test = entry.test;
    let law = if matches!(test.expect, Expect::Draws) { judge.law(test, None) } else { Vec::new() };
    let means = || law.iter().map(|law| law.mean.0.to_string()).collect();
    let (exact, radius) = match truth.map(|truth| decimals(&truth.exact)) {
        Some((middles, radius)) => (middles, Some(radius)),
        None => (means(), None),
    };
    TestResult {
        test: test.id.clone(),
        dtype: entry.dtype.to_string(),
        case: test.case.id.to_owned(),
        quantity: test.quantity.id.to_owned(),
        claims: test.quantity.claims.iter().map(|claim| (*claim).to_owned()).collect(),
        tier: test.tier.to_string(),
        flags: test.flags.iter().map(|flag| (*flag).to_owned()).collect(),
        point: test.point.clone(),
        expect: match &test.expect {
            Expect::Refusal(_) => record::Expect::Refuse,
            Expect::AtMost(..) => record::Expect::AtMost,
            _ => record::Expect::Value,
        },
        verdict: judged.verdict,
        answer: answer.clone(),
        exact,
        radius,
        condition: truth.map_or_else(Vec::new, |truth| truth.condition.clone()),
        ratio: judged.ratio.filter(|ratio| ratio.is_finite()),
        message: judged.message.clone(),
        fault: judged.fault.clone(),
        expected_failure: None,
        time: *seconds,
    }
}
