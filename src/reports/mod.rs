//! Floor 6: the reports. Everything here is made from the stream of records and from the pages of the claims.

mod bibliography;
mod cell_writer;
mod cells;
mod companions;
mod error;
mod formula;
mod html;
mod junit;
mod line;
mod map;
mod markdown;
mod merge;
mod outcome;
mod plot;
mod records;
mod rows;
mod scale;
mod section;
mod sweep;
mod text;
mod trouble;
mod write;
mod writer;

pub use cell_writer::CellWriter;
pub use cells::{CELLS, CellsError, Swept};
pub use companions::{conformance, look_alikes, traps};
pub use error::RecordsError;
pub use html::to_html;
pub use junit::to_junit;
pub use markdown::to_markdown;
pub use merge::merge;
pub use records::{Run, parse, read_records};
pub use sweep::write_sweep;
pub use write::{ReportError, to_json, write_all};
pub use writer::{RecordBuffer, RecordWriter};
