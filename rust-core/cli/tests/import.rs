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

/// A walk that goes on in other words after so many lines.
fn log_of(lines: u64, other: u64) -> String {
    let changed = walk(lines + other).replace(",Net,", ",Else,");
    walk(lines) + &changed.split_inclusive('\n').skip(2 + lines as usize).collect::<String>()
}

#[test]
fn a_file_that_was_cut_and_written_anew_is_told_with_the_bytes_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    let import = |more: &[&str]| cairn(&[&["import", "--db", text(&db), text(&file)], more].concat());
    let whole = walk(4_000);
    fs::write(&file, &whole).unwrap();
    assert_eq!(import(&[]).code, Some(0));
    let before = totals(text(&db));

    let cut = &whole[..whole.len() / 2];
    fs::write(&file, cut).unwrap();
    let told = import(&[]);
    assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{told:?}");
    assert!(told.err.contains(&format!("to {} are in and no longer in the file", whole.len())), "{told:?}");
    assert_eq!(totals(text(&db)), before);

    // Written again as it was: sure again.
    fs::write(&file, &whole).unwrap();
    assert!(import(&[]).out.contains("nothing new"));

    let other = log_of(2_000, 2_400);
    fs::write(&file, &other).unwrap();
    let told = import(&[]);
    assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{told:?}");
    assert!(told.err.contains(&format!("to {} are in doubt", whole.len())), "{told:?}");
    assert_eq!(totals(text(&db)), before, "nothing was taken");

    // What is taken on request begins at the last place that is known to be the same, at most 16 KiB and a row before.
    let taken = import(&["--doubtful", "--json"]).json();
    let from = taken["resumedAt"].as_u64().unwrap();
    assert!((1_780..=2_003).contains(&from), "from line {from}");
    assert_eq!(taken["sightings"].as_u64().unwrap(), 4_400 + 3 - from);
    assert!(import(&[]).out.contains("nothing new"));
}

#[test]
fn a_short_file_that_was_cut_is_known_and_not_counted_again() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    let import = || cairn(&["import", "--db", text(&db), text(&file)]);
    fs::write(&file, walk(12)).unwrap();
    assert_eq!(import().code, Some(0));
    fs::write(&file, walk(8)).unwrap();
    let told = import();
    assert_eq!((told.code, told.err.contains("no longer in the file")), (Some(1), true), "{told:?}");
    assert_eq!(stats(text(&db))["raw"], 12);
}

#[test]
fn the_plan_says_what_would_be_read_in_which_order_and_from_where_and_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (db, logs) = (folder.path().join("db"), folder.path().join("logs"));
    fs::create_dir(&logs).unwrap();
    for (name, text) in [
        ("walk.csv", walk(80)),
        ("walk.csv.1", walk(40).replace("Net", "A")),
        ("walk.csv.10", walk(40).replace("Net", "B")),
    ] {
        fs::write(logs.join(name), text).unwrap();
    }
    fs::write(logs.join("notes.txt"), "Dear diary").unwrap();
    let plan = || cairn(&["import", "--plan", "--db", text(&db), text(&logs)]);
    let names = |out: &str| -> Vec<String> {
        out.lines().map(|l| l.rsplit_once("logs/").unwrap().1.split(':').next().unwrap().to_owned()).collect()
    };
    let first = plan();
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(names(&first.out), ["notes.txt", "walk.csv.10", "walk.csv.1", "walk.csv"]);
    assert!(first.out.lines().skip(1).all(|l| l.contains("WiGLE CSV") && l.contains("from its start")), "{first:?}");
    assert!(!db.exists());

    let ran = cairn(&["import", "--db", text(&db), text(&logs)]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(0), 1), "the notes are passed over: {ran:?}");
    fs::write(logs.join("walk.csv"), walk(88)).unwrap();
    assert!(plan().out.lines().last().unwrap().contains("from line 83 "), "{:?}", plan());
    fs::remove_file(logs.join("walk.csv")).unwrap();
    let lost = cairn(&["import", "--db", text(&db), text(&logs)]);
    assert_eq!((lost.code, lost.err.contains("read last is gone")), (Some(1), true), "{lost:?}");
}

#[test]
fn a_growing_log_is_followed_over_its_rotation_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (db, log) = (folder.path().join("db"), folder.path().join("walk.csv"));
    let whole = walk(400);
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    let (heading, rows) = lines.split_at(2);
    fs::write(&log, heading.concat() + &rows[..100].concat()).unwrap();
    let mut run = command(&["import", "--follow", "--for", "60", "--db", text(&db), text(&log)])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(900));
    pause();
    // A line that is not whole yet, then the rest of it.
    let (half, rest) = rows[100].split_at(20);
    fs::write(&log, heading.concat() + &rows[..100].concat() + half).unwrap();
    pause();
    fs::write(&log, heading.concat() + &rows[..100].concat() + half + rest + &rows[101..200].concat()).unwrap();
    fs::rename(&log, folder.path().join("walk.csv.1")).unwrap();
    fs::write(&log, heading.concat() + &rows[200..].concat()).unwrap();
    pause();
    assert!(std::process::Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(0), "ends cleanly");
    assert_eq!(stats(text(&db))["raw"], 396, "all but the last place, of which more may come");
    assert_eq!(cairn(&["import", "--db", text(&db), text(&log)]).code, Some(0));
    assert_eq!(stats(text(&db))["raw"], 400);
    let idle = cairn(&["import", "--follow", "--idle", "0", "--db", text(&db), text(&log)]);
    assert_eq!((idle.code, idle.out.as_str()), (Some(0), ""), "{idle:?}");
}

#[test]
fn an_interrupted_import_ends_between_two_chunks_and_the_next_goes_on_there() {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("walk.csv"));
    fs::write(&file, walk(200_000)).unwrap();
    let run = command(&["import", "--db", text(&db), text(&file)])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(250));
    assert!(std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    let ended = run.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.contains("the next import goes on from here")), (Some(3), true), "{said}");
    assert_eq!(stats(text(&db))["raw"].as_u64().unwrap() % 4_000, 0, "whole chunks");
    assert_eq!(cairn(&["import", "--db", text(&db), text(&file)]).code, Some(0));
    assert_eq!(stats(text(&db))["raw"], 200_000);
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

#[test]
fn a_folder_with_the_database_in_it_is_imported_but_for_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    fs::write(folder.path().join("walk.csv"), walk(40)).unwrap();
    for _ in 0..2 {
        let ran = cairn(&["import", "--db", text(&db), text(folder.path())]);
        assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (Some(0), "", 1), "{ran:?}");
        let plan = cairn(&["import", "--db", text(&db), "--plan", text(folder.path())]);
        assert_eq!((plan.code, plan.out.lines().count()), (Some(0), 1), "{plan:?}");
    }
}
