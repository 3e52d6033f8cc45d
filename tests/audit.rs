//! The audit of the judges sees what it is for: variances that are not those stated, draws that are not independent, alarms that
//! are too many; and leaves right judges alone.

use ouracle::evidence::{Audit, Budget, Noise, Plan, Sampler, Statistic, WIDTH, audit, sampler};
use ouracle::ledger::{AuditOptions, AuditRow, Counted, audit_judges};
use ouracle::numbers::{Field, Lanes};

const RUNS: u64 = 4000;
const DRAWS: u64 = 64;

fn judges() -> (Budget, Budget) {
    (Budget::new(0.05, 1), Budget::new(1e-9, 100))
}

fn audited(statistic: Statistic, draws: Box<dyn Sampler>) -> Audit {
    let plan = Plan { point: "", statistics: vec![statistic], drawn: None, sampler: draws };
    let (level, judge) = judges();
    audit(&plan, "audit", 7, (RUNS, DRAWS), &level, &judge).remove(0)
}

fn fails(statistic: Statistic, draws: Box<dyn Sampler>) -> bool {
    audited(statistic, draws).fails(0.05, &judges().1)
}

fn square(noise: &mut Noise) -> Lanes<WIDTH> {
    noise.normal().square()
}

#[test]
fn right_judges_pass() {
    let normal = || sampler(|noise: &mut Noise, out: &mut [Lanes<WIDTH>]| out[0] = noise.normal());
    assert!(!fails(Statistic::mean("mean", 0.0, 1.0), normal()));
    assert!(!fails(Statistic::variance("variance", 0.0, 1.0), normal()));
    assert!(!fails(Statistic::mean("square", 1.0, 2.0), sampler(|noise, out| out[0] = square(noise))));
    // A variance that is only a bound costs power, not validity.
    let bounded = audited(Statistic::mean("mean", 0.0, 2.0), normal());
    assert!(!bounded.fails(0.05, &judges().1) && bounded.mean_square < 0.6);
}

#[test]
fn wrong_judges_fail() {
    // A variance that is a fifth too small.
    assert!(fails(Statistic::mean("square", 1.0, 1.6), sampler(|noise, out| out[0] = square(noise))));
    // Every draw counted twice.
    let twice = |noise: &mut Noise, out: &mut [Lanes<WIDTH>]| {
        let z = noise.normal();
        out[0] = Lanes(std::array::from_fn(|lane| z.0[lane / 2]));
    };
    assert!(fails(Statistic::mean("mean", 0.0, 1.0), sampler(twice)));
    assert!(fails(Statistic::variance("variance", 0.0, 1.0), sampler(twice)));
    // A mean that is off by a tenth of a standard deviation: nothing that 64 draws refute, and that 4000 runs see.
    assert!(fails(Statistic::mean("mean", 0.1, 1.0), sampler(|noise, out| out[0] = noise.normal())));
    assert!(fails(Statistic::mean("mean", 0.0, 1.0), sampler(|_, out| out[0] = Lanes([f64::NAN; WIDTH]))));
}

#[test]
fn misses_are_counted() {
    let (level, judge) = judges();
    let claimed = Statistic::mean("mean", 0.5, 1.0);
    let enough = level.plan(&claimed, (0.0, 1.0)).next_multiple_of(WIDTH as u64);
    let draws = sampler(|noise, out| out[0] = noise.normal());
    let plan = Plan { point: "", statistics: vec![claimed], drawn: None, sampler: draws };
    let at = |draws| audit(&plan, "audit", 11, (RUNS, draws), &level, &judge).remove(0);
    assert!(at(enough).misses(1e-6) < judge.threshold());
    assert!(at(enough / 2).misses(1e-6) >= judge.threshold(), "half the draws miss more");
}

/// Every sampled check of the ledger has at least one row, in the same order for any number of threads.
#[test]
fn the_ledger_is_audited_whole() {
    let rows = |jobs| {
        let options = AuditOptions { seed: 3, runs: 2, draws: 8, false_alarm: 1e-9, jobs };
        let mut rows: Vec<AuditRow> = Vec::new();
        // The planned sizes of misses are those of a run, so that only the others are cheap.
        audit_judges(&options, &mut |row| rows.push(row.clone()));
        rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>()
    };
    let (one, two) = (rows(1), rows(2));
    assert_eq!(one, two);
    let claims = ouracle::claims::all().filter(|claim| claim.expect.is_true());
    let sampled = claims.filter(|claim| claim.readings.iter().any(|part| part.simulation.is_some()));
    for claim in sampled {
        assert!(one.iter().any(|row| row.contains(&format!("\"{}: ", claim.id))), "{} is not audited", claim.id);
    }
    assert!(one.iter().any(|row| row.contains(&format!("{:?}", Counted::Misses(Budget::MISSES)))));
}
