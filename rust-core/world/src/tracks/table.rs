//! Tables of latitude and longitude, as map-matching tools ship them.

use super::{Defect, Point, place};

/// Reads rows of `latitude,longitude` under a header.
pub(super) fn read(text: &str) -> Result<Vec<Point>, Defect> {
    let mut points = Vec::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let line = format!("line {}", points.len() + 2);
        let row = row.map_err(|e| (line.clone(), e.to_string()))?;
        let field = |index| row.get(index).unwrap_or_default();
        let place = place(field(0), field(1)).map_err(|what| (line, what))?;
        points.push(Point { place, utc: None, altitude: None });
    }
    Ok(points)
}
