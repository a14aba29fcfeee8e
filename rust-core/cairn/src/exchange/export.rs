//! Writes what is stored into files for other programs: streamed, and complete or not there at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use thiserror::Error;

use super::write::{self, Writer};
use super::{Filter, Kinds};
use crate::CoreError;
use crate::engine::Engine;
use crate::model::EmitterKind;

/// The formats that can be written. What stands in each: `schemas/exchange/out.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A body of geosubmit, version 2, one report per line: everything that is stored.
    Geosubmit,
    /// GPX 1.1: the reports' places, one track per trip.
    Gpx,
    /// KML 2.2: the reports' places, each with what was heard there, one folder per trip.
    Kml,
    /// The same, packed as KMZ.
    Kmz,
    /// `GeoJSON` (RFC 7946): one point per report, with what was heard there.
    GeoJson,
    /// `WiGLE`'s CSV 1.6: one line per sighting.
    Wigle,
    /// What microG imports: where access points are that stay where they are, CSV packed with gzip.
    MicrogWifi,
    /// The same of cells.
    MicrogCells,
    /// A database of Cairn's own that can be given away.
    Database,
}

impl ExportFormat {
    /// Whether its rows are emitters that were learned, and not reports.
    pub const fn is_learned(self) -> bool {
        matches!(self, Self::MicrogWifi | Self::MicrogCells)
    }
}

/// Which reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All that are stored.
    #[default]
    All,
    /// Those that some service refused.
    Quarantined,
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExportOptions {
    /// As what.
    pub format: ExportFormat,
    /// Which reports.
    pub selection: Selection,
    /// Which part of them.
    pub filter: Filter,
}

impl ExportOptions {
    /// All there is.
    pub fn new(format: ExportFormat) -> Self {
        Self { format, selection: Selection::All, filter: Filter::default() }
    }
}

/// Told the number of rows written so far, every few hundred; answers whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(u64) -> bool;

/// Rows between two calls of a [`Watch`]: some milliseconds.
const WATCH_EVERY: u64 = 256;

/// Why an export failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database could not be read, or what is wanted cannot be had in this format.
    #[error(transparent)]
    Store(#[from] CoreError),
    /// The export was stopped on request.
    #[error("stopped")]
    Cancelled,
    /// The file could not be written.
    #[error("cannot be written: {}", .0.kind())]
    Write(#[from] io::Error),
}

impl From<crate::store::StoreError> for ExportError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Store(error.into())
    }
}

