//! `ouracle answer`: a subject that answers right, or with one mistake, over the same pipe as any other.

use super::message::{PROTOCOL, Value};
use crate::examination::{Answerer, Kind, Mistake, QUANTITIES, Quantity, Question, inputs};
use crate::numbers::{Ball, Float};
use crate::parameters::InputError;
use crate::simulation::{Noise, Seed};
use serde_json::{Value as Json, json};
use std::io::{self, BufRead, Write};

/// Draws beyond this number are refused.
const MOST_DRAWS: u64 = 1 << 22;

/// Answers questions until there are no more.
///
/// # Errors
/// If a line cannot be read or written.
pub fn serve(mistake: Option<Mistake>, questions: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    let mut subject = Reference { answerer: Answerer { mistake, ..Answerer::default() }, case: None };
    for line in questions.lines() {
        let Ok(question) = serde_json::from_str::<Json>(&line?) else { continue };
        if question["cmd"] == "bye" {
            break;
        }
        let mut answer = subject.answer(&question);
        answer["id"] = question["id"].clone();
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
    Ok(())
}

struct Reference {
    answerer: Answerer,
    case: Option<Json>,
}

/// Why there are no values.
enum Declined {
    Refused(String),
    Unsupported(String),
}

impl From<InputError> for Declined {
    fn from(error: InputError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl Declined {
    fn json(&self) -> Json {
        match self {
            Self::Refused(message) => json!({ "status": "refused", "message": message }),
            Self::Unsupported(message) => json!({ "status": "unsupported", "message": message }),
        }
    }
}

impl Reference {
    fn answer(&mut self, question: &Json) -> Json {
        match question["cmd"].as_str() {
            Some("hello") if question["protocol"] == PROTOCOL => self.hello(),
            Some("hello") => Declined::Unsupported(format!("this is protocol {PROTOCOL}")).json(),
            Some("setup") => self.setup(&question["case"]),
            Some("evaluate") => self.evaluate(question).unwrap_or_else(|declined| declined.json()),
            Some("sample") => self.sample(question).unwrap_or_else(|declined| declined.json()),
            _ => Declined::Unsupported(format!("there is no question {}", question["cmd"])).json(),
        }
    }

    fn hello(&self) -> Json {
        let able = |quantity: &Quantity| match quantity.kind {
            Kind::Order => json!({ "order": 1 }),
            Kind::Draws => json!({}),
            _ => json!({ "dtype": ["f64", "f32"] }),
        };
        let able: serde_json::Map<_, _> = QUANTITIES.iter().map(|q| (q.id.to_owned(), able(q))).collect();
        let name = match self.answerer.mistake {
            None => "the reference".to_owned(),
            Some(mistake) => format!("a miniature: {}", mistake.about().id),
        };
        json!({
            "subject": { "name": name, "version": env!("CARGO_PKG_VERSION"), "language": "rust" },
            "able": able,
        })
    }

    fn careless(&self) -> bool {
        self.answerer.mistake == Some(Mistake::NeverRefuses)
    }

    fn setup(&mut self, case: &Json) -> Json {
        self.case = Some(case.clone());
        let read = inputs(case, "", &json!({})).and_then(|inputs| Question::<Ball>::from_inputs(&inputs));
        match read {
            Err(error) if !self.careless() => Declined::from(error).json(),
            _ => json!({ "status": "ok" }),
        }
    }

    /// The quantity and the case of a question, where it can be answered.
    fn asked(&self, question: &Json) -> Result<(&'static Quantity, &Json), Declined> {
        let name = question["quantity"].as_str().unwrap_or_default();
        let quantity = Quantity::find(name)
            .ok_or_else(|| Declined::Unsupported(format!("there is no quantity {}", question["quantity"])))?;
        let case = self.case.as_ref().ok_or_else(|| Declined::Refused("no case was set up".to_owned()))?;
        Ok((quantity, case))
    }

    fn read(&self, quantity: &'static Quantity, case: &Json, point: &Json) -> Result<Question<Float>, Declined> {
        let inputs = inputs(case, quantity.coordinates, point)?;
        match Answerer::supports(quantity, &Question::<Ball>::from_inputs(&inputs)?) {
            true => Ok(Question::from_inputs(&inputs)?),
            false => Err(Declined::Unsupported(format!("{} has no closed form in this case", quantity.id))),
        }
    }

    fn evaluate(&self, question: &Json) -> Result<Json, Declined> {
        let (quantity, case) = self.asked(question)?;
        let single = match question["dtype"].as_str() {
            None | Some("f64") => false,
            Some("f32") => true,
            _ => return Err(Declined::Unsupported(format!("there is no type {} here", question["dtype"]))),
        };
        let points = question["points"].as_array().map_or(&[][..], Vec::as_slice);
        let mut values = Vec::with_capacity(points.len());
        for point in points {
            let value = match self.read(quantity, case, point) {
                Ok(asked) => shaped(quantity, &rounded(&self.answerer.answer(quantity, &asked), single)),
                Err(Declined::Refused(_)) if self.careless() => something(quantity, point),
                Err(Declined::Refused(message)) if points.len() > 1 => Value::Failed(message),
                Err(declined) => return Err(declined),
            };
            values.push(value);
        }
        Ok(json!({ "status": "ok", "values": values }))
    }

    fn sample(&self, question: &Json) -> Result<Json, Declined> {
        let (quantity, case) = self.asked(question)?;
        let (Some(n), Some(seed)) = (question["n"].as_u64().filter(|n| *n <= MOST_DRAWS), question["seed"].as_u64())
        else {
            return Err(Declined::Refused(format!("`n` must be an integer up to {MOST_DRAWS}, and `seed` one from 0")));
        };
        if quantity.kind != Kind::Draws {
            return Err(Declined::Unsupported(format!("{} is not random", quantity.id)));
        }
        let asked = self.read(quantity, case, &question["point"])?;
        let each = self.answerer.moments(quantity, &asked).len();
        let mut normals = vec![0.0; n as usize * each];
        Noise::new(&Seed::new(seed, quantity.id), 0).fill(&mut normals);
        let draws = normals.chunks_exact(each.max(1)).map(|normals| {
            let normals: Vec<_> = normals.iter().map(|z| Float(*z)).collect();
            shaped(quantity, &rounded(&self.answerer.draw(quantity, &asked, &normals), false))
        });
        Ok(json!({ "status": "ok", "values": draws.collect::<Vec<_>>() }))
    }
}

fn rounded(values: &[Float], single: bool) -> Vec<f64> {
    values.iter().map(|value| if single { f64::from(value.0 as f32) } else { value.0 }).collect()
}

/// Entries in the shape of the quantity.
fn shaped(quantity: &Quantity, entries: &[f64]) -> Value {
    let number = |x: &f64| Value::Number(*x);
    match (quantity.shape, entries) {
        ("[]", [one]) => number(one),
        ("[d, d]", entries) => {
            let d = entries.len().isqrt().max(1);
            Value::List(entries.chunks(d).map(|row| Value::List(row.iter().map(number).collect())).collect())
        }
        (_, entries) => Value::List(entries.iter().map(number).collect()),
    }
}

/// Some answer, of some shape.
fn something(quantity: &Quantity, point: &Json) -> Value {
    let d = point["x"].as_array().map_or(1, Vec::len);
    shaped(
        quantity,
        &vec![
            0.5;
            match quantity.shape {
                "[]" => 1,
                "[d, d]" => d * d,
                _ => d,
            }
        ],
    )
}
