//! What was measured, a line of JSON a case; the page and the picture are made of it, and of nothing else.

use super::answer::{Answer, judge};
use super::child::{Absent, Measurement};
use super::machine::Facts;
use super::statistics::{Spread, speed_ratio};
use super::table::{Case, Goal, Program};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One case, measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseRecord {
    pub area: String,
    pub case: String,
    pub facts: Facts,
    pub runs: Vec<RunRecord>,
}

/// One program in one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRecord {
    pub name: String,
    pub ours: bool,
    pub verdict: Verdict,
    /// CPU seconds for one unit, the median of the calls of each round.
    pub costs: Vec<Option<f64>>,
    pub precision: String,
    /// Units of one call, and its CPU seconds.
    pub units: f64,
    pub cpu_seconds: f64,
    pub peak_mebibytes: Option<f64>,
    pub versions: BTreeMap<String, String>,
}

/// Whether a program counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All answers of all rounds were right, as near as this.
    Right(String),
    /// There is no reference.
    NotCompared,
    Wrong(String),
    NotRun(String),
    Failed(String),
}

impl CaseRecord {
    pub fn run(&self, name: &str) -> Option<&RunRecord> {
        self.runs.iter().find(|run| run.name == name)
    }

    /// How far a goal is reached: the ratio, if it may be taken.
    pub fn towards(&self, goal: &Goal) -> Option<Spread> {
        let (ours, peer) = (self.run(goal.ours)?, self.run(goal.peer)?);
        (goal.unlike || ours.precision == peer.precision).then(|| ours.faster_than(peer)).flatten()
    }
}

impl RunRecord {
    /// How many times as fast as the other, in each round; not where either of them is wrong.
    pub fn faster_than(&self, peer: &Self) -> Option<Spread> {
        let right = |run: &Self| matches!(run.verdict, Verdict::Right(_));
        (right(self) && right(peer)).then(|| speed_ratio(&self.costs, &peer.costs)).flatten()
    }

    /// The cost of one unit; not where the answers are wrong.
    pub fn cost(&self) -> Option<Spread> {
        let counts = matches!(self.verdict, Verdict::Right(_) | Verdict::NotCompared);
        counts.then(|| Spread::of(self.costs.iter().flatten().copied())).flatten()
    }

    /// Takes in the outcome of a round.
    fn add(&mut self, outcome: Result<Measurement, Absent>, reference: Option<&Result<Vec<Answer>, String>>) {
        let mut cost = None;
        let verdict = match outcome {
            Err(Absent::NotRun(why)) => Verdict::NotRun(why),
            Err(Absent::Failed(why)) => Verdict::Failed(why),
            Ok(measurement) => {
                cost = self.note(&measurement);
                match reference {
                    None => Verdict::NotCompared,
                    Some(Err(why)) => Verdict::Wrong(why.clone()),
                    Some(Ok(exact)) => match judge(&measurement.answers, exact, &measurement.precision) {
                        Ok(nearness) => Verdict::Right(nearness),
                        Err(why) => Verdict::Wrong(why),
                    },
                }
            }
        };
        self.costs.push(cost);
        // One wrong round is enough; the nearness is that of the last.
        if matches!(self.verdict, Verdict::Right(_) | Verdict::NotCompared) {
            self.verdict = verdict;
        }
    }

    /// Its figures, and the cost of one unit.
    fn note(&mut self, measurement: &Measurement) -> Option<f64> {
        let median = Spread::of(measurement.cpu_seconds.iter().copied())?.median;
        self.precision.clone_from(&measurement.precision);
        self.versions.clone_from(&measurement.versions);
        (self.units, self.cpu_seconds) = (measurement.units, median);
        self.peak_mebibytes = measurement.peak_mebibytes;
        // A call below the resolution of the clock has no cost.
        (median > 0.0).then(|| median / measurement.units)
    }
}

