//! What is asked of a subject: the questions of a tier, those it says it can answer, in an order drawn from the seed.

use super::declaration::Hello;
use crate::evidence::{Budget, Statistic};
use crate::examination::{Dtype, Expect, HALVINGS, Kind, RATIO, SHIFT, Test, Time, matches, refined};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The rate of misses for which the draws are planned.
const MISSES: f64 = 1e-3;

/// One question in one type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'t> {
    pub(super) test: &'t Test,
    pub(super) dtype: Dtype,
    /// Whether the subject says that it can answer it.
    pub(super) able: bool,
}

/// Every question of the selection, in the order of the catalogue.
pub(super) fn questions<'t>(tests: &'t [Test], hello: &Hello) -> Vec<Asked<'t>> {
    let asked = |test: &'t Test| {
        let ability = hello.able.get(test.quantity.id);
        let dtypes = match ability {
            None => vec![Dtype::F64],
            // Draws, steps and refusals are asked for once, in the finest type.
            Some(ability) if matches!(test.expect, Expect::Value(_) | Expect::AtMost(..)) => ability.dtype.clone(),
            Some(ability) => ability.dtype.iter().copied().min().into_iter().collect(),
        };
        let fits = dtypes.into_iter().filter(|dtype| has_in(&test.point, *dtype));
        fits.map(move |dtype| Asked { test, dtype, able: ability.is_some() }).collect::<Vec<_>>()
    };
    tests.iter().flat_map(asked).collect()
}

/// Whether a type has the numbers of a point, so that rounding them is nobody's excuse.
fn has_in(point: &Value, dtype: Dtype) -> bool {
    match point {
        Value::Object(fields) => fields.values().all(|value| has_in(value, dtype)),
        Value::Array(values) => values.iter().all(|value| has_in(value, dtype)),
        Value::Number(number) => number.as_f64().is_some_and(|x| {
            let significand = x.to_bits() & ((1 << 52) - 1) | 1 << 52;
            let bits = if x == 0.0 { 0 } else { 53 - significand.trailing_zeros() };
            // A type with so many bits of significand has the roundoff 2^-bits.
            f64::from(bits) <= -dtype.roundoff().log2()
        }),
        _ => true,
    }
}

/// The questions in an order drawn from the seed.
pub(super) fn shuffled(questions: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut keyed: Vec<(u64, usize)> = (0..questions).map(|at| (random.next_u64(), at)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// The points that one question asks at, in the time of the subject.
pub(super) fn points(test: &Test, time: Time, horizon: f64) -> Vec<Value> {
    let theirs = |point: &Value| {
        let mut point = point.clone();
        for name in ["t", "s"] {
            if let (Time::DataAtOne, Some(t)) = (time, point.get(name).and_then(Value::as_f64)) {
                // Both are short dyadic numbers, so nothing is rounded.
                point[name] = json!(horizon - t);
            }
        }
        point
    };
    match test.quantity.kind {
        Kind::Order => HALVINGS.iter().map(|times| theirs(&refined(&test.point, *times))).collect(),
        _ => vec![theirs(&test.point)],
    }
}

/// How many sampled checks a run makes: the mean and the variance of every component that is drawn.
pub(super) fn sampled_checks(asked: &[Asked<'_>]) -> usize {
    let of = |entry: &&Asked<'_>| entry.able && entry.test.quantity.kind == Kind::Draws;
    let components = |entry: &Asked<'_>| entry.test.point["x"].as_array().map_or(1, Vec::len);
    asked.iter().filter(of).map(|entry| 2 * components(entry)).sum()
}

/// The draws that see a shift of the mean and a ratio of the variances that are worth seeing.
pub(super) fn draws(budget: &Budget) -> usize {
    let variance = budget.plan(&Statistic::variance("variance", 0.0, 1.0), (0.0, RATIO));
    let mean = budget.draws(MISSES, SHIFT).ceil() as u64;
    mean.max(variance) as usize
}

/// The seed of the draws of one question: below 2⁵³, for languages whose numbers are doubles.
pub(super) fn seed_of(seed: u64, test: &str) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(test).finalize();
    digest[..6].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Whether a question is one of those asked for.
pub(super) fn selected(test: &Test, only: Option<&str>) -> bool {
    let wanted = |glob: &str| matches(glob, &test.id) || matches(glob, test.quantity.id) || matches(glob, test.case.id);
    only.is_none_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_asked_for_numbers_that_they_have() {
        for (point, types) in [
            (json!({ "x": [0.5, -1.9921875], "t": 0.25 }), 4),
            (json!({ "x": [1.00390625] }), 3),
            (json!({ "x": [1.0], "t": 1.000_244_140_625 }), 2),
            (json!({ "x": [0.1] }), 1),
            (json!({ "x": ["nan"], "steps": 32 }), 4),
        ] {
            let has = [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::Bf16].map(|dtype| has_in(&point, dtype));
            assert_eq!(has, [0, 1, 2, 3].map(|at| at < types), "{point}");
        }
    }

    #[test]
    fn seeds_differ_by_question_and_run() {
        let seeds = [seed_of(1, "a"), seed_of(1, "b"), seed_of(2, "a")];
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2] && seeds.iter().all(|seed| *seed < 1 << 53));
        assert_ne!(shuffled(32, 1), shuffled(32, 2));
    }
}
