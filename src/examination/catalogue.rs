//! The questions: chosen so that mistakes show, each with its exact answer and the mistakes that it tells from the truth.

use super::answerer::Answerer;
use super::case::{Asked, CASES, Case};
use super::grade::{Dtype, Grade, HALVINGS, Order, Truth};
use super::mistake::{MISTAKES, Mistake};
use super::points::{Candidate, candidates, of_an_invalid_case, refusals};
use super::quantity::{Kind, QUANTITIES, Quantity};
use super::question::{Question, inputs};
use crate::numbers::{Ball, Float};
use crate::parameters::Inputs;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// A first look.
    Smoke,
    /// What a change should pass.
    Core,
    /// Everything.
    Full,
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Smoke => "smoke",
            Self::Core => "core",
            Self::Full => "full",
        })
    }
}

/// What the right answer is.
#[derive(Debug, Clone)]
pub enum Expect {
    /// This value.
    Value(Truth),
    /// At most this value; the usual bound is so much lower.
    AtMost(Truth, Ball),
    /// What tends to this value at the declared order.
    Order(Truth),
    /// Draws of a law, whose moments are asked for when they are judged.
    Draws,
    /// A refusal, in words.
    Refusal(String),
}

/// One question with its answer.
#[derive(Debug, Clone)]
pub struct Test {
    /// Case, quantity and six hexadecimal digits of the input: permanent.
    pub id: String,
    /// The smallest tier that has it.
    pub tier: Tier,
    /// What is special about it.
    pub flags: Vec<&'static str>,
    /// The case.
    pub case: &'static Case,
    /// The quantity.
    pub quantity: &'static Quantity,
    /// The point, as it is sent.
    pub point: Value,
    /// The answer.
    pub expect: Expect,
    /// The mistakes that it tells from the truth.
    pub kills: Vec<Mistake>,
}

/// Questions of the middle tier for each quantity of a case, beyond those of the smallest.
const CORE: usize = 2;
/// Questions of the largest tier for each quantity of a case.
const FULL: usize = 32;
/// Draws and step-size series are asked for a few times only: each is many answers.
const FULL_OF_MANY: usize = 8;

/// A difference of means, in standard deviations, that sampled questions are planned to see.
pub const SHIFT: f64 = 0.1;
/// A ratio of variances that they are planned to see.
pub const RATIO: f64 = 1.25;

/// Every question, case by case in a fixed order.
pub fn catalogue() -> impl Iterator<Item = Test> {
    CASES.iter().flat_map(|case| QUANTITIES.iter().flat_map(move |quantity| tests_of(case, quantity, Tier::Full)))
}

/// Whether a case asks for a quantity, and has a closed form of it.
pub fn asks(case: &Case, quantity: &Quantity) -> bool {
    let read = inputs(&case.json(), "", &json!({})).and_then(|inputs| Question::<Ball>::from_inputs(&inputs));
    case.asks(quantity.id) && read.is_ok_and(|question| Answerer::supports(quantity, &question))
}

/// The questions for a quantity in a case, up to this tier.
pub fn tests_of(case: &'static Case, quantity: &'static Quantity, tier: Tier) -> Vec<Test> {
    let setup = case.json();
    if matches!(case.quantities, Asked::Refusal) {
        return invalid_case(case, quantity, &setup);
    }
    if !case.asks(quantity.id) {
        return Vec::new();
    }
    let name = format!("{}/{}", case.id, quantity.id);
    let test = |candidate: Candidate| {
        let (expect, kills) = question(quantity, &setup, &candidate.point)?;
        // A question that tells nothing from the truth is no question.
        let flags = if candidate.small_time { vec!["small-time"] } else { Vec::new() };
        (!kills.is_empty()).then(|| Test { flags, ..Test::new(case, quantity, candidate.point, expect, kills) })
    };
    let (short, long): (Vec<_>, Vec<_>) = candidates(&setup, quantity, &name).into_iter().partition(|c| c.short);
    let mut tests = by_power(short.into_iter().filter_map(test).collect());
    // Those that every type has come first, so that a small tier needs no others where there are enough.
    if tier == Tier::Full || tests.len() < case.smoke + CORE {
        tests.extend(long.into_iter().filter_map(test));
    }
    let most = if matches!(quantity.kind, Kind::Draws | Kind::Order) { FULL_OF_MANY } else { FULL };
    tests.truncate(most);
    for (at, test) in tests.iter_mut().enumerate() {
        test.tier = match at {
            at if at < case.smoke => Tier::Smoke,
            at if at < case.smoke + CORE => Tier::Core,
            _ => Tier::Full,
        };
    }
    if !tests.is_empty() && quantity.kind == Kind::Value && matches!(case.quantities, Asked::All) {
        tests.extend(boundary(case, quantity, &setup));
    }
    tests.retain(|test| test.tier <= tier);
    tests
}

