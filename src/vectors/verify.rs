//! A case agrees iff its value, with one unit in the last printed digit, overlaps our enclosure, and our enclosure is no
//! wider than ten such units: an enclosure that says nothing agrees with nothing.

use super::cases::Case;
use crate::claims::ask;
use crate::evidence::all_in_order;
use crate::numbers::{Ball, Field, Rational};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// The verdict on one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseVerdict {
    /// Our enclosure agrees.
    Agree,
    /// It does not, or it is too wide to say.
    Disagree,
    /// We cannot answer this question.
    Unsupported,
}

/// What became of one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case.
    pub id: String,
    /// `CLAIM/QUANTITY`.
    pub question: String,
    /// The verdict.
    pub verdict: CaseVerdict,
    /// The reference value.
    pub reference: String,
    /// The middle of our enclosure.
    pub value: Option<String>,
    /// Our lower bound.
    pub lo: Option<String>,
    /// Our upper bound.
    pub hi: Option<String>,
    /// Whether our value rests on two rules that agree instead of on a bound.
    pub estimated: bool,
    /// Why we cannot answer, or why we disagree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// All cases together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// How many cases there were.
    pub cases: usize,
    /// How many agree.
    pub agree: usize,
    /// The ids that do not.
    pub disagree: Vec<String>,
    /// The ids that we cannot answer.
    pub unsupported: Vec<String>,
    /// Case by case, in the order of the file.
    pub results: Vec<CaseResult>,
}

impl Summary {
    /// 0 if all agree, 1 if one disagrees, 3 if one is unsupported, 5 if there was none.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.cases == 0 => 5,
            _ if !self.disagree.is_empty() => 1,
            _ if !self.unsupported.is_empty() => 3,
            _ => 0,
        }
    }
}

/// Evaluates cases on some threads and compares; results come in the order of the cases.
pub fn verify(cases: &[Case], jobs: usize) -> Summary {
    let results = all_in_order(cases, jobs, judge);
    let with = |verdict| results.iter().filter(move |r| r.verdict == verdict).map(|r| r.id.clone()).collect::<Vec<_>>();
    Summary {
        cases: results.len(),
        agree: with(CaseVerdict::Agree).len(),
        disagree: with(CaseVerdict::Disagree),
        unsupported: with(CaseVerdict::Unsupported),
        results,
    }
}

fn judge(case: &Case) -> CaseResult {
    let started = Instant::now();
    let unanswered = |message: String| CaseResult {
        id: case.id.clone(),
        question: case.question(),
        verdict: CaseVerdict::Unsupported,
        reference: case.value.clone(),
        value: None,
        lo: None,
        hi: None,
        estimated: false,
        message: Some(message),
        seconds: started.elapsed().as_secs_f64(),
    };
    let (value, unit) = match case.value_and_unit() {
        Ok(both) => both,
        Err(error) => return unanswered(format!("the reference value: {error}")),
    };
    let answer = ask(&case.question(), &case.params, case.digits() + 2);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return unanswered(error.to_string()),
    };
    let message = disagreement(&answer.value, &value, &unit);
    let (lo, hi) = answer.value.decimal_bounds(case.digits() + 3);
    let decimal = answer.value.to_decimal(case.digits() + 3);
    CaseResult {
        verdict: if message.is_none() { CaseVerdict::Agree } else { CaseVerdict::Disagree },
        value: Some(decimal.split(" ± ").next().unwrap_or(&decimal).to_owned()),
        lo: Some(lo),
        hi: Some(hi),
        estimated: answer.estimated,
        message,
        seconds: started.elapsed().as_secs_f64(),
        ..unanswered(String::new())
    }
}

/// Why an enclosure does not agree with `value ± unit`, if it does not.
fn disagreement(enclosure: &Ball, value: &Rational, unit: &Rational) -> Option<String> {
    let reference = Ball::rational(&(value - unit)).hull(&Ball::rational(&(value + unit)));
    let width = Ball::point(enclosure.hi()) - Ball::point(enclosure.lo());
    if !width.certainly_le(&Ball::rational(&(unit * Rational::from(10u8)))) {
        Some("our enclosure is wider than ten units of the last printed digit".to_owned())
    } else if enclosure.overlaps(&reference) {
        None
    } else {
        Some(format!("our enclosure is {}", enclosure.to_decimal(20)))
    }
}
