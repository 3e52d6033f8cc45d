//! How many results of each verdict a test run has, and what exit code follows.

use super::{Control, FailOn, TestResult, Verdict};
use serde::{Deserialize, Serialize};

/// How many of each. A result counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Right answers.
    pub right: usize,
    /// Degraded answers.
    pub degraded: usize,
    /// Wrong answers that no entry of `--xfail` covers.
    pub wrong: usize,
    /// Undecided answers.
    pub undecided: usize,
    /// Questions that the subject does not claim to answer.
    pub unsupported: usize,
    /// Questions without an answer.
    pub faults: usize,
    /// Whatever is not right, but covered by an entry of `--xfail`.
    pub expected_failures: usize,
    /// Entries of `--xfail` that pass or are past their date. Results do not show them: the driver counts.
    pub stale: usize,
    /// Controls asked.
    pub controls: usize,
    /// Of these, as wanted.
    pub caught: usize,
}

impl Counts {
    /// Counts one more result.
    pub fn add(&mut self, result: &TestResult) {
        let count = match result.verdict {
            _ if result.failed_as_expected() => &mut self.expected_failures,
            Verdict::Right => &mut self.right,
            Verdict::Degraded => &mut self.degraded,
            Verdict::Wrong => &mut self.wrong,
            Verdict::Undecided => &mut self.undecided,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::Fault => &mut self.faults,
        };
        *count += 1;
    }

    /// Counts one more control.
    pub fn add_control(&mut self, control: &Control) {
        self.controls += 1;
        self.caught += usize::from(control.caught);
    }

    /// All results.
    pub fn results(&self) -> usize {
        self.tried() + self.unsupported
    }

    /// The questions that the subject was to answer, by its own word.
    pub fn tried(&self) -> usize {
        self.right + self.degraded + self.wrong + self.undecided + self.faults + self.expected_failures
    }

    /// The results that fail a run which fails on this verdict and on worse ones.
    pub fn failing(&self, fail_on: FailOn) -> usize {
        let degraded = if fail_on >= FailOn::Degraded { self.degraded } else { 0 };
        let undecided = if fail_on >= FailOn::Undecided { self.undecided } else { 0 };
        self.wrong + degraded + undecided
    }

    /// The exit code of a run with these counts: 4 (a control survived) beats 1 (something fails) beats 3 (a fault, an
    /// undecided answer, a stale entry, or an unsupported question where all are required) beats 0; 5 if nothing ran: there
    /// was no control, or the subject claims to answer nothing that was asked.
    pub fn exit_code(&self, fail_on: FailOn, required: bool) -> u8 {
        match self {
            _ if self.caught < self.controls => 4,
            _ if self.controls == 0 || self.tried() == 0 => 5,
            _ if self.failing(fail_on) > 0 => 1,
            _ if self.faults + self.undecided + self.stale > 0 => 3,
            _ if required && self.unsupported > 0 => 3,
            _ => 0,
        }
    }
}
