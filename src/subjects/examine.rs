//! A test run: controls first, then every question in an order drawn from the seed, then records in the order of the catalogue.

use super::address::{Address, AddressError};
use super::cause::causes;
use super::child::Limits;
use super::controls::controls;
use super::conversation::Conversation;
use super::declaration::Hello;
use super::expected::{Expectation, mark, stale};
use super::fault::Fault;
use super::judge::{Judge, Judged};
use super::opening::OpeningError;
use super::plan::{Asked, draws, points, questions, sampled_checks, seed_of, selected, shuffled};
use super::record::{self, Counts, FailOn, Footer, Header, Record, TestResult};
use super::reply::Answer;
use crate::evidence::{Budget, in_order};
use crate::examination::{
    CASES, Case, Expect, Kind, QUANTITIES, Question, Test, Tier, Truth, decimals, inputs, tests_of,
};
use crate::ledger::{Environment, Time};
use crate::numbers::Float;
use serde_json::{Value, json};
use std::convert::Infallible;
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
        "no question of the tier {tier:?} matches `{only}`; `ouracle list --kind questions` names cases and quantities"
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
    controls(&able, &options.limits, options.seed, &budget, &|text| Ok(text.parse()?), |control| {
        progress(Progress::Control(&control.id, control.caught));
        counts.add_control(&control);
        Ok(sink(&Record::Control(control))?)
    })?;

    let judge = judge(&hello, &budget);
    let truths = truths(&judge, &asked, options.jobs);
    let judged = answers_with(&mut subject, &judge, &asked, &truths, options.seed, |_| progress(Progress::Answer));
    let chatter = subject.close();

    let mut results = Vec::with_capacity(asked.len());
    for ((entry, truth), (judged, answer, seconds)) in asked.iter().zip(&truths).zip(&judged) {
        let mut result = result(entry, truth.as_ref(), &judge, judged, answer, *seconds);
        mark(&mut result, &options.expected, &options.today);
        counts.add(&result);
        sink(&Record::Result(Box::new(result.clone())))?;
        results.push(result);
    }
    let judged: Vec<_> = judged.into_iter().map(|(judged, ..)| judged).collect();
    for cause in causes(&judge, &asked, &judged) {
        sink(&Record::Cause(cause))?;
    }
    if !chatter.lines.is_empty() || chatter.dropped > 0 {
        sink(&Record::Chatter(chatter))?;
    }
    let everything = options.tier == Tier::Full && options.only.is_none();
    counts.stale = stale(&options.expected, &results, everything, &options.today);
    let exit_code = counts.exit_code(options.fail_on, options.required);
    let time = Time { seconds: began.elapsed().as_secs_f64() };
    sink(&Record::Footer(Footer { counts, exit_code, time }))?;
    Ok((counts, exit_code))
}

/// The questions of the tier that match, in the order of the catalogue.
fn selection(options: &Options) -> Result<Vec<Test>, ExamineError> {
    let cases: Vec<&'static Case> = CASES.iter().filter(|case| options.tier > Tier::Smoke || case.smoke > 0).collect();
    let pairs: Vec<_> =
        cases.iter().flat_map(|case| QUANTITIES.iter().map(move |quantity| (*case, quantity))).collect();
    let mut tests = Vec::new();
    let Ok(()) = in_order(
        &pairs,
        options.jobs,
        |(case, quantity)| tests_of(case, quantity, options.tier),
        |found| {
            tests.extend(found.into_iter().filter(|test| selected(test, options.tier, options.only.as_deref())));
            Ok::<_, Infallible>(())
        },
    );
    match (tests.is_empty(), &options.only) {
        (true, only) => {
            Err(ExamineError::Nothing { tier: options.tier, only: only.clone().unwrap_or_else(|| "*".to_owned()) })
        }
        (false, _) => Ok(tests),
    }
}

/// Who judges a subject that introduced itself so.
pub(super) fn judge<'b>(hello: &Hello, budget: &'b Budget) -> Judge<'b> {
    let order = hello.able.get("flow-log-likelihood").and_then(|ability| ability.order);
    Judge { conventions: hello.conventions, budget, order: order.map_or(1, Into::into) }
}

fn truths(judge: &Judge<'_>, asked: &[Asked<'_>], jobs: usize) -> Vec<Option<Truth>> {
    let mut truths = Vec::with_capacity(asked.len());
    let Ok(()) = in_order(
        asked,
        jobs,
        |entry| judge.truth(entry.test),
        |truth| {
            truths.push(truth);
            Ok::<_, Infallible>(())
        },
    );
    truths
}

/// The verdicts, with the answers and how long each took, in the order of the questions.
pub(super) type Answered = (Judged, Option<Value>, f64);

