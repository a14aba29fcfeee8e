//! Files of other programs in, files for other programs out.
//!
//! Readers stream: whatever a file's size, little of it is in memory, and where they are is remembered so that an import that
//! was killed goes on there. What they read is judged by intake like everything that is heard.

mod bad;
mod export;
mod fault;
mod import;
mod input;
mod place;
mod read;
mod when;

use crate::model::{Fix, Scan, TripId};

pub use bad::{BadRow, BadRows, FIRST_LINES, Lines};
pub use export::{ExportError, ExportFormat, ExportOptions, Selection, Watch, export, export_to};
pub use fault::{Fault, ImportError};
pub use import::{ImportOptions, ImportSummary, Progress, run};
pub(crate) use place::START;
pub use place::{Place, SourceId};
pub use read::{CellExport, CellLine, CellRow, Format, Item, Reader, geolocate_query};

/// What stood in one place of a file: where the phone was, and what it heard there.
///
/// The fix's monotonic time is zero, and each entry's is minus its age.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where and when.
    pub fix: Fix,
    /// What was heard; nothing in a plain track, which only tells what ground was walked.
    pub scan: Scan,
}

impl Row {
    /// How many emitters were heard.
    pub fn heard(&self) -> usize {
        self.scan.wifi.len() + self.scan.cells.len() + self.scan.beacons.len()
    }
}

/// Rows that become durable together with the place that they reach in their file.
#[derive(Debug)]
pub struct Chunk {
    /// The file.
    pub source: SourceId,
    /// The end of the last row.
    pub place: Place,
    /// What was read since the last chunk.
    pub rows: Vec<Row>,
    /// Whether the reports go to the services.
    pub upload: bool,
    /// The trip that earlier chunks of the file went to; a new one where there is none.
    pub trip: Option<TripId>,
}

/// How far a file has been imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The end of the last row that is in.
    pub place: Place,
    /// The trip that its rows belong to.
    pub trip: TripId,
    /// Whether the trip's reports go to the services.
    pub upload: bool,
}
