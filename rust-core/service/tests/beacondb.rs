//! The service in BeaconDB's mode says what BeaconDB says, line by line of the wire-conformance checklist.

#![allow(clippy::unwrap_used)]

mod common;

use cairn_service::{Mode, Service, Settings};
use common::{Said, client, effects, gzip, post, query, report, request, start, submit, with, without};
use serde_json::{Value, json};

#[test]
fn a_good_batch_is_taken_with_200_and_an_empty_body() {
    let service = start(Mode::BeaconDb);
    let said = submit(&service, &[report(0), report(1)]);
    assert_eq!((said.status, said.body.as_str()), (200, ""));
    let accepted = service.accepted().unwrap();
    assert_eq!(accepted.iter().map(|a| &a.report).collect::<Vec<_>>(), [&report(0), &report(1)]);
    assert_eq!(effects(&service), [3, 3]);
}

#[test]
fn a_batch_the_json_layer_refuses_is_refused_whole_in_plain_text() {
    let service = start(Mode::BeaconDb);
    let bad = [
        with(report(0), "/timestamp", json!(1_760_000_000_000.0)),
        with(report(0), "/timestamp", json!(null)),
        with(report(0), "/timestamp", json!("1760000000000")),
        without(report(0), "/timestamp"),
        without(report(0), "/position"),
        with(report(0), "/position", json!(null)),
        without(report(0), "/position/latitude"),
        with(report(0), "/position/longitude", json!("7.46")),
        json!(null),
    ];
    for item in bad {
        let said = submit(&service, &[report(0), item.clone()]);
        assert_eq!(said.status, 400, "{item}");
        assert!(said.content_type.starts_with("text/plain"));
    }
    for body in ["", "{}", "[", "{\"items\": null}", "{\"items\": [{\"timestamp\": NaN}]}"] {
        let said = Said::of(request(&service, "/v2/geosubmit", body).send().unwrap());
        assert_eq!(said.status, 400, "{body}");
    }
    assert!(service.accepted().unwrap().is_empty());
}

#[test]
fn a_type_error_inside_a_report_loses_that_report_in_silence() {
    let service = start(Mode::BeaconDb);
    let lost: Vec<Value> = vec![
        with(report(0), "/cellTowers/0/radioType", json!("LTE")),
        with(report(0), "/cellTowers/0/radioType", json!("cdma")),
        with(report(0), "/cellTowers/0/mobileCountryCode", json!(null)),
        without(report(0), "/cellTowers/0/mobileNetworkCode"),
        with(report(0), "/cellTowers/0/locationAreaCode", json!(-1)),
        with(report(0), "/wifiAccessPoints/0/age", json!(1.0)),
        with(report(0), "/position/age", json!(1.5)),
        with(report(0), "/wifiAccessPoints/0/macAddress", json!("1020.3040.5001")),
    ];
    assert_eq!(submit(&service, &lost).status, 200);
    assert_eq!(effects(&service), vec![0; lost.len()]);
}

#[test]
fn emitters_that_are_of_no_use_are_ignored_alone() {
    let service = start(Mode::BeaconDb);
    submit(
        &service,
        &[
            without(report(0), "/wifiAccessPoints/0/ssid"),
            with(report(0), "/wifiAccessPoints/0/ssid", json!("home_nomap")),
            without(report(0), "/cellTowers/0/primaryScramblingCode"),
            with(report(0), "/wifiAccessPoints/0/age", json!(30_101)),
            with(report(0), "/position/accuracy", json!(251)),
            with(report(0), "/cellTowers/0/radioType", json!("nr")),
            with(report(0), "/cellTowers/0/radioType", json!("umts")),
        ],
    );
    assert_eq!(effects(&service), [2, 2, 2, 2, 0, 3, 3]);
}

#[test]
fn reports_around_null_island_are_skipped_and_not_even_stored() {
    let service = start(Mode::BeaconDb);
    let near = |lat, lng| with(report(0), "/position", json!({"latitude": lat, "longitude": lng}));
    assert_eq!(submit(&service, &[near(1.0, -1.0), near(1.1, 0.0)]).status, 200);
    assert_eq!(service.accepted().unwrap().len(), 1);
}

#[test]
fn content_type_and_an_ascii_user_agent_are_asked_for() {
    let service = start(Mode::BeaconDb);
    let url = format!("{}/v2/geosubmit", service.url());
    let body = json!({"items": [report(0)]}).to_string();
    let send = |content_type: Option<&str>, agent: &[u8]| {
        let mut request = client().post(&url).header("user-agent", agent).body(body.clone());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.send().unwrap().status().as_u16()
    };
    assert_eq!(send(None, b"Cairn/1"), 400);
    assert_eq!(send(Some("text/plain"), b"Cairn/1"), 400);
    assert_eq!(send(Some("application/json; charset=utf-8"), b"Cairn/1"), 200);
    assert_eq!(send(Some("application/json"), "Cäirn/1".as_bytes()), 400);
}

