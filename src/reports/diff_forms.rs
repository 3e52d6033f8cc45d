//! What changed between two runs, as text for a terminal, as Markdown and as JSON. Nothing changed is nothing to read, but JSON
//! is an object always.

use super::diff::{Change, Diff, FailOn};
use super::markdown::plain;
use super::text::{json as json_text, line};
use serde_json::{Value, json};
use std::fmt::Write;

/// As many changes of one kind are told; JSON has all of them.
const TOLD: usize = 50;

impl Diff {
    /// The changes by kind, each with its name; what fails first.
    fn kinds(&self) -> [(&'static str, &[Change]); 5] {
        [
            ("worse", &self.worse),
            ("gone", &self.gone),
            ("changed", &self.changed),
            ("new", &self.new),
            ("better", &self.better),
        ]
    }

    /// What the new run itself is, if that alone keeps it from passing.
    fn warnings(&self) -> Vec<String> {
        let own = match self.new_exit_code {
            4 => Some("The new run is void: a control did not turn out as wanted.".to_owned()),
            5 => Some("In the new run nothing was asked.".to_owned()),
            _ => None,
        };
        own.into_iter()
            .chain(self.incomplete.iter().map(|sentence| format!("The new run is incomplete. {sentence}")))
            .collect()
    }

    /// A line for each change, for a terminal; nothing if nothing changed.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for sentence in self.warnings() {
            let _ = writeln!(out, "{}", line(&sentence, 300));
        }
        for (kind, changes) in self.kinds() {
            for change in changes.iter().take(TOLD) {
                let why = change.why.as_ref().map_or(String::new(), |why| format!("  {}", line(why, 200)));
                let _ = writeln!(out, "{kind:<8} {}  {}{why}", line(&change.id, 200), line(&arrow(change), 120));
            }
            if changes.len() > TOLD {
                let _ = writeln!(out, "{kind:<8} and {} more", changes.len() - TOLD);
            }
        }
        if !self.is_empty() {
            let _ = writeln!(out, "{}", self.summary());
        }
        out
    }

    /// A list for the page of a continuous integration run; nothing if nothing changed.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        if !self.is_empty() {
            let _ = writeln!(out, "## ouracle diff: {}\n", self.summary());
        }
        for sentence in self.warnings() {
            let _ = writeln!(out, "> {}\n", plain(&sentence, 400));
        }
        for (kind, changes) in self.kinds().into_iter().filter(|(_, changes)| !changes.is_empty()) {
            let _ = writeln!(out, "### {kind}\n");
            for change in changes.iter().take(TOLD) {
                let why = change.why.as_ref().map_or(String::new(), |why| format!(": {}", plain(why, 300)));
                let _ = writeln!(out, "- **{}** {}{why}", plain(&change.id, 200), plain(&arrow(change), 120));
            }
            if changes.len() > TOLD {
                let _ = writeln!(out, "- and {} more", changes.len() - TOLD);
            }
            out.push('\n');
        }
        out
    }

    /// An object with a list for each kind of change.
    pub fn to_json(&self, fail_on: FailOn) -> String {
        let listed = |changes: &[Change]| {
            let rows = changes
                .iter()
                .map(|change| json!({ "id": change.id, "old": change.old, "new": change.new, "why": change.why }));
            Value::Array(rows.collect())
        };
        let mut object: serde_json::Map<String, Value> =
            self.kinds().into_iter().map(|(kind, changes)| (kind.to_owned(), listed(changes))).collect();
        object.insert("incomplete".to_owned(), json!(self.incomplete));
        object.insert("void".to_owned(), json!(self.new_exit_code == 4));
        object.insert("exit_code".to_owned(), json!(self.exit_code(fail_on)));
        json_text(&Value::Object(object))
    }

    fn summary(&self) -> String {
        let parts = self.kinds().into_iter().filter(|(_, changes)| !changes.is_empty());
        parts.map(|(kind, changes)| format!("{} {kind}", changes.len())).collect::<Vec<_>>().join(", ")
    }
}

/// `right → wrong`.
fn arrow(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old == new => format!("still {new}"),
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("was {old}"),
        (None, Some(new)) => format!("is {new}"),
        (None, None) => String::new(),
    }
}
