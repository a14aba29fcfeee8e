//! Kismet's netxml, of before its database: one element per network, with the box in which it was heard and the place where it
//! was strongest. No sighting stands in it. What the elements say: schemas/exchange/kismet.md.

use quick_xml::events::Event;

use super::xml::{Xml, append, referred};
use super::{Item, Rows};
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Estimate, Estimated, Fault, when};
use crate::model::{LatLng, Mac, Millis, Ssid};

pub(super) struct Netxml {
    xml: Xml,
    now: Millis,
}

/// A network as far as it has been read.
#[derive(Default)]
struct Network {
    kind: String,
    last: String,
    bssid: String,
    essid: String,
    total: String,
    /// Latitude and longitude: least, greatest, where it was strongest, the mean.
    places: [[String; 2]; 4],
}

/// The elements of a network's box and places.
const PLACES: [[&str; 2]; 4] =
    [["min-lat", "min-lon"], ["max-lat", "max-lon"], ["peak-lat", "peak-lon"], ["avg-lat", "avg-lon"]];

impl Netxml {
    pub fn new(input: Input, now: Millis) -> Result<Self, Fault> {
        Ok(Self { xml: Xml::new(input, "detection-run")?, now })
    }

    /// Reads a network from after its start to its end. Its clients are other people's devices: they are read past.
    fn network(&mut self, mut network: Network) -> Result<Network, Fault> {
        let mut inside = String::new();
        let mut clients = 0_u32;
        loop {
            let event = self.xml.event()?;
            let text = match &event {
                Event::Start(start) => {
                    start.local_name().as_ref().clone_into(&mut inside);
                    clients += u32::from(inside == "wireless-client");
                    // A network may tell several names: the last one that is there counts.
                    if inside == "essid" && clients == 0 {
                        network.essid.clear();
                    }
                    continue;
                }
                Event::End(end) => {
                    match end.local_name().as_ref() {
                        "wireless-network" => return Ok(network),
                        "wireless-client" => clients = clients.saturating_sub(1),
                        _ => {}
                    }
                    inside.clear();
                    continue;
                }
                Event::Text(text) => (**text).to_owned(),
                Event::GeneralRef(reference) => referred(reference).map(String::from).unwrap_or_default(),
                Event::Eof => return Err(Fault::CutOff),
                _ => continue,
            };
            if clients > 0 {
                continue;
            }
            let into = match inside.as_str() {
                "BSSID" => &mut network.bssid,
                "essid" => &mut network.essid,
                "total" => &mut network.total,
                name => {
                    let place = |i: usize| PLACES[i].iter().position(|n| *n == name).map(|j| (i, j));
                    let Some((i, j)) = (0..PLACES.len()).find_map(place) else { continue };
                    &mut network.places[i][j]
                }
            };
            append(into, &text);
        }
    }
}

impl Network {
    fn place(&self, which: usize) -> Option<LatLng> {
        let [lat, lon] = &self.places[which];
        let place = LatLng::new(lat.trim().parse().ok()?, lon.trim().parse().ok()?).ok()?;
        (place.lat_e7() != 0 || place.lon_e7() != 0).then_some(place)
    }

    fn estimate(&self, now: Millis) -> Result<Estimate, BadRow> {
        // What only asks, or moves data between others, is no access point.
        if !matches!(self.kind.as_str(), "infrastructure" | "") {
            return Err(BadRow::Unsupported);
        }
        let mac = Mac::parse(self.bssid.trim()).map_err(|_| BadRow::Mac)?;
        let is_told = self.places.iter().flatten().any(|n| !n.trim().is_empty());
        let [least, greatest, strongest, mean] = [0, 1, 2, 3].map(|i| self.place(i));
        let place = strongest.or(mean).ok_or(if is_told { BadRow::Position } else { BadRow::NoFix })?;
        let corners = [least, greatest].into_iter().flatten();
        let radius = corners.map(|c| c.distance(place)).max_by(|a, b| a.0.total_cmp(&b.0)).filter(|r| r.0 > 0.0);
        let heard = when::read_ctime(&self.last).ok().filter(|t| when::is_set(*t));
        Ok(Estimate {
            emitter: Estimated::Wifi { mac, name: Some(Ssid::new(self.essid.trim().as_bytes())) },
            place,
            radius,
            samples: self.total.trim().parse().ok().filter(|n| *n > 0),
            heard: heard.map(|t| when::plausible(t, now)).transpose()?,
        })
    }
}

impl Rows for Netxml {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let line = self.input().line();
            match self.xml.event()? {
                Event::Start(start) if start.local_name().as_ref() == "wireless-network" => {
                    let attribute = |name: &str| {
                        start
                            .try_get_attribute(name)
                            .ok()
                            .flatten()
                            .map(|a| a.value.trim().to_owned())
                            .unwrap_or_default()
                    };
                    let begun = Network { kind: attribute("type"), last: attribute("last-time"), ..Network::default() };
                    let read = self.network(begun)?.estimate(self.now);
                    return Ok(Some(read.map_or_else(|why| Item::Bad(why, line), Item::Estimate)));
                }
                Event::End(end) if end.local_name().as_ref() == "detection-run" => return Ok(None),
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
