//! Floor 6: the ledger. Runs claims with their controls, and streams what it found.

mod audit;
mod cells;
mod decide;
mod figures;
mod grid;
mod plans;
mod record;
mod run;
mod sweep;

pub use audit::{AuditOptions, AuditRow, COUNTABLE, Counted, RATE, audit_judges};
pub use cells::{Bounds, Cause, Cell, SweepHeader};
pub use decide::decide;
pub use figures::COUNT as FIGURES;
pub use grid::GridError;
pub use record::{
    CheckRecord, ClaimRecord, ControlRecord, Counts, Environment, Figure, Footer, Header, Mark, Record, Series,
    Standing, Time,
};
pub use run::{DEFAULT_FALSE_ALARM, DEFAULT_SEED, LedgerError, Options, Shard, available_jobs, run, units};
pub use sweep::{Sweep, SweepError, SweepOptions};
