//! Region packs as a user makes, looks at, merges and uses them.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use common::{HEADING, cairn, line, text};
use serde_json::{Value, json};

const TODAY: &str = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\r\n";
const BEFORE: &str = "radio,mcc,mnc,lac,cid,psc,lon,lat,range,samples,changeable,created,updated,averageSignal\n";

fn rows(end: &str) -> String {
    let mut text = String::new();
    for (radio, cell) in [("GSM", 4_711_u64), ("UMTS", 86_355), ("LTE", 12_345_678), ("NR", 1 << 34), ("CDMA", 77)] {
        let _ = write!(text, "{radio},244,5,100,{cell},,24.94,60.17,1500,17,1,1459692342,1488347104,{end}");
    }
    text
}

fn build(out: &Path, more: &[&str]) -> common::Ran {
    cairn(&[&["pack", "build", "--json", "--out", text(out)], more].concat())
}

/// Twelve access points along a street, each heard from twenty places.
fn street() -> String {
    let mut text = HEADING.to_owned();
    for place in 0..20 {
        for mac in 0..12 {
            text += &line(mac, 60.0 + f64::from(place) * 1e-4, &format!("2025-06-01 10:{place:02}:00"));
        }
    }
    text
}

fn ask(db: &str, pack: &Path, request: &Value) -> Value {
    let file = pack.with_extension("requests");
    fs::write(&file, format!("{request}\n")).unwrap();
    let ran = cairn(&["locate", "--db", db, "--pack", text(pack), text(&file)]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    ran.json()
}

fn empty_database(folder: &Path) -> String {
    let (file, db) = (folder.join("far.csv"), folder.join("empty.db"));
    fs::write(&file, format!("{HEADING}{}", line(99, 10.0, "2025-06-01 10:00:00"))).unwrap();
    assert_eq!(cairn(&["import", "--db", text(&db), text(&file)]).code, Some(0));
    text(&db).to_owned()
}

#[test]
fn cells_of_either_heading_or_none_packed_or_not_answer_where_the_phone_knows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = empty_database(folder.path());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all((TODAY.to_owned() + &rows("\r\n")).as_bytes()).unwrap();
    let files = [
        (TODAY.to_owned() + &rows("\r\n")).into_bytes(),
        (BEFORE.to_owned() + &rows("-95\n")).into_bytes(),
        rows("\n").into_bytes(),
        packed.finish().unwrap(),
    ];
    for (n, bytes) in files.into_iter().enumerate() {
        let (csv, pack) = (folder.path().join(format!("{n}.csv")), folder.path().join(format!("{n}.pack")));
        fs::write(&csv, bytes).unwrap();
        let ran = build(&pack, &["--cells", text(&csv), "--licence", "CC0-1.0", "--name", "Town"]);
        assert_eq!((ran.code, &ran.json()["cells"]), (Some(0), &json!(4)), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "the one of CDMA is told: {ran:?}");
        let info = cairn(&["pack", "info", "--verify", "--json", text(&pack)]).json();
        assert_eq!(
            (&info["cells"], &info["notes"][0]["licence"], &info["verified"]),
            (&json!(4), &json!("CC0-1.0"), &json!(true))
        );
        for (radio, cell) in [("gsm", 4_711_u64), ("wcdma", 86_355), ("lte", 12_345_678), ("nr", 1 << 34)] {
            let tower = json!({ "radioType": radio, "mobileCountryCode": 244, "mobileNetworkCode": 5, "locationAreaCode": 100, "cellId": cell });
            let answer = ask(&db, &pack, &json!({ "cellTowers": [tower] }));
            assert_eq!(answer["source"], "cell", "{radio}: {answer}");
            assert!((answer["location"]["lat"].as_f64().unwrap() - 60.17).abs() < 1e-4);
        }
    }
}

#[test]
fn what_was_learned_is_built_merged_and_answers_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, cells) = (folder.path().join("street.csv"), folder.path().join("cells.csv"));
    let (db, pack) = (folder.path().join("db"), folder.path().join("street.pack"));
    fs::write(&csv, street()).unwrap();
    fs::write(&cells, rows("\n")).unwrap();
    assert_eq!(cairn(&["import", "--db", text(&db), text(&csv)]).code, Some(0));
    let built = build(&pack, &["--db", text(&db)]).json();
    assert_eq!((&built["stations"], &built["given"]), (&json!(12), &json!(12)));
    let (other, all) = (folder.path().join("cells.pack"), folder.path().join("all.pack"));
    assert_eq!(build(&other, &["--cells", text(&cells), "--region", "fi"]).json()["cells"], 4);
    let merged = cairn(&["pack", "merge", "--json", "--out", text(&all), text(&pack), text(&other)]);
    assert_eq!((&merged.json()["stations"], &merged.json()["cells"]), (&json!(12), &json!(4)), "{merged:?}");

    let empty = empty_database(folder.path());
    let heard = |macs: &[&str]| json!({ "wifiAccessPoints": macs.iter().map(|m| json!({ "macAddress": m, "signalStrength": -60 })).collect::<Vec<_>>() });
    let several = heard(&["00:1a:00:00:00:10", "00:1a:00:00:00:20", "00:1a:00:00:00:30"]);
    for pack in [&pack, &all] {
        let answer = ask(&empty, pack, &several);
        assert_eq!((&answer["source"], &answer["used"]), (&json!("wifi"), &json!(3)));
        assert!((answer["location"]["lat"].as_f64().unwrap() - 60.000_95).abs() < 3e-4, "{answer}");
        assert_eq!(ask(&empty, pack, &heard(&["00:1a:00:00:00:10"]))["error"], "notFound");
    }
    let words = cairn(&["pack", "info", text(&all)]).out;
    assert!(words.contains("12 access points") && words.contains("source: own collection"), "{words}");
}

#[test]
fn what_cannot_be_used_gets_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, pack) = (folder.path().join("cells.csv"), folder.path().join("a.pack"));
    fs::write(&csv, rows("\n") + "LTE,244,5,x,7,,24,60,,,,,,\n").unwrap();
    let ran = build(&pack, &["--cells", text(&csv)]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 2), "{ran:?}");
    let whole = fs::read(&pack).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let db = empty_database(folder.path());
    for (bytes, words) in [
        (&whole[..whole.len() - 1], "bytes long where it should be"),
        (&flipped[..], "damaged"),
        (b"radio,mcc\n", "not a region pack"),
    ] {
        fs::write(&pack, bytes).unwrap();
        for ran in [
            cairn(&["pack", "info", text(&pack)]),
            cairn(&["locate", "--db", &db, "--pack", text(&pack)]),
            cairn(&["pack", "merge", "--out", text(&csv), text(&pack)]),
        ] {
            assert_eq!((ran.code, ran.err.lines().count(), ran.err.contains(words)), (Some(3), 1, true), "{ran:?}");
        }
    }
    let nothing = build(&pack, &["--cells", text(&csv), "--region", "60,25,-1"]);
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    let outside = build(&folder.path().join("b.pack"), &["--cells", text(&csv), "--region", "-10,-10,-9,-9"]);
    // The two bad rows, and that nothing is left.
    assert_eq!((outside.code, outside.err.lines().count()), (Some(2), 3), "{outside:?}");
    assert!(!folder.path().join("b.pack").exists());
    assert_eq!(build(&pack, &[]).code, Some(2));
}
