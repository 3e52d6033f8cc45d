//! One claim, judged: controls first, because the nearest of them says how narrow an enclosure must be.

use super::record::{CheckRecord, ClaimRecord, ControlRecord, Standing, Time};
use super::run::Options;
use crate::claims::{Claim, Control, Readings};
use crate::evidence::{Budget, Finding, Plan, Reading, Requirement, Verdict, simulate};
use std::time::Instant;

/// Runs every reading of a claim that the options ask for, and of its controls.
pub fn decide(claim: &Claim, options: &Options, budget: &Budget) -> ClaimRecord {
    let started = Instant::now();
    let controls: Vec<_> =
        claim.controls.iter().map(|control| judge_control(claim, control, options, budget)).collect();
    let requirement = nearest_controls(&controls);
    let judged = claim
        .readings
        .iter()
        .flat_map(|part| judge(claim, part, options, &requirement, || simulate_claim(claim, part, options, budget)));
    let checks: Vec<_> = judged.collect();
    ClaimRecord {
        id: claim.id.to_owned(),
        title: claim.title.to_owned(),
        sources: claim.sources.iter().map(ToString::to_string).collect(),
        standing: standing(&checks, &controls),
        checks,
        controls,
        time: Time { seconds: started.elapsed().as_secs_f64() },
    }
}

fn standing(checks: &[CheckRecord], controls: &[ControlRecord]) -> Standing {
    // A refuted claim is refuted whatever its controls do; a surviving control voids everything short of that.
    if checks.iter().any(|check| check.verdict.refuted()) {
        Standing::Refuted
    } else if controls.iter().any(|control| control.caught == Some(false)) {
        Standing::Void
    } else if checks.is_empty() || checks.iter().any(|check| !check.verdict.passed()) {
        Standing::Undecided
    } else {
        Standing::Upheld
    }
}

/// Every reading of a part that the options ask for.
fn judge(
    claim: &Claim,
    part: &Readings,
    options: &Options,
    requirement: &Requirement,
    simulated: impl Fn() -> Vec<Finding>,
) -> Vec<CheckRecord> {
    let due = part.present().filter(|reading| options.readings.contains(reading));
    let findings = due.flat_map(|reading| match reading {
        Reading::Proof => part.proofs().map(|(label, proof)| (reading, label, proof.prove(claim.id))).collect(),
        Reading::Certificate => {
            let findings = part.certificate.map(|statement| statement.certify(requirement));
            vec![(reading, part.label.to_owned(), findings.unwrap_or_default())]
        }
        Reading::Simulation => vec![(reading, part.label.to_owned(), simulated())],
    });
    findings.map(|(reading, label, findings)| record(reading, label, findings)).collect()
}

fn record(reading: Reading, label: String, findings: Vec<Finding>) -> CheckRecord {
    let verdict = Verdict::of_all(findings.iter().map(|finding| &finding.verdict));
    CheckRecord { reading, label, verdict, findings }
}

/// A control is caught if each of its readings that ran refuted it.
fn judge_control(claim: &Claim, control: &Control, options: &Options, budget: &Budget) -> ControlRecord {
    let checks = judge(claim, &control.readings, options, &Requirement::default(), || {
        simulate_control(claim, control, options, budget)
    });
    let caught = (!checks.is_empty()).then(|| checks.iter().all(|check| check.verdict.refuted()));
    ControlRecord { id: control.id.to_owned(), story: control.story.to_owned(), caught, checks }
}

/// The smallest discrepancy that a control showed in each relation.
fn nearest_controls(controls: &[ControlRecord]) -> Requirement {
    let mut requirement = Requirement::default();
    let certificates = controls.iter().flat_map(|c| &c.checks).filter(|check| check.reading == Reading::Certificate);
    for finding in certificates.flat_map(|check| &check.findings) {
        if let Some(size) = finding.size.filter(|size| *size > 0.0) {
            let nearest = requirement.controls.entry(finding.relation.clone()).or_insert(size);
            *nearest = nearest.min(size);
        }
    }
    requirement
}

/// The plans of the controls that imitate a part, with the sample sizes that refute them.
fn sizes(claim: &Claim, part: &Readings, right: &Plan, budget: &Budget) -> Vec<(&'static str, u64)> {
    let imitations = claim.controls.iter().filter(|control| control.readings.label == part.label);
    imitations
        .filter_map(|control| {
            let wrong = control.readings.simulation?.plan().ok()?;
            Some((control.id, wrong.draws_to_refute(right, budget)))
        })
        .collect()
}

fn scaled(n: u64, effort: f64) -> u64 {
    (n as f64 * effort).ceil() as u64
}

fn simulate_claim(claim: &Claim, part: &Readings, options: &Options, budget: &Budget) -> Vec<Finding> {
    let right = match part.simulation.map(|trial| trial.plan()) {
        Some(Ok(plan)) => plan,
        Some(Err(error)) => return unreadable(&error.to_string()),
        None => return Vec::new(),
    };
    let sizes = sizes(claim, part, &right, budget);
    let Some((nearest, planned)) = sizes.into_iter().max_by_key(|(_, n)| *n) else {
        return unreadable("no control is simulated, so that nothing says how many draws are enough");
    };
    let n = scaled(planned, options.effort);
    let check = format!("{}/{}", claim.id, part.label);
    let mut findings = simulate(&right, &check, options.seed, budget, n);
    if n < planned {
        for finding in findings.iter_mut().filter(|finding| finding.verdict.passed()) {
            let why = format!("{n} draws cannot tell the claim from the control {nearest}; {planned} are needed");
            finding.verdict = Verdict::Undecided { why };
        }
    }
    findings
}

fn simulate_control(claim: &Claim, control: &Control, options: &Options, budget: &Budget) -> Vec<Finding> {
    let part = claim.readings.iter().find(|part| part.label == control.readings.label && part.simulation.is_some());
    let plans = part.and_then(|part| part.simulation).zip(control.readings.simulation);
    match plans.map(|(right, wrong)| Ok::<_, crate::parameters::InputError>((right.plan()?, wrong.plan()?))) {
        None => unreadable("the claim has no simulation that this control imitates"),
        Some(Err(error)) => unreadable(&error.to_string()),
        Some(Ok((right, wrong))) => {
            let n = scaled(wrong.draws_to_refute(&right, budget), options.effort);
            simulate(
                &wrong,
                &format!("{}/{}/{}", claim.id, control.readings.label, control.id),
                options.seed,
                budget,
                n,
            )
        }
    }
}

fn unreadable(why: &str) -> Vec<Finding> {
    vec![Finding::new("simulation", Verdict::Undecided { why: why.to_owned() })]
}
