//! GPX 1.0 and 1.1: the points of all tracks in the file, one after the other.

use cairn::model::{Metres, Millis};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Defect, Point, place};

/// Reads `trkpt` with `ele` and `time`; anything else is passed over.
pub(super) fn read(text: &str) -> Result<Vec<Point>, Defect> {
    let mut reader = Reader::from_str(text);
    let mut points = Vec::new();
    let mut inside = false;
    let mut field = String::new();
    loop {
        let event = reader.read_event().map_err(|e| (format!("byte {}", reader.error_position()), e.to_string()))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "trkpt" => {
                points.push(point(&tag).map_err(|what| (format!("track point {}", points.len() + 1), what))?);
                inside = true;
            }
            Event::Start(tag) => tag.local_name().as_ref().clone_into(&mut field),
            Event::Text(text) if inside => {
                let Some(last) = points.last_mut() else { continue };
                let text = text.into_inner();
                match field.as_str() {
                    "ele" => last.altitude = text.parse().ok().map(Metres),
                    "time" => last.utc = text.parse().ok().map(|time: Timestamp| Millis(time.as_millisecond())),
                    _ => {}
                }
            }
            Event::End(tag) => {
                inside &= tag.local_name().as_ref() != "trkpt";
                field.clear();
            }
            Event::Eof => return Ok(points),
            _ => {}
        }
    }
}

fn point(tag: &BytesStart) -> Result<Point, String> {
    let attribute = |name: &str| {
        let found = tag.try_get_attribute(name).map_err(|e| e.to_string())?;
        let found = found.ok_or_else(|| format!("no attribute {name}"))?;
        Ok::<_, String>(found.value.into_owned())
    };
    Ok(Point { place: place(&attribute("lat")?, &attribute("lon")?)?, utc: None, altitude: None })
}
