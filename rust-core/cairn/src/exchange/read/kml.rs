//! KML. `WiGLE`'s has one placemark per network, where it was heard last or best: no sighting stands in it, only where each is
//! thought to be. Cairn's own has one per report, with all of it. What placemarks say: schemas/exchange/wigle.md, out.md.

use quick_xml::events::Event;

use super::fields::{number, radio, whole};
use super::geosubmit;
use super::wigle::identity;
use super::xml::{Xml, append, referred};
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Estimate, Estimated, Fault, KML_REPORT, when};
use crate::model::{CellKey, LatLng, Mac, Metres, Millis, Ssid};

/// What stands for the name of a hidden network.
const NAMELESS: &str = "(no SSID)";

pub(super) struct Kml {
    xml: Xml,
    now: Millis,
}

/// A placemark as far as it has been read.
#[derive(Default)]
struct Placemark {
    line: u64,
    name: String,
    description: String,
    coordinates: String,
    /// A report of Cairn's, as an item of geosubmit; empty in what others wrote.
    report: String,
}

impl Kml {
    pub fn new(input: Input, now: Millis) -> Result<Self, Fault> {
        Ok(Self { xml: Xml::new(input, "kml")?, now })
    }

    /// Reads a placemark from after its start to its end.
    fn placemark(&mut self, line: u64) -> Result<Placemark, Fault> {
        let mut mark = Placemark { line, ..Placemark::default() };
        let (mut inside, mut is_report) = (String::new(), false);
        loop {
            let event = self.xml.event()?;
            let text = match &event {
                Event::Start(start) => {
                    start.local_name().as_ref().clone_into(&mut inside);
                    if inside == "Data" {
                        let name = start.try_get_attribute("name").ok().flatten();
                        is_report = name.is_some_and(|name| name.value == KML_REPORT);
                    }
                    continue;
                }
                Event::End(end) if end.local_name().as_ref() == "Placemark" => return Ok(mark),
                Event::End(_) => {
                    inside.clear();
                    continue;
                }
                Event::Text(text) => (**text).to_owned(),
                Event::CData(text) => (**text).to_owned(),
                Event::GeneralRef(reference) => referred(reference).map(String::from).unwrap_or_default(),
                Event::Eof => return Err(Fault::CutOff),
                _ => continue,
            };
            match inside.as_str() {
                "name" => append(&mut mark.name, &text),
                "description" => append(&mut mark.description, &text),
                "coordinates" => append(&mut mark.coordinates, &text),
                "value" if is_report => append(&mut mark.report, &text),
                _ => {}
            }
        }
    }
}

impl Placemark {
    /// What stands behind a label in the description.
    fn told(&self, label: &str) -> Option<&str> {
        self.description.lines().find_map(|line| line.trim().strip_prefix(label)?.strip_prefix(':')).map(str::trim)
    }

    fn item(&self, now: Millis) -> Item {
        let read = if self.report.is_empty() {
            self.estimate(now).map(Item::Estimate)
        } else {
            geosubmit::item(self.report.as_bytes(), now).map(Item::Row)
        };
        read.unwrap_or_else(|why| Item::Bad(why, self.line))
    }

    fn estimate(&self, now: Millis) -> Result<Estimate, BadRow> {
        let id = self.told("Network ID").ok_or(BadRow::Placemark)?;
        let kind = self.told("Type").unwrap_or("WIFI").to_ascii_uppercase();
        let mac = || Mac::parse(id).map_err(|_| BadRow::Mac);
        let emitter = match kind.as_str() {
            "WIFI" => {
                let name = Some(self.name.trim()).filter(|n| *n != NAMELESS).unwrap_or_default();
                Estimated::Wifi { mac: mac()?, name: Some(Ssid::new(name.as_bytes())) }
            }
            "BT" | "BLE" => Estimated::Beacon(mac()?),
            "NFC" | "UNKNOWN" => return Err(BadRow::Unsupported),
            name => {
                let identity = identity(radio(name).map_err(|_| BadRow::Unsupported)?, id).ok_or(BadRow::Cell)?;
                Estimated::Cell(CellKey::try_from(identity).map_err(|_| BadRow::Cell)?)
            }
        };
        let mut numbers = self.coordinates.trim().split(',').map(|n| n.trim().parse::<f64>());
        let (Some(Ok(lon)), Some(Ok(lat))) = (numbers.next(), numbers.next()) else { return Err(BadRow::Position) };
        let place = LatLng::new(lat, lon).map_err(|_| BadRow::Position)?;
        if place.lat_e7() == 0 && place.lon_e7() == 0 {
            return Err(BadRow::NoFix);
        }
        // The app writes milliseconds and a time with its zone; the site only the latter.
        let millis = number(self.told("Timestamp"))?.and_then(whole::<i64>).map(Millis);
        let time = millis.or_else(|| when::read(self.told("Time")?).ok()).filter(|t| when::is_set(*t));
        let heard = time.map(|t| when::plausible(t, now)).transpose()?;
        let radius = number(self.told("Accuracy"))?.filter(|r| *r > 0.0).map(Metres);
        Ok(Estimate { emitter, place, radius, samples: None, heard })
    }
}

impl Rows for Kml {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let line = self.input().line();
            match self.xml.event()? {
                Event::Start(start) if start.local_name().as_ref() == "Placemark" => {
                    return Ok(Some(self.placemark(line)?.item(self.now)));
                }
                Event::End(end) if end.local_name().as_ref() == "kml" => return Ok(None),
                Event::Eof => return Err(Fault::CutOff),
                _ => {}
            }
        }
    }

    fn input(&self) -> &Input {
        self.xml.input()
    }

    fn input_mut(&mut self) -> &mut Input {
        self.xml.input_mut()
    }
}
