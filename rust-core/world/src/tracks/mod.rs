//! Reads recorded tracks and street maps. What comes out is plain points in order, with times where the file has them; making a
//! journey of them is [`crate::Journey`]'s.

mod gpx;
mod nmea;
mod osm;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use cairn::model::{LatLng, Metres, Millis};
use thiserror::Error;

pub use osm::{StreetMap, read_street_map};

/// A recorded point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Where.
    pub place: LatLng,
    /// When, in UTC, if the file tells.
    pub utc: Option<Millis>,
    /// Height as the file tells it.
    pub altitude: Option<Metres>,
}

/// Why a file could not be read: which, where in it, and what is wrong there.
#[derive(Debug, Error)]
#[error("{}, {place}: {what}", file.display())]
pub struct TrackError {
    /// The file.
    pub file: PathBuf,
    /// Where in it: a line, a byte, an element.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// A defect in the middle of a file: (where, what).
type Defect = (String, String);

/// Reads a track of any format known by its ending: `.gpx`, `.csv` (latitude and longitude, one point a second) or `.nmea`.
///
/// # Errors
/// [`TrackError`] when the file cannot be read, its ending is unknown, or a point is no place on earth.
pub fn read_track(file: &Path) -> Result<Vec<Point>, TrackError> {
    let fail = |(place, what)| TrackError { file: file.to_owned(), place, what };
    let text = fs::read_to_string(file).map_err(|e| fail(("start".into(), e.to_string())))?;
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("gpx") => gpx::read(&text),
        Some("csv") => table::read(&text),
        Some("nmea") => nmea::read(&text),
        _ => Err(("name".into(), "not a track format known by its ending".into())),
    }
    .map_err(fail)
}

/// Makes a place of two texts in degrees.
fn place(lat: &str, lon: &str) -> Result<LatLng, String> {
    let degrees = |text: &str| text.trim().parse::<f64>().map_err(|e| e.to_string());
    LatLng::new(degrees(lat)?, degrees(lon)?).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tracks;

    fn length(points: &[Point]) -> f64 {
        points.windows(2).map(|pair| pair[0].place.distance(pair[1].place).0).sum()
    }

    #[test]
    fn every_track_reads_with_its_points_and_its_length() {
        for (name, count, kilometres, timed) in [
            ("denver-1.csv", 1053, 12.6, false),
            ("denver-3.csv", 1466, 20.8, false),
            ("visnjan-car.gpx", 104, 2.7, true),
            ("korita-hike.gpx", 871, 27.6, false),
            ("garmin-run.gpx", 988, 12.8, true),
            ("with-accuracy.gpx", 3, 1.6, true),
            ("descent.nmea", 993, 14.4, true),
        ] {
            let points = read_track(&test_tracks().join(name)).unwrap();
            let found = length(&points) / 1_000.0;
            assert_eq!(points.len(), count, "{name}, {found} km");
            assert!((found - kilometres).abs() < 0.06, "{name}: {found} km");
            assert_eq!(points.iter().all(|point| point.utc.is_some()), timed, "{name}");
        }
    }

    #[test]
    fn a_broken_file_is_named_with_the_place_of_the_break() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, place) in [
            ("a.csv", "latitude,longitude\n60,24\n91,24\n", "line 3"),
            ("a.gpx", "<gpx><trkpt lat=\"60\" lon=\"24\"/><trkpt lat=\"x\" lon=\"24\"/></gpx>", "track point 2"),
            ("a.nmea", "$GPRMC,110124,A,9905.33,N,03858.58,E,152.6,86.2,310317,8.9,E,D*2E\n", "line 1"),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            let error = read_track(&file).unwrap_err();
            assert_eq!((error.file, error.place.as_str()), (file, place));
        }
    }
}
