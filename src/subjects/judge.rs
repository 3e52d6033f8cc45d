//! From an answer to a verdict: by the radius of an enclosure and `c·u·κ`, by an order, by draws of a known law, or by a refusal.

use super::declaration::Ability;
use super::draws::compare;
use super::fault::Fault;
use super::message::Value;
use super::record::Verdict;
use super::reply::Answer;
use crate::evidence::Budget;
use crate::examination::{
    Answerer, Conventions, Dtype, Expect, Grade, HALVINGS, Kind, Mistake, Order, Question, Sum, Test, Truth, condition,
    inputs, refined,
};
use crate::numbers::{Ball, EndPoint, Float};
use std::collections::BTreeMap;

/// A verdict and what it rests on.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) ratio: Option<f64>,
    pub(super) message: Option<String>,
    pub(super) fault: Option<Fault>,
    /// The answer, point by point, where there was one.
    pub(super) values: Vec<Vec<f64>>,
}

impl Judged {
    fn told(verdict: Verdict, message: impl Into<Option<String>>) -> Self {
        Self { verdict, ratio: None, message: message.into(), fault: None, values: Vec::new() }
    }
}

/// Who judges: in the conventions of the subject, with the budget of the run.
pub(super) struct Judge<'a> {
    pub(super) conventions: Conventions,
    pub(super) budget: &'a Budget,
    /// What the subject says it can answer, and how.
    pub(super) able: &'a BTreeMap<String, Ability>,
}