/// The exact answer, and what it tells from the truth; nothing where there is no closed form.
fn question(quantity: &'static Quantity, setup: &Value, point: &Value) -> Option<(Expect, Vec<Mistake>)> {
    let inputs = inputs(setup, quantity.coordinates, point).ok()?;
    if !Answerer::supports(quantity, &Question::<Ball>::from_inputs(&inputs).ok()?) {
        return None;
    }
    if quantity.kind == Kind::Draws {
        let law = Answerer::default().moments(quantity, &Question::<Float>::from_inputs(&inputs).ok()?);
        if !law.iter().all(|law| law.variance.0 > 0.0) {
            return None;
        }
        return Some((
            Expect::Draws,
            MISTAKES.iter().map(|a| a.mistake).filter(|m| draws_differ(quantity, &inputs, *m)).collect(),
        ));
    }
    let truth = Truth::of(&Answerer::default(), quantity, &inputs).ok()??;
    let asked = Question::<Float>::from_inputs(&inputs).ok()?;
    let killed = |mistake: &Mistake| {
        let answerer = Answerer { mistake: Some(*mistake), ..Answerer::default() };
        match quantity.kind {
            Kind::Order => order(&answerer, quantity, setup, point, &truth) == Some(false),
            kind => {
                let answer: Vec<f64> = answerer.answer(quantity, &asked).iter().map(|v| v.0).collect();
                truth.grade(kind, &answer, Dtype::F64, 1.0).0 != Grade::Right
            }
        }
    };
    // Where the order of a sound method does not show yet, nothing can be told.
    if quantity.kind == Kind::Order && order(&Answerer::default(), quantity, setup, point, &truth) != Some(true) {
        return None;
    }
    let kills = MISTAKES.iter().map(|about| about.mistake).filter(killed).collect();
    let expect = match quantity.kind {
        Kind::Order => Expect::Order(truth),
        Kind::AtMost => {
            let question = Question::<Ball>::from_inputs(&inputs).ok()?;
            let usual = Answerer::default().answer(quantity, &question);
            Expect::AtMost(truth.clone(), truth.exact[0] - usual[0])
        }
        _ => Expect::Value(truth),
    };
    Some((expect, kills))
}

/// Whether a mistake changes the law of the draws by as much as a sampled question is planned to see.
fn draws_differ(quantity: &'static Quantity, inputs: &Inputs, mistake: Mistake) -> bool {
    let Ok(question) = Question::<Float>::from_inputs(inputs) else { return false };
    let right = Answerer::default().moments(quantity, &question);
    let wrong = Answerer { mistake: Some(mistake), ..Answerer::default() }.moments(quantity, &question);
    right.iter().zip(&wrong).any(|(right, wrong)| {
        let shift = (right.mean.0 - wrong.mean.0).abs() / right.variance.0.sqrt();
        let ratio = wrong.variance.0 / right.variance.0;
        let alike = (1.0 / (RATIO * RATIO)..RATIO * RATIO).contains(&ratio) || !right.gaussian;
        // Not a number is not alike.
        let close = shift < 2.0 * SHIFT && alike;
        !close
    })
}

/// Whether answers by Euler steps come near the truth at order 1; nothing if that cannot be told.
fn order(
    answerer: &Answerer,
    quantity: &'static Quantity,
    setup: &Value,
    point: &Value,
    truth: &Truth,
) -> Option<bool> {
    let errors = HALVINGS.map(|times| {
        let refined = refined(point, times);
        let question =
            inputs(setup, quantity.coordinates, &refined).and_then(|inputs| Question::<Float>::from_inputs(&inputs));
        question.map_or(f64::NAN, |question| answerer.answer(quantity, &question)[0].0 - truth.exact[0].to_f64())
    });
    Order::of(errors).reaches(1)
}

/// The same point with so many times the steps.
pub fn refined(point: &Value, times: u32) -> Value {
    let mut point = point.clone();
    let steps = point.get("steps").and_then(Value::as_u64).unwrap_or(1);
    point["steps"] = json!(steps * u64::from(times));
    point
}

