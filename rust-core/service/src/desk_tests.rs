use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn desk(mode: Mode) -> Desk {
    Desk::open(&Settings { mode, ..Settings::default() }).unwrap()
}

fn ask(desk: &mut Desk, path: &str, body: &[u8]) -> Reply {
    let content_type = Some("application/json");
    let request =
        Request { method: "POST", path, key: Some("test"), content_type, ascii_agent: true, body: Some(body) };
    desk.handle(&request, &Rules::default(), 1_760_000_000_000).reply
}

/// Words the services know, so that what is made of them gets past the first look.
const NAMES: [&str; 24] = [
    "items",
    "timestamp",
    "position",
    "latitude",
    "longitude",
    "accuracy",
    "age",
    "speed",
    "altitude",
    "source",
    "wifiAccessPoints",
    "bluetoothBeacons",
    "cellTowers",
    "macAddress",
    "signalStrength",
    "ssid",
    "radioType",
    "mobileCountryCode",
    "mobileNetworkCode",
    "locationAreaCode",
    "cellId",
    "primaryScramblingCode",
    "asu",
    "fallbacks",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-200_i64..400).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["lte", "gsm", "nr", "10:20:30:40:50:60", "1020.3040.5061", "-60", "nan"])
            .prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES.to_vec()), inner), 0..8)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// A report of the right shape with numbers from anywhere.
fn shaped() -> impl Strategy<Value = Value> {
    let place = (-90.0..90.0_f64, -180.0..180.0_f64, any::<i64>());
    let cell = (any::<u16>(), any::<u16>(), any::<u32>(), any::<u64>(), any::<i64>());
    (place, cell).prop_map(|((lat, lng, age), (mcc, mnc, area, id, asu))| {
        json!({
            "timestamp": age,
            "position": {"latitude": lat, "longitude": lng, "age": age, "speed": lat},
            "wifiAccessPoints": [
                {"macAddress": "10:20:30:40:50:60", "ssid": "a", "age": asu, "signalStrength": mcc},
                {"macAddress": "10:20:30:40:50:61", "ssid": "b"},
            ],
            "bluetoothBeacons": [{"macAddress": "10:20:30:40:50:62", "age": age}],
            "cellTowers": [{
                "radioType": "lte", "mobileCountryCode": mcc, "mobileNetworkCode": mnc, "locationAreaCode": area,
                "cellId": id, "primaryScramblingCode": 1, "asu": asu, "signalStrength": asu,
            }],
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_makes_a_service_panic_or_blame_itself(body in any_json(), items in prop::collection::vec(any_json(), 0..4)) {
        for mode in [Mode::BeaconDb, Mode::Ichnaea] {
            let mut desk = desk(mode);
            for body in [body.clone(), json!({"items": items})] {
                for path in ["/v2/geosubmit", "/v1/geolocate", "/v1/country"] {
                    let reply = ask(&mut desk, path, body.to_string().as_bytes());
                    prop_assert!(matches!(reply.status, 200 | 400 | 404), "{}", reply.status);
                }
            }
        }
    }

    #[test]
    fn reports_from_anywhere_are_learned_and_answered_within_the_world(items in prop::collection::vec(shaped(), 1..6)) {
        for mode in [Mode::BeaconDb, Mode::Ichnaea] {
            let mut desk = desk(mode);
            prop_assert_eq!(ask(&mut desk, "/v2/geosubmit", json!({"items": items}).to_string().as_bytes()).status, 200);
            for item in &items {
                let reply = ask(&mut desk, "/v1/geolocate", item.to_string().as_bytes());
                prop_assert!(matches!(reply.status, 200 | 400 | 404), "{}", reply.status);
                if reply.status == 200 {
                    let found: Value = serde_json::from_str(&reply.body).unwrap();
                    prop_assert!(found["location"]["lat"].as_f64().is_some_and(|lat| lat.abs() <= 90.0));
                    prop_assert!(found["accuracy"].as_f64().is_some_and(|metres| metres >= 0.0));
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_no_json_are_a_400(body in prop::collection::vec(any::<u8>(), 1..64)) {
        prop_assume!(serde_json::from_slice::<Value>(&body).is_err());
        for mode in [Mode::BeaconDb, Mode::Ichnaea] {
            prop_assert_eq!(ask(&mut desk(mode), "/v2/geosubmit", &body).status, 400);
        }
    }
}
