//! Writes what is stored into files for other programs: streamed, and complete or not there at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use thiserror::Error;

use crate::CoreError;
use crate::engine::Engine;
use crate::model::{Report, TripId};
use crate::outbox::wire::{self, Metadata};

/// The formats that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A body of geosubmit, version 2, one report per line: everything that is stored.
    Geosubmit,
    /// GPX 1.1: the reports' places, one track per trip.
    Gpx,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// As what.
    pub format: ExportFormat,
    /// Which reports.
    pub selection: Selection,
}

/// Told the number of reports written so far, every few hundred; answers whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(u64) -> bool;

/// Reports between two calls of a [`Watch`]: some milliseconds.
const WATCH_EVERY: u64 = 256;

/// Why an export failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] CoreError),
    /// The export was stopped on request.
    #[error("stopped")]
    Cancelled,
    /// The file could not be written.
    #[error("cannot be written: {}", .0.kind())]
    Write(#[from] io::Error),
}

/// Writes reports, as far as today's zones and lists allow them out, into a file; answers how many. The file appears when it is
/// complete; an older one is kept until then.
///
/// # Errors
/// [`ExportError`]: then nothing is left behind.
pub fn export_to(engine: &Engine, options: ExportOptions, path: &Path, watch: Watch<'_>) -> Result<u64, ExportError> {
    let mut part = OsString::from(path);
    part.push(".part");
    let written = File::create(&part).map_err(ExportError::from).and_then(|file| {
        let mut out = BufWriter::new(file);
        let reports = export(engine, options, &mut out, watch)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&part, path)?;
        Ok(reports)
    });
    if written.is_err() {
        // What cannot be removed was not made, or says so itself when the next export is tried.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The same into anything that can be written to.
///
/// # Errors
/// [`ExportError`]; what was written until then is incomplete.
pub fn export(
    engine: &Engine,
    options: ExportOptions,
    out: &mut dyn Write,
    watch: Watch<'_>,
) -> Result<u64, ExportError> {
    let mut writer: Box<dyn Writer> = match options.format {
        ExportFormat::Geosubmit => Box::new(Geosubmit { written: 0 }),
        ExportFormat::Gpx => Box::new(Gpx { current: None }),
    };
    let mut written = 0;
    writer.begin(out)?;
    engine.reports(options.selection, |trip, report| {
        writer.report(out, trip, &report)?;
        written += 1;
        if written % WATCH_EVERY == 0 && !watch(written) {
            return Err(ExportError::Cancelled);
        }
        Ok(())
    })?;
    writer.end(out)?;
    out.flush()?;
    watch(written);
    Ok(written)
}

/// One format.
trait Writer {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;
    fn report(&mut self, out: &mut dyn Write, trip: TripId, report: &Report) -> io::Result<()>;
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

struct Geosubmit {
    written: u64,
}

impl Writer for Geosubmit {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"items\":[")
    }

    fn report(&mut self, out: &mut dyn Write, _: TripId, report: &Report) -> io::Result<()> {
        out.write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
        self.written += 1;
        // The owner's own data for the owner's own use: nothing is coarsened.
        Ok(serde_json::to_writer(out, &wire::item(report, Metadata::Full))?)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]}}")
    }
}

struct Gpx {
    current: Option<TripId>,
}

impl Writer for Gpx {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<gpx version="1.1" creator="Cairn" xmlns="http://www.topografix.com/GPX/1/1">"#)
    }

    fn report(&mut self, out: &mut dyn Write, trip: TripId, report: &Report) -> io::Result<()> {
        if self.current != Some(trip) {
            if self.current.is_some() {
                writeln!(out, "</trkseg></trk>")?;
            }
            writeln!(out, "<trk><name>Trip {}</name><trkseg>", trip.0)?;
            self.current = Some(trip);
        }
        point(out, report)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.current.is_some() {
            writeln!(out, "</trkseg></trk>")?;
        }
        writeln!(out, "</gpx>")
    }
}

fn point(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let fix = &report.fix;
    write!(out, r#"<trkpt lat="{:.7}" lon="{:.7}">"#, fix.place.lat(), fix.place.lon())?;
    if let Some(altitude) = fix.altitude {
        write!(out, "<ele>{:.2}</ele>", altitude.0)?;
    }
    if let Ok(time) = jiff::Timestamp::from_millisecond(fix.utc.0) {
        write!(out, "<time>{time}</time>")?;
    }
    writeln!(out, "</trkpt>")
}
