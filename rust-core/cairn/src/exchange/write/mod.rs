//! One writer per format. Each writes what it is given, row by row, and never more of it than a row is in memory.
//!
//! Nothing here decides what may be written, and nothing names the phone: no model, no id, no version of its system.

mod database;
mod geojson;
mod geosubmit;
mod gpx;
mod kml;
mod microg;
mod text;
mod wigle;

use std::io::{self, Write};

pub(super) use database::database;
pub(super) use geojson::GeoJson;
pub(super) use geosubmit::Geosubmit;
pub(super) use gpx::Gpx;
pub(super) use kml::{Kml, kmz};
pub(super) use microg::microg;
pub(super) use wigle::Wigle;

use crate::model::{Report, TripId};

/// One format whose rows are reports.
pub(super) trait Writer {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;
    fn report(&mut self, out: &mut dyn Write, trip: TripId, report: &Report) -> io::Result<()>;
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

#[cfg(test)]
mod tests;
