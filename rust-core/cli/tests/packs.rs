//! Region packs as a user makes, looks at, merges and uses them.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

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

#[test]
fn what_others_shared_is_taken_by_what_it_is_and_what_opted_out_or_is_refused_stays_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let address = |n: u64| format!("001a{:08x}", n << 4);
    // Twelve stations at one corner, one of which the user refuses; bad rows of three kinds; and a cell.
    let mut wifi = "mac,lat,lon,alt\n".to_owned();
    for n in 0..12 {
        let _ = writeln!(wifi, "{},60.000{n:02},24.9,", address(n));
    }
    wifi += "001a00000xyz,60,24.9,\n01005e000001,60,24.9,\n001a00000ff0,95,24.9,\n001a00000ff0,60\n";
    fs::write(path("wifi.csv"), wifi).unwrap();
    fs::write(path("cells.csv"), "mcc,mnc,type,lac,cid,psc,lat,lon,alt\n244,5,3,100,12345678,7,60.17,24.94,\n")
        .unwrap();
    let db = empty_database(folder.path());
    let list = cairn::engine::Engine::open(cairn::engine::Config::for_file((&db).into())).unwrap().engine;
    list.refuse_mac(cairn::model::Mac::parse(&address(3)).unwrap()).unwrap();
    list.close().unwrap();

    let pack = path("shared.pack");
    let shared = [path("wifi.csv"), path("cells.csv")];
    let [wifi, cells] = shared.each_ref().map(|p| text(p));
    let ran = build(&pack, &["--shared", wifi, "--shared", cells, "--db", &db]);
    let json = ran.json();
    assert_eq!((ran.code, &json["stations"], &json["cells"]), (Some(1), &json!(11), &json!(1)), "{ran:?}");
    assert_eq!((&json["stationsRead"], &json["files"][0]["private"]), (&json!(11), &json!(2)), "{json}");
    let bad = json!({ "mac": { "count": 1, "lines": [14] }, "position": { "count": 1, "lines": [16] }, "columns": { "count": 1, "lines": [17] } });
    assert_eq!((&json["files"][0]["bad"], ran.err.lines().count()), (&bad, 3), "{ran:?}");
    let seen = |n: [u64; 3]| {
        let list = n.map(|n| json!({ "macAddress": address(n), "signalStrength": -60 }));
        ask(&db, &pack, &json!({ "wifiAccessPoints": list }))
    };
    let answer = seen([0, 1, 2]);
    assert_eq!((&answer["source"], &answer["used"]), (&json!("wifi"), &json!(3)));
    assert_eq!(seen([2, 3, 4])["used"], 2, "the refused one is not in it");

    // What was heard is learned from first; the same file given twice counts once.
    fs::write(path("street.csv"), street()).unwrap();
    let street = path("street.csv");
    let ran = build(&pack, &["--shared", text(&street), "--shared", text(&street), "--db", &db]);
    let json = ran.json();
    assert_eq!((ran.code, &json["stations"], &json["given"]), (Some(0), &json!(11), &json!(11)), "{ran:?}");
    assert_eq!((&json["files"][0]["rows"], &json["files"][1]["rows"]), (&json!(20), &json!(0)));
    let words = cairn(&["pack", "build", "--out", text(&pack), "--shared", text(&street), "--shared", cells]).out;
    assert!(
        words.contains("WiGLE CSV: 20 places") && words.contains("microG CSV: 0 access points and 1 cells"),
        "{words}"
    );

    let ran = build(&pack, &["--cells", text(&street)]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 1), "{ran:?}");
    assert!(ran.err.contains("give it as --shared"), "{ran:?}");
}

#[test]
fn what_cairn_exports_makes_the_pack_that_the_database_makes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (csv, db) = (path("street.csv"), path("db"));
    fs::write(&csv, street()).unwrap();
    assert_eq!(cairn(&["import", "--db", text(&db), text(&csv)]).code, Some(0));
    for (format, source) in
        [("wigle", "--shared"), ("geosubmit", "--shared"), ("microg-wifi", "--shared"), ("database", "--db")]
    {
        let (out, pack) = (path(format), path("a.pack"));
        let exported = cairn(&["export", "--db", text(&db), "--format", format, "--out", text(&out)]);
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let ran = build(&pack, &[source, text(&out)]);
        assert_eq!((ran.code, &ran.json()["stations"]), (Some(0), &json!(12)), "{format}: {ran:?}");
    }
}

/// Cells of as many masts.
fn many(cells: u64) -> String {
    let mut rows = TODAY.to_owned();
    for n in 0..cells {
        let (lat, lon) = (60.0 + (n % 1_000) as f64 * 1e-3, 24.0 + (n / 1_000) as f64 * 1e-3);
        let _ = write!(
            rows,
            "LTE,244,5,{},{},,{lon:.4},{lat:.4},1500,17,1,1459692342,1488347104,\r\n",
            n % 60_000 + 1,
            n * 256 + 1
        );
    }
    rows
}

#[test]
fn a_build_that_is_killed_or_interrupted_at_any_moment_leaves_the_old_pack_or_the_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (few, all, pack) = (path("few.csv"), path("all.csv"), path("a.pack"));
    fs::write(&few, many(500)).unwrap();
    fs::write(&all, many(60_000)).unwrap();
    let started = std::time::Instant::now();
    assert_eq!(build(&path("whole.pack"), &["--cells", text(&all)]).json()["cells"], 60_000);
    let whole = started.elapsed();
    let (mut old, mut new) = (0, 0);
    for round in 0..16 {
        assert_eq!(build(&pack, &["--cells", text(&few)]).json()["cells"], 500, "what is left is used again");
        let arguments = ["pack", "build", "--json", "--out", text(&pack), "--cells", text(&all)];
        let mut run = common::command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(whole * (10 + round * 17 % 90) / 100);
        let is_interrupt = round % 2 == 0;
        if is_interrupt {
            let kill = format!("kill -INT {}", run.id());
            std::process::Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap();
        } else {
            run.kill().unwrap();
        }
        let ended = run.wait_with_output().unwrap();
        let info = cairn(&["pack", "info", "--verify", "--json", text(&pack)]);
        assert_eq!(info.code, Some(0), "round {round}: {info:?}");
        match info.json()["cells"].as_u64() {
            Some(500) => old += 1,
            Some(60_000) => new += 1,
            other => panic!("{other:?}"),
        }
        // Without a code it was gone before it could listen.
        if is_interrupt && ended.status.code().is_some_and(|code| code != 0) {
            let told = String::from_utf8(ended.stderr).unwrap();
            assert_eq!((ended.status.code(), told.lines().count()), (Some(3), 1), "{told}");
            assert!(told.contains("stopped") && !path("a.pack.part").exists(), "{told}");
        }
    }
    println!("{old} times the old pack, {new} times the new");
    assert!(old > 0, "every build ended before it was stopped");
}
