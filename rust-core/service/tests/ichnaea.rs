//! The service in ichnaea's mode says what ichnaea says, line by line of the wire-conformance checklist.

#![allow(clippy::unwrap_used)]

mod common;

use cairn_service::{Mode, Running, Service, Settings};
use common::{Said, client, effects, gzip, post, query, report, request, start, submit, with, without};
use serde_json::{Value, json};

const LOCATE: &str = "/v1/geolocate?key=test-key";

fn culprit(said: &Said) -> String {
    let details = said.json()["details"]["validation"].clone();
    details.as_object().and_then(|members| members.keys().next().cloned()).unwrap_or_default()
}

#[test]
fn a_good_batch_is_taken_with_200_and_an_empty_object_whatever_the_key() {
    let service = start(Mode::Ichnaea);
    let said = submit(&service, &[report(0)]);
    assert_eq!((said.status, said.body.as_str(), said.content_type.as_str()), (200, "{}", "application/json"));
    assert_eq!(post(&service, "/v2/geosubmit?key=!", &json!({"items": []})).status, 200);
    let plain = client().post(format!("{}/v2/geosubmit", service.url())).body("{\"items\":[]}").send().unwrap();
    assert_eq!(plain.status(), 200, "no content type is asked for");
    assert_eq!(effects(&service), [3]);
}

#[test]
fn a_wrong_type_or_a_null_list_refuses_the_whole_batch_and_names_the_culprit() {
    let service = start(Mode::Ichnaea);
    for (path, value) in [
        ("/wifiAccessPoints/1/macAddress", json!(10)),
        ("/wifiAccessPoints/0/signalStrength", json!("x")),
        ("/wifiAccessPoints/0/ssid", json!(5)),
        ("/wifiAccessPoints", json!(null)),
        ("/position", json!(null)),
        ("/position", json!([])),
        ("/position/latitude", json!("north")),
        ("/position/source", json!(1)),
        ("/cellTowers/0/cellId", json!({})),
        ("/cellTowers/0/serving", json!("yes")),
        ("/bluetoothBeacons", json!([null])),
    ] {
        let said = submit(&service, &[report(0), with(report(0), path, value.clone())]);
        assert_eq!(said.status, 400, "{path}");
        let body = said.json();
        assert_eq!(body["error"]["errors"][0]["domain"], "global");
        assert_eq!(body["error"]["errors"][0]["reason"], "parseError");
        let named = format!("/{}", culprit(&said).replace('.', "/"));
        assert!(named.starts_with(&format!("/items/1{path}")), "{named} for {path}");
    }
    assert_eq!(culprit(&submit(&service, &[json!(null)])), "items.0");
    assert!(service.accepted().unwrap().is_empty());
}

#[test]
fn what_is_no_json_is_a_parse_error_with_the_decoder_s_reason() {
    let service = start(Mode::Ichnaea);
    let infinite = json!({"items": [report(0)]}).to_string().replace("200", "Infinity");
    for body in ["", "{", "\u{0}", infinite.as_str()] {
        let said = Said::of(request(&service, "/v2/geosubmit", body).send().unwrap());
        assert_eq!(said.status, 400);
        assert!(said.json()["details"]["decode"].is_string(), "{}", said.body);
    }
    for (body, path) in [("{}", "items"), ("{\"items\": null}", "items")] {
        let said = Said::of(request(&service, "/v2/geosubmit", body).send().unwrap());
        assert_eq!((said.status, culprit(&said).as_str()), (400, path));
    }
    let cut = gzip("{\"items\":[]}");
    let sent = request(&service, "/v2/geosubmit", "").header("content-encoding", "gzip").body(cut[..10].to_vec());
    let said = Said::of(sent.send().unwrap());
    assert!(said.json()["details"]["decode"].is_string());
}

#[test]
fn what_colander_forgives_is_forgiven() {
    let service = start(Mode::Ichnaea);
    let full = submit(
        &service,
        &[
            with(report(0), "/wifiAccessPoints/0/signalStrength", json!("-60")),
            with(report(0), "/wifiAccessPoints/0/signalStrength", json!(-60.7)),
            with(report(0), "/wifiAccessPoints/0/signalStrength", json!(null)),
            with(report(0), "/timestamp", json!("yesterday")),
            without(report(0), "/timestamp"),
            with(report(0), "/position/source", json!("gps")),
            with(report(0), "/unheardOf", json!([1, {}])),
            with(report(0), "/cellTowers/0/radioType", json!("UMTS")),
        ],
    );
    assert_eq!(full.status, 200);
    assert_eq!(effects(&service), [3; 8]);
}

