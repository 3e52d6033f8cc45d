//! Floor 6: other people's code, over a pipe. Messages, processes, judgement, and what a test run records.

pub mod record;

pub use record::Counts;
