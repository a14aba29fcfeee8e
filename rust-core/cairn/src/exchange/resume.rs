//! Where an import goes on: how far a file is in, whatever became of it since, and up to where it is still what it was.

use super::{Fault, ImportError, Part, Place, Reached, Reader, Reading};
use crate::CoreError;
use crate::engine::Engine;

/// How files are read for an engine.
pub(super) fn reading(engine: &Engine, growing: bool) -> Reading<'_> {
    Reading { now: engine.clock().utc(), scratch: engine.scratch(), growing, onlooker: None }
}

/// How far a file is in, be it that it was shorter then than what tells files apart, or is now.
pub(super) fn reached(engine: &Engine, part: &Part, reader: &Reader) -> Result<Option<Reached>, ImportError> {
    let failed = |e: CoreError| Fault::Store(e).of(&part.label());
    if reader.is_database() {
        // The greatest row that is in: the program may have thrown away those that name the file.
        for reached in engine.database_imports(reader.format()).map_err(failed)? {
            if reader.goes_on_from(&reached.place)? {
                return Ok(Some(reached));
            }
        }
        // Without that row, but with the first one of a database that was beyond it: an older state, or another that came of it.
        return engine.import_place(reader.source()).map_err(failed);
    }
    if let Some(reached) = engine.import_place(reader.source()).map_err(failed)? {
        return Ok(Some(reached));
    }
    for short in engine.short_imports().map_err(failed)? {
        if reader.goes_on_from(&short.place)? {
            return Ok(Some(short));
        }
    }
    if reader.is_short().is_some() {
        for (source, mark) in engine.first_marks().map_err(failed)? {
            if reader.goes_on_from(&mark)? {
                return engine.import_place(source).map_err(failed);
            }
        }
    }
    Ok(None)
}

/// How far a changed file is what it was.
pub(super) struct Common {
    /// The last place up to which it is; none where that is its start.
    pub last: Option<Place>,
    /// What to say of it.
    pub fault: Fault,
}

/// Looks for the last place up to which a file is what it was when it was imported beyond that.
pub(super) fn common(
    engine: &Engine,
    part: &Part,
    reading: Reading<'_>,
    reached: &Reached,
) -> Result<Common, ImportError> {
    let reader = Reader::open(part, reading)?;
    if reader.is_database() {
        let (last, reached) = (reader.last_row(), reached.place.offset);
        let fault = if last < reached { Fault::FewerRows { last, reached } } else { Fault::OtherRows { reached } };
        return Ok(Common { last: None, fault });
    }
    let marks = engine.import_marks(reached.source).map_err(|e| Fault::Store(e).of(&part.label()))?;
    let mut last: Option<Place> = None;
    let mut ahead = marks.into_iter().map(Some).chain([None]);
    // Each from the start: a reader that missed its place is of no more use. Only a plain file is looked into where it is
    // needed; what is packed is read anew each time, which is rare and bounded by the number of marks.
    let missed = loop {
        match ahead.next().flatten().filter(|m| m.offset < reached.place.offset) {
            Some(mark) if Reader::open(part, reading)?.skip_to(&mark)? => last = Some(mark),
            Some(mark) => break mark.offset,
            None => break reached.place.offset,
        }
    };
    let (from, reached) = (last.map_or(0, |m| m.offset), reached.place.offset);
    // It is only shorter where all that is left of it was there, as far as that is known.
    let ends_before = Reader::open(part, reading)?.ends_before(missed)?;
    let fault = if ends_before { Fault::Shorter { from, reached } } else { Fault::Changed { from, reached } };
    Ok(Common { last, fault })
}
