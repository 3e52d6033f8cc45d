//! The controls of a test run: before a subject is judged, the reference must pass and mistakes must fail, through the same pipe and by
//! the same judge.

use super::address::Address;
use super::asking::{answers, truths};
use super::cause::causes;
use super::child::Limits;
use super::examine::ExamineError;
use super::plan::{Asked, questions};
use super::record::{Control, Verdict, Wanted};
use crate::evidence::Budget;
use crate::examination::{About, MISTAKES, Test};

/// Questions to the reference.
const TO_THE_REFERENCE: usize = 96;
/// Questions to a mistake.
const TO_A_MISTAKE: usize = 6;

/// Asks the reference, and every mistake that one of the questions tells from the truth.
pub(super) fn controls(
    tests: &[&Test],
    limits: &Limits,
    seed: u64,
    budget: &Budget,
    mut told: impl FnMut(Control) -> Result<(), ExamineError>,
) -> Result<(), ExamineError> {
    // Nothing will be asked, so there is nothing to control.
    if tests.is_empty() {
        return Ok(());
    }
    // Every so many, so that all quantities and cases are among them.
    let step = tests.len().div_ceil(TO_THE_REFERENCE).max(1);
    let some: Vec<Test> = tests.iter().step_by(step).map(|test| (*test).clone()).collect();
    let story = "the reference, which must be right through this pipe";
    told(control("reference", story, Wanted::Right, &"ref:".parse()?, &some, limits, seed, budget)?)?;
    for About { mistake, id, story, .. } in MISTAKES {
        let telling: Vec<Test> = tests
            .iter()
            .filter(|test| test.kills.contains(mistake))
            .take(TO_A_MISTAKE)
            .map(|test| (*test).clone())
            .collect();
        if !telling.is_empty() {
            told(control(id, story, Wanted::Wrong, &format!("mini:{id}").parse()?, &telling, limits, seed, budget)?)?;
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one call in one place; a struct would name the same eight things twice")]
fn control(
    id: &str,
    story: &str,
    wanted: Wanted,
    address: &Address,
    tests: &[Test],
    limits: &Limits,
    seed: u64,
    budget: &Budget,
) -> Result<Control, ExamineError> {
    let mut subject = super::Conversation::open(address, limits.clone())?;
    // The finest type is enough: what is controlled is the pipe and the judge.
    let asked: Vec<Asked<'_>> =
        questions(tests, subject.hello()).into_iter().filter(|entry| entry.dtype == Default::default()).collect();
    let hello = subject.hello().clone();
    let judge = super::examine::judge(&hello, budget);
    let judged =
        answers(&mut subject, &judge, &asked, &truths(&judge, &asked, 1), seed, |_, _| Ok::<_, ExamineError>(()))?;
    subject.close();
    let failed = judged.iter().filter(|answer| matches!(answer.verdict, Verdict::Wrong | Verdict::Degraded)).count();
    let right = judged.iter().filter(|answer| answer.verdict == Verdict::Right).count();
    let caught = match wanted {
        Wanted::Right => right == asked.len() && right > 0,
        Wanted::Wrong => failed > 0,
    };
    let mut looks_like: Vec<String> = Vec::new();
    for cause in causes(&judge, &asked, &judged) {
        let whole = cause.looks_like.into_iter().filter(|named| named.matches == cause.failed);
        looks_like.extend(whole.map(|named| named.id).filter(|id| !looks_like.contains(id)).collect::<Vec<_>>());
    }
    Ok(Control { id: id.to_owned(), story: story.to_owned(), wanted, asked: asked.len(), failed, caught, looks_like })
}
