//! The first line of a test run: who was asked what, by which conventions.

use crate::ledger::Environment;
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
    pub able: BTreeMap<String, Able>,
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

/// What a subject calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The language it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

/// What a subject means by its numbers, in the words of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conventions {
    /// `data-at-0` or `data-at-1`.
    pub time: String,
    /// `score`, `epsilon`, `x0` or `v`.
    pub predicts: String,
    /// `sum` or `mean` over dimensions.
    pub reduce: String,
    /// `nat` or `bit`.
    pub log: String,
    /// `pairwise` or `plain`, if the subject says how it adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
}

impl Default for Conventions {
    fn default() -> Self {
        let [time, predicts, reduce, log] = ["data-at-0", "score", "sum", "nat"].map(str::to_owned);
        Self { time, predicts, reduce, log, sum: None }
    }
}

/// How a subject can answer a quantity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Able {
    /// The dtypes it computes in; `f64` if it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dtype: Vec<String>,
    /// The order of its method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
