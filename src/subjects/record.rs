//! The stream of records of a test run: header, controls, results, causes, chatter, footer. No footer means incomplete.
//!
//! Everything but `time` and `environment` is a function of arguments, seed and the subject's answers. All objects are
//! closed: an unknown field is an error. Strings from a subject are kept as given, but [`kept`] bounds them.

use super::declaration::{Ability, Subject};
use super::fault::Fault;
use super::message::kept;
use super::streams::Chatter;
use super::tally::Counts;
use crate::examination::Conventions;
use crate::ledger::{Environment, Time};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Deserialize as Read, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The format that this version writes; it reads every format of the same major number.
pub const FORMAT: &str = "1.0";
/// One line of `records.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record {
    /// The first line.
    Header(Box<Header>),
    /// What became of the reference subject, or of a wrong one, asked through the same pipe.
    Control(Control),
    /// The answer to one question, judged.
    Result(Box<TestResult>),
    /// Mistakes whose answers match those of the subject.
    Cause(Cause),
    /// What the subject printed between its answers.
    Chatter(Chatter),
    /// The last line.
    Footer(Footer),
}

/// By hand: serde's own reading of a tag buffers, and then sees the digits that `arbitrary_precision` keeps where a number
/// should stand.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = <Map<String, Value> as Deserialize>::deserialize(deserializer)?;
        let tag = fields.shift_remove("record").ok_or_else(|| D::Error::custom("it has no field `record`"))?;
        let fields = Value::Object(fields);
        let read = match tag.as_str() {
            Some("header") => serde_json::from_value(fields).map(Self::Header),
            Some("control") => serde_json::from_value(fields).map(Self::Control),
            Some("result") => serde_json::from_value(fields).map(Self::Result),
            Some("cause") => serde_json::from_value(fields).map(Self::Cause),
            Some("chatter") => serde_json::from_value(fields).map(Self::Chatter),
            Some("footer") => serde_json::from_value(fields).map(Self::Footer),
            _ => {
                let known = "header, control, result, cause, chatter or footer";
                return Err(D::Error::custom(format!("`{}` is not {known}", kept(&tag.to_string()))));
            }
        };
        read.map_err(D::Error::custom)
    }
}

/// The kind of run, by which its records are told from those of `ouracle check`, which name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Questions to an implementation.
    Test,
}

/// Who was asked what.
#[derive(Debug, Clone, PartialEq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`Kind::Test`].
    pub kind: Kind,
    /// The version of this format: [`FORMAT`].
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Read)]
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

/// The reference subject, which must pass, or a wrong one, which must fail, asked through the same pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `reference`, or the name of the mistake.
    pub id: String,
    /// What it is.
    pub story: String,
    /// What it must turn out to be: `right` or `wrong`.
    pub wanted: Wanted,
    /// Questions to it.
    pub asked: usize,
    /// Answers that were found wrong.
    pub failed: usize,
    /// Whether it turned out as wanted.
    pub caught: bool,
    /// The mistakes that its answers match.
    pub looks_like: Vec<String>,
}

/// What a control must turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// The reference.
    Right,
    /// A mistake.
    Wrong,
}

/// What the answer to a question was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Read)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within the budget of 8 u κ, or not refuted by its draws down to the planned resolution.
    Right,
    /// Within 1024 u κ, but not within 8 u κ.
    Degraded,
    /// Beyond, or refuted by its draws, or an answer to an invalid question.
    Wrong,
    /// Neither: the exact value is not known narrowly enough, or the draws are too few.
    Undecided,
    /// The subject does not claim to answer this.
    Unsupported,
    /// No answer: the driver's word for what happened is in [`TestResult::fault`].
    Fault,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Right => "right",
            Self::Degraded => "degraded",
            Self::Wrong => "wrong",
            Self::Undecided => "undecided",
            Self::Unsupported => "unsupported",
            Self::Fault => "fault",
        })
    }
}

/// What the right answer to a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// A value.
    Value,
    /// Anything up to a bound.
    AtMost,
    /// A refusal: the question is invalid.
    Refuse,
}

/// The answer to one question in one dtype, judged. Results stand in the catalogue's order, whatever the order of asking.
#[derive(Debug, Clone, PartialEq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct TestResult {
    /// The permanent id of the question: case / quantity / six hex digits.
    pub test: String,
    /// The dtype that was asked for.
    pub dtype: String,
    /// The case.
    pub case: String,
    /// The quantity.
    pub quantity: String,
    /// The claims that the exact answer rests on.
    pub claims: Vec<String>,
    /// The tier of the question.
    pub tier: String,
    /// What makes the question hard, such as `small-time`.
    pub flags: Vec<String>,
    /// Where it was asked.
    pub point: Value,
    /// What the right answer is.
    pub expect: Expect,
    /// What the answer was found to be.
    pub verdict: Verdict,
    /// The answer, in the subject's shape; none if there was none.
    pub answer: Option<Value>,
    /// The exact value, component by component, in decimal; empty if a refusal is right.
    pub exact: Vec<String>,
    /// A bound on the distance of `exact` from the exact value.
    pub radius: Option<String>,
    /// The condition number κ of each component; empty for a random quantity.
    #[serde(deserialize_with = "numbers")]
    pub condition: Vec<f64>,
    /// Error / (u κ), the largest component; none if there is no such number, or an infinite one.
    pub ratio: Option<f64>,
    /// Why, in a sentence; for a random quantity with the observed mean and its interval.
    pub message: Option<String>,
    /// What happened instead of an answer.
    pub fault: Option<Fault>,
    /// The entry of `--xfail` that covers this question and is not past its date.
    pub expected_failure: Option<ExpectedFailure>,
    /// Seconds until the answer.
    pub time: f64,
}

impl TestResult {
    /// What names this result among those of a run: the question, and the dtype it was asked in.
    pub fn key(&self) -> String {
        format!("{} {}", self.test, self.dtype)
    }

    /// Whether it failed as an entry of `--xfail` says.
    pub fn failed_as_expected(&self) -> bool {
        self.expected_failure.is_some() && !matches!(self.verdict, Verdict::Right | Verdict::Unsupported)
    }
}

/// JSON has no infinities: serde writes what is not finite as `null`, read here as not a number.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let numbers = <Vec<Option<f64>> as Deserialize>::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}

/// A failure that is known, with a reason and a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// Why.
    pub reason: String,
    /// Where it is discussed.
    pub link: String,
    /// The day after which it counts as wrong again, `2027-01-01`.
    pub expires: String,
}

/// What the failures of one quantity look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The quantity.
    pub quantity: String,
    /// Wrong answers to it.
    pub failed: usize,
    /// The mistakes whose answers match, most matches first.
    pub looks_like: Vec<Mistake>,
}

/// A mistake whose answers match those of the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Its name.
    pub id: String,
    /// What it is.
    pub story: String,
    /// Where it was made before.
    pub links: Vec<String>,
    /// How many of the wrong answers it gives too.
    pub matches: usize,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// How many of each.
    pub counts: Counts,
    /// The exit code of the run.
    pub exit_code: u8,
    /// How long the run took.
    pub time: Time,
}
