//! Asking: which questions go together in a message, and what is made of each answer.

use super::conversation::Conversation;
use super::judge::{Judge, Judged};
use super::plan::{Asked, draws, points, seed_of, shuffled};
use super::reply::Answer;
use crate::evidence::all_in_order;
use crate::examination::{Expect, Kind, Question, Test, Truth, inputs};
use crate::numbers::Float;
use serde_json::{Value, json};
use std::time::Instant;

/// The exact answers, in the conventions of the subject.
pub(super) fn truths(judge: &Judge<'_>, asked: &[Asked<'_>], jobs: usize) -> Vec<Option<Truth>> {
    all_in_order(asked, jobs, |entry| judge.truth(entry.test))
}

/// A verdict, the answer as it stands in the record, and how long it took.
pub(super) type Answered = (Judged, Option<Value>, f64);

/// Points that go together in one message.
const BATCH: usize = 64;

/// Asks every question that the subject says it can answer, case by case; tells of each answer as soon as it is there.
pub(super) fn answers<E>(
    subject: &mut Conversation,
    judge: &Judge<'_>,
    asked: &[Asked<'_>],
    truths: &[Option<Truth>],
    seed: u64,
    mut told: impl FnMut(usize, &Answered) -> Result<(), E>,
) -> Result<Vec<Judged>, E> {
    let mut out: Vec<Option<Judged>> = asked.iter().map(|_| None).collect();
    let mut note = |at: usize, answer: &Answer, seconds: f64| {
        let entry = &asked[at];
        let judged = judge.judge(entry.test, truths[at].as_ref(), entry.dtype, answer);
        let answered = (judged, shown(entry.test, answer), seconds);
        told(at, &answered)?;
        out[at] = Some(answered.0);
        Ok(())
    };
    let unable = Answer::Unsupported { message: "the subject does not say that it can answer this".to_owned() };
    for at in (0..asked.len()).filter(|at| !asked[*at].able) {
        note(at, &unable, 0.0)?;
    }
    for batch in batches(asked, seed) {
        let case = asked[batch[0]].test.case.json();
        let began = Instant::now();
        let given = ask(subject, judge, &case, asked, &batch, seed);
        let seconds = began.elapsed().as_secs_f64() / batch.len() as f64;
        for (at, answer) in batch.iter().zip(&given) {
            note(*at, answer, seconds)?;
        }
    }
    Ok(out.into_iter().flatten().collect())
}

/// Questions that go together: of one case, one quantity and one type, as long as each is a point and has an answer.
fn batches(asked: &[Asked<'_>], seed: u64) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = Vec::new();
    for at in shuffled(asked.len(), seed).into_iter().filter(|at| asked[*at].able) {
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
    out.sort_by_key(|batch| asked.iter().position(|entry| entry.test.case.id == asked[batch[0]].test.case.id));
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
    let answer = match quantity.kind {
        Kind::Draws => subject.sample(case, quantity.id, draws(judge.budget), seed_of(seed, &first.test.id), &all[0]),
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
