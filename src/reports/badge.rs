//! `badge.json`: the outcome in a few words, as shields.io reads it from an address. Green means exit code 0 and nothing else.

use super::records::Run;
use super::text::{count, grouped, json as json_text};
use serde_json::json;

/// The badge of a check.
pub fn to_badge(run: &Run) -> String {
    let counts = run.counts();
    let message = match run.exit_code() {
        5 => "nothing ran".to_owned(),
        4 => "void".to_owned(),
        1 => format!("{} not as expected", grouped(counts.refuted as u64)),
        3 if counts.undecided > 0 => format!("{} undecided", grouped(counts.undecided as u64)),
        0 if counts.claims == 0 => format!("{} refuted", count(counts.expected, "look-alike")),
        0 => format!("{} upheld", count(counts.upheld, "claim")),
        _ => "incomplete".to_owned(),
    };
    badge(run.exit_code(), &message)
}

/// A badge with these words, in the colour of an exit code.
pub(super) fn badge(exit_code: u8, message: &str) -> String {
    let color = match exit_code {
        0 => "brightgreen",
        1 => "red",
        3 => "orange",
        4 => "blueviolet",
        _ => "lightgrey",
    };
    let badge = json!({ "schemaVersion": 1, "label": "ouracle", "message": message, "color": color });
    json_text(&badge)
}
