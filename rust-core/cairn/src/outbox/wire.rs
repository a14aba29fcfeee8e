//! The body of `/v2/geosubmit`, as both ichnaea and `BeaconDB` read it (schemas/json/geosubmit.schema.json).
//!
//! Members that are unknown are left out, never null: ichnaea refuses a whole batch for one. Numbers that are counts are
//! written without a fraction: `BeaconDB` refuses a report for `-60.0`.

use serde::Serialize;

use crate::model::{BeaconFormat, Detail, LatLng, Millis, Report, Sighting, WifiStandard};

/// How much a body tells beside places and emitters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// Times cut to the UTC day, speed to 2 m/s, heading to 30 degrees, no pressure. Ages, which services need, stay true.
    Reduced,
    /// As measured.
    Full,
}

/// The body of one batch.
pub fn encode(reports: &[Report], metadata: Metadata) -> Vec<u8> {
    let items: Vec<Item> = reports.iter().map(|r| Item::new(r, metadata)).collect();
    // Nothing in it can fail to be written: no maps, and floats are checked to be finite where they come in.
    serde_json::to_vec(&Body { items }).unwrap_or_default()
}

/// One report as it stands in a body: for writers that stream many.
pub fn item(report: &Report, metadata: Metadata) -> impl Serialize + use<> {
    Item::new(report, metadata)
}

#[derive(Serialize)]
struct Body {
    items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    timestamp: i64,
    position: Position,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wifi_access_points: Vec<Wifi>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bluetooth_beacons: Vec<Beacon>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cell_towers: Vec<Cell>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    age: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    altitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altitude_accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pressure: Option<f64>,
    source: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wifi {
    mac_address: String,
    age: i64,
    ssid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal_strength: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radio_type: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "geosubmit names them so")]
struct Beacon {
    mac_address: String,
    age: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal_strength: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beacon_type: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "geosubmit names them so")]
struct Cell {
    radio_type: &'static str,
    mobile_country_code: u16,
    mobile_network_code: u16,
    location_area_code: u32,
    cell_id: u64,
    age: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal_strength: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asu: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timing_advance: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_scrambling_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arfcn: Option<u32>,
    serving: u8,
}

const DAY: Millis = Millis::from_days(1);

impl Item {
    fn new(report: &Report, metadata: Metadata) -> Self {
        let fix = &report.fix;
        let full = metadata == Metadata::Full;
        let coarse = |value: f64, step: f64| if full { value } else { (value / step).round() * step };
        let timestamp = if full { fix.utc.0 } else { fix.utc.0 - fix.utc.0.rem_euclid(DAY.0) };
        let mut item = Self {
            timestamp,
            position: Position {
                latitude: degrees(fix.place, LatLng::lat_e7),
                longitude: degrees(fix.place, LatLng::lon_e7),
                accuracy: fix.accuracy.map(|a| a.0),
                age: 0,
                altitude: fix.altitude.map(|a| a.0),
                altitude_accuracy: fix.altitude_accuracy.map(|a| a.0),
                heading: fix.heading.map(|h| coarse(h, 30.0).rem_euclid(360.0)),
                speed: fix.speed.map(|s| coarse(s, 2.0)),
                pressure: fix.pressure.filter(|_| full),
                source: fix.source.wire(),
            },
            wifi_access_points: Vec::new(),
            bluetooth_beacons: Vec::new(),
            cell_towers: Vec::new(),
        };
        report.sightings.iter().for_each(|s| item.add(s));
        item
    }

    fn add(&mut self, sighting: &Sighting) {
        let (age, signal_strength) = (sighting.age.0, sighting.signal.map(|s| s.0));
        match &sighting.detail {
            Detail::Wifi { mac, ssid, frequency_mhz, standard } => self.wifi_access_points.push(Wifi {
                mac_address: mac.to_wire(),
                age,
                ssid: ssid.to_text(),
                signal_strength,
                frequency: *frequency_mhz,
                radio_type: standard.and_then(radio_type),
            }),
            Detail::Beacon { mac, format } => self.bluetooth_beacons.push(Beacon {
                mac_address: mac.to_wire(),
                age,
                signal_strength,
                beacon_type: format.and_then(beacon_type),
            }),
            Detail::Cell { key, serving, asu, timing_advance, physical, arfcn } => self.cell_towers.push(Cell {
                radio_type: key.radio().wire(),
                mobile_country_code: key.mcc(),
                mobile_network_code: key.mnc(),
                location_area_code: key.area(),
                cell_id: key.cell(),
                age,
                signal_strength,
                asu: *asu,
                timing_advance: *timing_advance,
                primary_scrambling_code: *physical,
                arfcn: *arfcn,
                serving: u8::from(*serving),
            }),
        }
    }
}

fn degrees(place: LatLng, e7: impl Fn(LatLng) -> i32) -> f64 {
    f64::from(e7(place)) / 1e7
}

/// 802.11a/b/g cannot be told apart by what phones report, so they are not named.
fn radio_type(standard: WifiStandard) -> Option<&'static str> {
    match standard {
        WifiStandard::Legacy => None,
        WifiStandard::N => Some("802.11n"),
        WifiStandard::Ac => Some("802.11ac"),
        WifiStandard::Ax => Some("802.11ax"),
        WifiStandard::Be => Some("802.11be"),
    }
}

/// The type octets in the advertisements: iBeacon 0x0215, `AltBeacon` 0xBEAC; Eddystone has none.
fn beacon_type(format: BeaconFormat) -> Option<u32> {
    match format {
        BeaconFormat::IBeacon => Some(0x0215),
        BeaconFormat::AltBeacon => Some(0xBEAC),
        BeaconFormat::Eddystone => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::reports::tests::full_report;

    #[test]
    fn a_reduced_body_is_byte_for_byte_what_was_agreed() {
        let body = String::from_utf8(encode(&[full_report()], Metadata::Reduced)).unwrap();
        assert_eq!(body, include_str!("../../../../tests/data/golden/geosubmit-reduced.json").trim_end());
    }

    #[test]
    fn a_full_body_is_byte_for_byte_what_was_agreed() {
        let body = String::from_utf8(encode(&[full_report()], Metadata::Full)).unwrap();
        assert_eq!(body, include_str!("../../../../tests/data/golden/geosubmit-full.json").trim_end());
    }

    #[test]
    fn what_is_unknown_is_left_out_and_never_null() {
        let mut report = full_report();
        report.fix = crate::model::Fix {
            accuracy: None,
            ..crate::model::Fix::gnss(Millis(0), report.fix.utc, report.fix.place, crate::model::Metres(1.0))
        };
        for s in &mut report.sightings {
            s.signal = None;
        }
        report.sightings.truncate(2);
        let body = String::from_utf8(encode(&[report], Metadata::Full)).unwrap();
        assert!(!body.contains("null") && !body.contains("cellTowers") && !body.contains("signalStrength"), "{body}");
    }
}
