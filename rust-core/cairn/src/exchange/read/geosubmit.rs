//! Bodies of geosubmit (version 2), one item after the other; items of version 1, whose position lies flat in them, too.

use serde::Deserialize;

use super::fields::{beacon_format, frequency, radio, signal, standard, whole};
use super::{Item, Rows, items};
use crate::exchange::input::Input;
use crate::exchange::{BadRow, Fault, Row, when};
use crate::model::{
    CellIdentity, Fix, FixSource, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis, Scan, Ssid,
};

pub(super) struct Geosubmit {
    input: Input,
    now: Millis,
    item: Vec<u8>,
}

impl Geosubmit {
    pub fn new(mut input: Input, now: Millis) -> Result<Self, Fault> {
        items::enter(&mut input)?;
        Ok(Self { input, now, item: Vec::new() })
    }
}

impl Rows for Geosubmit {
    fn next(&mut self) -> Result<Option<Item>, Fault> {
        let Some(line) = items::next(&mut self.input, &mut self.item)? else {
            return Ok(None);
        };
        Ok(Some(item(&self.item, self.now).map_or_else(|why| Item::Bad(why, line), Item::Row)))
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn input_mut(&mut self) -> &mut Input {
        &mut self.input
    }
}

/// What an item says.
pub(super) fn item(json: &[u8], now: Millis) -> Result<Row, BadRow> {
    serde_json::from_slice(json).map_err(|_| BadRow::Item).and_then(|item| row(item, now))
}

/// An item. All numbers as doubles: programs write `10.0` for whole ones.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
    timestamp: Option<f64>,
    position: Option<Position>,
    #[serde(flatten)]
    flat: Position,
    #[serde(default)]
    wifi_access_points: Vec<Wifi>,
    #[serde(default)]
    cell_towers: Vec<Tower>,
    #[serde(default)]
    bluetooth_beacons: Vec<Advertised>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy: Option<f64>,
    altitude: Option<f64>,
    altitude_accuracy: Option<f64>,
    age: Option<f64>,
    heading: Option<f64>,
    pressure: Option<f64>,
    speed: Option<f64>,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wifi {
    mac_address: String,
    #[serde(default)]
    ssid: String,
    age: Option<f64>,
    signal_strength: Option<f64>,
    frequency: Option<f64>,
    channel: Option<f64>,
    radio_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tower {
    radio_type: Option<String>,
    mobile_country_code: Option<f64>,
    mobile_network_code: Option<f64>,
    location_area_code: Option<f64>,
    cell_id: Option<f64>,
    age: Option<f64>,
    asu: Option<f64>,
    #[serde(alias = "psc")]
    primary_scrambling_code: Option<f64>,
    serving: Option<f64>,
    pub signal_strength: Option<f64>,
    timing_advance: Option<f64>,
    arfcn: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advertised {
    mac_address: String,
    age: Option<f64>,
    signal_strength: Option<f64>,
    beacon_type: Option<f64>,
}

fn row(item: Submitted, now: Millis) -> Result<Row, BadRow> {
    let position = item.position.unwrap_or(item.flat);
    let (lat, lon) = position.latitude.zip(position.longitude).ok_or(BadRow::Position)?;
    let place = LatLng::new(lat, lon).map_err(|_| BadRow::Position)?;
    let position_age = position.age.unwrap_or(0.0);
    let timestamp = item.timestamp.ok_or(BadRow::Time)?;
    let utc = when::plausible(Millis((timestamp - position_age) as i64), now)?;
    let fix = Fix {
        accuracy: position.accuracy.filter(|a| *a > 0.0).map(Metres),
        altitude: position.altitude.map(Metres),
        altitude_accuracy: position.altitude_accuracy.filter(|a| *a >= 0.0).map(Metres),
        speed: position.speed.filter(|s| *s >= 0.0),
        heading: position.heading.filter(|h| (0.0..=360.0).contains(h)),
        pressure: position.pressure,
        source: match position.source.as_deref() {
            Some("fused") => FixSource::Fused,
            Some("fixed" | "manual") => FixSource::Fixed,
            _ => FixSource::Gnss,
        },
        ..Fix::gnss(Millis(0), utc, place, Metres(0.0))
    };
    // Ages count from the timestamp, as the position's does; without one, a thing was heard with the fix.
    let heard = |age: Option<f64>| Millis(0) - Millis((age.unwrap_or(position_age) - position_age) as i64);
    let mut scan =
        Scan { cells: item.cell_towers.iter().filter_map(|c| cell(c, heard(c.age))).collect(), ..Scan::default() };
    scan.unreadable = (item.cell_towers.len() - scan.cells.len()) as u32;
    for entry in item.wifi_access_points {
        match Mac::parse(&entry.mac_address) {
            Ok(mac) => scan.wifi.push(wifi(entry, mac, &heard)),
            Err(_) => scan.unreadable += 1,
        }
    }
    for entry in item.bluetooth_beacons {
        match Mac::parse(&entry.mac_address) {
            Ok(mac) => scan.beacons.push(HeardBeacon {
                mono: heard(entry.age),
                mac,
                signal: signal(entry.signal_strength),
                format: entry.beacon_type.and_then(whole).and_then(beacon_format),
            }),
            Err(_) => scan.unreadable += 1,
        }
    }
    Ok(Row { fix, scan })
}

fn wifi(entry: Wifi, mac: Mac, heard: &impl Fn(Option<f64>) -> Millis) -> HeardWifi {
    let stated = entry.frequency.and_then(whole::<u16>).filter(|f| *f > 0);
    HeardWifi {
        mono: heard(entry.age),
        mac,
        ssid: Ssid::new(entry.ssid),
        signal: signal(entry.signal_strength),
        frequency_mhz: stated.or_else(|| entry.channel.and_then(whole).and_then(frequency)),
        standard: entry.radio_type.and_then(|t| standard(&t)),
    }
}

impl Tower {
    /// Which cell it is as far as it says; none where it names no generation of radio, nor its request does.
    pub fn identity(&self, default_radio: Option<&str>) -> Option<CellIdentity> {
        Some(CellIdentity {
            radio: radio(self.radio_type.as_deref().or(default_radio)?).ok()?,
            mcc: self.mobile_country_code.and_then(whole),
            mnc: self.mobile_network_code.and_then(whole),
            area: self.location_area_code.and_then(whole),
            cell: self.cell_id.and_then(whole),
        })
    }
}

fn cell(tower: &Tower, mono: Millis) -> Option<HeardCell> {
    Some(HeardCell {
        mono,
        identity: tower.identity(None)?,
        serving: tower.serving.is_some_and(|s| s > 0.0),
        signal: signal(tower.signal_strength),
        asu: tower.asu.and_then(whole),
        timing_advance: tower.timing_advance.and_then(whole),
        physical: tower.primary_scrambling_code.and_then(whole),
        arfcn: tower.arfcn.and_then(whole),
    })
}
