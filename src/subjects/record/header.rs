//! The first line of a test run: who was asked what, by which conventions.

use crate::examination::Conventions;
use crate::ledger::Environment;
use crate::subjects::{Ability, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind of run, by which its records are told from those of `ouracle check`, which name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Questions to an implementation.
    Test,
}

/// Who was asked what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`Kind::Test`].
    pub kind: Kind,
    /// The version of this format: [`super::FORMAT`].
    pub format: String,
    /// The version of this program.
    pub ouracle: String,
    /// The address of the subject, such as `cmd:python harness.py`.
    pub address: String,
    /// What it calls itself.
    pub subject: Subject,
    /// What it means by its numbers, with defaults filled in.
    pub conventions: Conventions,
    /// The quantities it says it can answer.
    pub able: BTreeMap<String, Ability>,
    /// The tier that was asked: `smoke`, `core` or `full`.
    pub tier: String,
    /// The glob of `--only`.
    pub only: Option<String>,
    /// The run seed.
    pub seed: u64,
    /// The false-alarm budget of the run.
    pub false_alarm: f64,
    /// The mildest verdict that fails the run.
    pub fail_on: FailOn,
    /// Whether an unsupported question leaves the run incomplete.
    pub required: bool,
    /// How many questions there are; the stream has as many results if it is whole.
    pub questions: usize,
    /// Facts about the machine.
    pub environment: Environment,
}

/// The mildest verdict that fails a run; worse ones do too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Wrong alone.
    #[default]
    Wrong,
    /// Wrong and degraded.
    Degraded,
    /// Wrong, degraded and undecided.
    Undecided,
}
