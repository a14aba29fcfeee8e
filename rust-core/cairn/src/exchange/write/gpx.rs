//! GPX 1.1: where the reports were, one track per trip.

use std::io::{self, Write};

use super::Writer;
use super::text::time;
use crate::model::{Report, TripId};

#[derive(Default)]
pub struct Gpx {
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
    if let Some(time) = time(fix.utc) {
        write!(out, "<time>{time}</time>")?;
    }
    writeln!(out, "</trkpt>")
}
