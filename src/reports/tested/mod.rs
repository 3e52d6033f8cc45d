//! The forms of a test run: what an implementation answered, and what that says.

mod run;

pub(super) use run::KIND;
pub use run::{TestRun, TestWriter};
