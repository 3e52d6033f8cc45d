//! The whole ledger, claim by claim: what is true is upheld with every wrong version caught, what is false is refuted as expected.

use ouracle::claims;
use ouracle::ledger::{ClaimRecord, Options, Record, Standing, run};

/// Runs some claims and prints what each reading found, for whoever reads a failure.
fn judge(ids: Vec<String>) -> Vec<ClaimRecord> {
    let mut records = Vec::new();
    run(&Options { claims: ids, ..Options::default() }, &mut |record| {
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
    let records = judge(Vec::new());
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
        assert_eq!(judge(vec![alias.to_owned()])[0].id, id);
    }
}
