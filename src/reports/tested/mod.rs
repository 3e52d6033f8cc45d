//! The forms of a test run: what an implementation answered, and what that says.

mod accuracy;
mod failures;
mod matrix;
mod page;
mod run;
mod words;

pub use page::to_html;
pub(super) use run::KIND;
pub use run::{TestRun, TestWriter};
