//! The driver's words for what can happen instead of an answer. A subject never says them of itself.

use serde::{Deserialize, Serialize};

/// What the driver saw instead of an answer: neither a pass nor a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {detail}")]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What it was.
    pub kind: FaultKind,
    /// At which question, and how: the code or the signal, or what is wrong with the answer.
    pub detail: String,
    /// The last lines of the subject's standard error, oldest first, clipped.
    pub stderr: Vec<String>,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// No answer in time.
    Timeout,
    /// The subject ended with a code other than 0, or by a signal.
    Crashed,
    /// The subject closed its standard output, or ended with code 0, without an answer.
    Silence,
    /// An answer that is none by the protocol.
    Protocol,
    /// A line longer than an answer may be, or more noise than anyone can mean.
    Flood,
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Timeout => "timeout",
            Self::Crashed => "crashed",
            Self::Silence => "silence",
            Self::Protocol => "protocol",
            Self::Flood => "flood",
        })
    }
}
