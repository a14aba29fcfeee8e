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

/// Why an export failed.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] CoreError),
    /// The file could not be written.
    #[error("cannot be written: {}", .0.kind())]
    Write(#[from] io::Error),
}

/// Writes every report that today's zones and lists allow out into a file; answers how many. The file appears when it is
/// complete; an older one is kept until then.
///
/// # Errors
/// [`ExportError`]: then nothing is left behind.
pub fn export_to(engine: &Engine, format: ExportFormat, path: &Path) -> Result<u64, ExportError> {
    let mut part = OsString::from(path);
    part.push(".part");
    let written = File::create(&part).map_err(ExportError::from).and_then(|file| {
        let mut out = BufWriter::new(file);
        let reports = export(engine, format, &mut out)?;
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
pub fn export(engine: &Engine, format: ExportFormat, out: &mut dyn Write) -> Result<u64, ExportError> {
    let reports = match format {
        ExportFormat::Geosubmit => geosubmit(engine, out)?,
        ExportFormat::Gpx => gpx(engine, out)?,
    };
    out.flush()?;
    Ok(reports)
}

fn geosubmit(engine: &Engine, out: &mut dyn Write) -> Result<u64, ExportError> {
    let mut written = 0;
    write!(out, "{{\"items\":[")?;
    engine.reports(|_, report| {
        out.write_all(if written == 0 { b"\n" } else { b",\n" })?;
        // The owner's own data for the owner's own use: nothing is coarsened.
        serde_json::to_writer(&mut *out, &wire::item(&report, Metadata::Full)).map_err(io::Error::from)?;
        written += 1;
        Ok::<(), ExportError>(())
    })?;
    writeln!(out, "\n]}}")?;
    Ok(written)
}

fn gpx(engine: &Engine, out: &mut dyn Write) -> Result<u64, ExportError> {
    let mut written = 0;
    let mut current: Option<TripId> = None;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<gpx version="1.1" creator="Cairn" xmlns="http://www.topografix.com/GPX/1/1">"#)?;
    engine.reports(|trip, report| {
        if current != Some(trip) {
            if current.is_some() {
                writeln!(out, "</trkseg></trk>")?;
            }
            writeln!(out, "<trk><name>Trip {}</name><trkseg>", trip.0)?;
            current = Some(trip);
        }
        written += 1;
        Ok::<(), ExportError>(point(out, &report)?)
    })?;
    if current.is_some() {
        writeln!(out, "</trkseg></trk>")?;
    }
    writeln!(out, "</gpx>")?;
    Ok(written)
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
