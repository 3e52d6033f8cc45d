//! One entry, judged: what must be refuted first, because the nearest of it says how narrow an enclosure must be.
//!
//! A claim must pass and its controls be refuted; a false look-alike must be refuted and its control, the truth beside it,
//! pass. Both go through the same two functions.

use super::plans::{Planned, Plans};
use super::record::{CheckRecord, ClaimRecord, ControlRecord, Standing, Time};
use super::run::Options;
use crate::claims::{Claim, Control, Readings};
use crate::evidence::{Budget, Finding, Plan, Reading, Requirement, Verdict, simulate};
use crate::parameters::InputError;
use std::time::Instant;

/// Runs every reading of an entry that the options ask for, and of its controls.
pub fn decide(claim: &Claim, options: &Options, budget: &Budget) -> ClaimRecord {
    decide_planned(claim, &Plans::of(claim), options, budget)
}

/// The same with plans of this entry, some of which may have been made.
pub(super) fn decide_planned(claim: &Claim, plans: &Plans, options: &Options, budget: &Budget) -> ClaimRecord {
    let started = Instant::now();
    let judge = Judge { claim, plans, options, budget };
    let (checks, controls, standing) = if claim.expect.is_true() {
        let controls = judge.controls(&Requirement::default(), Verdict::refuted);
        let checks = judge.own(&nearest(controls.iter().flat_map(|control| &control.checks)));
        let standing = of_a_claim(&checks, &controls);
        (checks, controls, standing)
    } else {
        let checks = judge.own(&Requirement::default());
        let controls = judge.controls(&nearest(&checks), Verdict::passed);
        let standing = of_a_look_alike(&checks, &controls);
        (checks, controls, standing)
    };
    ClaimRecord {
        id: claim.id.to_owned(),
        title: claim.title.to_owned(),
        expect: claim.expect.is_true(),
        sources: claim.sources.iter().map(ToString::to_string).collect(),
        standing,
        checks,
        controls,
        time: Time { seconds: started.elapsed().as_secs_f64() },
    }
}

fn of_a_claim(checks: &[CheckRecord], controls: &[ControlRecord]) -> Standing {
    // A refuted claim is refuted whatever its controls do; a surviving control voids everything short of that.
    if checks.iter().any(|check| check.verdict.refuted()) {
        Standing::Refuted
    } else if failed(controls) {
        Standing::Void
    } else if checks.is_empty() || checks.iter().any(|check| !check.verdict.passed()) {
        Standing::Undecided
    } else {
        Standing::Upheld
    }
}

fn of_a_look_alike(checks: &[CheckRecord], controls: &[ControlRecord]) -> Standing {
    if checks.iter().any(|check| check.verdict.passed()) {
        Standing::Unrefuted
    } else if checks.is_empty() || checks.iter().any(|check| !check.verdict.refuted()) {
        Standing::Undecided
    } else if failed(controls) {
        // What refutes the truth as well refutes nothing.
        Standing::Void
    } else {
        Standing::RefutedAsExpected
    }
}

fn failed(controls: &[ControlRecord]) -> bool {
    controls.iter().any(|control| control.caught == Some(false))
}

fn record(reading: Reading, label: String, findings: Vec<Finding>) -> CheckRecord {
    let verdict = Verdict::of_all(findings.iter().map(|finding| &finding.verdict));
    CheckRecord { reading, label, verdict, findings }
}

struct Judge<'a> {
    claim: &'a Claim,
    plans: &'a Plans,
    options: &'a Options,
    budget: &'a Budget,
}