/// The strongest questions first: each next one tells most of what the ones before leave.
fn by_power(mut tests: Vec<Test>) -> Vec<Test> {
    let mut ordered: Vec<Test> = Vec::new();
    let mut known: Vec<usize> = vec![0; MISTAKES.len()];
    while !tests.is_empty() {
        // Among mistakes, those that fewest questions so far tell weigh most.
        let weight = |test: &Test| {
            test.kills.iter().map(|m| 1.0 / f64::from(1 << (4 * known[*m as usize]).min(30))).sum::<f64>()
        };
        let mut best = (0, f64::NEG_INFINITY);
        for (at, test) in tests.iter().enumerate() {
            let weight = weight(test);
            if weight > best.1 {
                best = (at, weight);
            }
        }
        let test = tests.remove(best.0);
        test.kills.iter().for_each(|mistake| known[*mistake as usize] += 1);
        ordered.push(test);
    }
    ordered
}

/// Questions at the edge of the domain, which have no answer.
fn boundary(case: &'static Case, quantity: &'static Quantity, setup: &Value) -> Vec<Test> {
    let tests = refusals(setup, quantity).into_iter().filter_map(|(point, flag)| {
        let inputs = inputs(setup, quantity.coordinates, &point);
        let error = inputs.and_then(|inputs| Question::<Float>::from_inputs(&inputs)).err()?;
        let test = Test::new(case, quantity, point, Expect::Refusal(error.to_string()), vec![Mistake::NeverRefuses]);
        Some(Test { tier: if case.smoke > 1 { Tier::Core } else { Tier::Full }, flags: vec!["boundary", flag], ..test })
    });
    tests.collect()
}

fn invalid_case(case: &'static Case, quantity: &'static Quantity, setup: &Value) -> Vec<Test> {
    if !["mean", "score", "log-density"].contains(&quantity.id) {
        return Vec::new();
    }
    let d = setup["data"]["mean"].as_array().map_or(1, Vec::len);
    let point = of_an_invalid_case(quantity, d);
    let inputs = inputs(setup, quantity.coordinates, &point);
    let Some(error) = inputs.and_then(|inputs| Question::<Float>::from_inputs(&inputs)).err() else {
        return Vec::new();
    };
    let test = Test::new(case, quantity, point, Expect::Refusal(error.to_string()), vec![Mistake::NeverRefuses]);
    vec![Test { tier: Tier::Core, flags: vec!["boundary", "invalid-case"], ..test }]
}

impl Test {
    fn new(
        case: &'static Case,
        quantity: &'static Quantity,
        point: Value,
        expect: Expect,
        kills: Vec<Mistake>,
    ) -> Self {
        let canonical = json!({ "case": case.json(), "in": point }).to_string();
        let digest = Sha256::digest(canonical.as_bytes());
        let id = format!("{}/{}/{:02x}{:02x}{:02x}", case.id, quantity.id, digest[0], digest[1], digest[2]);
        Self { id, tier: Tier::Full, flags: Vec::new(), case, quantity, point, expect, kills }
    }

    /// The inputs of the question.
    ///
    /// # Errors
    /// The sentence with which it is to be refused.
    pub fn inputs(&self) -> Result<Inputs, crate::parameters::InputError> {
        inputs(&self.case.json(), self.quantity.coordinates, &self.point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn questions_are_many_and_ids_are_once() {
        let tests: Vec<_> = catalogue().collect();
        let ids: BTreeSet<_> = tests.iter().map(|test| test.id.as_str()).collect();
        assert_eq!(ids.len(), tests.len());
        for about in MISTAKES {
            let by = |tier: Tier| tests.iter().filter(|t| t.tier <= tier && t.kills.contains(&about.mistake)).count();
            assert!(by(Tier::Core) > 0, "no question of the middle tier tells {}", about.id);
        }
    }

    #[test]
    fn the_reference_is_right_in_double_precision() {
        for test in catalogue() {
            let (truth, kind) = match &test.expect {
                Expect::Value(truth) | Expect::AtMost(truth, _) => (truth, test.quantity.kind),
                _ => continue,
            };
            let question = Question::<Float>::from_inputs(&test.inputs().unwrap()).unwrap();
            let answer: Vec<f64> = Answerer::default().answer(test.quantity, &question).iter().map(|v| v.0).collect();
            let (grade, ratio) = truth.grade(kind, &answer, Dtype::F64, 1.0);
            assert_eq!(grade, Grade::Right, "{} at {}: {answer:?}, {ratio} u kappa", test.id, test.point);
        }
    }
}
