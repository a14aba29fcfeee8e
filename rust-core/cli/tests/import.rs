//! Imports that are large, killed, repeated, continued.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use common::{cairn, command, stats, text, walk};

/// What must be the same however an import went.
fn totals(db: &str) -> Vec<Option<u64>> {
    let stats = stats(db);
    ["raw", "fixes", "kept", "counted", "reports", "sightings", "newWifi", "ground"].map(|k| stats[k].as_u64()).to_vec()
}

#[test]
fn an_import_killed_at_any_moment_and_started_again_counts_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("walk.csv");
    fs::write(&file, walk(60_000)).unwrap();
    let clean = folder.path().join("clean");
    let started = Instant::now();
    assert_eq!(cairn(&["import", "--db", text(&clean), text(&file)]).code, Some(0));
    let whole = started.elapsed();

    let killed = folder.path().join("killed");
    let mut kills = 0;
    for i in 0..12 {
        let mut run = command(&["import", "--db", text(&killed), text(&file)]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * (5 + i * 7 % 20) / 100);
        kills += u32::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert!(kills > 0, "every run ended before it was killed");
    assert_eq!(cairn(&["import", "--db", text(&killed), text(&file)]).code, Some(0));
    assert_eq!(totals(text(&killed)), totals(text(&clean)), "after {kills} kills");
}

#[test]
fn a_file_is_taken_in_once_and_again_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    fs::write(&file, walk(400)).unwrap();
    let import = |more: &[&str]| cairn(&[&["import", "--json", "--db", text(&db), text(&file)], more].concat()).json();
    assert_eq!(import(&[])["rows"], 100);
    assert_eq!(import(&[])["nothingNew"], true);
    assert_eq!(stats(text(&db))["raw"], 400);
    assert_eq!(import(&["--again"])["rows"], 100);
    assert_eq!(stats(text(&db))["raw"], 800);

    fs::write(&file, walk(480)).unwrap();
    let grown = import(&[]);
    assert_eq!((&grown["rows"], &grown["resumedAt"]), (&20.into(), &403.into()), "only what has grown");
    assert_eq!(stats(text(&db))["raw"], 880);

    let without_some: String =
        walk(480).split_inclusive('\n').enumerate().filter(|(i, _)| !(40..60).contains(i)).map(|(_, l)| l).collect();
    fs::write(&file, without_some).unwrap();
    let changed = cairn(&["import", "--db", text(&db), text(&file)]);
    assert_eq!((changed.code, changed.err.lines().count()), (Some(1), 1), "{changed:?}");
    assert!(changed.err.contains("changed"), "{changed:?}");
}

#[test]
fn a_short_file_that_grows_is_known_again() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    for lines in [2, 3, 12, 30, 400] {
        fs::write(&file, walk(lines)).unwrap();
        assert_eq!(cairn(&["import", "--db", text(&db), text(&file)]).code, Some(0));
        assert_eq!(stats(text(&db))["raw"], lines);
    }
}

#[test]
fn imports_are_learned_from_and_only_sent_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("walk.csv");
    fs::write(&file, walk(400)).unwrap();
    // Nobody listens there: what is to be sent waits.
    let upload = |db: &str| cairn(&["upload", "--db", db, "--url", "http://127.0.0.1:9", "--allow-http"]);
    for (more, waiting) in [(&[][..], 0), (&["--upload"][..], 100)] {
        for service_first in [true, false] {
            let db = folder.path().join(format!("{waiting}-{service_first}"));
            let db = text(&db);
            if service_first {
                assert_eq!(cairn(&["import", "--db", db, text(&folder.path().join("none"))]).code, Some(3));
                assert_eq!(upload(db).code, Some(0), "nothing to send yet");
            }
            cairn(&[&["import", "--db", db, text(&file)], more].concat());
            upload(db);
            assert_eq!(stats(db)["outbox"][0]["waiting"], waiting, "service first: {service_first}");
            assert_eq!(stats(db)["newWifi"], 136);
        }
    }
}

#[test]
fn a_million_rows_stream_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    fs::write(&file, walk(1_000_000)).unwrap();
    let ran = cairn(&["import", "--json", "--db", text(&db), text(&file)]).json();
    assert_eq!(ran["sightings"], 1_000_000);
    // Other systems than Linux do not tell.
    if let Some(peak) = ran["peakMemoryKb"].as_u64() {
        assert!(peak < 256 * 1024, "{peak} KiB");
    }
}
