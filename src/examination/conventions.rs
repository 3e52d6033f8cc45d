//! What a subject says of itself once, so that the expected answer is unique.

use serde::{Deserialize, Serialize};

/// The conventions that a subject declares; what it leaves out is the first of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conventions {
    /// The direction of its time.
    pub time: Time,
    /// The field that its network stands for.
    pub predicts: Predicts,
    /// What it makes of the dimensions in a log-density.
    pub reduce: Reduce,
    /// The unit of its logarithms.
    pub log: Log,
    /// How it adds over dimensions, which says how much rounding is no fault.
    pub sum: Sum,
}

/// The direction of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Time {
    /// Data at `t = 0`, noise at the horizon.
    #[default]
    #[serde(rename = "data-at-0")]
    DataAtZero,
    /// Noise at `t = 0`, data at the horizon: its time is ours taken from the horizon.
    #[serde(rename = "data-at-1")]
    DataAtOne,
}

/// What a network predicts at a noised point `y`, from the score `s`, the signal coefficient `φ` and the variance `w` given the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Predicts {
    /// `s`.
    #[default]
    Score,
    /// `ε = −√w s`.
    Epsilon,
    /// `x₀ = (y + w s)/φ`.
    X0,
    /// `v = φε − √w x₀`.
    V,
}

/// What becomes of a sum over dimensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduce {
    /// It stays a sum.
    #[default]
    Sum,
    /// It is divided by their number.
    Mean,
}

/// The unit of a logarithm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Natural.
    #[default]
    Nat,
    /// To base 2.
    Bit,
}

/// The order of additions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sum {
    /// In pairs, or otherwise compensated: rounding does not grow with the number of terms.
    #[default]
    Pairwise,
    /// One after the other.
    Plain,
}
