//! Imports a file: reads rows, hands them to the engine in chunks, and goes on where an earlier import of the file ended.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::resume::{common, reached, reading};
use super::{
    BadRows, Chunk, Estimate, Fault, ImportError, ImportSummary, Item, Onlooker, Origin, Part, PartSummary, Place,
    Reader, Reading, Row, START, SourceId, parts,
};
use crate::engine::Engine;
use crate::model::TripId;

/// Rows per transaction: some ten milliseconds of work, so that what is heard meanwhile does not wait for long.
const CHUNK: usize = 1_000;

/// A place is remembered so many bytes after the last one: what is in doubt where a file was changed is not much more. Within
/// [`START`] every row's is, so that a short file is known again when it was cut.
const MARK_EVERY: u64 = 16 << 10;

/// What to do with a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Whether the reports go to the services.
    pub upload: bool,
    /// Where to begin in a file of which something is in.
    pub begin: Begin,
    /// Whether the file is still being written: what stands last in it waits for the rest.
    pub growing: bool,
}

/// Where an import begins in a file of which something is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// Where the last one ended; where the file was changed before that, nothing is taken.
    #[default]
    WhereItEnded,
    /// The same, but in a changed file behind the last place up to which it is what it was.
    WhereItIsTheSame,
    /// At its start, as if nothing of it were in.
    AtTheStart,
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
    /// What is being done.
    pub stage: Stage,
}

/// What an import is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Copies a database of another program and looks it over.
    Opening,
    /// Reads rows and takes them in.
    Reading,
}

/// Imports a file. After each chunk `progress` is told; `cancel`, once set, ends the import between two chunks, or while a
/// database is opened.
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
    let mut summary = ImportSummary::default();
    let parts = parts(path)?;
    let is_archive = parts.iter().any(Part::is_packed_with_others);
    for part in &parts {
        match run_part(engine, part, options, progress, cancel) {
            Ok(done) => summary.parts.push(done),
            Err(error) if !is_archive || error.fault.ends_all() => return Err(error),
            Err(ImportError { fault: Fault::UnknownFormat | Fault::Empty, .. }) => summary.passed_over += 1,
            // One bad file does not keep the others out.
            Err(error) => summary.failed.push(error),
        }
    }
    if summary.parts.is_empty() && summary.failed.is_empty() {
        return Err(Fault::NothingInside.of(path));
    }
    Ok(summary)
}

/// Imports one file, or one of an archive's.
pub(crate) fn run_part(
    engine: &Engine,
    part: &Part,
    options: ImportOptions,
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<PartSummary, ImportError> {
    let told = RefCell::new(&mut *progress);
    let tell = |bytes, size| (told.borrow_mut())(Progress { bytes, size, rows: 0, stage: Stage::Opening });
    let mut import = Import::begin(engine, part, options, Onlooker { progress: &tell, cancel })?;
    import.all(progress, cancel)?;
    Ok(import.summary)
}

struct Import<'a> {
    engine: &'a Engine,
    part: &'a Part,
    reader: Reader,
    upload: bool,
    trip: Option<TripId>,
    after: Option<(SourceId, u64)>,
    last_mark: u64,
    marks: Vec<Place>,
    rows: Vec<Row>,
    estimates: Vec<Estimate>,
    summary: PartSummary,
}

impl<'a> Import<'a> {
    fn begin(
        engine: &'a Engine,
        part: &'a Part,
        options: ImportOptions,
        onlooker: Onlooker<'_>,
    ) -> Result<Self, ImportError> {
        let reading = Reading { onlooker: Some(onlooker), ..reading(engine, options.growing) };
        let mut reader = Reader::open(part, reading)?;
        let reached = if options.begin == Begin::AtTheStart { None } else { reached(engine, part, &reader)? };
        let mut place = reached.map(|r| r.place);
        if let Some(reached) = &reached
            && !reader.skip_to(&reached.place)?
        {
            let common = common(engine, part, reading, reached)?;
            if options.begin != Begin::WhereItIsTheSame {
                return Err(common.fault.of(&part.label()));
            }
            reader = Reader::open(part, reading)?;
            place = common.last;
            if let Some(last) = &common.last {
                reader.skip_to(last)?;
            }
        }
        let summary = PartSummary {
            label: part.label(),
            source: reader.source(),
            format: reader.format(),
            rows: 0,
            heard: 0,
            estimates: 0,
            learned: 0,
            known: 0,
            bad: BadRows::default(),
            resumed_at: place.map(|p| p.line + 1),
        };
        let offset = place.map_or(0, |p| p.offset);
        Ok(Self {
            engine,
            part,
            reader,
            upload: options.upload,
            // One trip is sent or kept as a whole.
            trip: reached.filter(|r| r.upload == options.upload).map(|r| r.trip),
            after: reached.map(|r| (r.source, offset)),
            last_mark: offset,
            marks: Vec::new(),
            rows: Vec::with_capacity(CHUNK),
            estimates: Vec::new(),
            summary,
        })
    }

    fn all(&mut self, progress: &mut dyn FnMut(Progress), cancel: &AtomicBool) -> Result<(), ImportError> {
        for item in 1_usize.. {
            match self.reader.next_item() {
                Ok(Some(Item::Row(row))) => self.rows.push(row),
                Ok(Some(Item::Estimate(estimate))) => self.estimates.push(estimate),
                Ok(Some(Item::Bad(why, line))) => self.summary.bad.add(why, line),
                // Also where there is no way on, the rows before are good.
                end => {
                    self.store(progress)?;
                    return end.map(|_| ());
                }
            }
            self.mark();
            if item.is_multiple_of(CHUNK) {
                self.store(progress)?;
                if cancel.load(Ordering::Relaxed) {
                    return Err(Fault::Cancelled.of(&self.part.label()));
                }
            }
        }
        Ok(())
    }

    /// Remembers the place, where one is due.
    fn mark(&mut self) {
        if self.reader.is_database() {
            return;
        }
        let place = self.reader.place();
        if place.offset > self.last_mark
            && (place.offset <= START as u64 || place.offset - self.last_mark >= MARK_EVERY)
        {
            self.last_mark = place.offset;
            self.marks.push(place);
        }
    }

    fn store(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), ImportError> {
        if !self.rows.is_empty() || !self.estimates.is_empty() {
            let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(CHUNK));
            let estimates = std::mem::take(&mut self.estimates);
            self.summary.rows += rows.len() as u64;
            self.summary.heard += rows.iter().map(Row::heard).sum::<usize>() as u64;
            self.summary.estimates += estimates.len() as u64;
            let name = self.part.label().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let chunk = Chunk {
                source: self.reader.source(),
                origin: Origin { format: self.reader.format(), name },
                place: self.reader.place(),
                marks: std::mem::take(&mut self.marks),
                rows,
                estimates,
                upload: self.upload,
                trip: self.trip,
                after: self.after.take(),
            };
            let taken = self.engine.import(chunk).map_err(|e| Fault::Store(e).of(&self.part.label()))?;
            self.trip = Some(taken.trip);
            self.summary.learned += taken.learned;
            self.summary.known += taken.known;
        }
        let (bytes, size) = self.reader.progress();
        progress(Progress { bytes, size, rows: self.summary.rows + self.summary.estimates, stage: Stage::Reading });
        Ok(())
    }
}
