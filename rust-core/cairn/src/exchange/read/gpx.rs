//! GPX 1.0 and 1.1: the points of its tracks. They say what ground was walked; nothing was heard there.

use quick_xml::events::{BytesStart, Event};

use super::fields::number;
use super::xml::Xml;
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Fault, Row, when};
use crate::model::{Fix, LatLng, Metres, Millis, Scan};

pub(super) struct Gpx {
    xml: Xml,
    now: Millis,
}

/// A point as far as it has been read.
#[derive(Default)]
struct Point {
    line: u64,
    place: Option<LatLng>,
    time: String,
    elevation: String,
    speed: String,
    course: String,
}

impl Gpx {
    pub fn new(input: Input, now: Millis) -> Result<Self, Fault> {
        Ok(Self { xml: Xml::new(input, "gpx")?, now })
    }

    /// Reads a point from after its start to its end.
    fn point(&mut self, mut point: Point) -> Result<Point, Fault> {
        let mut inside = String::new();
        loop {
            match self.xml.event()? {
                Event::Start(start) => start.local_name().as_ref().clone_into(&mut inside),
                Event::End(end) if end.local_name().as_ref() == "trkpt" => return Ok(point),
                Event::End(_) => inside.clear(),
                Event::Text(text) => {
                    let into = match inside.as_str() {
                        "time" => &mut point.time,
                        "ele" => &mut point.elevation,
                        "speed" => &mut point.speed,
                        "course" => &mut point.course,
                        _ => continue,
                    };
                    text.trim().clone_into(into);
                }
                Event::Eof => return Err(Fault::CutOff),
                _ => {}
            }
        }
    }
}

impl Point {
    fn begin(start: &BytesStart<'_>, line: u64) -> Self {
        let degrees = |name: &str| -> Option<f64> { start.try_get_attribute(name).ok()??.value.trim().parse().ok() };
        let place = degrees("lat").zip(degrees("lon")).and_then(|(lat, lon)| LatLng::new(lat, lon).ok());
        Self { line, place, ..Self::default() }
    }

    fn row(self, now: Millis) -> Result<Row, BadRow> {
        let place = self.place.ok_or(BadRow::Position)?;
        let time = when::plausible(when::read(&self.time)?, now)?;
        let fix = Fix {
            accuracy: None,
            altitude: number(Some(&self.elevation))?.map(Metres),
            speed: number(Some(&self.speed))?.filter(|s| *s >= 0.0),
            heading: number(Some(&self.course))?.filter(|c| (0.0..=360.0).contains(c)),
            ..Fix::gnss(Millis(0), time, place, Metres(0.0))
        };
        Ok(Row { fix, scan: Scan::default() })
    }
}

impl Rows for Gpx {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let now = self.now;
            let line = self.input().line();
            let point = match self.xml.event()? {
                Event::Start(start) if start.local_name().as_ref() == "trkpt" => Point::begin(&start, line),
                Event::Empty(start) if start.local_name().as_ref() == "trkpt" => {
                    return Ok(Some(bad_or_row(Point::begin(&start, line), now)));
                }
                Event::End(end) if end.local_name().as_ref() == "gpx" => return Ok(None),
                Event::Eof => return Err(Fault::CutOff),
                _ => continue,
            };
            return Ok(Some(bad_or_row(self.point(point)?, now)));
        }
    }

    fn input(&self) -> &Input {
        self.xml.input()
    }

    fn input_mut(&mut self) -> &mut Input {
        self.xml.input_mut()
    }
}

fn bad_or_row(point: Point, now: Millis) -> Item {
    let line = point.line;
    point.row(now).map_or_else(|why| Item::Bad(why, line), Item::Row)
}
