//! The outbox against whatever may come back from an address: services, portals, proxies, or none of them.
//! Nothing real answers here; the engine, its store and the loop between them are the real ones.
#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::model::Millis;
use cairn::outbox::{Answer, Conditions, Ended, OutboxView, Request, Transport, TransportError};
use cairn_tests::{numbered_fix, numbered_mac, numbered_scan, open_service, patiently};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use serde_json::Value;

const REPORTS: u64 = 20;

/// Gives one answer after the other, then takes everything; remembers what it said to have taken, and stands for no repetition.
struct Answers {
    script: Mutex<std::vec::IntoIter<Result<Answer, TransportError>>>,
    taken: Mutex<BTreeSet<String>>,
}

impl Transport for Answers {
    fn post(&self, request: &Request) -> Result<Answer, TransportError> {
        let taken = Answer { status: 200, retry_after: None, content_type: None, body: b"{}".to_vec() };
        let answer = self.script.lock().unwrap().next().unwrap_or(Ok(taken));
        if answer.as_ref().is_ok_and(|a| (200..300).contains(&a.status) && !a.is_html()) {
            for mac in macs_in(&request.body) {
                assert!(self.taken.lock().unwrap().insert(mac), "sent again once taken");
            }
        }
        answer
    }
}

fn macs_in(gzip: &[u8]) -> Vec<String> {
    let mut json = String::new();
    GzDecoder::new(gzip).read_to_string(&mut json).unwrap();
    let body: Value = serde_json::from_str(&json).unwrap();
    let mac = |item: &Value| item["wifiAccessPoints"][0]["macAddress"].as_str().unwrap().to_owned();
    body["items"].as_array().unwrap().iter().map(mac).collect()
}

fn any_answer() -> impl Strategy<Value = Result<Answer, TransportError>> {
    use TransportError::{Broken, Timeout, Unreachable, Untrusted};
    let statuses = prop_oneof![
        Just(400),
        prop::sample::select(vec![200, 204, 302, 401, 403, 404, 408, 413, 422, 429, 500, 503]),
        any::<u16>()
    ];
    let types =
        prop::option::of(prop::sample::select(vec!["application/json", "text/html", "TEXT/HTML; charset=x", ""]));
    let bodies = prop_oneof![
        Just(b"<html><title>Welcome aboard".to_vec()),
        Just(br#"{"error":{"code":400,"message":"Parse Error"}}"#.to_vec()),
        prop::collection::vec(any::<u8>(), 0..300),
    ];
    let answer = (statuses, prop::option::of(any::<i64>()), types, bodies).prop_map(|(status, wait, kind, body)| {
        Answer { status, retry_after: wait.map(Millis), content_type: kind.map(str::to_owned), body }
    });
    prop_oneof![
        9 => answer.prop_map(Ok),
        1 => prop::sample::select(vec![Broken, Timeout, Unreachable, Untrusted]).prop_map(Err),
    ]
}

fn phone_with_reports(dir: &std::path::Path) -> Engine {
    let config = Config { path: dir.join("cairn.db"), clock: Arc::new(SystemClock::new()), seed: 1 };
    let engine = Engine::open(config).unwrap().engine;
    for n in 0..REPORTS {
        patiently(|| engine.fix(numbered_fix(n))).unwrap();
        patiently(|| engine.scan(numbered_scan(n))).unwrap();
    }
    engine.end_trip().unwrap();
    engine
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_answered_no_report_is_lost_or_sent_again_once_taken(
        script in prop::collection::vec(any_answer(), 0..40),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = phone_with_reports(dir.path());
        let service = open_service(&engine, "http://127.0.0.1:9").unwrap();
        let answers = Answers { script: Mutex::new(script.into_iter()), taken: Mutex::default() };
        loop {
            let go_on = AtomicBool::new(false);
            let upload = engine.upload(service, &answers, Conditions::default(), true, &go_on).unwrap();

            let OutboxView { waiting, accepted, quarantined, not_useful, .. } = engine.stats().unwrap().outbox.remove(0);
            prop_assert_eq!((waiting + accepted + quarantined, not_useful), (REPORTS, 0));
            let taken = answers.taken.lock().unwrap();
            prop_assert_eq!(taken.len() as u64, accepted);
            match upload.ended {
                Ended::Done => {
                    prop_assert_eq!(waiting, 0);
                    break;
                }
                Ended::Stopped(_) => engine.resume_service(service).unwrap(),
                // Each run that fails uses up an answer, so that the script comes to its end.
                Ended::Later(_) => {}
                ended => prop_assert!(false, "{:?}", ended),
            }
        }
        prop_assert_eq!(engine.check().unwrap().structure_faults, 0, "the running counts are those of the rows");
        let first = numbered_mac(0);
        let taken = answers.taken.lock().unwrap();
        let ours = |mac: &String| (first..first + REPORTS).contains(&u64::from_str_radix(&mac.replace(':', ""), 16).unwrap());
        prop_assert!(taken.iter().all(ours));
    }
}
