//! The bodies that were agreed on keep to the published schema, and the schema is strict.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use cairn_tests::schema::violations;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../schemas/json/geosubmit.schema.json")).unwrap()
}

fn golden() -> [Value; 2] {
    [include_str!("data/golden/geosubmit-full.json"), include_str!("data/golden/geosubmit-reduced.json")]
        .map(|text| serde_json::from_str(text).unwrap())
}

#[test]
fn the_golden_bodies_keep_to_the_schema() {
    for body in golden() {
        assert_eq!(violations(&schema(), &body), Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_services_refuse() {
    for (place, value) in [
        ("/items/0/timestamp", json!(1_767_225_600.5)),
        ("/items/0/timestamp", json!(1_767_225_600)),
        ("/items/0/position/latitude", json!(null)),
        ("/items/0/position/source", json!("gps")),
        ("/items/0/wifiAccessPoints/0/macAddress", json!("001a2b3c4d5e")),
        ("/items/0/wifiAccessPoints/0/ssid", json!("")),
        ("/items/0/wifiAccessPoints/0/age", json!(-350.0)),
        ("/items/0/cellTowers/0/radioType", json!("LTE")),
        ("/items/0/cellTowers/0/cellId", json!(0)),
        ("/items/0/bluetoothBeacons", json!([])),
    ] {
        let mut body = golden()[0].clone();
        *body.pointer_mut(place).unwrap() = value;
        assert!(!violations(&schema(), &body).is_empty(), "{place}");
    }
    let mut nosy = golden()[0].clone();
    nosy["items"][0]["deviceModel"] = json!("Phone 7");
    assert!(!violations(&schema(), &nosy).is_empty(), "nothing that is not named may be sent");
}
