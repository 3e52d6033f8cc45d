//! Claims about densities in several dimensions: upheld, with every wrong version refuted, and the numbers they give.

use ouracle::claims;
use ouracle::ledger::{ClaimRecord, Options, Record, Standing, run};

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

/// Upheld, every control refuted by every one of its readings, and the discrepancies shown on failure.
fn upheld(claim: &str, controls: usize) {
    let record = judge(claim);
    for check in &record.checks {
        println!("{claim} {:?} {} {:?}", check.label, check.reading, check.verdict);
        for f in check.findings.iter().filter(|f| !f.verdict.passed()) {
            println!("    {} at {:?}: {:?}", f.relation, f.point, f.verdict);
        }
    }
    for control in &record.controls {
        for check in &control.checks {
            println!("  {} {} {:?}", control.id, check.reading, check.verdict);
            for f in &check.findings {
                println!("      {} [{}] {:?}", f.relation, f.point.clone().unwrap_or_default().chars().take(30).collect::<String>(), f.discrepancy.as_ref().map(|d| d.chars().take(80).collect::<String>()));
            }
        }
        assert_eq!(control.caught, Some(true), "{claim}: the wrong version {} survives", control.id);
    }
    assert_eq!(record.standing, Standing::Upheld, "{claim}: {:?}", record.checks);
    assert_eq!(record.controls.len(), controls);
    println!("{claim}: {} s", record.time.seconds);
}

#[test]
fn fokker_planck_and_the_score_pde() {
    upheld("marginal-score", 4);
    assert_eq!(claims::find("marginal-score").map(|claim| claim.id), Some("fp-residual"));
}
