//! Opening under bad conditions: damaged, newer, foreign, held by another, full, read-only.

use std::path::PathBuf;

use rusqlite::Connection;

use super::*;
use crate::CoreError;
use crate::model::{Millis, ReportId};
use crate::store::SCHEMA_VERSION;
use crate::store::reports;
use crate::store::reports::tests::full_report;

struct Home {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn home() -> Home {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cairn.db");
    Home { _dir: dir, path }
}

fn with_reports(home: &Home, n: i64) {
    let opened = open(&home.path).unwrap();
    let trip = reports::next_trip(&opened.writer).unwrap();
    reports::begin_trip(&opened.writer, trip, Millis(1), None).unwrap();
    opened.writer.execute_batch("BEGIN").unwrap();
    let mut inserter = reports::Inserter::new(&opened.writer).unwrap();
    for _ in 0..n {
        inserter.insert(trip, &full_report()).unwrap();
    }
    inserter.finish().unwrap();
    opened.writer.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

#[test]
fn what_was_stored_is_there_when_opened_again() {
    let home = home();
    with_reports(&home, 3);
    let opened = open(&home.path).unwrap();
    assert_eq!(opened.readers.read(reports::count).unwrap(), (3, 9));
    assert!(opened.salvage.is_none());
}

#[test]
fn a_second_process_is_told_that_the_database_is_in_use() {
    let home = home();
    let _first = open(&home.path).unwrap();
    let error = open(&home.path).unwrap_err();
    assert!(matches!(error, StoreError::InUse));
    assert_eq!(CoreError::from(error), CoreError::Locked);
}

#[test]
fn a_newer_database_is_left_exactly_as_it_is() {
    let home = home();
    with_reports(&home, 1);
    Connection::open(&home.path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 999; PRAGMA journal_mode = DELETE")
        .unwrap();
    let before = std::fs::read(&home.path).unwrap();
    assert!(matches!(open(&home.path), Err(StoreError::Newer { found: 999, known: SCHEMA_VERSION })));
    assert_eq!(std::fs::read(&home.path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_set_aside_and_kept() {
    let home = home();
    std::fs::write(
        &home.path,
        b"these are somebody's notes, not a database, and long enough to be read as a header of one",
    )
    .unwrap();
    let opened = open(&home.path).unwrap();
    let salvage = opened.salvage.unwrap();
    assert_eq!(salvage.rows, 0);
    assert!(std::fs::read(&salvage.set_aside).unwrap().starts_with(b"these are somebody's notes"));
    assert_eq!(opened.readers.read(reports::count).unwrap(), (0, 0));
}

#[test]
fn rows_outside_the_damaged_pages_are_saved() {
    let home = home();
    with_reports(&home, 2_000);
    // The first pages hold the header and the roots; damage strikes everywhere behind them, a page in ten.
    let mut bytes = std::fs::read(&home.path).unwrap();
    let pages = bytes.len() / 4096;
    for page in (40..pages).step_by(10) {
        bytes[page * 4096..(page + 1) * 4096].fill(0xA5);
    }
    // And one that is read on opening, so that the damage is found then.
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'intake_count'";
    let root: u32 = Connection::open(&home.path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap();
    let root = root as usize;
    bytes[(root - 1) * 4096..root * 4096].fill(0xA5);
    std::fs::write(&home.path, bytes).unwrap();

    let opened = open(&home.path).unwrap();
    let salvage = opened.salvage.unwrap();
    let (reports, sightings) = opened.readers.read(reports::count).unwrap();
    assert!(salvage.damaged_tables >= 1);
    assert!(
        salvage.rows >= reports + sightings && reports > 0,
        "{salvage:?}: {reports} reports, {sightings} sightings"
    );
    assert_eq!(opened.writer.query_row("PRAGMA integrity_check", [], |r| r.get::<_, String>(0)).unwrap(), "ok");
    assert!(salvage.set_aside.exists());
    assert_eq!(crate::store::counts::wrong(&opened.writer).unwrap(), 0, "what was saved is counted anew");
    assert!(opened.readers.read(|db| reports::read(db, ReportId(1))).unwrap().is_some());
}

#[test]
fn a_path_that_cannot_be_written_says_so() {
    let home = home();
    std::fs::write(&home.path, b"").unwrap();
    let below_a_file = home.path.join("cairn.db");
    let error = open(&below_a_file).unwrap_err();
    assert_eq!(CoreError::from(error), CoreError::ReadOnly);
}
