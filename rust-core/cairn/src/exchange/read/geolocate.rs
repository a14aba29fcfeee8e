//! Requests of `/v1/geolocate`, as other programs ask location services: what is heard where the position is wanted.

use serde::Deserialize;

use super::fields::signal;
use super::geosubmit::Tower;
use crate::locate::{HeardKey, HeardMac, Query};
use crate::model::{CellKey, Mac};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    radio_type: Option<String>,
    #[serde(default)]
    wifi_access_points: Vec<Heard>,
    #[serde(default)]
    bluetooth_beacons: Vec<Heard>,
    #[serde(default)]
    cell_towers: Vec<Tower>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Heard {
    mac_address: String,
    signal_strength: Option<f64>,
}

/// Reads one request; none where it is no JSON object of the format. What in it cannot be an emitter is left out, as
/// services do.
pub fn geolocate_query(text: &[u8]) -> Option<Query> {
    let request: Request = serde_json::from_slice(text).ok()?;
    let macs = |heard: Vec<Heard>| {
        let mac =
            |h: Heard| Some(HeardMac { mac: Mac::parse(&h.mac_address).ok()?, signal: signal(h.signal_strength) });
        heard.into_iter().filter_map(mac).collect()
    };
    let cell = |tower: &Tower| {
        let identity = tower.identity(request.radio_type.as_deref())?;
        Some(HeardKey { key: CellKey::try_from(identity).ok()?, signal: signal(tower.signal_strength) })
    };
    Some(Query {
        cells: request.cell_towers.iter().filter_map(cell).collect(),
        wifi: macs(request.wifi_access_points),
        beacons: macs(request.bluetooth_beacons),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn whatever_stands_in_a_tower_it_is_a_cell_or_left_out(n in any::<f64>(), radio in "gsm|lte|nr|cdma|.{0,5}") {
            let tower = serde_json::json!({ "radioType": radio, "mobileCountryCode": 244, "mobileNetworkCode": n, "cellId": n,
                "locationAreaCode": 7, "signalStrength": n });
            let query = geolocate_query(serde_json::json!({ "cellTowers": [tower] }).to_string().as_bytes());
            prop_assert!(query.is_some_and(|q| q.cells.len() <= 1));
        }
    }
}
