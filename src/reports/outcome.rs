//! What came out, in words: the same sentences in every form of the report.

use super::records::Run;
use super::text::{count, number, rounded};
use crate::evidence::{Finding, Reading};
use crate::ledger::{CheckRecord, ClaimRecord, ControlRecord, Counts, DEFAULT_FALSE_ALARM, Standing};
use std::cmp::Ordering;

/// The verdict on the whole run, in a sentence.
pub(super) fn headline(run: &Run) -> String {
    let counts = run.counts();
    let noun = if counts.look_alikes > 0 && counts.exit_code() != 0 { "statement" } else { "claim" };
    let entries = if noun == "statement" { counts.claims + counts.look_alikes } else { counts.claims };
    let claims = count(entries, noun);
    let of_all = |part: usize| if part == entries { format!("All {claims}") } else { format!("{part} of {claims}") };
    let is = |part: usize| if part == 1 { "is" } else { "are" };
    match counts.exit_code() {
        5 => "Nothing was checked.".to_owned(),
        4 => {
            let survivors = counts.controls - counts.caught;
            let versions = if survivors == 1 { "A wrong version" } else { "Wrong versions" };
            let what = if survivors == 0 { "The truth beside a look-alike was refuted" } else { versions };
            let survived = if survivors == 0 { "" } else { " survived" };
            format!("{what}{survived}: what was checked of {} proves nothing.", count(counts.void, noun))
        }
        1 if noun == "statement" => format!("{} {} not as expected.", of_all(counts.refuted), is(counts.refuted)),
        1 => format!("{} {} refuted.", of_all(counts.refuted), is(counts.refuted)),
        3 => format!("Nothing is refuted, but {} could not be decided.", lower(&of_all(counts.undecided))),
        _ => {
            let caught = match (counts.controls, counts.claims) {
                (_, 0) => String::new(),
                (0, _) => "no wrong version was due".to_owned(),
                (1, _) => "the wrong version that was due is refuted".to_owned(),
                (controls, 1) => format!("all {controls} wrong versions of it are refuted"),
                (controls, _) => format!("all {controls} wrong versions of them are refuted"),
            };
            let look_alikes = match counts.look_alikes {
                0 => String::new(),
                1 => "the false look-alike is refuted, as expected".to_owned(),
                n => format!("all {n} false look-alikes are refuted, as expected"),
            };
            let upheld = match counts.claims {
                0 => String::new(),
                1 => "the claim is upheld".to_owned(),
                n => format!("all {n} claims are upheld"),
            };
            let parts: Vec<_> = [upheld, caught, look_alikes].into_iter().filter(|part| !part.is_empty()).collect();
            let sentence = match parts.as_slice() {
                [first, second] => format!("{first}, and {second}"),
                parts => parts.join("; "),
            };
            format!("{}.", capital(&sentence))
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn lower(text: &str) -> String {
    text.strip_prefix("All").map_or(text.to_owned(), |rest| format!("all{rest}"))
}

/// The counts, each with its name and whether it is bad news.
pub(super) fn tally(counts: &Counts) -> Vec<(String, String, bool)> {
    let caught = format!("{} of {}", counts.caught, counts.controls);
    vec![
        ("upheld".to_owned(), counts.upheld.to_string(), false),
        ("look-alikes refuted".to_owned(), format!("{} of {}", counts.expected, counts.look_alikes), false),
        ("not as expected".to_owned(), counts.refuted.to_string(), counts.refuted > 0),
        ("undecided".to_owned(), counts.undecided.to_string(), counts.undecided > 0),
        ("void".to_owned(), counts.void.to_string(), counts.void > 0),
        ("wrong versions caught".to_owned(), caught, counts.caught < counts.controls),
        ("readings run".to_owned(), counts.checks.to_string(), counts.checks == 0),
    ]
}

/// Something that is not as it should be.
pub(super) struct Failure<'a> {
    pub(super) claim: &'a ClaimRecord,
    /// The surviving wrong version, if that is the failure.
    pub(super) control: Option<&'a ControlRecord>,
    pub(super) check: &'a CheckRecord,
    /// The finding; none if the check has none.
    pub(super) finding: Option<&'a Finding>,
}

impl Failure<'_> {
    /// Void before refuted before undecided; the certain before the sampled; the large before the small.
    fn badness(&self) -> (u8, u8, f64) {
        let refuted = self.finding.is_some_and(|finding| finding.verdict.refuted());
        let kind = match (self.control, refuted) {
            (Some(_), _) => 0,
            (None, true) => 1,
            (None, false) => 2,
        };
        let reading = u8::from(self.check.reading == Reading::Simulation);
        (kind, reading, self.finding.and_then(|finding| finding.size).unwrap_or(0.0))
    }
}

/// Everything that is not as it should be, worst first.
pub(super) fn failures(run: &Run) -> Vec<Failure<'_>> {
    let mut failures = Vec::new();
    for claim in &run.claims {
        for check in claim.checks.iter().filter(|check| !claim.expects(&check.verdict)) {
            let refuted = check.verdict.refuted();
            let blamed = |finding: &&Finding| match refuted {
                true => finding.verdict.refuted(),
                false => !claim.expects(&finding.verdict),
            };
            let before = failures.len();
            let blame = |finding| Failure { claim, control: None, check, finding: Some(finding) };
            failures.extend(check.findings.iter().filter(blamed).map(blame));
            if failures.len() == before {
                failures.push(Failure { claim, control: None, check, finding: None });
            }
        }
        for control in claim.controls.iter().filter(|control| control.caught == Some(false)) {
            let survived = control.checks.iter().filter(|check| !claim.expects_of_control(&check.verdict));
            failures.extend(survived.map(|check| Failure {
                claim,
                control: Some(control),
                check,
                finding: check.findings.iter().find(|finding| !claim.expects_of_control(&finding.verdict)),
            }));
        }
    }
    failures.sort_by(|one, other| {
        let ((kind, reading, size), (other_kind, other_reading, other_size)) = (one.badness(), other.badness());
        let sizes = other_size.partial_cmp(&size).unwrap_or(Ordering::Equal);
        (kind, reading).cmp(&(other_kind, other_reading)).then(sizes)
    });
    failures
}

