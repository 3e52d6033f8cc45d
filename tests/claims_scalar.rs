//! Claims about scalar linear SDEs: upheld with every control caught, and equal to independent reference values.

use ouracle::claims::{self, AskError};
use ouracle::ledger::{Options, Record, Standing, run};
use ouracle::numbers::{Ball, Field, Interval, Rational, parse_rational};
use ouracle::parameters::Inputs;

const CLAIMS: [&str; 4] = ["lin-moments-scalar", "chapman-kolmogorov", "feynman-kac", "girsanov"];

#[test]
fn every_claim_is_upheld_and_every_control_caught() {
    let options = Options { claims: CLAIMS.map(str::to_owned).to_vec(), ..Options::default() };
    let mut seen = 0;
    let mut look = |record: &Record| {
        if let Record::Claim(claim) = record {
            seen += 1;
            let survivors: Vec<_> = claim.controls.iter().filter(|control| control.caught != Some(true)).collect();
            assert!(survivors.is_empty(), "{}: {survivors:#?}", claim.id);
            assert_eq!(claim.standing, Standing::Upheld, "{}: {:#?}", claim.id, claim.checks);
        }
        Ok(())
    };
    run(&options, &mut look).unwrap();
    assert_eq!(seen, CLAIMS.len());
}

/// `value ± 1` in the last printed digit, and that unit.
fn printed(value: &str) -> (Ball, Rational) {
    let (significand, exponent) = value.split_once('e').unwrap_or((value, "0"));
    let decimals = significand.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let unit = parse_rational(&format!("1e{}", exponent.parse::<i32>().unwrap() - decimals)).unwrap();
    let value = parse_rational(value).unwrap();
    (Ball::rational(&(&value - &unit)).hull(&Ball::rational(&(value + &unit))), unit)
}

fn check(claim: &str, quantity: &str, inputs: &Inputs, value: &str) {
    let answer = claims::find(claim).unwrap().quantity(quantity).unwrap().ask(inputs, 40).unwrap().value;
    let (expected, unit) = printed(value);
    let question = format!("{claim}/{quantity} {} is {value}, got {}", inputs.to_words(), answer.to_decimal(45));
    assert!(answer.overlaps(&expected), "{question}");
    let width = Interval::point(answer.hi()) - Interval::point(answer.lo());
    assert!(width.certainly_le(&(Ball::rational(&unit) * 10)), "{question}: too wide");
}

#[test]
fn reference_values_are_met() {
    let text = include_str!("references/decided.json");
    let references: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut met = 0;
    for case in references["cases"].as_array().unwrap() {
        let word = |name: &str| case[name].as_str().unwrap();
        if CLAIMS.contains(&word("claim")) {
            check(word("claim"), word("quantity"), &Inputs::from_json(&case["params"]).unwrap(), word("value"));
            met += 1;
        }
    }
    assert_eq!(met, 10);
}

/// Hard inputs, with values from mpmath at 80 to 900 digits: closed forms, and its own quadrature for affine coefficients.
#[rustfmt::skip]
const HARD: &[(&str, &str, &str, &str)] = &[
    ("lin-moments-scalar", "conditional-variance", "process=vp-linear b0=0.1 b1=20 T=1 t=1e-30", "1.0000000000000000000000000000994500000e-31"),
    ("lin-moments-scalar", "conditional-variance", "process=sub-vp-linear b0=0.1 b1=20 T=1 t=1e-100", "1.0000000000000000000000000000000000000e-202"),
    ("lin-moments-scalar", "conditional-variance", "process=vp-cosine s=0.008 T=1 t=1e-40", "3.8856275724681045010139353453656067403e-42"),
    ("lin-moments-scalar", "conditional-variance", "process=vp-cosine s=0.008 T=1 t=0.999999999999", "0.99999999999999999999999757123112696567"),
    ("lin-moments-scalar", "conditional-variance", "process=ve-geometric smin=1 smax=1.0000000001 T=7 t=3", "8.5714285713673469387778425655975426905e-11"),
    ("lin-moments-scalar", "conditional-variance", "process=ve-geometric smin=0.01 smax=50 T=1 t=1e-60", "1.7034386382832474853309467394558560525e-63"),
    ("lin-moments-scalar", "variance", "process=affine-in-time k0=-300 k1=7 g0=0.611 g1=0.377 t=3 v0=0.2187", "5.13570710754226139379177121771639833e+753"),
    ("lin-moments-scalar", "mean", "process=affine-in-time k0=-100 k1=200 g0=0.611 g1=0.377 h0=-0.299 h1=1.113 t=2 m0=0.4771 v0=0.2187", "0.00642525360032246006622796425440263536"),
    ("lin-moments-scalar", "variance", "process=affine-in-time k0=2000 k1=-4000 g0=0.611 g1=0.377 t=1 v0=0", "3.52919658931204537226624335492813161e+432"),
    ("lin-moments-scalar", "variance", "process=affine-in-time k0=100000 k1=0 g0=1 g1=-1 t=1 v0=3", "2.50000000000000000000000000000000000e-16"),
    ("lin-moments-scalar", "variance", "process=affine-in-time k0=0.731 k1=-0.4127 g0=0.611 g1=0.377 t=1e-12 v0=0", "3.73320999999957449349000170825735054e-13"),
    ("lin-moments-scalar", "mean", "process=affine-in-time k0=0.001 k1=12.5 g0=0.611 g1=0.377 h0=-0.299 h1=1.113 t=30 m0=0.4771 v0=0.2187", "0.0882423604399901604939215790824850479"),
    ("lin-moments-scalar", "mean", "process=vp-linear b0=0.1 b1=20 T=1 t=0.37 m0=-1.3", "-0.64583370203338248924992672960112209883"),
    ("feynman-kac", "log-density", "k=0 rho=-0.3119 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "-1.4613017414387622164961162031153779722"),
    ("feynman-kac", "log-density", "k=-800 rho=3 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "-432.54830875928716031473112981977571232"),
    ("feynman-kac", "log-density", "k=300 rho=-0.3119 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "-365.21816354498736375061846035003312626"),
    ("feynman-kac", "relative-variance", "k=-800 rho=3 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "8.1494863846397980510639173212216006043e+608"),
    ("feynman-kac", "relative-variance", "k=0 rho=-0.3119 sig=1e-20 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "3.7303991338124403642827257226971651600e-41"),
    ("feynman-kac", "relative-variance", "k=-5 rho=-0.3119 sig=0.8313 T=3 mpi=0.2119 vpi=0.01 x=40", "1.1322817993027575695071881110290731453e+5050"),
    ("feynman-kac", "relative-variance", "k=1e-30 rho=-0.3119 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171", "0.16024168728933669280637002817702682920"),
    ("girsanov", "second-moment", "k=0 T=3", "1.0000000000000000000000000000000000000"),
    ("girsanov", "second-moment", "k=-0.6137 T=1.0155", "125.59027037428271609540059729314619708"),
    ("girsanov", "second-moment", "k=200 T=40", "3.7531584148186238469424631702927906097e+1017"),
    ("girsanov", "second-moment", "k=0.001 T=1e-9", "1.0000000000000000000000004999999999993"),
];

#[test]
fn hard_inputs_keep_their_digits() {
    for (claim, quantity, words, value) in HARD {
        check(claim, quantity, &Inputs::from_words(words.split_whitespace()).unwrap(), value);
    }
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
}
