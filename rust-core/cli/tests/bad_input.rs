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

/// A small file that unpacks to 400 MiB.
fn bomb(path: &Path) {
    let mut gz = GzEncoder::new(File::create(path).unwrap(), Compression::best());
    gz.write_all(HEADING.as_bytes()).unwrap();
    let part = vec![b'\n'; 1 << 20];
    for _ in 0..400 {
        gz.write_all(&part).unwrap();
    }
    gz.finish().unwrap();
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/exchange").join(name)).unwrap()
}

fn cut_off(path: &Path, name: &str, left: usize) {
    let whole = sample(name);
    fs::write(path, &whole[..whole.len() - left]).unwrap();
}

fn zip_of(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in files {
        let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::STORE);
        zip.start_file(*name, plain).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn damaged_database(path: &Path) {
    let mut bytes = sample("neostumbler-11.db");
    for byte in &mut bytes[1_024..4_096] {
        *byte = 0x55;
    }
    fs::write(path, bytes).unwrap();
}

fn other_database(path: &Path) {
    let mut bytes = sample("neostumbler-11.db");
    // The name of a table that is looked for, wherever it stands.
    let (looked_for, other) = (b"PositionEntity", b"PositionOthers");
    for at in 0..bytes.len() - other.len() {
        if bytes[at..].starts_with(looked_for) {
            bytes[at..at + other.len()].copy_from_slice(other);
        }
    }
    fs::write(path, bytes).unwrap();
}

fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

const KINDS: [Kind; 29] = [
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
    ("a folder without files", |p| fs::create_dir(p).unwrap(), 3, "a directory without files"),
    ("a pipe", pipe, 3, "not a regular file"),
    ("zip cut off", |p| cut_off(p, "neostumbler.zip", 30), 1, "zip archive is damaged or cut off"),
    ("zip within a zip", |p| zip_of(p, &[("a.zip", &sample("neostumbler.zip"))]), 1, "a zip archive within"),
    ("zip of nothing", |p| zip_of(p, &[]), 1, "empty"),
    ("zip of prose", |p| zip_of(p, &[("a.txt", b"Dear diary,"), ("b.txt", b"x")]), 1, "no file in the zip archive"),
    ("zstd cut off", |p| cut_off(p, "wigle-1.6.csv.zst", 10), 1, "ends early"),
    ("bzip2", |p| fs::write(p, b"BZh91AY&SY").unwrap(), 1, "packed (bzip2)"),
    ("a bomb", bomb, 1, "unpacks to more than"),
    ("a database that is damaged", damaged_database, 1, "the database is damaged"),
    ("a database cut off", |p| cut_off(p, "kismet-8.kismet", 2_000), 1, "the database is damaged"),
    ("another program's database", other_database, 1, "of no program whose data can be imported"),
    ("a spreadsheet's", |p| fs::write(p, HEADING.replace(',', ";")).unwrap(), 1, "semicolons"),
    ("UTF-16", |p| fs::write(p, b"\xff\xfeM\0A\0C\0").unwrap(), 1, "UTF-16"),
    ("kml cut off", |p| cut_off(p, "wigle-app.kml", 30), 1, "ends early"),
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
        let label = ran.err.strip_prefix(&format!("cairn: {}", text(&file)));
        assert!(label.is_some_and(|l| l.starts_with([':', '/'])), "{name}: {ran:?}");
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
