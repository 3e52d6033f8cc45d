//! What failures look like: the mistakes that would have given the same answers.

use super::judge::{Judge, Judged};
use super::plan::Asked;
use super::record::{Cause, Mistake as Named, Verdict};
use crate::examination::MISTAKES;

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
        let mut looks_like: Vec<Named> = MISTAKES
            .iter()
            .filter_map(|about| {
                let matches = |at: &&usize| {
                    let entry = &asked[**at];
                    let values = &judged[**at].values;
                    !values.is_empty() && judge.looks_like(entry.test, entry.dtype, values, about.mistake)
                };
                let matches = failures.iter().filter(matches).count();
                (2 * matches >= failures.len() && matches > 0).then(|| Named {
                    id: about.id.to_owned(),
                    story: about.story.to_owned(),
                    links: about.links.iter().map(|link| (*link).to_owned()).collect(),
                    matches,
                })
            })
            .collect();
        looks_like.sort_by_key(|named| std::cmp::Reverse(named.matches));
        Cause { quantity: quantity.to_owned(), failed: failures.len(), looks_like }
    };
    quantities.into_iter().map(cause).collect()
}
