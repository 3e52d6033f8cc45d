//! The stream of records of a test run: header, controls, results, causes, chatter, footer. No footer means incomplete.
//!
//! Everything but `time` and `environment` is a function of arguments, seed and the subject's answers. All objects are
//! closed: an unknown field is an error. Strings from a subject are kept as given, but [`kept`] bounds them.

mod header;
mod result;
mod tally;

pub use header::{FailOn, Header, Kind};
pub use result::{Expect, ExpectedFailure, TestResult, Verdict};
pub use tally::Counts;

use super::Chatter;
use super::message::kept;
use crate::ledger::Time;
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Deserialize as Read, Serialize};
use serde_json::{Map, Value};

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
