//! A client that says exactly what a test wants said, and what both modes' tests say.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails as they do")]

use std::io::Write;
use std::sync::Once;
use std::time::Duration;

use cairn_service::{Mode, Running, Service, Settings};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

pub fn start(mode: Mode) -> Running {
    Service::start(Settings { mode, ..Settings::default() }).unwrap()
}

pub fn client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Said {
    pub fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned());
        Self { status, content_type: content_type.unwrap_or_default(), body: response.text().unwrap() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub fn request(service: &Running, path: &str, body: &str) -> RequestBuilder {
    let url = format!("{}{path}", service.url());
    client().post(url).header("content-type", "application/json").body(body.to_owned())
}

pub fn post(service: &Running, path: &str, body: &Value) -> Said {
    Said::of(request(service, path, &body.to_string()).send().unwrap())
}

pub fn submit(service: &Running, items: &[Value]) -> Said {
    post(service, "/v2/geosubmit", &json!({"items": items}))
}

pub fn gzip(body: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A report both services like, `north` ten-thousandths of a degree (11 m each) up the road.
pub fn report(north: i32) -> Value {
    json!({
        "timestamp": 1_760_000_000_000_i64,
        "position": {"latitude": 51.5 + f64::from(north) / 1e4, "longitude": 7.46, "accuracy": 8.0, "age": 100},
        "wifiAccessPoints": [
            {"macAddress": "10:20:30:40:50:01", "ssid": "one", "signalStrength": -60, "age": 200},
            {"macAddress": "10:20:30:40:50:02", "ssid": "two", "signalStrength": -70, "age": 200},
        ],
        "cellTowers": [{
            "radioType": "lte", "mobileCountryCode": 262, "mobileNetworkCode": 1, "locationAreaCode": 7, "cellId": 99,
            "primaryScramblingCode": 12, "age": 200,
        }],
    })
}

/// The report with the member at a JSON pointer's place replaced; a null member is really there.
pub fn with(mut report: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    report.pointer_mut(parent).unwrap()[name] = value;
    report
}

/// The report without the member at a JSON pointer's place.
pub fn without(mut report: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    report.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
    report
}

/// A query for the two access points of [`report`].
pub fn query() -> Value {
    json!({"wifiAccessPoints": [
        {"macAddress": "10:20:30:40:50:01", "signalStrength": -60},
        {"macAddress": "10:20:30:40:50:02", "signalStrength": -70},
    ]})
}

/// How many emitters of each taken report had an effect.
pub fn effects(service: &Running) -> Vec<u32> {
    service.accepted().unwrap().iter().map(|accepted| accepted.emitters).collect()
}
