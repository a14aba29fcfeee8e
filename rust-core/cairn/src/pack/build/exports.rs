//! Cell exports of Mozilla's location service and `OpenCellID`, into a pack.

use std::path::Path;

use super::{Builder, CellSource, PackError, Phase, Progress, Watch};
use crate::exchange::{BadRows, CellExport, CellRow, ImportError};
use crate::model::{Metres, Millis};

/// What came of reading an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellsRead {
    /// Cells in it, whether or not they go into the pack.
    pub cells: u64,
    /// Rows that could not be read; CDMA, which no location service takes, is among them as unsupported.
    pub bad: BadRows,
}

/// Why an export could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum CellsError {
    /// It cannot be read.
    #[error(transparent)]
    Export(#[from] ImportError),
    /// The pack cannot be written.
    #[error(transparent)]
    Pack(#[from] PackError),
}

/// An export's range is the farthest that a cell was heard. Heard evenly within a disc, the root mean square is 0.7 of that, and
/// the farthest of many sightings is an outlier as often as not.
const RANGE_TO_RADIUS: f64 = 0.5;

/// Where an export tells no range: as the phone takes cells that it knows nothing else of.
const USUAL_RADIUS: Metres = Metres(900.0);

/// Lines between two calls of a watch.
const WATCH_EVERY: u64 = 1 << 13;

impl Builder {
    /// Takes the cells of an export, plain or gzip, with or without a heading.
    ///
    /// # Errors
    /// [`CellsError`]; [`PackError::Cancelled`] where the watch answers so.
    pub fn add_cells_file(&mut self, path: &Path, watch: Watch<'_>) -> Result<CellsRead, CellsError> {
        let mut export = CellExport::open(path)?;
        let mut read = CellsRead::default();
        for line in 0_u64.. {
            let (done, total) = export.progress();
            if line.is_multiple_of(WATCH_EVERY) && !watch(Progress { phase: Phase::Reading, done, total }) {
                return Err(PackError::Cancelled.into());
            }
            match export.next_line()? {
                Some(Ok(row)) => {
                    read.cells += 1;
                    self.add_cell(&source(&row))?;
                }
                Some(Err((why, line))) => read.bad.add(why, line),
                None => break,
            }
        }
        Ok(read)
    }
}

fn source(row: &CellRow) -> CellSource {
    let day = |time: Millis| u32::try_from(time.0 / Millis::from_days(1).0).unwrap_or(0);
    CellSource {
        key: row.key,
        place: row.place,
        radius: row.range.map_or(USUAL_RADIUS, |r| Metres(r.0 * RANGE_TO_RADIUS)),
        sightings: row.samples.unwrap_or(1),
        last_day: row.updated.or(row.created).map_or(0, day),
    }
}
