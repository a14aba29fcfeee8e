//! GPX 1.0 and 1.1: the points of its tracks. They say what ground was walked; nothing was heard there.

use std::io;

use quick_xml::Reader as Xml;
use quick_xml::events::{BytesStart, Event};

use super::fields::number;
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Fault, Row, when};
use crate::model::{Fix, LatLng, Metres, Millis, Scan};

pub(super) struct Gpx {
    xml: Xml<Input>,
    now: Millis,
    event: Vec<u8>,
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
        let mut xml = Xml::from_reader(input);
        // Reading may begin in the middle, where earlier starts are not known.
        xml.config_mut().check_end_names = false;
        xml.config_mut().allow_unmatched_ends = true;
        let mut new = Self { xml, now, event: Vec::new() };
        loop {
            match new.event()? {
                Event::Start(root) if root.local_name().as_ref() == "gpx" => return Ok(new),
                Event::Start(_) | Event::Empty(_) => return Err(Fault::UnknownFormat),
                Event::Eof => return Err(Fault::CutOff),
                _ => {}
            }
        }
    }

    fn event(&mut self) -> Result<Event<'_>, Fault> {
        self.xml.get_mut().new_row();
        self.event.clear();
        self.xml.read_event_into(&mut self.event).map_err(|e| match e {
            quick_xml::Error::Io(e) => io::Error::from(e.kind()).into(),
            quick_xml::Error::Syntax(_) => Fault::CutOff,
            _ => Fault::Malformed("XML"),
        })
    }

    /// Reads a point from after its start to its end.
    fn point(&mut self, mut point: Point) -> Result<Point, Fault> {
        let mut inside = String::new();
        loop {
            match self.event()? {
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
            let point = match self.event()? {
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
        self.xml.get_ref()
    }

    fn input_mut(&mut self) -> &mut Input {
        self.xml.get_mut()
    }
}

fn bad_or_row(point: Point, now: Millis) -> Item {
    let line = point.line;
    point.row(now).map_or_else(|why| Item::Bad(why, line), Item::Row)
}
