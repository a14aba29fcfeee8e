//! What was imported comes out again: as estimates, as files, at a service.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use cairn_service::{Mode, Service, Settings};
use common::{cairn, stats, text, walk};
use serde_json::Value;
use tempfile::TempDir;

fn with_walk() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("walk.csv");
    let db = text(&folder.path().join("db")).to_owned();
    fs::write(&file, walk(400)).unwrap();
    assert_eq!(cairn(&["import", "--upload", "--db", &db, text(&file)]).code, Some(0));
    (folder, db)
}

#[test]
fn requests_are_answered_line_by_line() {
    let (folder, db) = with_walk();
    let heard = |macs: &[&str]| {
        let list: Vec<_> = macs.iter().map(|m| format!("{{\"macAddress\":\"{m}\",\"signalStrength\":-60}}")).collect();
        format!("{{\"wifiAccessPoints\":[{}]}}\n", list.join(","))
    };
    let known = ["00:1a:00:00:01:00", "00:1a:00:00:01:10", "00:1a:00:00:01:20", "00:1a:00:00:01:30"];
    let requests = folder.path().join("requests");
    fs::write(&requests, heard(&known) + "{broken\n\n" + &heard(&known[..1]) + &heard(&["02:00:00:00:00:01"])).unwrap();
    let ran = cairn(&["locate", "--db", &db, text(&requests)]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    let answers: Vec<Value> = ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 4);
    let near = |value: &Value, expected: f64, tolerance: f64| (value.as_f64().unwrap() - expected).abs() < tolerance;
    // Heard from the places 12 to 14, 11 m apart.
    assert!(near(&answers[0]["location"]["lat"], 60.0013, 0.0003) && near(&answers[0]["location"]["lng"], 24.9, 0.001));
    assert!(answers[0]["accuracy"].as_f64() < answers[0]["accuracy95"].as_f64(), "{}", answers[0]);
    assert_eq!((&answers[0]["source"], &answers[0]["used"]), (&"wifi".into(), &4.into()));
    assert_eq!(answers[1], serde_json::json!({ "error": "parseError", "line": 2 }));
    assert_eq!(answers[2]["error"], "notFound", "one access point alone answers nothing");
    assert_eq!(answers[3]["error"], "notFound");
}

#[test]
fn what_is_exported_can_be_imported_elsewhere() {
    let (folder, db) = with_walk();
    for (format, sightings) in [("geosubmit", 400), ("gpx", 0)] {
        let out = folder.path().join(format);
        let other = folder.path().join(format!("{format}.db"));
        let ran = cairn(&["export", "--db", &db, "--format", format, "--out", text(&out), "--json"]);
        let reports = stats(&db)["reports"].clone();
        assert_eq!((ran.code, &ran.json()["reports"]), (Some(0), &reports), "{ran:?}");
        assert_eq!(cairn(&["export", "--db", &db, "--format", format]).out, fs::read_to_string(&out).unwrap());
        let back = cairn(&["import", "--db", text(&other), text(&out), "--json"]);
        assert_eq!(
            (back.code, &back.json()["rows"], back.json()["sightings"].as_u64()),
            (Some(0), &reports, Some(sightings))
        );
        assert_eq!(stats(text(&other))["ground"], stats(&db)["ground"]);
        assert!(!folder.path().join(format!("{format}.part")).exists());
    }
    let ran = cairn(&["export", "--db", &db, "--format", "gpx", "--out", text(&folder.path().join("no/such/folder"))]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(3), 1), "{ran:?}");
}

