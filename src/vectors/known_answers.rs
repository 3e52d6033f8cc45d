//! Known-answer files: questions with their exact answers, for consumers in any language who have a reader for JSON and nothing else.

use crate::evidence::all_in_order;
use crate::examination::{
    CASES, Case, Expect, Flag, Kind, MISTAKES, QUANTITIES, Quantity, Test, Tier, Truth, decimals, tests_of,
};
use crate::numbers::Ball;
use serde_json::{Map, Value, json};

/// The format: within a major number only additions, each with a minor number.
pub(super) const FORMAT: &str = "1.0";
/// The folder of the major number, beside those of others.
pub(super) const FOLDER: &str = "v1";
pub(super) const LICENSE: &str = "CC0-1.0";
/// The command that makes the files, and by which they are known to be ours.
pub(super) const COMMAND: &str = "ouracle vectors write --major 1";

/// One file: the questions for one quantity in one case.
#[derive(Debug, Clone)]
pub struct KnownAnswers {
    /// The case.
    pub case: &'static str,
    /// The quantity.
    pub quantity: &'static str,
    /// How many questions are of the tiers smoke, core and full, each counted once.
    pub tests: [usize; 3],
    /// What is in the file.
    pub text: String,
}

impl KnownAnswers {
    /// Its path from the folder of the major number.
    pub fn path(&self) -> String {
        format!("{}/{}.json", self.case, self.quantity)
    }
}

/// All files, in the order of the catalogue. Quantities that are drawn or that depend on a number of steps have none: there is no one
/// right answer to write down.
pub fn known_answers(jobs: usize) -> Vec<KnownAnswers> {
    let one_answer = |quantity: &&Quantity| matches!(quantity.kind, Kind::Value | Kind::AtMost);
    let pairs: Vec<(&'static Case, &'static Quantity)> = CASES
        .iter()
        .flat_map(|case| QUANTITIES.iter().filter(one_answer).map(move |quantity| (case, quantity)))
        .collect();
    let files =
        all_in_order(&pairs, jobs, |(case, quantity)| file(case, quantity, &tests_of(case, quantity, Tier::Full)));
    files.into_iter().flatten().collect()
}

fn file(case: &'static Case, quantity: &'static Quantity, tests: &[Test]) -> Option<KnownAnswers> {
    let answers: Vec<String> = tests.iter().filter_map(answer).map(|test| test.to_string()).collect();
    if answers.is_empty() {
        return None;
    }
    let mut about = Map::new();
    about.insert("id".to_owned(), json!(case.id));
    about.insert("about".to_owned(), json!(case.about));
    about.extend(case.json().as_object().cloned().unwrap_or_default());
    let Quantity { id, formula, shape, unit, claims, .. } = quantity;
    let text = layout(&[
        ("format", json!(FORMAT).to_string()),
        ("schema", json!("../schema.json").to_string()),
        ("license", json!(LICENSE).to_string()),
        ("made_by", made_by().to_string()),
        ("case", Value::Object(about).to_string()),
        ("quantity", json!({ "id": id, "formula": formula, "shape": shape, "unit": unit }).to_string()),
        ("claims", json!(claims).to_string()),
        ("notes", block('{', &notes(tests), '}')),
        ("tests", block('[', &answers, ']')),
    ]);
    let of = |tier: Tier| tests.iter().filter(|test| test.tier == tier).count();
    let tests = [Tier::Smoke, Tier::Core, Tier::Full].map(of);
    Some(KnownAnswers { case: case.id, quantity: quantity.id, tests, text })
}

/// Who made a file. Not from which commit: a file cannot name the commit that holds it.
pub(super) fn made_by() -> Value {
    json!({ "ouracle": env!("CARGO_PKG_VERSION"), "command": COMMAND })
}

