//! The oracle's answers to hard and to wrong questions: digits where there are any, else a sentence.

use ouracle::claims::{self, AskError};
use ouracle::parameters::Inputs;
use serde_json::json;

fn ask(question: &str, params: &serde_json::Value) -> Result<String, AskError> {
    let answer = claims::ask(question, &Inputs::from_json(params)?, 38)?;
    Ok(answer.value.to_decimal(38))
}

#[test]
fn wrong_inputs_are_answered_with_a_sentence() {
    let say = |claim: &str, quantity: &str, words: &str| {
        let inputs = Inputs::from_words(words.split_whitespace()).unwrap();
        match claims::find(claim).unwrap().quantity(quantity).unwrap().ask(&inputs, 30) {
            Err(AskError::Input(error)) => error.to_string(),
            other => panic!("{words}: {other:?}"),
        }
    };
    let infinite = say("girsanov", "second-moment", "k=-0.6137 T=1.0156");
    assert!(infinite.contains("T* = 1.015521"), "{infinite}");
    let late = say("lin-moments-scalar", "conditional-variance", "b0=0.1 b1=3 T=1 t=1.1");
    assert!(late.contains("`t` must be <= `T`"), "{late}");
    let singular = say("lin-moments-scalar", "conditional-variance", "process=vp-cosine s=0.008 T=1 t=1");
    assert!(singular.contains("`t` must be < `T`"), "{singular}");
    let negative = say("lin-moments-scalar", "variance", "b0=0.1 b1=3 T=1 t=0.5 v0=-1");
    assert!(negative.contains("`v0` is -1"), "{negative}");
    let checked = say("lin-moments-scalar", "mean", "b0=0.1 b1=3 T=1 t=0.5 m0=1 v0=-1");
    assert!(checked.contains("`v0` is -1"), "{checked}");
    let unknown = say("lin-moments-scalar", "variance", "b0=0.1 b1=3 T=1 t=0.5 v0=1 h0=2");
    assert!(unknown.contains("no parameter `h0`"), "{unknown}");
    let many = say("deep-vae-limit", "discrete-elbo", "be=1 T=1 v0=0.5 x=1 L=1000000");
    assert!(many.contains("`L` is 1000000") && many.contains("leading-coefficient/L"), "{many}");
    let half = say("deep-vae-limit", "discrete-elbo", "be=1 T=1 v0=0.5 x=1 L=2.5");
    assert!(half.contains("an integer"), "{half}");
    let end = say("time-truncation", "difference", "b0=0.1 b1=3 T=1 v0=0.5 eps=1");
    assert!(end.contains("`eps` must be < `T`"), "{end}");
    let still = say("family-affine-shift", "gap", "be0=0 be1=0 T=1 v0=0.5 b0=1 b1=0");
    assert!(still.contains("no noise"), "{still}");
}

/// Two claims give the gap of a shift on unit VP, and so does the quadrature for linear schedules.
#[test]
fn one_gap_has_one_value() {
    let value = |question: &str, words: &str| {
        claims::ask(question, &Inputs::from_words(words.split_whitespace()).unwrap(), 40).unwrap().value
    };
    let own = value("family-affine-shift/gap", "process=unit-vp b0=0.7 L=2");
    assert!(own.overlaps(&value("variational-gap/gap", "model=affine-shift process=unit-vp b0=0.7 L=2")));
    assert!(own.overlaps(&value("family-affine-shift/gap", "be0=2 be1=2 T=1 v0=1 b0=0.7 b1=0")));
    assert!(own.to_decimal(4).starts_with("0.0984"), "{}", own.to_decimal(4));
}

/// Singular but for the 200th digit: `det S = 2·10⁻²⁰⁰ − 10⁻⁴⁰⁰`, and `y` lies along the long axis.
#[test]
fn a_covariance_may_be_singular_but_for_its_last_digit() {
    let nearly = format!("0.{}", "9".repeat(200));
    let along = json!({"S": [["1", nearly], [nearly, "1"]], "y": ["0.5", "0.5"]});
    // yᵀS⁻¹y = 0.5/(2 − 10⁻²⁰⁰), so log N = −ln 2π − ½ ln(2·10⁻²⁰⁰) − 1/8 to 199 digits.
    let expected = -(std::f64::consts::TAU.ln()) - 0.5 * (2f64.ln() - 200.0 * 10f64.ln()) - 0.125;
    let answer = ask("fp-residual/log-density", &along).expect("positive definite");
    assert!(answer.starts_with(&format!("{expected:.20}")[..13]), "{answer} is not {expected}");
    let across = json!({"S": [["1", nearly], [nearly, "1"]], "y": ["0.5", "0.4"]});
    assert!(ask("fp-residual/log-density", &across).expect("positive definite").starts_with("-2.5"));
}

