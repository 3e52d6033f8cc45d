//! The whole ledger, claim by claim: what is true is upheld with every wrong version caught, what is false is refuted as expected.

use ouracle::claims;
use ouracle::evidence::Reading;
use ouracle::ledger::{ClaimRecord, Options, Record, Standing, run};
use serde_json::Value;

/// What becomes of some claims.
fn judge(ids: Vec<String>, readings: &[Reading]) -> Vec<ClaimRecord> {
    let mut records = Vec::new();
    run(&Options { claims: ids, readings: readings.to_vec(), ..Options::default() }, &mut |record| {
        if let Record::Claim(claim) = record {
            records.push(claim.as_ref().clone());
        }
        Ok(())
    })
    .expect("the claims run");
    records
}

#[test]
fn every_entry_stands_as_expected() {
    let records = judge(Vec::new(), &Reading::ALL);
    assert_eq!(records.len(), claims::all().count());
    for record in &records {
        let wayward: Vec<_> = record.controls.iter().filter(|control| control.caught != Some(true)).collect();
        assert!(wayward.is_empty(), "{}: {wayward:#?}", record.id);
        let expected = if record.expect { Standing::Upheld } else { Standing::RefutedAsExpected };
        assert_eq!(record.standing, expected, "{}: {:#?}", record.id, record.checks);
    }
}

#[test]
fn an_alias_is_the_claim() {
    for (alias, id) in [("marginal-score", "fp-residual"), ("lambda-factor", "score-matching-equals-elbo")] {
        assert_eq!(judge(vec![alias.to_owned()], &[Reading::Certificate])[0].id, id);
    }
}

/// A decimal number with the unit of its last digit.
fn printed(text: &str) -> (f64, f64) {
    let (significand, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let decimals = significand.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    (text.parse().unwrap(), 10_f64.powi(exponent.parse::<i32>().unwrap() - decimals))
}

/// Wrong versions are off by as much as the catalogue of claims says, computed by other programs, to its last printed digit.
#[test]
fn wrong_versions_are_off_by_the_printed_sizes() {
    let file: Value = serde_json::from_str(include_str!("references/sizes.json")).unwrap();
    let sizes = file["sizes"].as_array().unwrap();
    let mut ids: Vec<_> = sizes.iter().map(|size| size["claim"].as_str().unwrap().to_owned()).collect();
    ids.dedup();
    let records = judge(ids, &[Reading::Certificate]);
    for size in sizes {
        let word = |name: &str| size[name].as_str().unwrap();
        let record = records.iter().find(|record| record.id == word("claim")).unwrap_or_else(|| panic!("{size}"));
        // A look-alike is itself the wrong version.
        let checks = match word("control") {
            "" => &record.checks,
            id => &record.controls.iter().find(|control| control.id == id).unwrap_or_else(|| panic!("{size}")).checks,
        };
        let findings = checks.iter().flat_map(|check| &check.findings);
        let found = findings
            .filter(|finding| finding.relation == word("relation") && finding.point.as_deref() == Some(word("point")))
            .find_map(|finding| finding.discrepancy.as_deref())
            .unwrap_or_else(|| panic!("there is no such relation at such a point: {size}"));
        let found: f64 = found.split(" ± ").next().unwrap().parse().unwrap();
        let (value, unit) = printed(word("size"));
        assert!((found.abs() - value).abs() <= unit, "{size}: found {found}");
    }
}