#[test]
fn every_format_is_exported_and_only_what_is_wanted() {
    let (folder, db) = with_walk();
    let export = |format: &str, more: &[&str]| {
        let out = folder.path().join("out");
        let ran = cairn(&[&["export", "--db", &db, "--json", "--format", format, "--out", text(&out)], more].concat());
        assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
        ran.json()
    };
    let all = stats(&db)["reports"].clone();
    for format in ["geosubmit", "gpx", "kml", "kmz", "geojson", "wigle", "database"] {
        assert_eq!(export(format, &[])["reports"], all, "{format}");
    }
    assert!(export("microg-cells", &[])["emitters"].is_u64());
    assert_eq!(export("gpx", &["--from", "2025-06-02"])["reports"], 0);
    assert_eq!(
        export("gpx", &["--from", "2025-06-01", "--to", "2025-06-01", "--trip", "1", "--kind", "wifi"])["reports"],
        all
    );
    assert_eq!(export("gpx", &["--kind", "cell", "--kind", "beacon"])["reports"], 0);
    assert_eq!(export("gpx", &["--area", "-60,24,-59,25"])["reports"], 0);
    assert!(export("gpx", &["--area", "60.0001,24.9,20"])["reports"].as_u64() < all.as_u64());
    for bad in [["--area", "here"], ["--from", "soon"], ["--kind", "radar"]] {
        let ran = cairn(&[&["export", "--db", &db, "--format", "gpx"], &bad[..]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    let ran = cairn(&["export", "--db", &db, "--format", "microg-wifi", "--trip", "1"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "{ran:?}");
    let ran = cairn(&["export", "--db", &db, "--format", "database"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "{ran:?}");
}

#[test]
fn what_waits_is_sent_and_taken() {
    let (_folder, db) = with_walk();
    let service = Service::start(Settings { mode: Mode::Ichnaea, ..Settings::default() }).unwrap();
    let upload = |more: &[&str]| {
        cairn(&[&["upload", "--json", "--db", &db, "--protocol", "ichnaea", "--url", service.url()], more].concat())
    };
    let refused = upload(&[]);
    assert_eq!((refused.code, refused.err.lines().count()), (Some(2), 1), "http must be allowed: {refused:?}");
    assert_eq!(upload(&["--allow-http"]).code, Some(0));
    assert_eq!(service.accepted().unwrap().len() as u64, stats(&db)["reports"].as_u64().unwrap());
    assert_eq!(stats(&db)["outbox"][0]["waiting"], 0);
    service.stop();
}

#[test]
fn a_service_that_does_not_answer_is_told_by_the_exit_code() {
    let (_folder, db) = with_walk();
    let ran = cairn(&["upload", "--db", &db, "--url", "http://127.0.0.1:9", "--allow-http"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(4), 1), "{ran:?}");
}

#[test]
fn a_sound_database_is_called_sound() {
    let (_folder, db) = with_walk();
    let ran = cairn(&["doctor", "--db", &db]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("sound"), "{ran:?}");
    let evaluated = cairn(&["evaluate", "--db", &db, "--json"]).json();
    assert_eq!(evaluated["heldBack"], true, "some of its own stretches are not learned from: {evaluated}");
}

#[test]
fn estimates_are_measured_against_a_file_that_was_held_back() {
    let (folder, db) = with_walk();
    let file = folder.path().join("july.csv");
    fs::write(&file, walk(400).replace("2025-06-", "2025-07-") + "no row\n").unwrap();
    let evaluate = || cairn(&["evaluate", "--db", &db, text(&file), "--json"]);
    let ran = evaluate();
    assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 1), "the bad row is told: {ran:?}");
    let found = ran.json();
    assert_eq!((&found["asked"], &found["heldBack"]), (&100.into(), &true.into()), "{found}");
    assert!(found["answered"].as_u64() > Some(90) && found["sources"][0]["source"] == "wifi", "{found}");
    assert!(found["sources"][0]["median"].as_f64() < Some(30.0), "{found}");
    assert_eq!(stats(&db)["raw"], 400, "nothing of it was taken in");

    assert_eq!(cairn(&["import", "--db", &db, text(&file)]).code, Some(1));
    assert_eq!(evaluate().json()["heldBack"], false, "now it was learned from");
    let missing = cairn(&["evaluate", "--db", &db, text(&folder.path().join("none"))]);
    assert_eq!((missing.code, missing.err.lines().count()), (Some(3), 1), "{missing:?}");
}

#[test]
fn help_tells_the_exit_codes_and_shells_get_completions() {
    let help = cairn(&["--help"]);
    assert!(help.out.contains("Exit codes"), "{help:?}");
    assert!(cairn(&["completions", "bash"]).out.contains("cairn"));
}