#[test]
fn only_posts_to_the_three_routes_are_known() {
    let service = start(Mode::BeaconDb);
    for path in ["/v2/geosubmit", "/v1/geolocate", "/v1/country", "/"] {
        assert_eq!(client().get(format!("{}{path}", service.url())).send().unwrap().status(), 404);
    }
    assert_eq!(post(&service, "/v1/geosubmit", &json!({"items": []})).status, 404);
    assert_eq!(post(&service, "/v1/submit", &json!({"items": []})).status, 404);
}

#[test]
fn gzip_is_unpacked_and_must_be_whole() {
    let service = start(Mode::BeaconDb);
    let packed = gzip(&json!({"items": [report(0)]}).to_string());
    let send = |body: &[u8]| {
        let request = request(&service, "/v2/geosubmit", "").header("content-encoding", "gzip");
        request.body(body.to_vec()).send().unwrap().status().as_u16()
    };
    assert_eq!(send(&packed), 200);
    assert_eq!(send(&packed[..packed.len() - 9]), 400);
    assert_eq!(send(b"not gzip"), 400);
    let logged = &service.requests()[0];
    assert_eq!(logged.wire_bytes, packed.len());
    assert_eq!(serde_json::from_slice::<Value>(&logged.body).unwrap(), json!({"items": [report(0)]}));
    assert_eq!(logged.batch, Some(1));
}

#[test]
fn a_body_that_unpacks_to_too_much_is_refused() {
    let settings = Settings { max_unpacked: 10_000, max_body: 5_000, ..Settings::default() };
    let service = Service::start(settings).unwrap();
    let bomb = gzip(&" ".repeat(1_000_000));
    assert!(bomb.len() < 5_000);
    let request = |body: Vec<u8>| request(&service, "/v2/geosubmit", "").body(body);
    assert_eq!(request(bomb).header("content-encoding", "gzip").send().unwrap().status(), 413);
    assert_eq!(request(vec![b' '; 5_001]).send().unwrap().status(), 413);
}

#[test]
fn two_access_points_seen_twice_answer_where_they_are() {
    let service = start(Mode::BeaconDb);
    assert_eq!(post(&service, "/v1/geolocate", &query()).status, 404);
    submit(&service, &[report(0), report(10)]);
    let said = post(&service, "/v1/geolocate", &query());
    assert_eq!((said.status, said.content_type.as_str()), (200, "application/json"));
    assert_eq!(said.json(), json!({"location": {"lat": 51.5005, "lng": 7.46}, "accuracy": 56}));
}

#[test]
fn a_query_is_read_strictly_and_an_unknown_place_is_a_json_404() {
    let service = start(Mode::BeaconDb);
    let cell = json!({"radioType": "lte", "mobileCountryCode": 262, "mobileNetworkCode": 1, "locationAreaCode": 7, "cellId": 9});
    let cells = |cell: Value| json!({"cellTowers": [cell]});
    let root = json!({"wifiAccessPoints": [{"macAddress": "10:20:30:40:50:01"}], "considerIp": false});
    for (body, status) in [
        (json!({}), 404),
        (root.clone(), 404),
        (cells(cell.clone()), 404),
        (cells(with(cell.clone(), "/radioType", json!("nr"))), 404),
        (cells(with(cell.clone(), "/radioType", json!("umts"))), 400),
        (cells(without(cell.clone(), "/radioType")), 400),
        (cells(without(cell, "/cellId")), 400),
        (with(root.clone(), "/wifiAccessPoints", json!(null)), 400),
        (with(root.clone(), "/considerIp", json!("false")), 400),
        (with(root.clone(), "/wifiAccessPoints/0/signalStrength", json!(-60.5)), 400),
        (with(root.clone(), "/wifiAccessPoints/0/signalStrength", json!(-129)), 400),
        (with(root, "/wifiAccessPoints/0/signalStrength", json!(127)), 404),
    ] {
        assert_eq!(post(&service, "/v1/geolocate", &body).status, status, "{body}");
    }
    let empty = client().post(format!("{}/v1/geolocate", service.url())).send().unwrap();
    let said = Said::of(empty);
    assert_eq!(said.status, 404);
    assert_eq!(said.json()["error"]["errors"][0]["reason"], "notFound");
}
