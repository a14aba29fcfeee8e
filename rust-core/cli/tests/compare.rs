//! A service's answers beside one's own: asked only where the user agrees, and told no more than it needs.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::time::{Duration, Instant};

use cairn_service::{Fault, FaultScript, Mode, RetryAfter, Running, Service, Settings};
use common::{Ran, cairn, text, walk};
use serde_json::Value;
use tempfile::TempDir;

/// A database, and a service that was given its reports.
struct Both {
    _folder: TempDir,
    db: String,
    service: Running,
}

impl Both {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("walk.csv");
        let db = text(&folder.path().join("db")).to_owned();
        fs::write(&file, walk(400)).unwrap();
        assert_eq!(cairn(&["import", "--upload", "--db", &db, text(&file)]).code, Some(0));
        let service = Service::start(Settings { mode: Mode::Ichnaea, ..Settings::default() }).unwrap();
        let both = Self { _folder: folder, db, service };
        assert_eq!(both.run("upload", "my-key", &["--protocol", "ichnaea", "--allow-http"]).code, Some(0));
        both
    }

    fn run(&self, command: &str, key: &str, more: &[&str]) -> Ran {
        cairn(&[&[command, "--json", "--db", &self.db, "--url", self.service.url(), "--key", key], more].concat())
    }

    /// The bodies of the questions that came.
    fn questions(&self) -> Vec<Value> {
        let all = self.service.requests();
        let questions = all.iter().filter(|r| r.target.starts_with("/v1/geolocate"));
        questions.map(|r| serde_json::from_slice(&r.body).unwrap()).collect()
    }
}

#[test]
fn nothing_is_asked_until_the_user_agrees() {
    let both = Both::new();
    let ran = both.run("compare", "my-key", &["--agree"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "http must be allowed: {ran:?}");
    let ran = both.run("compare", "my-key", &["--allow-http"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!((&ran.json()["asked"], &ran.json()["wouldAsk"]), (&0.into(), &30.into()));
    assert!(both.questions().is_empty());
}

#[test]
fn both_sides_are_measured_and_a_question_tells_neither_place_nor_time() {
    let both = Both::new();
    let ran = both.run("compare", "my-key", &["--allow-http", "--agree", "--sample", "3", "--per-minute", "60"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found = ran.json();
    for side in ["service", "own"] {
        assert_eq!(found[side]["answered"], 3, "{found}");
        assert!(found[side]["median"].as_f64() < Some(60.0), "{found}");
    }
    assert_eq!((&found["asked"], &found["apart"]["both"]), (&3.into(), &3.into()));
    let questions = both.questions();
    assert_eq!(questions.len(), 3);
    for question in questions {
        let members: Vec<&String> = question.as_object().unwrap().keys().collect();
        assert_eq!(members, ["considerIp", "fallbacks", "wifiAccessPoints"]);
        assert_eq!(question["considerIp"], false);
        for heard in question["wifiAccessPoints"].as_array().unwrap() {
            assert!(heard.as_object().unwrap().keys().all(|k| ["macAddress", "signalStrength"].contains(&k.as_str())));
        }
    }
}

#[test]
fn a_service_that_refuses_is_asked_once() {
    let both = Both::new();
    let ran = both.run("compare", "no", &["--allow-http", "--agree"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "a key that cannot be one: {ran:?}");
    assert!(both.questions().is_empty());
    let gone = Both { service: Service::start(Settings::default()).unwrap(), ..both };
    let ran = gone.run("compare", "my-key", &["--allow-http", "--agree", "--sample", "2", "--per-minute", "60"]);
    assert_eq!(ran.json()["service"]["answered"], 0, "it knows nothing: {ran:?}");
    let portal = cairn(&["compare", "--db", &gone.db, "--url", "http://127.0.0.1:9", "--allow-http", "--agree"]);
    assert_eq!((portal.code, portal.err.lines().count()), (Some(4), 1), "{portal:?}");
}

#[test]
fn a_second_run_keeps_to_the_limit_as_if_it_were_the_first() {
    let both = Both::new();
    let ask = || both.run("compare", "my-key", &["--allow-http", "--agree", "--sample", "1", "--per-minute", "20"]);
    assert_eq!(ask().code, Some(0));
    let started = Instant::now();
    assert_eq!(ask().code, Some(0));
    // Three seconds are between two questions; the first run's end takes some of them.
    assert!(started.elapsed() > Duration::from_millis(1_500), "{:?}", started.elapsed());
    assert_eq!(both.questions().len(), 2);
}

#[test]
fn a_service_that_wants_to_be_left_alone_is_for_as_long_as_it_says_in_later_runs_too() {
    for after in [RetryAfter::Seconds(3_600), RetryAfter::DateIn(3_600)] {
        let both = Both::new();
        let ask = || both.run("compare", "my-key", &["--allow-http", "--agree", "--sample", "3", "--per-minute", "60"]);
        both.service.set_faults(FaultScript::none().then([Some(Fault::Status(429, Some(after)))]));
        let ran = ask();
        assert_eq!((ran.code, both.questions().len()), (Some(4), 1), "{ran:?}");
        assert!(ran.err.contains("HTTP 429") && ran.err.contains("not asked again for 60 minutes"), "{ran:?}");
        for _ in 0..2 {
            let ran = ask();
            assert_eq!((ran.code, both.questions().len(), ran.err.lines().count()), (Some(4), 1, 1), "{ran:?}");
            assert!(ran.err.contains("not asked again for 60 minutes"), "{ran:?}");
        }
    }
}
