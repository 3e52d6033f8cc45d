//! A question, read: process, data, model, prior and point, in any reading.

use super::law::{Law, Names};
use crate::numbers::{Covariance, Dual, Float, Matrix, Scalar, Vector};
use crate::parameters::{Domain, ExactReader, InputError, Inputs, Parameters, Source};
use crate::worlds::{MultivariateGaussian, Process, Schedule};
use serde_json::{Map, Value};
use std::cell::Cell;

/// Everything an answer depends on.
#[derive(Debug, Clone)]
pub struct Question<S> {
    /// The noising process.
    pub process: Process<S>,
    /// The law of the data.
    pub data: Law<S>,
    /// The field that stands for a network.
    pub model: Model<S>,
    /// Where generation starts, `N(0, I)` unless given.
    pub prior: MultivariateGaussian<S>,
    /// Where.
    pub point: Point<S>,
}

/// A closed form in place of a network; networks cannot be sent.
#[derive(Debug, Clone)]
pub enum Model<S> {
    /// The score of the noised data.
    Exact,
    /// The score of another law, noised by the same process.
    Law(Law<S>),
    /// The exact score plus a constant vector.
    Shifted(Vector<S>),
    /// The exact score times a number.
    Scaled(S),
    /// The exact score of another time, `by·t`.
    WrongTime(S),
}

/// Where a quantity is asked for; what it does not depend on is absent.
#[derive(Debug, Clone)]
pub struct Point<S> {
    /// The state, `d` entries.
    pub x: Option<Vector<S>>,
    /// The time, `0 ≤ t ≤ T`.
    pub t: Option<S>,
    /// An earlier time, `0 ≤ s < t`.
    pub s: Option<S>,
    /// A number of steps over `[0, T]`.
    pub steps: Option<u32>,
}

/// The sets of coordinates that quantities ask for.
pub(super) const COORDINATES: &[&str] = &["", "t", "x", "x t", "x t s", "x steps"];

/// More steps are refused: they are taken one by one.
const MOST_STEPS: u32 = 4096;

impl<S: Scalar> Parameters<S> for Question<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = read_process(source)?;
        let data = match source.choice("data", &["gaussian", "mixture"], false, "the law of the data")? {
            "gaussian" => Law::Gaussian(Law::gaussian(source, "mean", "cov")?),
            _ => Law::mixture(source, &Names { weights: "weights", means: "means", variances: "variances" })?,
        };
        let d = data.dimension();
        let model = read_model(source)?;
        let prior =
            match source.choice("prior", &["standard", "gaussian"], true, "the law that generation starts from")? {
                "gaussian" => Law::gaussian(source, "prior.mean", "prior.cov")?,
                _ => MultivariateGaussian {
                    mean: Vector(vec![S::zero(); d]),
                    covariance: Covariance::new(Matrix::identity(d)),
                },
            };
        let shift = if let Model::Shifted(by) = &model { by.dimension() } else { d };
        let other = if let Model::Law(law) = &model { law.dimension() } else { d };
        for (name, size) in
            [("the model", other), ("the shift of the model", shift), ("the prior", prior.mean.dimension())]
        {
            same(name, size, d)?;
        }
        Ok(Self { process, data, model, prior, point: read_point(source, d)? })
    }
}

fn same(name: &str, size: usize, d: usize) -> Result<(), InputError> {
    match size == d {
        true => Ok(()),
        false => Err(InputError::Condition(format!("{name} has {size} dimensions, but the data have {d}"))),
    }
}

fn read_process<S: Scalar>(source: &mut dyn Source<S>) -> Result<Process<S>, InputError> {
    const KINDS: &[&str] = &["ou", "vp-linear", "sub-vp-linear", "vp-cosine", "ve-geometric"];
    let kind = source.choice("process", KINDS, false, "the noising process")?;
    if kind != "ou" {
        return Process::read_kind(kind, source);
    }
    // dY = −rate Y dt + √(2 rate) dB is variance-preserving with the constant β = 2 rate.
    let beta = source.real("rate", Domain::Positive, "the rate of mean reversion")? * 2;
    let horizon = source.real("T", Domain::Positive, "the end of the process")?;
    Ok(Process::new(Schedule::VpLinear { b0: beta, b1: beta }, horizon))
}

fn read_model<S: Scalar>(source: &mut dyn Source<S>) -> Result<Model<S>, InputError> {
    const KINDS: &[&str] = &["exact", "gaussian-score", "mixture-score", "shifted", "scaled", "wrong-time"];
    Ok(match source.choice("model", KINDS, true, "the field in place of a network")? {
        "gaussian-score" => Model::Law(Law::Gaussian(Law::gaussian(source, "model.mean", "model.cov")?)),
        "mixture-score" => Model::Law(Law::mixture(
            source,
            &Names { weights: "model.weights", means: "model.means", variances: "model.variances" },
        )?),
        "shifted" => Model::Shifted(source.vector("model.by", "what is added to the exact score")?),
        "scaled" => Model::Scaled(source.real("model.by", Domain::Real, "what multiplies the exact score")?),
        "wrong-time" => Model::WrongTime(source.real("model.by", Domain::Probability, "what multiplies the time")?),
        _ => Model::Exact,
    })
}

