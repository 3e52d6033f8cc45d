//! Where questions are asked: dyadic numbers, short enough to be exact in every type, spread over times and over what the state may be.

use super::quantity::{Kind, Quantity};
use super::question::{Question, inputs};
use crate::numbers::{Float, Scalar};
use crate::simulation::{Noise, Seed};
use serde_json::{Map, Number, Value, json};

/// Times of the horizon, in units of 2⁻²⁰.
const TIMES: &[u32] =
    &[1, 1 << 10, 1 << 14, 1 << 16, 1 << 17, 3 << 16, 1 << 18, 3 << 17, 1 << 19, 5 << 17, 3 << 18, 7 << 17, 1 << 20];

/// Further points of the largest tier.
const SCATTERED: usize = 32;

/// A point, and whether bfloat16 has its numbers.
pub(super) struct Candidate {
    pub(super) point: Value,
    pub(super) short: bool,
    pub(super) small_time: bool,
}

/// Points for a quantity in a case, in a fixed order.
pub(super) fn candidates(case: &Value, quantity: &Quantity, name: &str) -> Vec<Candidate> {
    let mut noise = Noise::new(&Seed::new(0, name), 0);
    let mut normals = std::iter::from_fn(move || Some(noise.normal())).flatten();
    let Some(horizon) = horizon(case) else { return Vec::new() };
    let mut found: Vec<Candidate> = Vec::new();
    let states = match (quantity.depends_on("x"), quantity.depends_on("t")) {
        (true, true) => 3,
        (true, false) => 12,
        (false, _) => 1,
    };
    let times: &[u32] = if quantity.depends_on("t") { TIMES } else { &TIMES[..1] };
    let grid = times.iter().flat_map(|time| (0..states).map(move |_| (f64::from(*time) / f64::from(1 << 20), true)));
    let more = if quantity.coordinates.is_empty() { 0 } else { SCATTERED };
    let scattered = (0..more).map(|at| ((f64::from(at as u32) * 97.0 + 53.0) / 4096.0 % 1.0, false));
    for (at, (fraction, short)) in grid.chain(scattered).enumerate() {
        let t = horizon * fraction;
        let mut point = Map::new();
        if quantity.depends_on("x") {
            // Likelihoods and paths start from the data; everything else from what is there at the time.
            let when = if quantity.depends_on("t") && quantity.kind != Kind::Draws { t } else { 0.0 };
            let Some(x) = state(case, when, &mut normals, if short { 8 } else { 16 }) else { continue };
            point.insert("x".to_owned(), x);
        }
        if quantity.depends_on("t") {
            point.insert("t".to_owned(), number(t));
        }
        if quantity.depends_on("s") {
            point.insert("s".to_owned(), number(t * [0.0, 0.5, 0.75, 0.25][at % 4]));
        }
        if quantity.depends_on("steps") {
            point.insert(
                "steps".to_owned(),
                json!(if quantity.kind == Kind::Order { [32, 64, 48, 96] } else { [8, 16, 32, 64] }[at % 4]),
            );
        }
        let point = Value::Object(point);
        if !found.iter().any(|known| known.point == point) {
            found.push(Candidate { point, short, small_time: quantity.depends_on("t") && fraction < 1e-3 });
        }
    }
    found
}

/// Questions without an answer, with what is wrong with each.
pub(super) fn refusals(case: &Value, quantity: &Quantity) -> Vec<(Value, &'static str)> {
    let Some(horizon) = horizon(case) else { return Vec::new() };
    let mut normals = std::iter::repeat(0.5);
    let mut point = Map::new();
    if quantity.depends_on("x") {
        point.insert("x".to_owned(), state(case, 0.0, &mut normals, 8).unwrap_or_else(|| json!([0.5])));
    }
    if quantity.depends_on("t") {
        point.insert("t".to_owned(), number(horizon / 2.0));
    }
    let with = |name: &str, value: Value| {
        let mut changed = point.clone();
        changed.insert(name.to_owned(), value);
        Value::Object(changed)
    };
    let mut out = Vec::new();
    if quantity.depends_on("t") {
        out.push((with("t", number(-horizon / 4.0)), "negative-time"));
        out.push((with("t", number(horizon * 1.5)), "after-the-horizon"));
    }
    if let Some(Value::Array(x)) = point.get("x") {
        let mut long = x.clone();
        long.push(json!(0.5));
        let mut nan = x.clone();
        nan[0] = json!("nan");
        out.push((with("x", Value::Array(long)), "another-dimension"));
        out.push((with("x", Value::Array(nan)), "not-a-number"));
    }
    out
}

/// A point at which an invalid case is asked for.
pub(super) fn of_an_invalid_case(quantity: &Quantity, d: usize) -> Value {
    let mut point = Map::new();
    if quantity.depends_on("x") {
        point.insert("x".to_owned(), json!(vec![0.5; d]));
    }
    if quantity.depends_on("t") {
        point.insert("t".to_owned(), json!(0.25));
    }
    Value::Object(point)
}

fn horizon(case: &Value) -> Option<f64> {
    let question = Question::<Float>::from_inputs(&inputs(case, "", &json!({})).ok()?).ok()?;
    Some(question.horizon().0)
}

/// The mean at `t` and some standard deviations more, rounded to so many bits.
fn state(case: &Value, t: f64, normals: &mut impl Iterator<Item = f64>, bits: i32) -> Option<Value> {
    let question = Question::<Float>::from_inputs(&inputs(case, "", &json!({})).ok()?).ok()?;
    let law = question.data.diffuse(&question.process.at(Float(t)));
    let covariance = law.covariance();
    let entries = law.mean().0.into_iter().enumerate().map(|(i, mean)| {
        let deviation = covariance[(i, i)].sqrt();
        number(rounded((mean + deviation * Float(1.25 * normals.next().unwrap_or(0.5))).0, bits))
    });
    Some(Value::Array(entries.collect()))
}

/// To so many significant bits, and to a multiple of 2⁻¹⁰: few enough decimals to be written exactly.
fn rounded(x: f64, bits: i32) -> f64 {
    let exponent = x.abs().max(f64::MIN_POSITIVE).log2().floor() as i32;
    let unit = f64::from(exponent + 1 - bits).max(-10.0).exp2();
    (x / unit).round() * unit
}

/// A JSON number that is this double and nothing else: in the shortest decimals if these are exact, for whoever reads decimals exactly
/// must read what others read as a double.
fn number(x: f64) -> Value {
    let digits = |text: &str| text.split('e').next().unwrap_or_default().trim_end_matches(['0', '.']).to_owned();
    // A double of this size and so few bits has no more digits than that.
    let exact = format!("{x:.120e}");
    let (mantissa, exponent) = (digits(&exact), exact.rsplit('e').next().unwrap_or("0"));
    match Number::from_f64(x) {
        Some(_) if digits(&format!("{x:e}")) != mantissa => {
            format!("{mantissa}e{exponent}").parse().map_or(Value::Null, Value::Number)
        }
        shortest => shortest.map_or(Value::Null, Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_written_without_rounding() {
        assert_eq!(number(0.5).to_string(), "0.5");
        assert_eq!(number(10.0).to_string(), "10.0");
        assert_eq!(number(2f64.powi(-20)).to_string(), "9.5367431640625e-7");
        assert_eq!(number(-15.0 * 2f64.powi(-24)).to_string(), "-8.94069671630859375e-7");
        assert_eq!((-15.0 * 2f64.powi(-24)).to_string(), "-0.0000008940696716308594", "the shortest is rounded");
    }
}
