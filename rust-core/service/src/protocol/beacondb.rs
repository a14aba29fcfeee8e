//! BeaconDB's manners at bdc0d36: a strict outer shell that says 400 in plain text, and a silent inner one.
//!
//! Types are Rust's, as in the original: an integer is never a float or a string, and a list is never null.
//! Source: `reference/location-services.md`, C.1 to C.3.

use serde::Deserialize;
use serde_json::Value;

use super::{Protocol, Reply, Request, Route};
use crate::model::beacondb::{Fix, Heard, Model, Query, Report, Sighting};
use crate::model::{CellKey, Mac, Place, Radio};

/// What every item must have; the rest is stored unread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "timestamp")]
    _timestamp: i64,
    position: Position,
}

#[derive(Deserialize)]
struct Position {
    latitude: f64,
    longitude: f64,
}

#[derive(Deserialize)]
struct Submission {
    items: Vec<Value>,
}

/// An item as it is read after it has been stored; one member of a wrong type and the report is lost.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredItem {
    position: StoredPosition,
    wifi_access_points: Option<Vec<StoredRadiator>>,
    bluetooth_beacons: Option<Vec<StoredRadiator>>,
    cell_towers: Option<Vec<StoredCell>>,
}

#[derive(Deserialize)]
struct StoredPosition {
    latitude: f64,
    longitude: f64,
    accuracy: Option<f64>,
    altitude: Option<f64>,
    speed: Option<f64>,
    age: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRadiator {
    mac_address: Address,
    age: Option<i64>,
    ssid: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredCell {
    radio_type: StoredRadio,
    mobile_country_code: u16,
    mobile_network_code: u16,
    location_area_code: Option<u32>,
    cell_id: Option<u64>,
    primary_scrambling_code: Option<u16>,
    age: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredRadio {
    Gsm,
    #[serde(alias = "umts")]
    Wcdma,
    Lte,
    Nr,
}

/// A MAC address with colons, hyphens or nothing between its octets; dots are refused.
#[derive(Clone, Copy)]
struct Address(Mac);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Mac::parse(&text, &[':', '-']).map(Self).ok_or_else(|| serde::de::Error::custom("invalid MAC address"))
    }
}

/// A geolocate request; members that are absent take their default, members that are null only where the type says so.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LocateRequest {
    #[serde(rename = "considerIp")]
    _consider_ip: bool,
    cell_towers: Vec<LocateCell>,
    wifi_access_points: Vec<LocateWifi>,
    #[serde(rename = "fallbacks")]
    _fallbacks: Fallbacks,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fallbacks {
    #[serde(rename = "ipf")]
    _ipf: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocateWifi {
    mac_address: Address,
    signal_strength: Option<i8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocateCell {
    radio_type: LocateRadio,
    mobile_country_code: u16,
    mobile_network_code: u16,
    location_area_code: u32,
    cell_id: u64,
    psc: Option<u16>,
}

/// The radios a look-up may name: unlike a submission's, without `umts`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LocateRadio {
    Gsm,
    Wcdma,
    Lte,
    Nr,
}

/// The service.
#[derive(Default)]
pub struct BeaconDb {
    model: Model,
}

impl Protocol for BeaconDb {
    fn route(&self, request: &Request) -> Result<Route, Reply> {
        Route::of(request.path).filter(|_| request.method == "POST").ok_or(Reply::empty(404))
    }

    fn read(&self, request: &Request) -> Result<Vec<Value>, Reply> {
        if !request.ascii_agent {
            return Err(Reply::text(400, "User-Agent is not ASCII"));
        }
        let Submission { items } = from_json(request)?;
        for item in &items {
            Item::deserialize(item).map_err(|e| refusal(&e))?;
        }
        Ok(items)
    }

    /// Items around 0,0 come from phones that do not know where they are.
    fn keeps(&self, item: &Value) -> bool {
        Item::deserialize(item)
            .is_ok_and(|item| item.position.latitude.abs() > 1.0 || item.position.longitude.abs() > 1.0)
    }

    fn learn(&mut self, items: &[Value], _now_ms: i64) -> Vec<u32> {
        items.iter().map(|item| report(item).map_or(0, |report| self.model.observe(&report))).collect()
    }

    fn taken(&self) -> Reply {
        Reply::empty(200)
    }

    fn refuse(&self, index: usize) -> Reply {
        Reply::text(400, format!("Json deserialize error: invalid value in item {index}"))
    }

    fn locate(&self, request: &Request, _now_ms: i64) -> Reply {
        if request.body.is_some_and(<[u8]>::is_empty) {
            return Reply::not_found();
        }
        match from_json::<LocateRequest>(request) {
            Ok(asked) => {
                self.model.geolocate(&asked.into()).map_or_else(Reply::not_found, |found| Reply::estimate(&found, 6))
            }
            Err(refused) => refused,
        }
    }

    /// The original asks geolocation by IP address alone, and there is none here.
    fn country(&self, _request: &Request, _now_ms: i64) -> Reply {
        Reply::not_found()
    }

    fn stations(&self) -> usize {
        self.model.stations()
    }
}

/// The report in a stored item, or nothing if any member of it has a wrong type.
pub fn report(item: &Value) -> Option<Report> {
    let item = StoredItem::deserialize(item).ok()?;
    let p = item.position;
    let wifi = item.wifi_access_points.into_iter().flatten();
    let blue = item.bluetooth_beacons.into_iter().flatten();
    let cells = item.cell_towers.into_iter().flatten();
    let sightings = wifi
        .map(|w| Sighting { heard: Heard::Wifi(w.mac_address.0, w.ssid), age: w.age })
        .chain(blue.map(|b| Sighting { heard: Heard::Blue(b.mac_address.0), age: b.age }))
        .chain(cells.map(|c| Sighting { heard: Heard::Cell(c.key(), c.primary_scrambling_code), age: c.age }));
    Some(Report {
        fix: Fix {
            place: Place { lat: p.latitude, lng: p.longitude },
            accuracy: p.accuracy,
            altitude: p.altitude,
            speed: p.speed,
            age: p.age,
        },
        sightings: sightings.collect(),
    })
}

impl StoredCell {
    /// The identity; zero, which the model ignores, for the parts that were not sent.
    fn key(&self) -> CellKey {
        let radio = match self.radio_type {
            StoredRadio::Gsm => Radio::Gsm,
            StoredRadio::Wcdma => Radio::Wcdma,
            StoredRadio::Lte => Radio::Lte,
            StoredRadio::Nr => Radio::Nr,
        };
        CellKey {
            radio,
            mcc: self.mobile_country_code,
            mnc: self.mobile_network_code,
            area: self.location_area_code.unwrap_or(0),
            cell: self.cell_id.unwrap_or(0),
        }
    }
}

impl From<LocateRequest> for Query {
    fn from(asked: LocateRequest) -> Self {
        let cell = |c: LocateCell| {
            let radio = match c.radio_type {
                LocateRadio::Gsm => Radio::Gsm,
                LocateRadio::Wcdma => Radio::Wcdma,
                LocateRadio::Lte => Radio::Lte,
                LocateRadio::Nr => Radio::Nr,
            };
            let (mcc, mnc) = (c.mobile_country_code, c.mobile_network_code);
            (CellKey { radio, mcc, mnc, area: c.location_area_code, cell: c.cell_id }, c.psc)
        };
        Self {
            wifi: asked.wifi_access_points.iter().map(|w| (w.mac_address.0, w.signal_strength)).collect(),
            cells: asked.cell_towers.into_iter().map(cell).collect(),
        }
    }
}

fn from_json<'a, T: Deserialize<'a>>(request: &Request<'a>) -> Result<T, Reply> {
    let essence = request.content_type.and_then(|t| t.split(';').next()).map(str::trim);
    if !essence.is_some_and(|t| t.eq_ignore_ascii_case("application/json")) {
        return Err(Reply::text(400, "Content type error"));
    }
    let body = request.body.ok_or_else(|| Reply::text(400, "corrupt deflate stream"))?;
    serde_json::from_slice(body).map_err(|e| refusal(&e))
}

fn refusal(error: &serde_json::Error) -> Reply {
    Reply::text(400, format!("Json deserialize error: {error}"))
}