fn read_point<S: Scalar>(source: &mut dyn Source<S>, d: usize) -> Result<Point<S>, InputError> {
    let asked = source.choice("coordinates", COORDINATES, true, "what the quantity depends on")?;
    let has = |name: &str| asked.split(' ').any(|word| word == name);
    let mut point = Point { x: None, t: None, s: None, steps: None };
    if has("x") {
        let x = source.vector("x", "the state, d entries")?;
        same("`x`", x.dimension(), d)?;
        point.x = Some(x);
    }
    if has("t") {
        point.t = Some(source.real("t", Domain::NonNegative, "the time, at most the horizon")?);
        source.ordered("t", "T", false)?;
        source.ordered("t", "tend", false)?;
    }
    if has("s") {
        point.s = Some(source.real("point.s", Domain::NonNegative, "an earlier time")?);
        source.ordered("point.s", "t", true)?;
    }
    if has("steps") {
        let steps = source.count("steps", "the number of steps, at most 4096")?;
        if steps > MOST_STEPS {
            return Err(InputError::Condition(format!("`steps` is {steps}, but at most {MOST_STEPS} are taken")));
        }
        point.steps = Some(steps);
    }
    Ok(point)
}

/// The inputs of a question from the `case` of a `setup` and a point, as they stand in the protocol.
///
/// # Errors
/// [`InputError`] if one is not of the form that the protocol has.
pub fn inputs(case: &Value, coordinates: &'static str, point: &Value) -> Result<Inputs, InputError> {
    let mut flat = Map::new();
    flat.insert("coordinates".to_owned(), Value::from(coordinates));
    let part = |name: &str| match case.get(name) {
        Some(Value::Object(part)) => Ok(part.clone()),
        Some(other) => Err(InputError::Condition(format!("`{name}` is {other}, but it must be an object"))),
        None => Ok(Map::new()),
    };
    if let Some(name) = case.as_object().and_then(|parts| parts.keys().find(|name| !PARTS.contains(&name.as_str()))) {
        return Err(InputError::Condition(format!("a case has no part `{name}`; it has {}", PARTS.join(", "))));
    }
    for name in PARTS {
        let mut part = part(name)?;
        let Some(kind) = part.shift_remove("kind") else { continue };
        flat.insert(name.to_owned(), kind.clone());
        for (field, value) in part {
            flat.insert(flat_name(name, kind.as_str().unwrap_or_default(), &field), value);
        }
    }
    let Value::Object(point) = point else {
        return Err(InputError::Condition(format!("a point is {point}, but it must be an object")));
    };
    // Coordinates that a quantity does not ask for are none of its business.
    let asked = |name: &str| coordinates.split(' ').any(|word| word == name);
    // The cosine schedule has an `s` of its own.
    let flat_name = |name: &String| if name == "s" { "point.s".to_owned() } else { name.clone() };
    flat.extend(point.iter().filter(|(name, _)| asked(name)).map(|(name, value)| (flat_name(name), value.clone())));
    Inputs::from_json(&Value::Object(flat))
}

const PARTS: [&str; 4] = ["process", "data", "model", "prior"];

/// The name under which a field of a part is read: the processes of the library call their horizon `T`, but for the cosine schedule.
fn flat_name(part: &str, kind: &str, field: &str) -> String {
    match (part, field) {
        ("process", "unit") => "T".to_owned(),
        ("process", "horizon") if kind == "vp-cosine" => "tend".to_owned(),
        ("process", "horizon") => "T".to_owned(),
        ("process" | "data", _) => field.to_owned(),
        _ => format!("{part}.{field}"),
    }
}

impl<S: Scalar> Question<S> {
    /// Reads a question.
    ///
    /// # Errors
    /// [`InputError`] for the first thing wrong; it is the sentence with which a question is refused.
    pub fn from_inputs(inputs: &Inputs) -> Result<Self, InputError> {
        ExactReader::new(inputs, &[]).read()
    }

    /// The end of the process.
    pub fn horizon(&self) -> S {
        self.process.horizon()
    }
}

impl<S: Scalar> Question<S> {
    /// In another reading, number by number in a fixed order.
    fn map<R: Scalar>(&self, f: &impl Fn(S) -> R) -> Question<R> {
        let model = match &self.model {
            Model::Exact => Model::Exact,
            Model::Law(law) => Model::Law(law.map(f)),
            Model::Shifted(by) => Model::Shifted(by.map(f)),
            Model::Scaled(by) => Model::Scaled(f(*by)),
            Model::WrongTime(by) => Model::WrongTime(f(*by)),
        };
        let Point { x, t, s, steps } = &self.point;
        Question {
            process: self.process.map(f),
            data: self.data.map(f),
            model,
            prior: self.prior.map(f),
            point: Point { x: x.as_ref().map(|x| x.map(f)), t: t.map(f), s: s.map(f), steps: *steps },
        }
    }
}

/// `κ = |f| + Σ |pⱼ ∂f/∂pⱼ|` of every component: what one rounding of each input can change, in units of the roundoff.
pub fn condition(question: &Question<Float>, answer: impl Fn(&Question<Dual<Float>>) -> Vec<Dual<Float>>) -> Vec<f64> {
    let seeded = |along: usize| {
        let seen = Cell::new(0);
        let moved = question.map(&|value: Float| {
            let at = seen.replace(seen.get() + 1);
            Dual { re: value, eps: if at == along { value } else { Float(0.0) } }
        });
        (moved, seen.get())
    };
    let (still, numbers) = seeded(usize::MAX);
    let mut condition: Vec<f64> = answer(&still).iter().map(|value| value.re.0.abs()).collect();
    for along in 0..numbers {
        let moved = answer(&seeded(along).0);
        condition.iter_mut().zip(moved).for_each(|(sum, value)| *sum += value.eps.0.abs());
    }
    condition
}