impl Judge<'_> {
    fn answerer(&self) -> Answerer {
        Answerer::right(self.conventions)
    }

    /// The exact answer, in the conventions of the subject.
    pub(super) fn truth(&self, test: &Test) -> Option<Truth> {
        match &test.expect {
            Expect::Refusal(_) | Expect::Draws => None,
            _ => Truth::of(&self.answerer(), test.quantity, &test.inputs().ok()?).ok()?,
        }
    }

    /// The law of the draws.
    pub(super) fn law(&self, test: &Test, mistake: Option<Mistake>) -> Vec<crate::examination::Moments<Float>> {
        let question = test.inputs().and_then(|inputs| Question::<Float>::from_inputs(&inputs));
        let answerer = Answerer { mistake, ..self.answerer() };
        question.map_or_else(|_| Vec::new(), |question| answerer.moments(test.quantity, &question))
    }

    /// The verdict on an answer.
    pub(super) fn judge(&self, test: &Test, truth: Option<&Truth>, dtype: Dtype, answer: &Answer) -> Judged {
        let values = match answer {
            Answer::Fault(fault) => {
                return Judged { fault: Some(fault.clone()), ..Judged::told(Verdict::Fault, None) };
            }
            Answer::Unsupported { message } => return Judged::told(Verdict::Unsupported, message.clone()),
            Answer::Refused { message } => return self.refused(test, message.clone()),
            Answer::Error { message, .. } => return self.failed(test, message),
            Answer::Values(values) => values,
        };
        let flat: Result<Vec<_>, _> = values.iter().map(Value::flatten).collect();
        let values = match flat {
            Ok(values) => values,
            Err(message) => return self.failed(test, &message),
        };
        let judged = match (&test.expect, truth) {
            (Expect::Refusal(why), _) => Judged::told(Verdict::Wrong, format!("an answer where there is none: {why}")),
            (Expect::Draws, _) => {
                let sampled = compare(self.budget, &values, &self.law(test, None));
                let verdict = if sampled.refuted { Verdict::Wrong } else { Verdict::Right };
                Judged::told(verdict, sampled.message)
            }
            (_, None) => Judged::told(Verdict::Undecided, "the exact value is not known here".to_owned()),
            (Expect::Order(_), Some(truth)) => self.of_order(test, truth, dtype, &values),
            (_, Some(truth)) => {
                let (grade, ratio) = truth.grade(test.quantity.kind, &values[0], dtype, self.slack(test));
                let verdict = match grade {
                    Grade::Right => Verdict::Right,
                    Grade::Degraded => Verdict::Degraded,
                    Grade::Wrong => Verdict::Wrong,
                };
                let (got, due) = (values[0].len(), truth.exact.len());
                let message = match &test.expect {
                    _ if got != due => Some(format!("the answer has {got} numbers, and not {due}")),
                    Expect::AtMost(_, usual) => {
                        let below = truth.exact[0].to_f64() - values[0][0];
                        Some(format!(
                            "{below:.4e} below the exact value in the unit of the subject; the usual bound {:.4e} nats",
                            usual.to_f64()
                        ))
                    }
                    _ => None,
                };
                Judged { ratio: Some(ratio), ..Judged::told(verdict, message) }
            }
        };
        Judged { values, ..judged }
    }

    fn refused(&self, test: &Test, message: Option<String>) -> Judged {
        match &test.expect {
            Expect::Refusal(_) => Judged::told(Verdict::Right, message),
            _ => {
                let why = message.unwrap_or_else(|| "no reason given".to_owned());
                Judged::told(Verdict::Wrong, format!("a question that has an answer was refused: {why}"))
            }
        }
    }

    /// Whoever fails at a question without an answer gives no number, and that is what matters.
    fn failed(&self, test: &Test, message: &str) -> Judged {
        match &test.expect {
            Expect::Refusal(_) => Judged::told(Verdict::Right, message.to_owned()),
            _ => Judged::told(Verdict::Wrong, format!("the subject failed: {message}")),
        }
    }

    /// A plain sum over `d` terms may lose `√d/16` times as much as is right otherwise.
    fn slack(&self, test: &Test) -> f64 {
        let d = test.point["x"].as_array().map_or(1, Vec::len) as f64;
        let summed = test.quantity.shape == "[]" && self.conventions.sum == Sum::Plain;
        if summed { (d.sqrt() / 16.0).max(1.0) } else { 1.0 }
    }

    fn of_order(&self, test: &Test, truth: &Truth, dtype: Dtype, values: &[Vec<f64>]) -> Judged {
        let declared = self.able.get(test.quantity.id).and_then(|ability| ability.order).map_or(1, u32::from);
        let Ok(answers) =
            <[f64; 4]>::try_from(values.iter().filter_map(|value| value.first().copied()).collect::<Vec<_>>())
        else {
            return Judged::told(Verdict::Wrong, "one number is due for each number of steps".to_owned());
        };
        let exact = truth.exact[0].to_f64();
        let errors = answers.map(|answer| answer - exact);
        let order = Order::of(errors);
        let exact_already = truth.grade(Kind::Value, &answers[3..], dtype, 1.0).0 != Grade::Wrong;
        let verdict = match order.reaches(declared) {
            _ if errors.iter().any(|error| !error.is_finite()) => Verdict::Wrong,
            _ if exact_already => Verdict::Right,
            Some(true) => Verdict::Right,
            Some(false) => Verdict::Wrong,
            None => Verdict::Undecided,
        };
        let listed: Vec<_> = errors.iter().map(|error| format!("{error:.2e}")).collect();
        let message = format!(
            "errors {} at 1, 2, 4, 8 times the steps: order {:.2} ± {:.2}, declared {}",
            listed.join(", "),
            order.found,
            order.bar,
            declared
        );
        Judged::told(verdict, message)
    }

    /// Whether these values are what a mistake would answer, and not what is right.
    pub(super) fn looks_like(&self, test: &Test, dtype: Dtype, values: &[Vec<f64>], mistake: Mistake) -> bool {
        if !test.kills.contains(&mistake) {
            return false;
        }
        if matches!(test.expect, Expect::Refusal(_)) {
            return true;
        }
        if matches!(test.expect, Expect::Draws) {
            return !compare(self.budget, values, &self.law(test, Some(mistake))).refuted;
        }
        self.answers_as(test, dtype, values, &Answerer { mistake: Some(mistake), ..self.answerer() })
    }

    /// Whether these values are what this answerer would answer.
    pub(super) fn answers_as(&self, test: &Test, dtype: Dtype, values: &[Vec<f64>], answerer: &Answerer) -> bool {
        values.iter().enumerate().all(|(at, value)| {
            let point = match test.quantity.kind {
                Kind::Order => refined(&test.point, HALVINGS[at.min(3)]),
                _ => test.point.clone(),
            };
            let imagined = inputs(&test.case.json(), test.quantity.coordinates, &point).ok().and_then(|inputs| {
                let question = Question::<Float>::from_inputs(&inputs).ok()?;
                let answer = answerer.answer(test.quantity, &question);
                let condition = condition(&question, |question| answerer.answer(test.quantity, question));
                let exact = answer.iter().map(|v| Ball::point(EndPoint::from_f64(v.0))).collect();
                Some(Truth { exact, condition })
            });
            // Not a number looks like not a number.
            imagined.is_some_and(|truth| truth.grade(Kind::Value, value, dtype, self.slack(test)).0 == Grade::Right)
        })
    }
}
