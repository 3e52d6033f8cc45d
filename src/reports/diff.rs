//! What changed between two runs of one kind: claims by standing, answers by verdict.
//!
//! What is no longer asked is not passed: it counts as worse.

use super::outcome;
use super::recorded::Recorded;
use super::records::Run;
use super::tested::{TestRun, cause, why};
use crate::evidence::Verdict as Found;
use crate::ledger::{ClaimRecord, Standing};
use crate::subjects::record::{TestResult, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Why two runs cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// A check and a test.
    #[error(
        "{old} holds the records of `ouracle {old_kind}` and {new} those of `ouracle {new_kind}`; give two runs of one command"
    )]
    Kinds {
        /// The first run.
        old: String,
        /// Its command.
        old_kind: &'static str,
        /// The second run.
        new: String,
        /// Its command.
        new_kind: &'static str,
    },
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The claim, or the question with its dtype.
    pub id: String,
    /// What it was; none if it is new.
    pub old: Option<String>,
    /// What it is; none if it is gone.
    pub new: Option<String>,
    /// Why it is what it is, if it is not as it should be; why it was, if it is gone.
    pub why: Option<String>,
}

/// What changed between two runs.
#[derive(Debug, Clone, Default)]
pub struct Diff {
    /// Worse than before, and still asked.
    pub worse: Vec<Change>,
    /// No longer asked, which is worse.
    pub gone: Vec<Change>,
    /// Better than before.
    pub better: Vec<Change>,
    /// Not asked before.
    pub new: Vec<Change>,
    /// Not as it should be, as before, but for another cause.
    pub changed: Vec<Change>,
    /// What the new run is missing, in sentences.
    pub incomplete: Vec<String>,
    /// The exit code of the new run.
    pub new_exit_code: u8,
}

/// What is compared of one claim or answer.
struct Item {
    /// The worse the higher.
    rank: u8,
    word: String,
    why: Option<String>,
    /// What it failed for; empty if it did not fail.
    causes: BTreeSet<String>,
    /// What it rests on: readings and controls.
    rests_on: BTreeSet<String>,
}

impl Diff {
    /// What changed from the old run to the new one.
    ///
    /// # Errors
    /// [`DiffError`] if one is a check and the other a test.
    pub fn between(old: &Recorded, new: &Recorded) -> Result<Self, DiffError> {
        let (before, after) = match (old, new) {
            (Recorded::Check(old), Recorded::Check(new)) => (claims(old), claims(new)),
            (Recorded::Test(old), Recorded::Test(new)) => (answers(old), answers(new)),
            _ => {
                let [one, other] = [old, new].map(|run| run.origin().to_owned());
                return Err(DiffError::Kinds { old: one, old_kind: old.kind(), new: other, new_kind: new.kind() });
            }
        };
        let mut diff = Self { incomplete: new.incomplete(), new_exit_code: new.exit_code(), ..Self::default() };
        let places: BTreeMap<&str, &Item> = after.iter().map(|(id, item)| (id.as_str(), item)).collect();
        for (id, was) in &before {
            match places.get(id.as_str()) {
                Some(is) => diff.compare(id, was, is),
                None => diff.gone.push(Change {
                    id: id.clone(),
                    old: Some(was.word.clone()),
                    new: None,
                    why: was.why.clone(),
                }),
            }
        }
        let known: BTreeSet<&str> = before.iter().map(|(id, _)| id.as_str()).collect();
        let fresh = after.iter().filter(|(id, _)| !known.contains(id.as_str()));
        diff.new = fresh
            .map(|(id, is)| Change { id: id.clone(), old: None, new: Some(is.word.clone()), why: is.why.clone() })
            .collect();
        Ok(diff)
    }

    fn compare(&mut self, id: &str, was: &Item, is: &Item) {
        let change =
            Change { id: id.to_owned(), old: Some(was.word.clone()), new: Some(is.word.clone()), why: is.why.clone() };
        match is.rank.cmp(&was.rank) {
            std::cmp::Ordering::Greater => self.worse.push(change),
            std::cmp::Ordering::Less => self.better.push(change),
            std::cmp::Ordering::Equal if was.word != is.word || was.causes != is.causes => self.changed.push(change),
            std::cmp::Ordering::Equal => {}
        }
        for part in was.rests_on.difference(&is.rests_on) {
            self.gone.push(Change { id: format!("{id}: {part}"), old: Some("tried".to_owned()), new: None, why: None });
        }
    }

    /// Whether nothing is other than it was.
    pub fn is_empty(&self) -> bool {
        [&self.worse, &self.gone, &self.better, &self.new, &self.changed].into_iter().all(Vec::is_empty)
    }

