//! Requests of `/v1/geolocate`, as other programs ask location services: what is heard where the position is wanted.

use serde::Deserialize;

use super::read::fields::{signal, whole};
use crate::locate::{HeardKey, HeardMac, Query};
use crate::model::{CellIdentity, CellKey, Mac, Radio};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    radio_type: Option<String>,
    #[serde(default)]
    wifi_access_points: Vec<Heard>,
    #[serde(default)]
    bluetooth_beacons: Vec<Heard>,
    #[serde(default)]
    cell_towers: Vec<Cell>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Heard {
    mac_address: String,
    signal_strength: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cell {
    radio_type: Option<String>,
    mobile_country_code: Option<f64>,
    mobile_network_code: Option<f64>,
    location_area_code: Option<f64>,
    cell_id: Option<f64>,
    signal_strength: Option<f64>,
}

/// Reads one request; none where it is no JSON object of the format. What in it cannot be an emitter is left out, as
/// services do.
pub fn geolocate_query(text: &[u8]) -> Option<Query> {
    let request: Request = serde_json::from_slice(text).ok()?;
    let macs = |heard: Vec<Heard>| {
        let mac = |h: Heard| Some(HeardMac { mac: Mac::parse(&h.mac_address).ok()?, signal: signal(h.signal_strength) });
        heard.into_iter().filter_map(mac).collect()
    };
    let cell = |cell: &Cell| {
        let identity = CellIdentity {
            radio: Radio::parse(cell.radio_type.as_deref().or(request.radio_type.as_deref())?)?,
            mcc: cell.mobile_country_code.and_then(whole),
            mnc: cell.mobile_network_code.and_then(whole),
            area: cell.location_area_code.and_then(whole),
            cell: cell.cell_id.and_then(whole),
        };
        Some(HeardKey { key: CellKey::try_from(identity).ok()?, signal: signal(cell.signal_strength) })
    };
    Some(Query {
        cells: request.cell_towers.iter().filter_map(cell).collect(),
        wifi: macs(request.wifi_access_points),
        beacons: macs(request.bluetooth_beacons),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_services_read_it() {
        let query = geolocate_query(
            br#"{"considerIp":true,"radioType":"lte","wifiAccessPoints":[{"macAddress":"00:1a:2b:3c:4d:5e","signalStrength":-61},
            {"macAddress":"none"}],"cellTowers":[{"mobileCountryCode":244,"mobileNetworkCode":5,"locationAreaCode":7,"cellId":9}]}"#,
        )
        .unwrap();
        assert_eq!((query.wifi.len(), query.cells.len(), query.beacons.len()), (1, 1, 0));
        assert_eq!(geolocate_query(b"{}"), Some(Query::default()));
        assert_eq!(geolocate_query(b"[1]"), None);
        assert_eq!(geolocate_query(b"{\"wifiAccessPoints\":1}"), None);
    }
}
