//! `GeoJSON` (RFC 7946): one point per report, its properties named as in geosubmit.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Writer;
use super::text;
use crate::model::{Report, TripId};
use crate::outbox::wire::{self, Metadata};

#[derive(Default)]
pub struct GeoJson {
    begun: bool,
}

impl Writer for GeoJson {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, r#"{{"type":"FeatureCollection","features":["#)
    }

    fn report(&mut self, out: &mut dyn Write, trip: TripId, report: &Report) -> io::Result<()> {
        out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        Ok(serde_json::to_writer(out, &feature(trip, report)?)?)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n]}}")
    }
}

fn feature(trip: TripId, report: &Report) -> io::Result<Value> {
    let fix = &report.fix;
    let mut properties = serde_json::to_value(wire::item(report, Metadata::Full))?;
    let mut coordinates = vec![json!(fix.place.lon()), json!(fix.place.lat())];
    coordinates.extend(fix.altitude.map(|a| json!(a.0)));
    if let Some(properties) = properties.as_object_mut() {
        // What the geometry says is not said twice.
        if let Some(Value::Object(position)) = properties.remove("position") {
            let besides = |name: &String| !matches!(name.as_str(), "latitude" | "longitude" | "altitude" | "age");
            properties.extend(position.into_iter().filter(|(name, _)| besides(name)));
        }
        properties.insert("trip".to_owned(), trip.0.into());
        properties.extend(text::time(fix.utc).map(|time| ("time".to_owned(), time.to_string().into())));
    }
    Ok(json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": coordinates },
        "properties": properties,
    }))
}