/// The command that shows a claim again with the arguments of this run.
pub(super) fn command(run: &Run, claim: &str) -> String {
    let header = &run.header;
    let mut command = format!("ouracle check {claim} --seed {}", header.seed);
    if header.readings.len() < Reading::ALL.len() {
        let readings: Vec<_> = header.readings.iter().map(ToString::to_string).collect();
        command += &format!(" --reading {}", readings.join(","));
    }
    if header.effort != 1.0 {
        command += &format!(" --effort {}", header.effort);
    }
    if header.false_alarm != DEFAULT_FALSE_ALARM {
        command += &format!(" --false-alarm {}", header.false_alarm);
    }
    command
}

/// The worst first: void, not as expected, undecided, as expected.
pub(super) fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Void => 0,
        Standing::Refuted | Standing::Unrefuted => 1,
        Standing::Undecided => 2,
        Standing::Upheld | Standing::RefutedAsExpected => 3,
    }
}

/// What the run could not have seen, in sentences.
pub(super) fn blind_spots(run: &Run) -> Vec<String> {
    let header = &run.header;
    let mut out = Vec::new();
    let absent: Vec<_> = Reading::ALL.iter().filter(|reading| !header.readings.contains(reading)).collect();
    for reading in absent {
        out.push(format!("Readings by {reading} were not asked for, so what only they see went unseen."));
    }
    // What is expected to be false rests on its counterexamples alone.
    let upheld: Vec<_> = run.claims.iter().filter(|claim| claim.expect).collect();
    let checks: Vec<_> =
        upheld.iter().flat_map(|claim| claim.checks.iter().map(move |check| (*claim, check))).collect();
    let by = |reading: Reading| checks.iter().filter(move |(_, check)| check.reading == reading);

    let proofs = by(Reading::Proof).count();
    if proofs > 0 {
        let mut assumed: Vec<_> =
            by(Reading::Proof).flat_map(|(_, check)| &check.findings).flat_map(|f| &f.assumed).collect();
        assumed.sort_unstable();
        assumed.dedup();
        let under = match assumed.len() {
            0 => "under no further assumption".to_owned(),
            n => format!("as long as {} hold, listed with each proof", count(n, "side condition")),
        };
        out.push(format!("Proofs ({proofs}) hold for all parameters, {under}. They prove the formulas, not the code that evaluates them."));
    }
    let mut points: Vec<_> =
        by(Reading::Certificate).flat_map(|(_, check)| &check.findings).filter_map(|f| f.point.as_ref()).collect();
    points.sort_unstable();
    points.dedup();
    if !points.is_empty() {
        out.push(format!(
            "Certificates hold at {} and nowhere else; an error that vanishes there would pass.",
            count(points.len(), "stated point")
        ));
    }
    let only_points =
        run.claims.iter().filter(|c| c.expect && !c.checks.iter().any(|check| check.reading == Reading::Proof));
    let only_points: Vec<_> = only_points.map(|claim| claim.id.as_str()).collect();
    if !only_points.is_empty() && header.readings.contains(&Reading::Proof) {
        out.push(format!("No proof covers {}: {}.", count(only_points.len(), "claim"), only_points.join(", ")));
    }
    let mut draws: Vec<_> = by(Reading::Simulation)
        .flat_map(|(claim, check)| {
            check.findings.iter().filter_map(move |f| Some((f.draws.as_ref()?.resolution, claim, f)))
        })
        .collect();
    draws.sort_by(|one, other| other.0.total_cmp(&one.0));
    if let Some((coarsest, claim, finding)) = draws.first() {
        out.push(format!(
            "Simulations ({}) see nothing below their resolution. The coarsest is {} standard deviations of one draw \
             (a share of the value, for variances): {} of {}.",
            draws.len(),
            rounded(*coarsest),
            finding.relation,
            claim.id
        ));
        out.push(format!(
            "Sampling refutes a true claim somewhere in the whole ledger with probability at most {}, shared by {}.",
            number(header.false_alarm),
            count(header.sampled_checks, "sampled statistic")
        ));
    }
    let idle = run.claims.iter().flat_map(|claim| &claim.controls).filter(|control| control.caught.is_none()).count();
    if idle > 0 {
        out.push(format!("{} had no reading in this run and were not tried.", count(idle, "wrong version")));
    }
    out.push("A wrong version stands for a mistake that people make. Mistakes nobody thought of have none.".to_owned());
    out
}

/// The last word.
pub(super) const LAST_WORD: &str = "Tests show the presence of errors, not their absence. What is upheld here is upheld at these points, under these \
     assumptions, down to these resolutions.";
