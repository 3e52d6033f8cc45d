//! Claims about densities in several dimensions: upheld, with every wrong version refuted, and the numbers they give.

use ouracle::claims::{self, AskError};
use ouracle::ledger::{ClaimRecord, Options, Record, Standing, run};
use ouracle::parameters::Inputs;
use serde_json::json;

fn judge(claim: &str) -> ClaimRecord {
    let options = Options { claims: vec![claim.to_owned()], ..Options::default() };
    let mut records = Vec::new();
    run(&options, &mut |record| {
        if let Record::Claim(claim) = record {
            records.push(claim.as_ref().clone());
        }
        Ok(())
    })
    .expect("the claim runs");
    records.pop().expect("one claim was asked for")
}

/// Upheld, with every wrong version refuted by each of its readings.
fn upheld(id: &str, controls: usize) {
    let record = judge(id);
    for part in record.checks.iter().map(|check| ("", check)).chain(
        record.controls.iter().flat_map(|control| control.checks.iter().map(move |check| (control.id.as_str(), check))),
    ) {
        let (control, check) = part;
        println!("{id} {control} [{}] {}: {}", check.label, check.reading, check.verdict);
        for finding in &check.findings {
            println!("    {} {:?} {:?}", finding.relation, finding.discrepancy, finding.draws);
        }
    }
    for control in &record.controls {
        assert_eq!(control.caught, Some(true), "{id}: the wrong version {} survives", control.id);
    }
    assert_eq!(record.standing, Standing::Upheld);
    assert_eq!(record.controls.len(), controls);
}

#[test]
fn fokker_planck_and_the_score_pde() {
    upheld("marginal-score", 4);
    assert_eq!(claims::find("marginal-score").map(|claim| claim.id), Some("fp-residual"));
}

#[test]
fn linear_moments_with_matrices() {
    upheld("lin-moments-matrix", 5);
}

#[test]
fn critically_damped_langevin() {
    upheld("cld-critical", 4);
}

#[test]
fn stationary_laws() {
    upheld("ou-stationary", 5);
}

#[test]
fn plug_in_models_that_do_not_commute() {
    upheld("plugin-multivariate", 5);
}

#[test]
fn anderson_reversal() {
    upheld("anderson-reversal", 5);
}

#[test]
fn lambda_family() {
    upheld("lambda-family", 5);
}

#[test]
fn master_pathwise_identity() {
    upheld("master-pathwise-identity", 5);
}

fn ask(question: &str, params: &serde_json::Value) -> Result<String, AskError> {
    let answer = claims::ask(question, &Inputs::from_json(params)?, 38)?;
    Ok(answer.value.to_decimal(38))
}

/// The reference value, whose last digit may be off by one, lies in the enclosure of 38 digits.
fn agrees(question: &str, params: &serde_json::Value, reference: &str) {
    let answer = ask(question, params).expect(question);
    let leading = &reference[..reference.len() - 4];
    assert!(answer.starts_with(leading), "{question}: {answer} is not {reference}");
}

#[test]
fn references() {
    agrees(
        "marginal-score/log-density",
        &json!({"S": [["1.0", "0.99999999"], ["0.99999999", "1.0000000001"]], "y": ["0.7133", "0.7134"]}),
        "6.520205793047811962850797419112435814902",
    );
    let paths =
        json!({"b0": "0.1", "b1": "19.9", "T": "1.0", "s": "0.2137", "t": "0.7719", "v0": "0.1713", "lam": "0.37"});
    agrees("lambda-family/correlation", &paths, "0.1406786567866238171981153340771502898221");
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
