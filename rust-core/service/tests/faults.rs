//! Every fault, seen from the client's side of the wire; and what is kept through all of them.

#![allow(clippy::unwrap_used)]

mod common;

use std::error::Error;
use std::io;
use std::time::Duration;

use cairn_service::{Fault, FaultScript, Mode, RetryAfter, Running, Service, Settings};
use common::{Said, query, report, request, start, submit};
use serde_json::{Value, json};

fn with_faults(faults: FaultScript) -> Running {
    Service::start(Settings { faults, ..Settings::default() }).unwrap()
}

fn meeting(fault: Fault) -> Running {
    with_faults(FaultScript::none().then([Some(fault)]))
}

fn body() -> String {
    json!({"items": [report(0)]}).to_string()
}

fn send(service: &Running) -> reqwest::Result<reqwest::blocking::Response> {
    request(service, "/v2/geosubmit", &body()).send()
}

fn taken(service: &Running) -> usize {
    service.accepted().unwrap().len()
}

/// The I/O error at the bottom of a client's error.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}

#[test]
fn a_reset_before_the_body_takes_nothing() {
    let service = meeting(Fault::ResetBeforeBody);
    let error = send(&service).unwrap_err();
    assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    assert_eq!(taken(&service), 0);
    let logged = &service.requests()[0];
    assert_eq!((logged.wire_bytes, logged.status), (0, None));
    assert_eq!(send(&service).unwrap().status(), 200, "the next request goes well");
}

#[test]
fn a_reset_after_accepting_leaves_the_client_in_doubt_and_the_report_taken() {
    let service = meeting(Fault::ResetAfterAccepting);
    let error = send(&service).unwrap_err();
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset), "{error:?}");
    assert_eq!(taken(&service), 1);
    assert_eq!(service.requests()[0].batch, Some(1));
}

#[test]
fn a_truncated_answer_starts_well_and_breaks_off() {
    let service = meeting(Fault::Truncated);
    let response = send(&service).unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.content_length().unwrap() >= 4096);
    assert!(response.bytes().is_err());
    assert_eq!(taken(&service), 1);
}

#[test]
fn statuses_come_with_the_retry_after_they_were_given() {
    for (status, after) in [
        (403, None),
        (404, None),
        (413, None),
        (429, Some(RetryAfter::Seconds(120))),
        (429, Some(RetryAfter::DateIn(120))),
        (500, None),
        (503, None),
        (503, Some(RetryAfter::Seconds(5))),
    ] {
        let service = meeting(Fault::Status(status, after));
        let response = send(&service).unwrap();
        assert_eq!(response.status(), status);
        let header = response.headers().get("retry-after").map(|v| v.to_str().unwrap().to_owned());
        match after {
            None => assert_eq!(header, None),
            Some(RetryAfter::Seconds(seconds)) => assert_eq!(header, Some(seconds.to_string())),
            Some(RetryAfter::DateIn(_)) => assert!(header.is_some_and(|date| date.ends_with(" GMT"))),
        }
        assert_eq!(taken(&service), 0);
        assert_eq!(service.requests()[0].status, Some(status));
    }
}

#[test]
fn a_captive_portal_says_200_in_html_and_a_redirect_302() {
    let service = with_faults(
        FaultScript::none().then([Some(Fault::CaptivePortal), Some(Fault::Redirect("http://login.example/".into()))]),
    );
    let portal = Said::of(send(&service).unwrap());
    assert_eq!((portal.status, portal.content_type.starts_with("text/html")), (200, true));
    let redirect = send(&service).unwrap();
    assert_eq!(
        (redirect.status().as_u16(), &redirect.headers()["location"]),
        (302, &"http://login.example/".parse().unwrap())
    );
    assert_eq!(taken(&service), 0);
}

#[test]
fn a_delayed_answer_is_right_in_the_end() {
    let service = meeting(Fault::Delay(Duration::from_millis(50)));
    assert_eq!(send(&service).unwrap().status(), 200);
    assert_eq!(taken(&service), 1);
}

#[test]
fn a_poisoned_record_refuses_its_whole_batch_in_the_words_of_the_mode() {
    let poisoned = |item: &Value| item["position"]["latitude"] == json!(51.5 + 7.0 / 1e4);
    for (mode, words) in [(Mode::BeaconDb, "item 1"), (Mode::Ichnaea, "\"items.1\"")] {
        let faults = FaultScript::none().poison(poisoned);
        let service = Service::start(Settings { mode, faults, ..Settings::default() }).unwrap();
        let said = submit(&service, &[report(0), report(7)]);
        assert_eq!(said.status, 400);
        assert!(said.body.contains(words), "{}", said.body);
        assert_eq!(submit(&service, &[report(0)]).status, 200);
        assert_eq!(taken(&service), 1);
    }
}

#[test]
fn bodies_over_the_proxy_s_limits_are_413() {
    let by_bytes = with_faults(FaultScript::none().max_bytes(body().len()));
    assert_eq!(submit(&by_bytes, &[report(0)]).status, 200);
    assert_eq!(submit(&by_bytes, &[report(0), report(1)]).status, 413);
    let by_items = with_faults(FaultScript::none().max_items(1));
    assert_eq!(submit(&by_items, &[report(0)]).status, 200);
    assert_eq!(submit(&by_items, &[report(0), report(1)]).status, 413);
}

#[test]
fn health_is_answered_in_the_middle_of_all_this_and_tells_the_totals() {
    let service = with_faults(FaultScript::none().random(1, 1.0, vec![Fault::ResetBeforeBody]));
    assert!(send(&service).is_err());
    service.set_faults(FaultScript::none());
    send(&service).unwrap();
    service.set_faults(FaultScript::none().random(1, 1.0, vec![Fault::Status(500, None)]));
    assert_eq!(send(&service).unwrap().status(), 500);
    let health = common::client().get(format!("{}/health", service.url())).send().unwrap();
    assert_eq!(
        Said::of(health).json(),
        json!({"status": "ok", "mode": "beacondb", "batches": 1, "reports": 1, "emitters": 3, "stations": 3})
    );
    assert_eq!(service.requests().len(), 3);
}

#[test]
fn reports_and_what_was_learned_from_them_survive_a_restart() {
    for mode in [Mode::BeaconDb, Mode::Ichnaea] {
        let folder = tempfile::tempdir().unwrap();
        let settings = || Settings { mode, db: Some(folder.path().join("service.db")), ..Settings::default() };
        let service = Service::start(settings()).unwrap();
        submit(&service, &[report(0), report(10)]);
        let ask = |service: &Running| common::post(service, "/v1/geolocate?key=test", &query()).body;
        let before = ask(&service);
        service.stop();
        let service = Service::start(settings()).unwrap();
        assert_eq!(taken(&service), 2);
        assert_eq!(ask(&service), before);
        assert!(before.contains("location"), "{before}");
    }
}

#[test]
fn a_taken_address_is_an_error_that_names_it() {
    let service = start(Mode::BeaconDb);
    let address = service.url().trim_start_matches("http://").parse().unwrap();
    let refused = Service::start(Settings { address, ..Settings::default() });
    assert!(refused.err().is_some_and(|e| e.to_string().contains(&address.to_string())));
}
