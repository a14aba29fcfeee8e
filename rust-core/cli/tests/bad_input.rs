//! Bad input of every kind: one clear line, an exit code, no panic.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use common::{HEADING, cairn, line, text};
use flate2::Compression;
use flate2::write::GzEncoder;

const GOOD: &str = "2025-06-01 10:00:00";

/// A fix so old that its time lies before all times, and an access point heard after all times.
const BEYOND: &str = r#"{"items":[{"timestamp":1748772000000,"position":{"latitude":60,"longitude":24,"age":1e300}},
    {"timestamp":1748772000000,"position":{"latitude":60,"longitude":24},
    "wifiAccessPoints":[{"macAddress":"00:1a:2b:3c:4d:5e","age":-1e300}]}]}"#;

/// A kind of bad input: its name, what makes it, the exit code, and what the line must say.
type Kind = (&'static str, fn(&Path), i32, &'static str);

fn wigle(path: &Path, row: &str) {
    fs::write(path, format!("{HEADING}{row}")).unwrap();
}

fn cut_off_gzip(path: &Path) {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(common::walk(100).as_bytes()).unwrap();
    let whole = gz.finish().unwrap();
    fs::write(path, &whole[..whole.len() - 20]).unwrap();
}

fn endless_line(path: &Path) {
    let mut file = File::create(path).unwrap();
    file.write_all(HEADING.as_bytes()).unwrap();
    let part = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        file.write_all(&part).unwrap();
    }
}

const KINDS: [Kind; 15] = [
    ("empty", |p| fs::write(p, "").unwrap(), 1, "empty"),
    ("prose", |p| fs::write(p, "Dear diary,\nit rained.\n").unwrap(), 1, "not a format"),
    ("junk", |p| fs::write(p, [0, 159, 146, 150, 7, 255, 0, 10, 3]).unwrap(), 1, "not a format"),
    ("gzip cut off", cut_off_gzip, 1, "ends early"),
    ("gzip damaged", |p| fs::write(p, b"\x1f\x8b\x08\x00damaged beyond repair").unwrap(), 1, "damaged"),
    (
        "gpx cut off",
        |p| fs::write(p, "<?xml version=\"1.0\"?><gpx><trk><trkseg><trkpt lat=\"1\"").unwrap(),
        1,
        "ends early",
    ),
    ("json cut off", |p| fs::write(p, "{\"items\":[{\"timestamp\":1").unwrap(), 1, "ends early"),
    ("NaN", |p| wigle(p, &line(1, f64::NAN, GOOD)), 1, ":3: latitude or longitude"),
    ("1e400", |p| wigle(p, &line(1, 60.0, GOOD).replace("60.000000", "1e400")), 1, ":3: latitude or longitude"),
    ("1970", |p| wigle(p, &line(1, 60.0, "1970-01-01 00:00:00")), 1, ":3: the date is before 2000 or in the future"),
    ("2100", |p| wigle(p, &line(1, 60.0, "2100-01-01 00:00:00")), 1, ":3: the date is before 2000 or in the future"),
    ("200 MB line", endless_line, 1, ":3: longer than 1 MiB"),
    ("an age beyond all numbers", |p| fs::write(p, BEYOND).unwrap(), 1, ":1: the date is before 2000 or in the future"),
    ("directory", |p| fs::create_dir(p).unwrap(), 3, "a directory"),
    ("missing", |_| (), 3, "no such file"),
];

#[test]
fn every_kind_of_bad_file_gets_one_clear_line_and_an_exit_code() {
    for (name, make, code, words) in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let (db, file) = (folder.path().join("db"), folder.path().join("input"));
        make(&file);
        let ran = cairn(&["import", "--db", text(&db), text(&file)]);
        assert_eq!(ran.code, Some(code), "{name}: {ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "{name}: {ran:?}");
        assert!(ran.err.starts_with(&format!("cairn: {}:", text(&file))), "{name}: {ran:?}");
        assert!(ran.err.contains(words), "{name}: {ran:?}");
    }
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("input"));
    fs::write(&file, "x").unwrap();
    // Whoever runs this as root may read everything; what lies below a file nobody can read.
    let ran = cairn(&["import", "--db", text(&db), text(&file.join("below"))]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(3), 1), "{ran:?}");
    let ran = cairn(&["import", "--db", text(&file.join("below")), text(&file)]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(3), 1), "{ran:?}");
}

#[test]
fn good_rows_go_in_past_bad_ones_which_are_counted_by_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("input.csv"));
    let bad = line(7, f64::NAN, GOOD).repeat(7) + &line(8, 60.0, "1970-01-01 00:00:00");
    wigle(&file, &(line(1, 60.0, GOOD) + &bad + &line(2, 60.1, GOOD)));
    let ran = cairn(&["import", "--db", text(&db), text(&file), "--json"]);
    let json = ran.json();
    assert_eq!((ran.code, json["rows"].as_u64()), (Some(1), Some(2)), "{ran:?}");
    assert_eq!(json["bad"]["position"]["count"], 7);
    assert_eq!(json["bad"]["position"]["lines"], serde_json::json!([4, 5, 6, 7, 8]));
    assert_eq!(json["bad"]["date"]["lines"], serde_json::json!([11]));
    assert_eq!(ran.err.lines().count(), 2, "a line per reason: {}", ran.err);
    assert_eq!(common::stats(text(&db))["newWifi"], 2);
}

#[test]
fn nothing_that_was_read_is_repeated_in_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("input.csv"));
    let broken = "00:1a:2b:3c:4d:5e:6f,SecretNet,[],2025-06-01 10:00:00,1,,-60,60.123456,24.654321,1,4,,,WIFI\n";
    wigle(
        &file,
        &(broken.to_owned() + "00:1a:2b:3c:4d:5e,SecretNet,[],never,1,,-60,160.123456,24.654321,1,4,,,WIFI\n"),
    );
    let ran = cairn(&["import", "-vv", "--db", text(&db), text(&file)]);
    for secret in ["1a:2b", "SecretNet", "60.123", "24.654"] {
        assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{ran:?}");
    }
}

#[test]
fn a_database_that_is_none_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    for command in ["stats", "doctor", "evaluate", "locate"] {
        let ran = cairn(&[command, "--db", text(&missing)]);
        assert_eq!((ran.code, ran.err.lines().count()), (Some(3), 1), "{command}: {ran:?}");
        assert!(!missing.exists(), "{command}");
    }
    assert_eq!(cairn(&["stats"]).code, Some(2), "usage");
}
