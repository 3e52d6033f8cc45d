//! Floor 7: reference cases, values computed elsewhere that are compared with our enclosures; and known-answer files, our values for others.

mod cases;
mod index;
mod known_answers;
mod verify;
mod write;

pub use cases::{Case, CaseFile, CaseFileError};
pub use index::index;
pub use known_answers::{KnownAnswers, known_answers};
pub use verify::{CaseResult, CaseVerdict, Summary, verify};
pub use write::{WriteError, Written, write};