/// One question with its answer; none for what has no one right answer.
fn answer(test: &Test) -> Option<Value> {
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(test.id));
    out.insert("tier".to_owned(), json!(test.tier));
    out.insert("flags".to_owned(), json!(test.flags));
    out.insert("in".to_owned(), test.point.clone());
    let mut known = |truth: &Truth| {
        out.insert("out".to_owned(), enclosed(&truth.exact));
        out.insert("kappa".to_owned(), truth.condition.iter().map(|kappa| three_digits(*kappa)).collect());
    };
    let (expect, gap) = match &test.expect {
        Expect::Value(truth) => {
            known(truth);
            ("value", None)
        }
        Expect::AtMost(truth, gap) => {
            known(truth);
            ("at-most", Some(gap))
        }
        Expect::Refusal(_) => ("refuse", None),
        Expect::Order(_) | Expect::Draws => return None,
    };
    if let Some(gap) = gap {
        let (middle, radius) = decimals(&[*gap]);
        out.insert("gap".to_owned(), json!({ "mid": middle[0], "rad": radius }));
    }
    out.insert("expect".to_owned(), json!(expect));
    out.insert("kills".to_owned(), test.kills.iter().map(|mistake| mistake.about().id).collect());
    Some(Value::Object(out))
}

fn enclosed(exact: &[Ball]) -> Value {
    let (middles, radius) = decimals(exact);
    json!({ "mid": middles, "rad": radius })
}

/// What the flags and the mistakes of these questions are, line by line.
fn notes(tests: &[Test]) -> Vec<String> {
    let mut flags: Vec<&str> = Vec::new();
    for flag in tests.iter().flat_map(|test| &test.flags) {
        if !flags.contains(flag) {
            flags.push(flag);
        }
    }
    let flags = flags.into_iter().filter_map(Flag::find).map(|flag| (flag.id, json!({ "what": flag.what })));
    let killed = MISTAKES.iter().filter(|about| tests.iter().any(|test| test.kills.contains(&about.mistake)));
    let mistakes = killed.map(|about| match about.links {
        [] => (about.id, json!({ "what": about.story })),
        links => (about.id, json!({ "what": about.story, "links": links })),
    });
    flags.chain(mistakes).map(|(id, note)| format!("{}: {note}", json!(id))).collect()
}

/// An object with a field a line.
pub(super) fn layout(fields: &[(&str, String)]) -> String {
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("  {}: {value}", json!(name))).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// A list or an object within it with an entry a line.
pub(super) fn block(open: char, lines: &[String], close: char) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("\n    {line}")).collect();
    format!("{open}{}\n  {close}", lines.join(","))
}

/// Three significant digits of a number that is not negative, rounded up: a budget may not be smaller than what rounding explains.
fn three_digits(x: f64) -> String {
    let nearest = format!("{x:.2e}");
    let read = |text: &str| text.parse().unwrap_or(f64::NAN);
    let up = match nearest.split_once('e') {
        Some((digits, exponent)) if read(&nearest) < x => format!("{}e{exponent}", read(digits) + 0.01),
        _ => nearest,
    };
    // The sum of two decimals as doubles may be a little beside the third.
    let value = read(&format!("{:.2e}", read(&up)));
    if (1e-3..1e6).contains(&value) || value == 0.0 { value.to_string() } else { format!("{value:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examination::{FLAGS, Mistake};

    #[test]
    fn conditions_are_rounded_up() {
        for (x, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (3.33, "3.33"),
            (3.330_000_1, "3.34"),
            (9.99, "9.99"),
            (9.990_1, "10"),
            (1234.0, "1240"),
            (0.012_31, "0.0124"),
            (2.001e-9, "2.01e-9"),
            (9.999e-5, "1e-4"),
            (7.651e8, "7.66e8"),
        ] {
            assert_eq!(three_digits(x), text);
        }
    }

    #[test]
    fn flags_and_mistakes_have_one_room_for_their_names() {
        for flag in FLAGS {
            assert_eq!(Mistake::find(flag.id), None, "{}", flag.id);
        }
    }
}
