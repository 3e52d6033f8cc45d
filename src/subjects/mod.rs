//! Floor 6: other people's code, over a pipe. Messages, processes, judgement.

mod address;
mod child;
mod conversation;
mod decimal;
mod declaration;
mod fault;
mod message;
mod opening;
mod reply;
mod streams;

pub use address::{Address, AddressError};
pub use child::Limits;
pub use conversation::Conversation;
pub use decimal::nearest_double;
pub use declaration::{Ability, Conventions, Dtype, Hello, Log, Predicts, Reduce, Subject, Summation, TimeAxis};
pub use fault::{Fault, FaultKind};
pub use message::{PROTOCOL, Question, Value};
pub use opening::OpeningError;
pub use reply::Answer;
pub use streams::Chatter;
