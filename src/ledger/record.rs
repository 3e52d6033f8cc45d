//! The stream of records: header, one record for each claim and figure, footer. No footer means incomplete.
//!
//! Everything that is not a function of arguments and seed stands in a field `time` or in the header's `environment`.

use crate::evidence::{Finding, Reading, Verdict};
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// One line of `records.jsonl`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record {
    /// The first line.
    Header(Header),
    /// A claim, judged.
    Claim(Box<ClaimRecord>),
    /// The data of a plot.
    Figure(Figure),
    /// The last line.
    Footer(Footer),
}

/// What was asked, of which version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// The version of this format.
    pub format: String,
    /// The version of this program.
    pub ouracle: String,
    /// The claims asked for, in order.
    pub claims: Vec<String>,
    /// The readings asked for.
    pub readings: Vec<Reading>,
    /// The run seed.
    pub seed: u64,
    /// The false-alarm budget of the run.
    pub false_alarm: f64,
    /// The sampled checks that share the budget.
    pub sampled_checks: usize,
    /// The multiple of the planned sample sizes.
    pub effort: f64,
    /// `K/N` if this is one of several pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Facts about the machine.
    pub environment: Environment,
}

/// Facts about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub arch: String,
    /// Worker threads.
    pub jobs: usize,
    /// Seconds since 1970 at the start.
    pub started: u64,
}

impl Environment {
    /// This machine, with so many worker threads.
    pub fn here(jobs: usize) -> Self {
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            jobs,
            started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        }
    }
}

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Where a claim stands after all its readings and controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Every reading passed, and every control was refuted.
    Upheld,
    /// A reading refuted it.
    Refuted,
    /// A reading could not decide.
    Undecided,
    /// A wrong version survived, or the truth beside a look-alike was refuted too: the checks of this entry prove nothing.
    Void,
    /// A false look-alike, refuted at its counterexample while the truth beside it passed.
    #[serde(rename = "refuted-as-expected")]
    RefutedAsExpected,
    /// A look-alike that should be false, but passed.
    Unrefuted,
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Upheld => "upheld",
            Self::Refuted => "refuted",
            Self::Undecided => "undecided",
            Self::Void => "void",
            Self::RefutedAsExpected => "refuted, as expected",
            Self::Unrefuted => "not refuted",
        })
    }
}

/// One reading of one part of a claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckRecord {
    /// The reading.
    pub reading: Reading,
    /// The part of the claim; empty if there is one part.
    pub label: String,
    /// The verdict of all findings together.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Relation by relation, statistic by statistic.
    pub findings: Vec<Finding>,
}

/// A wrong version and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ControlRecord {
    /// Its name within the claim.
    pub id: String,
    /// The mistake.
    pub story: String,
    /// Whether every reading that was due refuted it (or passed it, if it is the truth beside a look-alike); `None` if none
    /// was due.
    pub caught: Option<bool>,
    /// The readings.
    pub checks: Vec<CheckRecord>,
}

/// A claim, judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimRecord {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Whether the ledger expects it to be true.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub expect: bool,
    /// Keys into the bibliography.
    pub sources: Vec<String>,
    /// The outcome.
    pub standing: Standing,
    /// The readings.
    pub checks: Vec<CheckRecord>,
    /// The wrong versions.
    pub controls: Vec<ControlRecord>,
    /// How long it took.
    pub time: Time,
}

impl ClaimRecord {
    /// Whether this verdict on the entry itself is the one that the ledger expects.
    pub fn expects(&self, verdict: &Verdict) -> bool {
        if self.expect { verdict.passed() } else { verdict.refuted() }
    }

    /// Whether this verdict on one of its controls is: the opposite one.
    pub fn expects_of_control(&self, verdict: &Verdict) -> bool {
        if self.expect { verdict.refuted() } else { verdict.passed() }
    }
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_yes(expect: &bool) -> bool {
    *expect
}

/// The data of a plot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    /// Its name.
    pub id: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// The horizontal axis.
    pub x: String,
    /// The vertical axis.
    pub y: String,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// The curves.
    pub series: Vec<Series>,
}

/// One curve of a plot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// `[x, y]`, or `[x, low, high]` for bands and intervals.
    pub points: Vec<Vec<f64>>,
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// A line through the points.
    Line,
    /// A dashed horizontal guide.
    Guide,
    /// Separate points.
    Points,
    /// The area between low and high.
    Band,
    /// A vertical bar from low to high.
    Interval,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Claims judged.
    pub claims: usize,
    /// Of these, upheld.
    pub upheld: usize,
    /// False look-alikes judged.
    pub look_alikes: usize,
    /// Of these, refuted as expected.
    pub expected: usize,
    /// Entries that are not as expected: claims refuted, look-alikes not refuted.
    pub refuted: usize,
    /// Entries undecided.
    pub undecided: usize,
    /// Entries void.
    pub void: usize,
    /// Wrong versions that were due.
    pub controls: usize,
    /// Of these, refuted.
    pub caught: usize,
    /// Readings that ran, controls included.
    pub checks: usize,
}

impl Counts {
    /// Counts one more entry.
    pub fn add(&mut self, claim: &ClaimRecord) {
        match claim.standing {
            Standing::Upheld => self.upheld += 1,
            Standing::RefutedAsExpected => self.expected += 1,
            Standing::Refuted | Standing::Unrefuted => self.refuted += 1,
            Standing::Undecided => self.undecided += 1,
            Standing::Void => self.void += 1,
        }
        if claim.expect {
            self.claims += 1;
            self.controls += claim.controls.iter().filter(|control| control.caught.is_some()).count();
            self.caught += claim.controls.iter().filter(|control| control.caught == Some(true)).count();
        } else {
            self.look_alikes += 1;
        }
        self.checks += claim.checks.len() + claim.controls.iter().map(|control| control.checks.len()).sum::<usize>();
    }

    /// The exit code of a run with these counts: 4 beats 1 beats 3, and 5 if nothing ran.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.checks == 0 => 5,
            _ if self.void > 0 => 4,
            _ if self.refuted > 0 => 1,
            _ if self.undecided > 0 => 3,
            _ => 0,
        }
    }
}

/// The last line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Footer {
    /// How many of each.
    pub counts: Counts,
    /// How long the run took.
    pub time: Time,
}
