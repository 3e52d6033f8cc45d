//! The answer to one question, judged, or what happened instead of an answer.

use crate::subjects::Fault;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What the answer to a question was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    let numbers = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}

/// A failure that is known, with a reason and a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// Why.
    pub reason: String,
    /// Where it is discussed.
    pub link: String,
    /// The day after which it counts as wrong again, `2027-01-01`.
    pub expires: String,
}
