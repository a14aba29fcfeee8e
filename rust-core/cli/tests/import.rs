//! Imports that are large, killed, repeated, continued.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::process::Stdio;
use std::time::Duration;

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
    assert_eq!(cairn(&["import", "--db", text(&clean), text(&file)]).code, Some(0));

    let killed = folder.path().join("killed");
    let (mut kills, mut wait) = (0, 30);
    loop {
        let mut run = command(&["import", "--db", text(&killed), text(&file)]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        if run.try_wait().unwrap().is_some_and(|status| status.success()) {
            break;
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
        // Moments that fall differently each time, and in the end a run that is left alone.
        wait = (wait * 7 + 13) % 251 + kills * 12;
    }
    assert!(kills > 2, "only {kills} kills");
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

    fs::write(&file, walk(480).replace("-60,60.000000", "-61,60.000000").replace("-60,60.01", "-61,60.01")).unwrap();
    let start: String = walk(480).lines().take(40).map(|l| format!("{l}\n")).collect();
    fs::write(&file, start + &walk(480).lines().skip(60).map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    let changed = cairn(&["import", "--db", text(&db), text(&file)]);
    assert_eq!((changed.code, changed.err.lines().count()), (Some(1), 1), "{changed:?}");
    assert!(changed.err.contains("changed"), "{changed:?}");
}

#[test]
fn imports_are_learned_from_and_only_sent_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("walk.csv");
    fs::write(&file, walk(400)).unwrap();
    for (more, waiting) in [(&[][..], 0), (&["--upload"][..], 100)] {
        let db = folder.path().join(format!("db{waiting}"));
        let db = text(&db);
        // The service is known before the import, but nobody listens there.
        assert_eq!(cairn(&["import", "--db", db, text(&folder.path().join("none"))]).code, Some(3));
        let nobody = cairn(&["upload", "--db", db, "--url", "http://127.0.0.1:9", "--allow-http"]);
        assert_eq!(nobody.code, Some(0), "nothing to send yet: {nobody:?}");
        cairn(&[&["import", "--db", db, text(&file)], more].concat());
        assert_eq!(stats(db)["outbox"][0]["waiting"], waiting);
        assert_eq!(stats(db)["newWifi"], 136);
    }
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    fs::write(&file, walk(200_000)).unwrap();
    let ran = cairn(&["import", "--json", "--db", text(&db), text(&file)]).json();
    assert_eq!(ran["sightings"], 200_000);
    // Other systems than Linux do not tell.
    if let Some(peak) = ran["peakMemoryKb"].as_u64() {
        assert!(peak < 256 * 1024, "{peak} KiB");
    }
}

/// The same with a million rows, for `cargo test -p cairn-cli --release -- --ignored`.
#[test]
#[ignore = "takes half a minute"]
fn memory_does_not_grow_with_a_million_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    fs::write(&file, walk(1_000_000)).unwrap();
    let ran = cairn(&["import", "--json", "--db", text(&db), text(&file)]).json();
    assert_eq!(ran["sightings"], 1_000_000);
    assert!(ran["peakMemoryKb"].as_u64().is_none_or(|peak| peak < 256 * 1024), "{ran}");
}
