//! What a judge may say, and what it must say with it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a formula is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    /// For all parameters at once: is the residue the zero polynomial?
    Proof,
    /// At stated points, with bounds on every error.
    Certificate,
    /// By sampling, with a stated false-alarm rate.
    Simulation,
}

impl Reading {
    /// All readings, in the order in which they run.
    pub const ALL: [Self; 3] = [Self::Proof, Self::Certificate, Self::Simulation];
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proof => "proof",
            Self::Certificate => "certificate",
            Self::Simulation => "simulation",
        })
    }
}

/// The answer of one judge. A proof that fails is not a refutation, an enclosure too wide is not a pass, and a simulation
/// proves nothing: it is consistent down to a resolution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// True for all parameters, under the rules and assumptions that the certificate lists.
    Proved,
    /// The enclosures agree at the points, and are narrower than the nearest wrong version.
    Certified,
    /// Not refuted by sampling; a discrepancy above the resolution would almost surely have been.
    Consistent {
        /// The smallest discrepancy that would have been refuted, in standard deviations of one draw.
        resolution: f64,
    },
    /// False, at a point, for a reason.
    Refuted {
        /// The point.
        at: String,
        /// The reason.
        by: String,
    },
    /// Neither.
    Undecided {
        /// Why not.
        why: String,
    },
}

impl Verdict {
    /// Whether the claim passed this reading.
    pub fn passed(&self) -> bool {
        matches!(self, Self::Proved | Self::Certified | Self::Consistent { .. })
    }

    /// Whether the claim was shown to be false.
    pub fn refuted(&self) -> bool {
        matches!(self, Self::Refuted { .. })
    }

    /// The verdict of several findings together: refuted if one is, passed only if all are, and never passed if empty.
    pub fn of_all<'a>(verdicts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut worst: Option<&Self> = None;
        let rank = |v: &Self| match v {
            Self::Proved => 0,
            Self::Certified => 1,
            Self::Consistent { .. } => 2,
            Self::Undecided { .. } => 3,
            Self::Refuted { .. } => 4,
        };
        for verdict in verdicts {
            let coarser = match (worst, verdict) {
                (Some(Self::Consistent { resolution: known }), Self::Consistent { resolution }) => resolution > known,
                (Some(known), verdict) => rank(verdict) > rank(known),
                (None, _) => true,
            };
            if coarser {
                worst = Some(verdict);
            }
        }
        worst.cloned().unwrap_or_else(|| Self::Undecided { why: "nothing was checked".to_owned() })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proved => f.write_str("proved"),
            Self::Certified => f.write_str("certified"),
            Self::Consistent { resolution } => write!(f, "consistent to {resolution:.2e} sd"),
            Self::Refuted { at, by } => write!(f, "refuted at {at}: {by}"),
            Self::Undecided { why } => write!(f, "undecided: {why}"),
        }
    }
}

/// One relation, or one statistic, judged; with the numbers behind the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The relation or statistic.
    pub relation: String,
    /// The verdict on it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The parameters, for readings at a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
    /// The statement as LaTeX, for proofs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latex: Option<String>,
    /// What the proof assumed not to vanish or to be positive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// Left minus right, enclosed; or the residue of a proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discrepancy: Option<String>,
    /// A lower bound of the size of a refuting discrepancy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<f64>,
    /// The draws, for simulations, with their evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<Draws>,
    /// The exported proof, kept out of the record stream and written beside it.
    #[serde(skip)]
    pub certificate: Option<serde_json::Value>,
}

/// The numbers of a simulated check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draws {
    /// Sample size, planned before the first draw.
    pub n: u64,
    /// The claimed value.
    pub claimed: f64,
    /// What was seen.
    pub observed: f64,
    /// The claimed standard deviation of one draw.
    pub deviation: f64,
    /// Evidence against the claim, in nats.
    pub evidence: f64,
    /// The evidence that refutes.
    pub threshold: f64,
    /// The smallest discrepancy that would almost surely be refuted, in standard deviations (relative, for variances).
    pub resolution: f64,
}

impl Finding {
    /// A finding without numbers.
    pub fn new(relation: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            relation: relation.into(),
            verdict,
            point: None,
            latex: None,
            assumed: Vec::new(),
            discrepancy: None,
            size: None,
            draws: None,
            certificate: None,
        }
    }
}