#[test]
fn bad_inputs_are_named() {
    let refused = |question: &str, params: serde_json::Value, part: &str| {
        let message = ask(question, &params).expect_err(part).to_string();
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    };
    let density = |s, y| json!({"S": s, "y": y});
    let question = "fp-residual/log-density";
    refused(question, density(json!([[1, 2], [2, 1]]), json!([1, 1])), "positive definite");
    refused(question, density(json!([[1, 1], [1, 1]]), json!([1, 1])), "positive definite");
    refused(question, density(json!([[1, 0.5], [0.25, 1]]), json!([1, 1])), "(2, 1) and (1, 2) differ");
    refused(question, density(json!([[1, 0.5]]), json!([1, 1])), "1 x 2 entries");
    refused(question, density(json!([[1, 0.5], [1]]), json!([1, 1])), "unequal length");
    refused(question, density(json!([[1, 0], [0, 1]]), json!([1, 1, 1])), "the same dimension");
    refused(question, density(json!([[1, 0], [0, 1]]), json!(1)), "a list of numbers");
    refused(question, density(json!([]), json!([1])), "a list of rows");
    refused(question, density(json!([[1, "one"], [0, 1]]), json!([1, 1])), "`one` is not a number");
    refused(question, json!({"S": [[1]]}), "`y` is missing");
    refused(question, json!({"S": [[1]], "z": [1]}), "no parameter `z`");

    let question = "lambda-family/correlation";
    let paths = |s: &str, t: &str, lam: &str| json!({"b0": "0.1", "b1": "19.9", "T": "1", "s": s, "t": t, "v0": "0.17", "lam": lam});
    refused(question, paths("0.8", "0.7", "0"), "`s` must be < `t`");
    refused(question, paths("0.2", "1.7", "0"), "`t` must be <= `T`");
    refused(question, paths("-0.2", "0.7", "0"), "a number >= 0");
    refused(question, paths("0.2", "0.7", "1.1"), "a number <= 1");
    assert!(ask(question, &paths("0.2", "0.7", "1")).expect("the ODE").starts_with('1'));
}

#[test]
fn estimators_refuse_what_they_cannot_answer() {
    let refused = |question: &str, words: &str, part: &str| {
        let inputs = Inputs::from_words(words.split_whitespace()).unwrap();
        match claims::ask(question, &inputs, 30) {
            Err(AskError::Input(error)) => assert!(error.to_string().contains(part), "{words}: {error}"),
            other => panic!("{words}: {other:?}"),
        }
    };
    refused("ssm-hutchinson/variance", "B=[[1,2,3],[4,5,6]]", "2 x 3 entries");
    refused("ssm-hutchinson/variance", "B=[[1,2],[3,4]] law=uniform", "rademacher");
    refused("likelihood-weighting/minimiser", "b0=1 b1=1 T=1 v0=1 weight=g4", "g2, w, one");
    refused("likelihood-weighting/minimiser", "b0=1 b1=1 T=1 v0=0", "a number > 0");
    let times = "time-importance-sampling/normaliser";
    refused(times, "b0=1 b1=1 T=1 eps=1", "`eps` must be < `T`");
    refused(times, "process=vp-cosine s=0.008 T=1 tend=0.5 eps=0.6", "`eps` must be < `tend`");
    refused(times, "b0=1 b1=1 T=1 eps=0.1 u=1.5", "a number from 0 to 1");
    refused(times, "b0=1 b1=1 T=1 eps=0.1 v0=-1", "a number > 0");
    let quantile = "time-importance-sampling/time-quantile";
    refused(quantile, "b0=1 b1=1 T=1 eps=0.1 u=-0.1", "a number from 0 to 1");
    refused(quantile, "process=vp-cosine s=0.008 T=1 tend=0.9 eps=0.1 u=0.1", "no closed form");
    let second = "dsm-variance-blowup/second-moment";
    refused(second, "b0=1 b1=1 T=1 eps=0.1 v0=1", "`time_law` is missing");
    refused(second, "b0=1 b1=1 T=1 eps=0.1 v0=1 time_law=uniform u=2", "a number from 0 to 1");
    refused(second, "b0=1 b1=1 T=1 eps=1e-300 v0=1 time_law=uniform", "eps >= 1e-280");
}
