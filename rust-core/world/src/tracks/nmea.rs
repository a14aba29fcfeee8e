//! What a GNSS receiver says on its wire (NMEA 0183): positions from `RMC`, heights from `GGA`.

use cairn::model::{LatLng, Metres, Millis};
use jiff::civil;
use jiff::tz::TimeZone;

use super::{Defect, Point};

/// Reads the valid positions of a log.
pub(super) fn read(text: &str) -> Result<Vec<Point>, Defect> {
    let mut points: Vec<Point> = Vec::new();
    let mut clock = "";
    for (index, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split(['*', ',']).collect();
        match fields[..] {
            [kind, time, "A", lat, south, lon, west, _, _, date, ..] if kind.ends_with("RMC") => {
                let defect = |what: &str| (format!("line {}", index + 1), what.to_owned());
                let lat = degrees(lat, south == "S").ok_or_else(|| defect("the latitude is no number"))?;
                let lon = degrees(lon, west == "W").ok_or_else(|| defect("the longitude is no number"))?;
                let place = LatLng::new(lat, lon).map_err(|e| defect(&e.to_string()))?;
                let utc = utc(date, time).ok_or_else(|| defect("the time cannot be read"))?;
                clock = time;
                points.push(Point { place, utc: Some(utc), altitude: None });
            }
            [kind, time, _, _, _, _, _, _, _, height, ..] if kind.ends_with("GGA") && time == clock => {
                if let Some(last) = points.last_mut() {
                    last.altitude = height.parse().ok().map(Metres);
                }
            }
            _ => {}
        }
    }
    Ok(points)
}

/// Degrees of `dddmm.mmmm`.
fn degrees(text: &str, negative: bool) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let whole = (number / 100.0).trunc();
    let degrees = whole + (number - whole * 100.0) / 60.0;
    Some(if negative { -degrees } else { degrees })
}

/// The moment of `ddmmyy` and `hhmmss`.
fn utc(date: &str, time: &str) -> Option<Millis> {
    let two = |text: &str, from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let date = civil::Date::new(2_000 + i16::from(two(date, 4)?), two(date, 2)?, two(date, 0)?).ok()?;
    let time = civil::Time::new(two(time, 0)?, two(time, 2)?, two(time, 4)?, 0).ok()?;
    let moment = date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
    Some(Millis(moment.timestamp().as_millisecond()))
}
