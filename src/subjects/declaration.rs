//! What a subject declares in its answer to `hello`: who it is, what it means by its numbers, what it can answer.

use crate::examination::{Conventions, Dtype};
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
