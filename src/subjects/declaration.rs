//! What a subject declares in its answer to `hello`: who it is, what it means by its numbers, what it can answer.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// The whole declaration, with defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// Who it is.
    pub subject: Subject,
    /// What it means by its numbers.
    pub conventions: Conventions,
    /// The quantities it can answer, by name.
    pub able: BTreeMap<String, Ability>,
}

/// What a subject calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The language it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
}

/// What a subject means by its numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conventions {
    /// At which end of the time axis the data are.
    pub time: TimeAxis,
    /// What its network would predict.
    pub predicts: Predicts,
    /// What it does over dimensions.
    pub reduce: Reduce,
    /// The unit of its logarithms.
    pub log: Log,
    /// How it adds over dimensions.
    pub sum: Summation,
}

/// At which end of the time axis the data are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeAxis {
    /// Noise grows with t.
    #[default]
    #[serde(rename = "data-at-0")]
    DataAt0,
    /// Noise shrinks with t: the time of the question is the horizon minus t.
    #[serde(rename = "data-at-1")]
    DataAt1,
}

/// What a network predicts of a state z = α x + σ ε.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Predicts {
    /// The score ∇ log p.
    #[default]
    Score,
    /// The noise ε.
    Epsilon,
    /// The data x.
    X0,
    /// The velocity α ε − σ x.
    V,
}

/// What is done over dimensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduce {
    /// Their sum.
    #[default]
    Sum,
    /// Their mean.
    Mean,
}

/// The unit of a logarithm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Base e.
    #[default]
    Nat,
    /// Base 2.
    Bit,
}

/// How many terms are added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Summation {
    /// In pairs, or better: the error does not grow with the number of terms to speak of.
    #[default]
    Pairwise,
    /// One after the other.
    Plain,
}

/// A type of floating-point numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// binary64.
    #[default]
    F64,
    /// binary32.
    F32,
    /// The upper half of binary32.
    Bf16,
    /// binary16.
    F16,
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        })
    }
}

/// How a subject can answer a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ability {
    /// The types it computes in.
    #[serde(default = "doubles")]
    pub dtype: Vec<Dtype>,
    /// The order of its method in the length of a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<NonZeroU32>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn doubles() -> Vec<Dtype> {
    vec![Dtype::F64]
}

impl Default for Ability {
    fn default() -> Self {
        Self { dtype: doubles(), order: None, note: None }
    }
}