impl Judge<'_> {
    /// The entry's own readings.
    fn own(&self, requirement: &Requirement) -> Vec<CheckRecord> {
        let parts = self.claim.readings.iter().zip(&self.plans.parts);
        parts.flat_map(|(part, plan)| self.due(part, requirement, || self.simulate_part(part, plan.as_ref()))).collect()
    }

    /// The controls; each is as it must be if every reading of it that ran says so.
    fn controls(&self, requirement: &Requirement, as_it_must_be: fn(&Verdict) -> bool) -> Vec<ControlRecord> {
        let judge = |(control, plan): (&Control, &Option<Planned>)| {
            let checks = self.due(&control.readings, requirement, || self.simulate_control(control, plan.as_ref()));
            let caught = (!checks.is_empty()).then(|| checks.iter().all(|check| as_it_must_be(&check.verdict)));
            ControlRecord { id: control.id.to_owned(), story: control.story.to_owned(), caught, checks }
        };
        self.claim.controls.iter().zip(&self.plans.controls).map(judge).collect()
    }

    /// The readings of a part that the options ask for.
    fn due(&self, part: &Readings, requirement: &Requirement, sample: impl Fn() -> Vec<Finding>) -> Vec<CheckRecord> {
        let due = part.present().filter(|reading| self.options.readings.contains(reading));
        let judge = |reading| {
            let labelled = |findings: Option<_>| vec![(part.label.to_owned(), findings.unwrap_or_default())];
            let findings: Vec<_> = match reading {
                Reading::Proof => part.proofs().map(|(label, proof)| (label, proof.prove(self.claim.id))).collect(),
                Reading::Certificate => labelled(part.certificate.map(|statement| statement.certify(requirement))),
                Reading::Simulation => labelled(Some(sample())),
            };
            findings.into_iter().map(move |(label, findings)| record(reading, label, findings))
        };
        due.flat_map(judge).collect()
    }

    /// The sample sizes that refute the controls that imitate a part.
    fn sizes(&self, part: &Readings, right: &Plan) -> Vec<(&'static str, u64)> {
        let controls = self.claim.controls.iter().zip(&self.plans.controls);
        let imitations = controls.filter(|(control, _)| control.readings.label == part.label);
        let size = |(control, planned): (&Control, &Option<Planned>)| {
            Some((control.id, planned.as_ref()?.plan().ok()?.draws_to_refute(right, self.budget)))
        };
        imitations.filter_map(size).collect()
    }

    fn simulate_part(&self, part: &Readings, planned: Option<&Planned>) -> Vec<Finding> {
        let right = match planned.map(Planned::plan) {
            Some(Ok(plan)) => plan,
            Some(Err(error)) => return unreadable(&error.to_string()),
            None => return Vec::new(),
        };
        let Some((nearest, planned)) = self.sizes(part, right).into_iter().max_by_key(|(_, n)| *n) else {
            return unreadable("no control is simulated, so that nothing says how many draws are enough");
        };
        let n = scaled(planned.max(LEAST_DRAWS), self.options.effort);
        let check = format!("{}/{}", self.claim.id, part.label);
        let mut findings = simulate(right, &check, self.options.seed, self.budget, n);
        if n < planned {
            for finding in findings.iter_mut().filter(|finding| finding.verdict.passed()) {
                let why = format!("{n} draws cannot tell the claim from the control {nearest}; {planned} are needed");
                finding.verdict = Verdict::Undecided { why };
            }
        }
        findings
    }

    fn simulate_control(&self, control: &Control, planned: Option<&Planned>) -> Vec<Finding> {
        let label = control.readings.label;
        let mut parts = self.claim.readings.iter().zip(&self.plans.parts).filter(|(part, _)| part.label == label);
        let imitated = parts.find_map(|(_, planned)| planned.as_ref());
        match imitated.zip(planned).map(|(right, wrong)| Ok::<_, &InputError>((right.plan()?, wrong.plan()?))) {
            None => unreadable("the claim has no simulation that this control imitates"),
            Some(Err(error)) => unreadable(&error.to_string()),
            Some(Ok((right, wrong))) => {
                let n = scaled(wrong.draws_to_refute(right, self.budget), self.options.effort);
                let check = format!("{}/{label}/{}", self.claim.id, control.id);
                simulate(wrong, &check, self.options.seed, self.budget, n)
            }
        }
    }
}

/// The smallest discrepancy that something false showed in each relation.
fn nearest<'a>(checks: impl IntoIterator<Item = &'a CheckRecord>) -> Requirement {
    let mut requirement = Requirement::default();
    let certificates = checks.into_iter().filter(|check| check.reading == Reading::Certificate);
    for finding in certificates.flat_map(|check| &check.findings) {
        if let Some(size) = finding.size.filter(|size| *size > 0.0) {
            let nearest = requirement.controls.entry(finding.relation.clone()).or_insert(size);
            *nearest = nearest.min(size);
        }
    }
    requirement
}

/// What is claimed is drawn at least this often, also where its wrong versions are coarse enough to be told by fewer: a twentieth of a
/// deviation is seen then.
const LEAST_DRAWS: u64 = 1 << 16;

fn scaled(n: u64, effort: f64) -> u64 {
    (n as f64 * effort).ceil() as u64
}

fn unreadable(why: &str) -> Vec<Finding> {
    vec![Finding::new("simulation", Verdict::Undecided { why: why.to_owned() })]
}
