//! KML 2.2 (OGC 07-147r2): one folder per trip, one placemark per report with what was heard there, for the eye and, as an item of
//! geosubmit, for the way back; and KMZ, which is KML in a zip.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Writer;
use super::text;
use crate::exchange::{ExportError, KML_BEGINS, KML_REPORT};
use crate::model::{Detail, Report, Sighting, TripId};
use crate::outbox::wire::{self, Metadata};

#[derive(Default)]
pub struct Kml {
    current: Option<TripId>,
}

impl Writer for Kml {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<kml xmlns="http://www.opengis.net/kml/2.2">"#)?;
        out.write_all(KML_BEGINS)?;
        writeln!(out)
    }

    fn report(&mut self, out: &mut dyn Write, trip: TripId, report: &Report) -> io::Result<()> {
        if self.current != Some(trip) {
            if self.current.is_some() {
                writeln!(out, "</Folder>")?;
            }
            writeln!(out, "<Folder><name>Trip {}</name>", trip.0)?;
            self.current = Some(trip);
        }
        placemark(out, report)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.current.is_some() {
            writeln!(out, "</Folder>")?;
        }
        writeln!(out, "</Document></kml>")
    }
}

/// Members in the order that the schema asks for: name, description, time, data, geometry.
fn placemark(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let fix = &report.fix;
    let heard = report.sightings.len();
    write!(out, "<Placemark><name>{heard} heard</name><description>")?;
    for (n, sighting) in report.sightings.iter().enumerate() {
        // Viewers show it as HTML: what is escaped for XML alone would be markup again.
        let line = format!("{}{}", if n == 0 { "" } else { "<br/>" }, text::html(&words(sighting)));
        write!(out, "{}", text::xml(&line))?;
    }
    write!(out, "</description>")?;
    if let Some(time) = text::time(fix.utc) {
        write!(out, "<TimeStamp><when>{time}</when></TimeStamp>")?;
    }
    let item = serde_json::to_string(&wire::item(report, Metadata::Full))?;
    write!(
        out,
        "<ExtendedData><Data name=\"{KML_REPORT}\"><value>{}</value></Data></ExtendedData>",
        text::bare(&item)
    )?;
    // Heights are kept above the ellipsoid; a viewer would take them for heights above the sea, so points lie on the ground.
    write!(out, "<Point><coordinates>{:.7},{:.7}", fix.place.lon(), fix.place.lat())?;
    if let Some(altitude) = fix.altitude {
        write!(out, ",{:.2}", altitude.0)?;
    }
    writeln!(out, "</coordinates></Point></Placemark>")
}

/// A sighting as a line of text.
fn words(sighting: &Sighting) -> String {
    let mut words = match &sighting.detail {
        Detail::Wifi { mac, ssid, .. } => format!("WiFi {} {}", mac.to_wire(), text::visible(ssid)),
        Detail::Beacon { mac, .. } => format!("Bluetooth {}", mac.to_wire()),
        Detail::Cell { key, .. } => {
            let radio = key.radio().wire().to_ascii_uppercase();
            format!("{radio} {}-{} {} {}", key.mcc(), key.mnc(), key.area(), key.cell())
        }
    };
    if let Some(signal) = sighting.signal {
        let _ = write!(words, ", {} dBm", signal.0);
    }
    words
}

/// Packs what `write` writes as the document of a KMZ.
pub fn kmz(
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let broken = |e: zip::result::ZipError| ExportError::from(io::Error::from(e));
    let mut zip = ZipWriter::new_stream(out);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    zip.start_file("doc.kml", options).map_err(broken)?;
    let mut document = BufWriter::new(&mut zip);
    write(&mut document)?;
    document.flush()?;
    drop(document);
    zip.finish().map_err(broken)?;
    Ok(())
}
