//! What failures look like: the mistakes, and the conventions, that would have given the same answers.

use super::judge::{Judge, Judged};
use super::plan::Asked;
use super::record::{Cause, Mistake as Named, Verdict};
use crate::examination::{Answerer, Conventions, Expect, Log, MISTAKES, Predicts, Reduce};

/// For each quantity with failures, the mistakes that give at least half of the answers that failed, most matches first.
pub(super) fn causes(judge: &Judge<'_>, asked: &[Asked<'_>], judged: &[Judged]) -> Vec<Cause> {
    let failed = |at: &usize| matches!(judged[*at].verdict, Verdict::Wrong | Verdict::Degraded);
    let mut quantities: Vec<&str> = Vec::new();
    for at in (0..asked.len()).filter(failed) {
        let id = asked[at].test.quantity.id;
        if !quantities.contains(&id) {
            quantities.push(id);
        }
    }
    let cause = |quantity: &str| {
        let failures: Vec<usize> =
            (0..asked.len()).filter(failed).filter(|at| asked[*at].test.quantity.id == quantity).collect();
        let enough = |gives: &dyn Fn(&Asked<'_>, &[Vec<f64>]) -> bool| {
            let of = |at: &&usize| !judged[**at].values.is_empty() && gives(&asked[**at], &judged[**at].values);
            let matches = failures.iter().filter(of).count();
            (2 * matches >= failures.len() && matches > 0).then_some(matches)
        };
        let mistakes = MISTAKES.iter().filter_map(|about| {
            let gives = |entry: &Asked<'_>, values: &[Vec<f64>]| {
                judge.looks_like(entry.test, entry.dtype, values, about.mistake)
            };
            let links = about.links.iter().map(|link| (*link).to_owned()).collect();
            Some(Named { id: about.id.to_owned(), story: about.story.to_owned(), links, matches: enough(&gives)? })
        });
        let declared = others(judge.conventions).into_iter().filter_map(|(declaration, conventions)| {
            let answerer = Answerer::right(conventions);
            let gives = |entry: &Asked<'_>, values: &[Vec<f64>]| {
                matches!(entry.test.expect, Expect::Value(_))
                    && judge.answers_as(entry.test, entry.dtype, values, &answerer)
            };
            let story = format!("these are right answers of a subject that declares {declaration} in its conventions");
            Some(Named { id: declaration, story, links: Vec::new(), matches: enough(&gives)? })
        });
        let mut looks_like: Vec<Named> = mistakes.chain(declared).collect();
        looks_like.sort_by_key(|named| std::cmp::Reverse(named.matches));
        Cause { quantity: quantity.to_owned(), failed: failures.len(), looks_like }
    };
    quantities.into_iter().map(cause).collect()
}

/// Conventions that differ in one field, each with what would have to be declared.
fn others(declared: Conventions) -> Vec<(String, Conventions)> {
    let predicts =
        [("score", Predicts::Score), ("epsilon", Predicts::Epsilon), ("x0", Predicts::X0), ("v", Predicts::V)];
    let predicts = predicts.map(|(name, predicts)| (format!("predicts={name}"), Conventions { predicts, ..declared }));
    let logs = [("nat", Log::Nat), ("bit", Log::Bit)];
    let logs = logs.map(|(name, log)| (format!("log={name}"), Conventions { log, ..declared }));
    let reductions = [("sum", Reduce::Sum), ("mean", Reduce::Mean)];
    let reductions = reductions.map(|(name, reduce)| (format!("reduce={name}"), Conventions { reduce, ..declared }));
    let all = predicts.into_iter().chain(logs).chain(reductions);
    all.filter(|(_, conventions)| *conventions != declared).collect()
}