    /// The exit code of a comparison: 4 if the new run is void, 1 if something is worse or gone (or, if any change fails,
    /// anything is other than it was), 5 if the new run asked nothing, 3 if it is incomplete, else 0.
    pub fn exit_code(&self, fail_on: FailOn) -> u8 {
        let fails = match fail_on {
            FailOn::Worse => !self.worse.is_empty() || !self.gone.is_empty(),
            FailOn::Changed => !self.is_empty(),
            FailOn::Never => false,
        };
        match self.new_exit_code {
            4 => 4,
            _ if fails => 1,
            5 => 5,
            _ if !self.incomplete.is_empty() => 3,
            _ => 0,
        }
    }
}

/// Which changes fail a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// What is worse or gone.
    #[default]
    Worse,
    /// Whatever is other than it was.
    Changed,
    /// None; a void or incomplete new run is still no pass.
    Never,
}

/// The claims of a check: the standing, what failed, and what the standing rests on.
fn claims(run: &Run) -> Vec<(String, Item)> {
    let failures = outcome::failures(run);
    let item = |claim: &ClaimRecord| {
        let failed: Vec<_> = failures.iter().filter(|failure| failure.claim.id == claim.id).collect();
        let cause = |failure: &&outcome::Failure<'_>| {
            let relation = failure.finding.map_or("", |finding| finding.relation.as_str());
            let control = failure.control.map_or("", |control| control.id.as_str());
            format!("{control}/{}/{}/{relation}", failure.check.reading, failure.check.label)
        };
        let why = failed.first().map(|failure| {
            let verdict = failure.finding.map_or(&failure.check.verdict, |finding| &finding.verdict);
            let because = match verdict {
                Found::Refuted { by, at } => format!("{by}, at {at}"),
                other => other.to_string(),
            };
            match failure.control {
                Some(control) => format!("control {}, {}: {because}", control.id, failure.check.reading),
                None => format!("{}: {because}", failure.check.reading),
            }
        });
        let readings = claim.checks.iter().map(|check| format!("{} {}", check.reading, check.label).trim().to_owned());
        let controls = claim.controls.iter().filter(|control| control.caught.is_some());
        let controls = controls.map(|control| format!("control {}", control.id));
        Item {
            rank: match claim.standing {
                Standing::Upheld | Standing::RefutedAsExpected => 0,
                Standing::Undecided => 1,
                Standing::Refuted | Standing::Unrefuted => 2,
                Standing::Void => 3,
            },
            word: claim.standing.to_string(),
            why,
            causes: failed.iter().map(cause).collect(),
            rests_on: readings.chain(controls).collect(),
        }
    };
    run.claims.iter().map(|claim| (claim.id.clone(), item(claim))).collect()
}

/// The controls and the answers of a test run.
fn answers(run: &TestRun) -> Vec<(String, Item)> {
    let item = |result: &TestResult| {
        let is_expected = result.failed_as_expected();
        let rank = match result.verdict {
            Verdict::Right => 0,
            Verdict::Degraded => 1,
            Verdict::Unsupported => 2,
            Verdict::Undecided => 3,
            Verdict::Fault => 4,
            Verdict::Wrong => 5,
        };
        let likeness = cause(run, &result.quantity).filter(|_| result.verdict == Verdict::Wrong);
        let likeness = likeness.into_iter().flat_map(|cause| cause.looks_like.iter().map(|mistake| mistake.id.clone()));
        let first = likeness.clone().next().map_or(String::new(), |id| format!("; looks like {id}"));
        let claims = result.claims.join(", ");
        let fault = result.fault.as_ref().map(|fault| fault.kind.to_string());
        Item {
            rank,
            word: if is_expected { format!("{}, as expected", result.verdict) } else { result.verdict.to_string() },
            why: (result.verdict != Verdict::Right).then(|| format!("{}{first}; rests on {claims}", why(result))),
            causes: likeness.chain(fault).collect(),
            rests_on: BTreeSet::new(),
        }
    };
    let control = |control: &crate::subjects::record::Control| {
        let word = if control.caught { "as wanted" } else { "not as wanted" };
        let item = Item {
            rank: u8::from(!control.caught),
            word: word.to_owned(),
            why: (!control.caught).then(|| control.story.clone()),
            causes: BTreeSet::new(),
            rests_on: BTreeSet::new(),
        };
        (format!("control {}", control.id), item)
    };
    let results = run.results.iter().map(|result| (result.key(), item(result)));
    run.controls.iter().map(control).chain(results).collect()
}
