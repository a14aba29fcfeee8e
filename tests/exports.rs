//! What is exported as a body of geosubmit is one: it keeps to the schema, and strict services take it whole.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::io::Write as _;
use std::sync::Arc;

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::exchange::{ExportFormat, ExportOptions, export};
use cairn::model::{CellIdentity, HeardCell, HeardWifi, Mac, Millis, Radio, Ssid};
use cairn::outbox::{HttpTransport, Request, Transport as _};
use cairn_service::{Mode, Service, Settings};
use cairn_tests::schema::violations;
use cairn_tests::{numbered_fix, numbered_scan, patiently};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// A walk on which cells of every generation and a network with a hostile name were heard.
fn exported() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { path: dir.path().join("cairn.db"), clock: Arc::new(SystemClock::new()), seed: 1 };
    let engine = Engine::open(config).unwrap().engine;
    for n in 0..40 {
        let fix = numbered_fix(n);
        let mut scan = numbered_scan(n);
        let heard = |radio, area, cell| HeardCell {
            mono: fix.mono - Millis(500),
            identity: CellIdentity { radio, mcc: Some(244), mnc: Some(5), area: Some(area), cell: Some(cell) },
            serving: false,
            signal: None,
            asu: None,
            timing_advance: None,
            physical: (radio != Radio::Gsm).then_some(12),
            arfcn: None,
        };
        scan.cells = vec![
            heard(Radio::Gsm, 7, 1_000 + n),
            heard(Radio::Wcdma, 7, 100_000 + n),
            heard(Radio::Lte, 7, 200_000 + n),
            heard(Radio::Nr, 100_000, (1 << 35) + n),
        ];
        scan.wifi.push(HeardWifi {
            mac: Mac::from_u64(0x0c11_0000_0000 + n).unwrap(),
            ssid: Ssid::new(*b"\"],}\x00\xff=1+1"),
            ..scan.wifi[0].clone()
        });
        patiently(|| engine.fix(fix.clone())).unwrap();
        patiently(|| engine.scan(scan.clone())).unwrap();
    }
    engine.end_trip().unwrap();
    let mut body = Vec::new();
    assert_eq!(export(&engine, ExportOptions::new(ExportFormat::Geosubmit), &mut body, &mut |_| true).unwrap(), 40);
    body
}

#[test]
fn an_exported_body_keeps_to_the_schema_and_strict_services_take_it_whole() {
    let body = exported();
    let value: Value = serde_json::from_slice(&body).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../schemas/json/geosubmit.schema.json")).unwrap();
    assert_eq!(violations(&schema, &value), Vec::<String>::new());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&body).unwrap();
    let packed = packed.finish().unwrap();
    for mode in [Mode::BeaconDb, Mode::Ichnaea] {
        let service = Service::start(Settings { mode, ..Settings::default() }).unwrap();
        let request = Request { url: format!("{}/v2/geosubmit", service.url()), body: packed.clone() };
        let answer = HttpTransport::new().unwrap().post(&request).unwrap();
        assert_eq!(answer.status, 200, "{mode:?}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(service.accepted().unwrap().len(), 40, "{mode:?}");
        service.stop();
    }
}