pub(super) fn answers(
    subject: &mut Conversation,
    judge: &Judge<'_>,
    asked: &[Asked<'_>],
    seed: u64,
    told: impl FnMut(usize),
) -> Vec<Answered> {
    answers_with(subject, judge, asked, &truths(judge, asked, 1), seed, told)
}

/// Points that go together in one message.
const BATCH: usize = 64;

fn answers_with(
    subject: &mut Conversation,
    judge: &Judge<'_>,
    asked: &[Asked<'_>],
    truths: &[Option<Truth>],
    seed: u64,
    mut told: impl FnMut(usize),
) -> Vec<Answered> {
    let mut out: Vec<Option<Answered>> = asked.iter().map(|_| None).collect();
    for batch in batches(asked, seed) {
        let case = asked[batch[0]].test.case.json();
        let began = Instant::now();
        let given = ask(subject, judge, &case, asked, &batch, seed);
        let seconds = began.elapsed().as_secs_f64() / batch.len() as f64;
        for (at, answer) in batch.iter().zip(given) {
            let entry = &asked[*at];
            let judged = judge.judge(entry.test, truths[*at].as_ref(), entry.dtype, &answer);
            out[*at] = Some((judged, shown(entry.test, &answer), seconds));
            told(*at);
        }
    }
    let unsupported = || Answer::Unsupported { message: "the subject does not say that it can answer this".to_owned() };
    let complete = out.into_iter().zip(asked).zip(truths).map(|((answered, entry), truth)| {
        answered.unwrap_or_else(|| (judge.judge(entry.test, truth.as_ref(), entry.dtype, &unsupported()), None, 0.0))
    });
    complete.collect()
}

/// Questions that go together: of one case, one quantity and one type, as long as each is a point and has an answer.
fn batches(asked: &[Asked<'_>], seed: u64) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = Vec::new();
    for at in shuffled(asked, seed).into_iter().filter(|at| asked[*at].able) {
        let entry = &asked[at];
        let alone =
            |entry: &Asked<'_>| matches!(entry.test.expect, Expect::Refusal(_) | Expect::Order(_) | Expect::Draws);
        let together = |batch: &&mut Vec<usize>| {
            let first = &asked[batch[0]];
            batch.len() < BATCH
                && !alone(entry)
                && !alone(first)
                && (first.test.case.id, first.test.quantity.id, first.dtype)
                    == (entry.test.case.id, entry.test.quantity.id, entry.dtype)
        };
        match out.iter_mut().find(together) {
            Some(batch) => batch.push(at),
            None => out.push(vec![at]),
        }
    }
    // All of a case together, so that each is set up once.
    let mut order: Vec<&str> = Vec::new();
    for batch in &out {
        let id = asked[batch[0]].test.case.id;
        if !order.contains(&id) {
            order.push(id);
        }
    }
    let place = |batch: &Vec<usize>| order.iter().position(|id| *id == asked[batch[0]].test.case.id);
    out.sort_by_key(place);
    out
}

/// Asks one batch; an answer for each of its questions.
fn ask(
    subject: &mut Conversation,
    judge: &Judge<'_>,
    case: &Value,
    asked: &[Asked<'_>],
    batch: &[usize],
    seed: u64,
) -> Vec<Answer> {
    let first = &asked[batch[0]];
    let quantity = first.test.quantity;
    let horizon = inputs(case, "", &json!({})).and_then(|inputs| Question::<Float>::from_inputs(&inputs));
    let horizon = horizon.map_or(1.0, |question| question.horizon().0);
    let of = |at: &usize| points(asked[*at].test, judge.conventions.time, horizon);
    let all: Vec<Value> = batch.iter().flat_map(of).collect();
    let answer = match (&first.test.expect, quantity.kind) {
        (Expect::Draws, _) => {
            subject.sample(case, quantity.id, draws(judge.budget), seed_of(seed, &first.test.id), &all[0])
        }
        // Whoever is asked to draw is asked to draw.
        (_, Kind::Draws) => subject.sample(case, quantity.id, 1, seed_of(seed, &first.test.id), &all[0]),
        _ => subject.evaluate(case, quantity.id, first.dtype, &all),
    };
    match answer {
        Answer::Values(values) if batch.len() > 1 => {
            values.into_iter().map(|value| Answer::Values(vec![value])).collect()
        }
        answer => batch.iter().map(|_| answer.clone()).collect(),
    }
}

/// The answer as it stands in the record; of draws, which are many, none.
fn shown(test: &Test, answer: &Answer) -> Option<Value> {
    match answer {
        Answer::Values(_) if matches!(test.expect, Expect::Draws) => None,
        Answer::Values(values) if values.len() == 1 => serde_json::to_value(&values[0]).ok(),
        Answer::Values(values) => serde_json::to_value(values).ok(),
        _ => None,
    }
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
        tier: format!("{:?}", options.tier).to_lowercase(),
        only: options.only.clone(),
        seed: options.seed,
        false_alarm: options.false_alarm,
        fail_on: options.fail_on,
        required: options.required,
        questions,
        environment: options.environment.clone(),
    }
}

fn result(
    entry: &Asked<'_>,
    truth: Option<&Truth>,
    judge: &Judge<'_>,
    judged: &Judged,
    answer: &Option<Value>,
    seconds: f64,
) -> TestResult {
    let test = entry.test;
    let law = if matches!(test.expect, Expect::Draws) { judge.law(test, None) } else { Vec::new() };
    let means = || law.iter().map(|law| law.mean.0.to_string()).collect();
    let (exact, radius) = match truth.map(|truth| decimals(&truth.exact)) {
        Some((middles, radius)) => (middles, Some(radius)),
        None => (means(), None),
    };
    let fault: Option<Fault> = judged.fault.clone();
    TestResult {
        test: test.id.clone(),
        dtype: entry.dtype.to_string(),
        case: test.case.id.to_owned(),
        quantity: test.quantity.id.to_owned(),
        claims: test.quantity.claims.iter().map(|claim| (*claim).to_owned()).collect(),
        tier: format!("{:?}", test.tier).to_lowercase(),
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
        fault,
        expected_failure: None,
        time: seconds,
    }
}
