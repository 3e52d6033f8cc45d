//! Reference cases: values computed elsewhere, compared with our enclosures.

mod cases;
mod verify;

pub use cases::{Case, CaseFile, CaseFileError};
pub use verify::{CaseResult, CaseVerdict, Summary, verify};
