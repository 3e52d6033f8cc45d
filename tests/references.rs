//! Values from elsewhere, and what a disagreement looks like.

use ouracle::vectors::{CaseFile, CaseVerdict, verify};
use std::path::Path;

fn cases(file: &str) -> Vec<ouracle::vectors::Case> {
    CaseFile::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/references").join(file)).unwrap().cases
}

#[test]
fn every_decided_case_agrees() {
    let cases = cases("decided.json");
    let summary = verify(&cases, 2);
    for result in summary.results.iter().filter(|result| result.verdict != CaseVerdict::Agree) {
        eprintln!("{result:?}");
    }
    assert_eq!((summary.agree, summary.exit_code()), (231, 0));
}

/// Hard inputs, with values from mpmath at 80 to 1000 digits: closed forms, and its own quadrature where there is none.
#[test]
fn hard_inputs_keep_their_digits() {
    let summary = verify(&cases("hard.json"), 2);
    for result in summary.results.iter().filter(|result| result.verdict != CaseVerdict::Agree) {
        eprintln!("{result:?}");
    }
    assert_eq!(summary.exit_code(), 0);
}

/// One unit more than the printed precision allows must be noticed, whatever the exponent of the value.
#[test]
fn a_value_wrong_in_its_last_digits_disagrees() {
    let mut cases = cases("decided.json");
    for case in &mut cases {
        let digits = case.value.find(['e', 'E']).unwrap_or(case.value.len());
        let last_but_one = digits - 2;
        let digit = case.value.as_bytes()[last_but_one];
        let changed = if digit == b'9' { '7' } else { char::from(digit + 1) };
        case.value.replace_range(last_but_one..digits - 1, &changed.to_string());
    }
    let summary = verify(&cases, 2);
    assert_eq!(
        summary.disagree.len(),
        cases.len(),
        "{:?}",
        summary.results.iter().find(|r| r.verdict == CaseVerdict::Agree)
    );
    assert_eq!(summary.exit_code(), 1);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let cases = cases("decided.json");
    let without_time = |jobs| {
        let mut summary = verify(&cases, jobs);
        summary.results.iter_mut().for_each(|result| result.seconds = 0.0);
        serde_json::to_string(&summary).unwrap()
    };
    assert_eq!(without_time(1), without_time(2));
}