/// Writes reports, or emitters, as far as today's zones and lists allow them out, into a file; answers how many. The file
/// appears when it is complete; an older one is kept until then.
///
/// # Errors
/// [`ExportError`]: then nothing is left behind.
pub fn export_to(engine: &Engine, options: ExportOptions, path: &Path, watch: Watch<'_>) -> Result<u64, ExportError> {
    check(options)?;
    let mut part = OsString::from(path);
    part.push(".part");
    let written = if options.format == ExportFormat::Database {
        write::database(engine, options, Path::new(&part), watch)
    } else {
        File::create(&part).map_err(ExportError::from).and_then(|file| {
            let mut out = BufWriter::new(file);
            let rows = export(engine, options, &mut out, watch)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            Ok(rows)
        })
    };
    let written = written.and_then(|rows| {
        fs::rename(&part, path)?;
        Ok(rows)
    });
    if written.is_err() {
        // What cannot be removed was not made, or says so itself when the next export is tried.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The same into anything that can be written to, for all formats but a database.
///
/// # Errors
/// [`ExportError`]; what was written until then is incomplete.
pub fn export(
    engine: &Engine,
    options: ExportOptions,
    out: &mut dyn Write,
    watch: Watch<'_>,
) -> Result<u64, ExportError> {
    check(options)?;
    let mut count = Count { rows: 0, watch };
    match options.format {
        ExportFormat::Geosubmit => reports(engine, options, &mut write::Geosubmit::default(), out, &mut count),
        ExportFormat::Gpx => reports(engine, options, &mut write::Gpx::default(), out, &mut count),
        ExportFormat::Kml => reports(engine, options, &mut write::Kml::default(), out, &mut count),
        ExportFormat::Kmz => {
            write::kmz(out, |out| reports(engine, options, &mut write::Kml::default(), out, &mut count))
        }
        ExportFormat::GeoJson => reports(engine, options, &mut write::GeoJson::default(), out, &mut count),
        ExportFormat::Wigle => reports(engine, options, &mut write::Wigle, out, &mut count),
        ExportFormat::MicrogWifi => write::microg(out, EmitterKind::Wifi, |each| {
            learned(engine, options.filter, EmitterKind::Wifi, each, &mut count)
        }),
        ExportFormat::MicrogCells => write::microg(out, EmitterKind::Cell, |each| {
            learned(engine, options.filter, EmitterKind::Cell, each, &mut count)
        }),
        ExportFormat::Database => {
            Err(CoreError::BadInput("a database can only be written into a file".to_owned()).into())
        }
    }?;
    out.flush()?;
    (count.watch)(count.rows);
    Ok(count.rows)
}

/// Refuses what a format cannot tell.
fn check(options: ExportOptions) -> Result<(), CoreError> {
    let refuse = |why: &str| Err(CoreError::BadInput(why.to_owned()));
    let Filter { from, to, trip, .. } = options.filter;
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return refuse("the end of the time that is wanted does not come after its beginning");
    }
    if !options.format.is_learned() {
        return Ok(());
    }
    if trip.is_some() || options.selection == Selection::Quarantined {
        return refuse(
            "what microG imports is learned over all trips: it cannot be cut to one, nor to refused reports",
        );
    }
    let Kinds { wifi, cells, .. } = options.filter.kinds;
    let wanted = if options.format == ExportFormat::MicrogWifi { wifi } else { cells };
    if wanted { Ok(()) } else { refuse("the format holds one kind of emitter, and another is wanted") }
}

/// Counts rows and asks whether to go on.
pub(super) struct Count<'a> {
    pub rows: u64,
    pub watch: Watch<'a>,
}

impl Count<'_> {
    pub fn one(&mut self) -> Result<(), ExportError> {
        self.rows += 1;
        let goes_on = !self.rows.is_multiple_of(WATCH_EVERY) || (self.watch)(self.rows);
        if goes_on { Ok(()) } else { Err(ExportError::Cancelled) }
    }
}

fn reports(
    engine: &Engine,
    options: ExportOptions,
    writer: &mut dyn Writer,
    out: &mut dyn Write,
    count: &mut Count<'_>,
) -> Result<(), ExportError> {
    writer.begin(out)?;
    engine.reports_of(options.selection, options.filter, |trip, report| {
        writer.report(out, trip, &report)?;
        count.one()
    })?;
    Ok(writer.end(out)?)
}

/// Tells emitters whose place is well known and that do not travel.
fn learned(
    engine: &Engine,
    filter: Filter,
    kind: EmitterKind,
    each: &mut dyn FnMut(&crate::engine::LearnedEmitter) -> io::Result<()>,
    count: &mut Count<'_>,
) -> Result<(), ExportError> {
    // Days are all that is known of when: one that has begun before the time's end, and ends after its beginning.
    let day = |utc: crate::model::Millis| utc.0.div_euclid(86_400_000);
    engine.learned(kind, |emitter| {
        let last = i64::from(emitter.learned.last_day());
        let in_time =
            filter.from.is_none_or(|from| last >= day(from)) && filter.to.is_none_or(|to| last * 86_400_000 < to.0);
        let in_place = filter.area.is_none_or(|area| area.holds(emitter.learned.place()));
        if !in_time || !in_place || !emitter.learned.is_settled() || emitter.learned.is_mobile() {
            return Ok(());
        }
        each(&emitter)?;
        count.one()
    })
}