/// All programs of a case in turn, A B C A B C; one that is not there or fails is not asked again.
pub fn interleaved(
    case: &Case,
    rounds: usize,
    reference: Option<Result<Vec<Answer>, String>>,
    measure: &mut dyn FnMut(Program) -> Result<Measurement, Absent>,
) -> Vec<RunRecord> {
    let fresh = |run: &super::table::Run| RunRecord {
        name: run.name.to_owned(),
        ours: matches!(run.program, Program::Ours(_)),
        verdict: Verdict::NotCompared,
        costs: Vec::new(),
        precision: String::new(),
        units: 0.0,
        cpu_seconds: 0.0,
        peak_mebibytes: None,
        versions: BTreeMap::new(),
    };
    let mut records: Vec<_> = case.runs.iter().map(fresh).collect();
    for _ in 0..rounds {
        for (run, record) in case.runs.iter().zip(&mut records) {
            if matches!(record.verdict, Verdict::NotRun(_) | Verdict::Failed(_)) {
                record.costs.push(None);
            } else {
                record.add(measure(run.program), reference.as_ref());
            }
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::answer::Kind;
    use super::super::table::Run;
    use super::*;

    const CASE: Case = Case {
        name: "case",
        reference: Some("reference.py"),
        runs: &[
            Run { name: "ouracle", program: Program::Ours("ours") },
            Run { name: "peer", program: Program::Peer("peer") },
            Run { name: "missing", program: Program::Peer("missing") },
        ],
        goals: &[],
        growth: None,
    };
    const GOAL: Goal = Goal { ours: "ouracle", peer: "peer", at_least: 1.0, unlike: false };

    fn answer(value: &str) -> Answer {
        Answer { name: "mean".to_owned(), value: value.to_owned(), kind: Kind::Rounding, size: 1e-9 }
    }

    fn measured(seconds: f64, value: &str) -> Result<Measurement, Absent> {
        Ok(Measurement {
            precision: "f64".to_owned(),
            units: 2.0,
            cpu_seconds: vec![seconds, 100.0, seconds],
            first_call_seconds: 0.0,
            peak_mebibytes: None,
            answers: vec![answer(value)],
            versions: BTreeMap::new(),
        })
    }

    /// Two rounds in which the peer's answers are these.
    fn record(of_peer: [&str; 2]) -> (CaseRecord, Vec<&'static str>) {
        let (mut asked, mut round) = (Vec::new(), 0);
        let mut measure = |program: Program| {
            let (Program::Ours(words) | Program::Baseline(words) | Program::Peer(words)) = program;
            asked.push(words);
            match words {
                "ours" => measured(1.0, "1"),
                "peer" => {
                    round += 1;
                    measured(4.0 * round as f64, of_peer[round - 1])
                }
                _ => Err(Absent::NotRun("the Python package peer is not installed".to_owned())),
            }
        };
        let runs = interleaved(&CASE, 2, Some(Ok(vec![answer("1")])), &mut measure);
        (CaseRecord { area: "area".to_owned(), case: "case".to_owned(), facts: Facts::default(), runs }, asked)
    }

    #[test]
    fn programs_take_turns_and_a_missing_one_is_kept_with_its_reason() {
        let (record, asked) = record(["1", "1"]);
        assert_eq!(asked, ["ours", "peer", "missing", "ours", "peer"]);
        let missing = record.run("missing").map(|run| run.verdict.clone());
        assert_eq!(missing, Some(Verdict::NotRun("the Python package peer is not installed".to_owned())));
    }

    #[test]
    fn a_ratio_is_that_of_the_rounds() {
        let (record, _) = record(["1", "1"]);
        assert_eq!(record.towards(&GOAL), Some(Spread { median: 6.0, least: 4.0, greatest: 8.0 }));
    }

    #[test]
    fn one_wrong_answer_and_there_is_no_ratio_and_no_cost() {
        for of_peer in [["1", "1.1"], ["1.1", "1"]] {
            let (record, _) = record(of_peer);
            assert_eq!(record.towards(&GOAL), None);
            let peer = record.run("peer");
            assert!(peer.is_some_and(|run| matches!(run.verdict, Verdict::Wrong(_)) && run.cost().is_none()));
        }
    }

    #[test]
    fn without_a_reference_nothing_is_right() {
        let mut measure = |_: Program| measured(1.0, "1");
        let runs = interleaved(&CASE, 1, Some(Err("no mpmath".to_owned())), &mut measure);
        assert!(runs.iter().all(|run| run.verdict == Verdict::Wrong("no mpmath".to_owned())));
    }

    #[test]
    fn a_goal_is_between_equal_precisions_unless_it_says_otherwise() {
        let (mut record, _) = record(["1", "1"]);
        record.runs[1].precision = "f32".to_owned();
        assert_eq!(record.towards(&GOAL), None);
        assert!(record.towards(&Goal { unlike: true, ..GOAL }).is_some());
    }
}
