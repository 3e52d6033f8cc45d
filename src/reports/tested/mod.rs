//! The forms of a test run: what an implementation answered, and what that says.

mod accuracy;
mod blind;
mod failures;
mod junit;
mod markdown;
mod matrix;
mod page;
mod run;
mod summary;
mod terminal;
mod words;

pub(super) use junit::to_junit;
pub(super) use markdown::to_markdown;
pub(super) use page::to_html;
pub(super) use run::KIND;
pub use run::{TestRun, TestWriter};
pub(super) use summary::{to_badge, to_json, to_sarif};
pub(super) use terminal::to_terminal;
pub(super) use words::{cause, why};
