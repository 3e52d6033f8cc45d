//! Claims about scalar linear SDEs: upheld with every control caught, and equal to independent reference values.

use ouracle::claims::{self, AskError};
use ouracle::ledger::{Options, Record, Standing, run};
use ouracle::numbers::{Ball, Field, Interval, Rational, parse_rational};
use ouracle::parameters::Inputs;

const CLAIMS: [&str; 1] = ["lin-moments-scalar"];

#[test]
fn every_claim_is_upheld_and_every_control_caught() {
    let options = Options { claims: CLAIMS.map(str::to_owned).to_vec(), ..Options::default() };
    let mut seen = 0;
    let mut look = |record: &Record| {
        if let Record::Claim(claim) = record {
            seen += 1;
            eprintln!("{}: {:?} in {:.2} s", claim.id, claim.standing, claim.time.seconds);
            for check in &claim.checks {
                eprintln!("  {} {} {:?}", check.label, check.reading, check.verdict);
                for f in &check.findings {
                    eprintln!(
                        "     {} {:?} {:?} draws {:?} {:?}",
                        f.relation,
                        f.verdict,
                        f.discrepancy,
                        f.draws.as_ref().map(|d| d.n),
                        f.assumed
                    );
                }
            }
            for c in &claim.controls {
                eprintln!("  CONTROL {} {:?}", c.id, c.caught);
                for check in &c.checks {
                    eprintln!("    {} {} {:?}", check.label, check.reading, check.verdict);
                    for f in &check.findings {
                        eprintln!(
                            "     {} {:?} {:?} draws {:?}",
                            f.relation,
                            f.verdict,
                            f.discrepancy,
                            f.draws.as_ref().map(|d| d.n)
                        );
                    }
                }
            }
            assert_eq!(claim.standing, Standing::Upheld);
            for control in &claim.controls {
                assert_eq!(control.caught, Some(true));
            }
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
    let text = include_str!("references/public.json");
    let references: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut met = 0;
    for case in references["cases"].as_array().unwrap() {
        let word = |name: &str| case[name].as_str().unwrap();
        if CLAIMS.contains(&word("claim")) {
            check(word("claim"), word("quantity"), &Inputs::from_json(&case["params"]).unwrap(), word("value"));
            met += 1;
        }
    }
    assert_eq!(met, 7);
}
