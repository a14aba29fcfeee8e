//! Imports a file: reads rows, hands them to the engine in chunks, and goes on where an earlier import of the file ended.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{BadRows, Chunk, Fault, Format, ImportError, Item, Reached, Reader, Row};
use crate::CoreError;
use crate::engine::Engine;
use crate::model::TripId;

/// Rows per transaction: some ten milliseconds of work, so that what is heard meanwhile does not wait for long.
const CHUNK: usize = 1_000;

/// What to do with a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Whether the reports go to the services.
    pub upload: bool,
    /// Whether to take the file in from its start though it, or its start, is in already.
    pub again: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that have been read.
    pub bytes: u64,
    /// The file's size in bytes.
    pub size: u64,
    /// Rows taken in.
    pub rows: u64,
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSummary {
    /// What the file was read as.
    pub format: Format,
    /// Good rows: places with what was heard there.
    pub rows: u64,
    /// Emitters heard in them.
    pub heard: u64,
    /// Rows that could not be read.
    pub bad: BadRows,
    /// The line, from 1, at which this import began; none where it began at the start.
    pub resumed_at: Option<u64>,
}

impl ImportSummary {
    /// Whether all of the file had been imported before.
    pub fn is_nothing_new(&self) -> bool {
        self.resumed_at.is_some() && self.rows == 0 && self.bad == BadRows::default()
    }
}

/// Imports a file. After each chunk `progress` is told; `cancel`, once set, ends the import between two chunks.
///
/// # Errors
/// [`ImportError`]; what `progress` told to be in is durable, and the next import of the file goes on after it.
pub fn run(
    engine: &Engine,
    path: &Path,
    options: ImportOptions,
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<ImportSummary, ImportError> {
    let mut import = Import::begin(engine, path, options)?;
    import.all(progress, cancel)?;
    Ok(import.summary)
}

struct Import<'a> {
    engine: &'a Engine,
    path: &'a Path,
    reader: Reader,
    upload: bool,
    trip: Option<TripId>,
    rows: Vec<Row>,
    summary: ImportSummary,
}

impl<'a> Import<'a> {
    fn begin(engine: &'a Engine, path: &'a Path, options: ImportOptions) -> Result<Self, ImportError> {
        let mut reader = Reader::open(path, engine.clock().utc())?;
        let reached =
            if options.again { None } else { Self::reached(engine, &reader).map_err(|e| Fault::Store(e).of(path))? };
        if let Some(reached) = &reached {
            reader.skip_to(&reached.place)?;
        }
        let summary = ImportSummary {
            format: reader.format(),
            rows: 0,
            heard: 0,
            bad: BadRows::default(),
            resumed_at: reached.map(|r| r.place.line + 1),
        };
        // One trip is sent or kept as a whole.
        let trip = reached.filter(|r| r.upload == options.upload).map(|r| r.trip);
        Ok(Self { engine, path, reader, upload: options.upload, trip, rows: Vec::with_capacity(CHUNK), summary })
    }

    /// How far the file is in, be it that it was shorter then than what tells files apart.
    fn reached(engine: &Engine, reader: &Reader) -> Result<Option<Reached>, CoreError> {
        if let Some(reached) = engine.import_place(reader.source())? {
            return Ok(Some(reached));
        }
        Ok(engine.short_imports()?.into_iter().find(|short| reader.starts_before(&short.place)))
    }

    fn all(&mut self, progress: &mut dyn FnMut(Progress), cancel: &AtomicBool) -> Result<(), ImportError> {
        for item in 1_usize.. {
            match self.reader.next_item() {
                Ok(Some(Item::Row(row))) => self.rows.push(row),
                Ok(Some(Item::Bad(why, line))) => self.summary.bad.add(why, line),
                // Also where there is no way on, the rows before are good.
                end => {
                    self.store(progress)?;
                    return end.map(|_| ());
                }
            }
            if item.is_multiple_of(CHUNK) {
                self.store(progress)?;
                if cancel.load(Ordering::Relaxed) {
                    return Err(Fault::Cancelled.of(self.path));
                }
            }
        }
        Ok(())
    }

    fn store(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), ImportError> {
        if !self.rows.is_empty() {
            let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(CHUNK));
            let added = rows.len() as u64;
            let heard: usize = rows.iter().map(Row::heard).sum();
            let (source, place) = (self.reader.source(), self.reader.place());
            let chunk = Chunk { source, place, rows, upload: self.upload, trip: self.trip };
            self.trip = Some(self.engine.import(chunk).map_err(|e| Fault::Store(e).of(self.path))?);
            self.summary.rows += added;
            self.summary.heard += heard as u64;
        }
        let (bytes, size) = self.reader.progress();
        progress(Progress { bytes, size, rows: self.summary.rows });
        Ok(())
    }
}
