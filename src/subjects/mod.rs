//! Floor 7: other people's code, over a pipe. Messages, processes, judgement, and what a test run records.

mod address;
mod answer;
mod asking;
mod cause;
mod child;
mod controls;
mod conversation;
mod decimal;
mod declaration;
mod draws;
mod examine;
mod expected;
mod fault;
mod judge;
mod message;
mod opening;
mod plan;
pub mod record;
mod reply;
mod streams;

pub use address::{Address, AddressError};
pub use answer::serve;
pub use child::Limits;
pub use conversation::Conversation;
pub use decimal::nearest_double;
pub use declaration::{Ability, Hello, Subject};
pub use examine::{ExamineError, Options, Progress, examine};
pub use expected::{Expectation, ExpectedError, read_expected};
pub use fault::{Fault, FaultKind};
pub use message::{KEPT, PROTOCOL, Question, Value, kept};
pub use opening::OpeningError;
pub use record::Counts;
pub use reply::Answer;
pub use streams::Chatter;
