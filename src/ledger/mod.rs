//! Floor 5: the ledger. Runs claims with their controls, and streams what it found.

mod audit;
mod decide;
mod figures;
mod plans;
mod record;
mod run;

pub use audit::{AuditOptions, AuditRow, COUNTABLE, Counted, RATE, audit_judges};
pub use decide::decide;
pub use figures::COUNT as FIGURES;
pub use record::{
    CheckRecord, ClaimRecord, ControlRecord, Counts, Environment, Figure, Footer, Header, Mark, Record, Series,
    Standing, Time,
};
pub use run::{DEFAULT_FALSE_ALARM, DEFAULT_SEED, LedgerError, Options, Shard, run};