#[test]
fn what_the_second_stage_drops_is_dropped_without_a_word() {
    let service = start(Mode::Ichnaea);
    let place = |lat, lng| with(report(0), "/position", json!({"latitude": lat, "longitude": lng}));
    submit(
        &service,
        &[
            place(0.0, 0.0),
            place(86.0, 7.0),
            with(report(0), "/cellTowers/0/radioType", json!("nr")),
            with(report(0), "/cellTowers/0/locationAreaCode", json!(65_534)),
            with(report(0), "/wifiAccessPoints/0/macAddress", json!("ff:ff:ff:ff:ff:ff")),
            without(report(0), "/wifiAccessPoints/0/macAddress"),
            with(report(0), "/wifiAccessPoints/0/macAddress", json!("1020.3040.5001")),
            with(report(0), "/position/accuracy", json!(201)),
            with(report(0), "/wifiAccessPoints/0/age", json!(20_101)),
            without(report(0), "/position"),
        ],
    );
    assert_eq!(effects(&service), [0, 0, 2, 2, 2, 2, 3, 1, 2, 0]);
}

#[test]
fn an_item_without_networks_is_not_stored() {
    let service = start(Mode::Ichnaea);
    let bare = without(without(report(0), "/wifiAccessPoints"), "/cellTowers");
    assert_eq!(submit(&service, &[bare]).status, 200);
    assert!(service.accepted().unwrap().is_empty());
}

fn reason(said: &Said) -> (u16, Value) {
    (said.status, said.json()["error"]["errors"][0]["reason"].clone())
}

#[test]
fn a_query_needs_a_key_and_a_submission_does_not() {
    let keys = Some(vec!["home".to_owned()]);
    let service = Service::start(Settings { mode: Mode::Ichnaea, keys, ..Settings::default() }).unwrap();
    for path in ["/v1/geolocate", "/v1/geolocate?key=abc", "/v1/geolocate?key=other", "/v1/country?key=h%20me"] {
        assert_eq!(reason(&post(&service, path, &query())), (400, json!("keyInvalid")), "{path}");
    }
    assert_eq!(reason(&post(&service, "/v1/geolocate?a=b&key=home", &query())), (404, json!("notFound")));
    assert_eq!(submit(&service, &[report(0)]).status, 200);
}

fn located(service: &Running, body: &Value) -> Value {
    let said = post(service, LOCATE, body);
    assert_eq!(said.status, 200, "{}", said.body);
    said.json()
}

#[test]
fn two_known_access_points_answer_and_one_with_a_made_up_one_does_not() {
    let service = start(Mode::Ichnaea);
    submit(&service, &[report(0), report(10)]);
    let answer = located(&service, &query());
    assert!((answer["location"]["lat"].as_f64().unwrap() - 51.5005).abs() < 1e-6);
    assert_eq!(answer["accuracy"], 10);
    let alone = with(query(), "/wifiAccessPoints/1/macAddress", json!("10:20:30:40:50:77"));
    assert_eq!(post(&service, LOCATE, &alone).status, 404);
}

#[test]
fn an_unknown_cell_falls_back_to_its_area_unless_told_not_to() {
    let service = start(Mode::Ichnaea);
    submit(&service, &[report(0)]);
    let ask = |cell, fallbacks: Value| {
        json!({"radioType": "lte", "fallbacks": fallbacks, "cellTowers": [
            {"mobileCountryCode": 262, "mobileNetworkCode": 1, "locationAreaCode": 7, "cellId": cell}]})
    };
    let known = located(&service, &ask(99, json!({})));
    assert_eq!((&known["accuracy"], known.get("fallback")), (&json!(1000), None));
    let area = located(&service, &ask(98, json!({"ipf": false})));
    assert_eq!((&area["accuracy"], &area["fallback"]), (&json!(50_000), &json!("lacf")));
    assert_eq!(post(&service, LOCATE, &ask(98, json!({"lacf": false}))).status, 404);
    let country = post(&service, "/v1/country?key=test-key", &ask(99, json!({})));
    assert_eq!(country.json()["country_code"], "DE");
}

#[test]
fn unknown_radios_and_wrong_types_refuse_a_query() {
    let service = start(Mode::Ichnaea);
    for radio in ["umts", "nr"] {
        assert_eq!(reason(&post(&service, LOCATE, &json!({"radioType": radio}))), (400, json!("parseError")));
        let cell = json!({"cellTowers": [{"radioType": radio}]});
        assert_eq!(culprit(&post(&service, LOCATE, &cell)), "cellTowers.0.radioType");
    }
    assert_eq!(post(&service, LOCATE, &json!({"fallbacks": null})).status, 400);
    assert_eq!(post(&service, LOCATE, &json!([])).status, 400);
    assert_eq!(post(&service, LOCATE, &json!({"considerIp": "false"})).status, 404);
}

#[test]
fn methods_and_paths_answer_as_pyramid_would() {
    let service = start(Mode::Ichnaea);
    let url = |path: &str| format!("{}{path}", service.url());
    assert_eq!(client().get(url("/v2/geosubmit")).send().unwrap().status(), 400);
    assert_eq!(client().get(url(LOCATE)).send().unwrap().status(), 404);
    assert_eq!(client().delete(url(LOCATE)).send().unwrap().status(), 405);
    let unknown = Said::of(client().post(url("/v3/geosubmit")).send().unwrap());
    assert_eq!((unknown.status, unknown.content_type.starts_with("text/plain")), (404, true));
}
