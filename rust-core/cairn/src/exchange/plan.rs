//! What an import would do, before anything is done.

use std::path::PathBuf;

use super::{Begin, Fault, Format, ImportError, ImportOptions, Part, Reader, Reading, Stream, parts, resume};
use crate::engine::Engine;
use crate::model::Millis;

/// One file that would be read, or could not.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The stream it belongs to.
    pub stream: PathBuf,
    /// What it is called.
    pub label: PathBuf,
    /// What it would be read as, and from where; else why it would not.
    pub how: Result<Beginning, Fault>,
}

/// How the reading of a file would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// What it would be read as.
    pub format: Format,
    /// Bytes of the file as it lies on the disk.
    pub size: u64,
    /// The unpacked byte from which it would be read; for a database, the number of the last row that is in.
    pub offset: u64,
    /// The line of that byte, from 1.
    pub line: u64,
}

/// Which files would be read of streams, in which order, as what, from where. Nothing is taken in. Without an engine there is
/// no database yet: everything would be read from its start.
///
/// # Errors
/// [`ImportError`] where the database cannot be read.
pub fn plan(
    engine: Option<&Engine>,
    streams: &[Stream],
    options: ImportOptions,
    now: Millis,
) -> Result<Vec<Planned>, ImportError> {
    let scratch = std::env::temp_dir().join(format!("cairn-plan-{}", std::process::id()));
    let reading = Reading { now, scratch: engine.map_or(&scratch, |e| e.scratch()), growing: true, onlooker: None };
    let mut planned = Vec::new();
    for stream in streams {
        for file in &stream.files {
            let mut add = |label, how| planned.push(Planned { stream: stream.name.clone(), label, how });
            match parts(file) {
                Err(error) => add(file.clone(), Err(error.fault)),
                Ok(parts) => {
                    for part in parts {
                        match beginning(engine, &part, reading, options) {
                            Err(error) if matches!(error.fault, Fault::Store(_)) => return Err(error),
                            how => add(part.label(), how.map_err(|e| e.fault)),
                        }
                    }
                }
            }
        }
    }
    Ok(planned)
}

fn beginning(
    engine: Option<&Engine>,
    part: &Part,
    reading: Reading<'_>,
    options: ImportOptions,
) -> Result<Beginning, ImportError> {
    let mut reader = Reader::open(part, reading)?;
    let (format, (_, size)) = (reader.format(), reader.progress());
    let from_start = Beginning { format, size, offset: 0, line: 1 };
    let Some(engine) = engine.filter(|_| options.begin != Begin::AtTheStart) else { return Ok(from_start) };
    let Some(reached) = resume::reached(engine, part, &reader)? else { return Ok(from_start) };
    let mut place = Some(reached.place);
    if !reader.skip_to(&reached.place)? {
        let common = resume::common(engine, part, reading, &reached)?;
        if options.begin != Begin::WhereItIsTheSame {
            return Err(common.fault.of(&part.label()));
        }
        place = common.last;
    }
    Ok(place.map_or(from_start, |p| Beginning { format, size, offset: p.offset, line: p.line + 1 }))
}
