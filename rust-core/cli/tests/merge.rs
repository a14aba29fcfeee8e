//! Merging as a user does it, and as a killed process leaves it.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{cairn, command, stats, text, walk};
use serde_json::Value;

/// A database with what was heard on a walk of so many lines in a month.
fn database(folder: &Path, name: &str, lines: u64, month: &str) -> String {
    let (file, db) = (folder.join(format!("{name}.csv")), folder.join(format!("{name}.db")));
    fs::write(&file, walk(lines).replace("2025-06-", month)).unwrap();
    assert_eq!(cairn(&["import", "--upload", "--db", text(&db), text(&file)]).code, Some(0));
    text(&db).to_owned()
}

/// What must be the old or the new, whatever happens.
fn totals(db: &str) -> Value {
    let mut all = stats(db);
    all.as_object_mut().unwrap().remove("bytes");
    all
}

#[test]
fn two_databases_are_one_whichever_way_round_and_however_often() {
    let folder = tempfile::tempdir().unwrap();
    let june = database(folder.path(), "june", 400, "2025-06-");
    let july = database(folder.path(), "july", 800, "2025-07-");
    let one = text(&folder.path().join("one.db")).to_owned();
    let first = cairn(&["merge", "--json", "--db", &one, &june, &july]);
    assert_eq!((first.code, first.out.lines().count()), (Some(0), 2), "{first:?}");
    let other = text(&folder.path().join("other.db")).to_owned();
    assert_eq!(cairn(&["merge", "--db", &other, &july, &june, &one]).code, Some(0));
    assert_eq!(totals(&one), totals(&other));
    let again = cairn(&["merge", "--db", &one, &june, &other, &one]);
    assert_eq!(again.code, Some(0));
    assert!(again.out.lines().all(|line| line.ends_with("nothing new")), "{again:?}");

    let text_file = folder.path().join("notes.txt");
    fs::write(&text_file, "not a database").unwrap();
    let bad = cairn(&["merge", "--db", &one, text(&text_file), &july]);
    assert_eq!((bad.code, bad.err.lines().count(), bad.out.lines().count()), (Some(3), 1, 1), "{bad:?}");
    let missing = folder.path().join("none.db");
    let gone = cairn(&["merge", "--db", text(&missing), text(&folder.path().join("gone.db"))]);
    assert_eq!((gone.code, gone.err.lines().count(), missing.exists()), (Some(3), 1, false), "{gone:?}");
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_state_or_the_new() {
    let folder = tempfile::tempdir().unwrap();
    let here = database(folder.path(), "here", 2_000, "2025-06-");
    let there = database(folder.path(), "there", 12_000, "2025-07-");
    let work = text(&folder.path().join("work.db")).to_owned();
    let begin = || {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{work}{suffix}"));
        }
        fs::copy(&here, &work).unwrap();
    };
    begin();
    let old = totals(&work);
    let started = Instant::now();
    assert_eq!(cairn(&["merge", "--db", &work, &there]).code, Some(0));
    let took = started.elapsed();
    let new = totals(&work);
    assert_ne!(old, new);

    let (rounds, mut seen) = (24, [0, 0]);
    for round in 0..rounds {
        begin();
        let mut merging = command(&["merge", "--db", &work, &there]).spawn().unwrap();
        std::thread::sleep(took.mul_f64(f64::from(round + 1) / f64::from(rounds)) + Duration::from_millis(1));
        merging.kill().unwrap();
        merging.wait().unwrap();
        let left = totals(&work);
        assert!(left == old || left == new, "round {round}: {left} is neither {old} nor {new}");
        seen[usize::from(left == new)] += 1;
        assert_eq!(cairn(&["doctor", "--db", &work]).code, Some(0), "round {round}");
        if left == old {
            assert_eq!(cairn(&["merge", "--db", &work, &there]).code, Some(0));
            assert_eq!(totals(&work), new, "round {round}: what was killed can be done again");
        }
    }
    assert!(seen[0] > 0, "{seen:?}: some kills came before the end");
}
