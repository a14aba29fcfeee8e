//! Really damaged databases, one for each thing that can be found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::*;
use crate::SystemClock;
use crate::engine::{Config, Engine};
use crate::model::{Dbm, Fix, HeardWifi, LatLng, Mac, Metres, Millis, Scan, Ssid};
use crate::outbox::{Protocol, ServiceSettings};

struct Home {
    dir: tempfile::TempDir,
    path: PathBuf,
}

const REPORTS: i64 = 400;

fn engine(path: &Path) -> Engine {
    Engine::open(Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 1 }).unwrap().engine
}

/// A database of some hundred reports that wait for a service, closed.
fn home() -> Home {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cairn.db");
    let engine = engine(&path);
    let service = ServiceSettings { allow_http: true, ..ServiceSettings::new("http://127.0.0.1:9", Protocol::Open) };
    engine.add_service(service).unwrap();
    engine.begin_trip().unwrap();
    for n in 0..REPORTS {
        let (mono, utc) = (Millis(n * 2_000), Millis(1_767_225_600_000 + n * 2_000));
        let place = LatLng::new(60.0 + n as f64 * 1e-4, 24.9).unwrap();
        let wifi = HeardWifi {
            mono,
            mac: Mac::from_u64(0x0c00_0000_0000 + n as u64).unwrap(),
            ssid: Ssid::new(*b"open street"),
            signal: Some(Dbm(-60)),
            frequency_mhz: None,
            standard: None,
        };
        while engine.fix(Fix::gnss(mono, utc, place, Metres(5.0))) == Err(CoreError::Busy) {}
        while engine.scan(Scan { wifi: vec![wifi.clone()], ..Scan::default() }) == Err(CoreError::Busy) {}
    }
    engine.end_trip().unwrap();
    assert_eq!(engine.stats().unwrap().reports, REPORTS as u64);
    engine.close().unwrap();
    Home { dir, path }
}

impl Home {
    /// Does to the file what no Cairn does.
    fn spoil(&self, sql: &str) {
        let db = Connection::open(&self.path).unwrap();
        db.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
    }

    fn ask(&self, sql: &str) -> i64 {
        Connection::open(&self.path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn found(&self) -> Vec<Finding> {
        examine(&self.path).unwrap().found
    }

    /// Mends it, and answers where the old one is kept; nothing is left to be found then, and it can be used.
    fn mended(&self) -> Option<PathBuf> {
        let mended = mend(&self.path, &examine(&self.path).unwrap()).unwrap();
        assert_eq!(mended.now.found, []);
        let engine = engine(&self.path);
        let sound = engine.check().unwrap();
        assert_eq!((sound.structure_faults, sound.reference_faults), (0, 0));
        engine.close().unwrap();
        mended.kept
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.dir.path()).unwrap().count()
    }
}

#[test]
fn a_sound_database_is_called_so_and_not_a_byte_of_it_is_changed() {
    let home = home();
    let before = std::fs::read(&home.path).unwrap();
    let examined = examine(&home.path).unwrap();
    assert!(examined.is_sound() && examined.found.is_empty() && !examined.in_use, "{examined:?}");
    assert_eq!(std::fs::read(&home.path).unwrap(), before);
    assert_eq!(home.mended(), None);
}

#[test]
fn wrong_running_counts_are_counted_anew() {
    let home = home();
    home.spoil("UPDATE stored SET reports = reports + 5; UPDATE outbox_count SET n = 1");
    assert_eq!(home.found(), [Finding::Counts { wrong: 3 }]);
    assert_eq!(home.mended(), None);
    assert_eq!(home.ask("SELECT reports FROM stored"), REPORTS);
    assert_eq!(home.ask("SELECT n FROM outbox_count WHERE state = 0"), REPORTS);
}

#[test]
fn reports_that_have_lost_their_trip_get_another_and_none_is_lost() {
    let home = home();
    home.spoil("DELETE FROM trip");
    assert_eq!(home.found(), [Finding::LostTrips { rows: REPORTS as u64 }]);
    assert_eq!(home.mended(), None);
    assert_eq!(home.ask("SELECT count(*) FROM report JOIN trip ON trip.id = report.trip"), REPORTS);
    assert!(home.ask("SELECT ended - started FROM trip") > 0);
}

#[test]
fn rows_that_refer_to_nothing_go_and_the_file_as_it_was_is_kept() {
    let home = home();
    home.spoil("DELETE FROM report WHERE id = 7; UPDATE stored SET reports = reports - 1");
    assert_eq!(home.found(), [Finding::References { rows: 1 }, Finding::NothingToSend { rows: 1 }]);
    let kept = home.mended().unwrap();
    assert_eq!(home.ask("SELECT count(*) FROM sighting"), REPORTS - 1);
    assert_eq!(home.ask("SELECT count(*) FROM outbox"), REPORTS - 1);
    let kept = Connection::open(kept).unwrap();
    assert_eq!(kept.query_row("SELECT count(*) FROM sighting", [], |row| row.get::<_, i64>(0)).unwrap(), REPORTS);
}

#[test]
fn an_outbox_that_an_upload_left_behind_is_put_in_order_and_nothing_unsent_is_lost() {
    let home = home();
    home.spoil(
        "INSERT INTO batch (id, service, in_flight) VALUES (1, 1, 1), (2, 1, 0);
         UPDATE outbox SET batch = 1 WHERE report <= 10;
         UPDATE outbox SET batch = 99 WHERE report BETWEEN 11 AND 30;
         UPDATE outbox SET state = 2, reason = 'status 400' WHERE report = 40;
         UPDATE service SET stopped = 1",
    );
    let found = home.found();
    let (leases, empty) = (Finding::LeasesOver { batches: 1 }, Finding::EmptyBatches { batches: 1 });
    let lost = Finding::LostBatch { reports: 20 };
    let url = || "http://127.0.0.1:9".to_owned();
    let stopped = Finding::Stopped { service: url(), stop: Stop::WrongAddress };
    let refused = Finding::Quarantined { service: url(), reports: 1 };
    assert_eq!(found, [leases, empty, lost, stopped.clone(), refused.clone()]);
    assert!(!examine(&home.path).unwrap().is_sound(), "twenty reports would never have been sent");
    let mended = mend(&home.path, &examine(&home.path).unwrap()).unwrap();
    assert_eq!(mended.now.found, [stopped, refused], "what only its user can decide");
    assert!(mended.now.is_sound());
    assert_eq!(home.ask("SELECT count(*) FROM outbox WHERE state = 0"), REPORTS - 1);
    assert_eq!(home.ask("SELECT count(*) FROM outbox WHERE state = 0 AND batch IS NULL"), REPORTS - 11);
}

#[test]
fn a_damaged_index_is_made_anew_from_its_table() {
    let home = home();
    // A report that is added while the schema has the index leave it out.
    home.spoil(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = sql || ' WHERE id > 1000000' WHERE name = 'report_by_trip'",
    );
    home.spoil(
        "INSERT INTO report (trip, utc, lat, lon, source) SELECT trip, utc, lat, lon, source FROM report WHERE id = 1;
         UPDATE stored SET reports = reports + 1",
    );
    home.spoil(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id > 1000000', '') WHERE name = 'report_by_trip'",
    );
    let found = home.found();
    assert!(matches!(found[..], [Finding::Structure { only_indexes: true, faults: 1.. }]), "{found:?}");
    assert_eq!(home.mended(), None);
    assert_eq!(home.ask("SELECT count(*) FROM report"), REPORTS + 1);
}

#[test]
fn a_damaged_file_is_set_aside_and_its_readable_rows_are_saved() {
    let home = home();
    // Where the sightings begin: the reports can still be read.
    let page = home.ask("SELECT rootpage FROM sqlite_schema WHERE name = 'sighting'") as usize - 1;
    // The question has written the log back.
    let mut bytes = std::fs::read(&home.path).unwrap();
    bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
    std::fs::write(&home.path, &bytes).unwrap();
    let examined = examine(&home.path).unwrap();
    assert!(examined.found.iter().any(|f| matches!(f, Finding::Structure { only_indexes: false, .. })), "{examined:?}");
    let mended = mend(&home.path, &examined).unwrap();
    assert!(mended.now.is_sound(), "{mended:?}");
    assert_eq!(std::fs::read(mended.kept.unwrap()).unwrap(), bytes, "the damaged file is kept as it is");
    assert_eq!(home.ask("SELECT count(*) FROM report"), REPORTS);
}

#[test]
fn what_is_no_database_or_a_newer_one_or_in_use_is_not_touched() {
    let home = home();
    let open = engine(&home.path);
    let examined = examine(&home.path).unwrap();
    assert!(examined.in_use && examined.is_sound(), "{examined:?}");
    assert_eq!(mend(&home.path, &examined), Err(CoreError::Locked));
    assert_eq!(copy(&home.path, &home.dir.path().join("copy")), Err(CoreError::Locked));
    open.close().unwrap();
    home.spoil("PRAGMA user_version = 999");
    let before = std::fs::read(&home.path).unwrap();
    assert!(matches!(examine(&home.path), Err(CoreError::NewerData { found: 999, .. })));
    assert_eq!(std::fs::read(&home.path).unwrap(), before);
    let other = home.dir.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE notes (a)").unwrap();
    assert_eq!(examine(&other), Err(CoreError::Damaged));
    assert!(matches!(examine(&home.dir.path().join("missing")), Err(CoreError::ReadOnly)));
}

#[test]
fn a_copy_is_mended_and_the_original_stays_as_it_is() {
    let home = home();
    home.spoil("DELETE FROM trip");
    let before = (std::fs::read(&home.path).unwrap(), home.files());
    let there = home.dir.path().join("copy.db");
    copy(&home.path, &there).unwrap();
    let mended = mend(&there, &examine(&there).unwrap()).unwrap();
    assert!(mended.now.is_sound());
    assert!(matches!(copy(&home.path, &there), Err(CoreError::BadInput(_))), "nothing is written over");
    assert_eq!(std::fs::read(&home.path).unwrap(), before.0);
    assert!(!examine(&home.path).unwrap().is_sound());
}

#[test]
fn an_older_database_is_only_older_and_mending_brings_it_up() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home { path: dir.path().join("old.db"), dir };
    home.spoil(include_str!("../../../tests/migrations/v3.sql"));
    let examined = examine(&home.path).unwrap();
    assert!(matches!(examined.found[..], [Finding::OldSchema { found: 3, .. }]), "{examined:?}");
    assert!(examined.is_sound());
    mend(&home.path, &examined).unwrap();
    assert_eq!(examine(&home.path).unwrap().schema, Some(crate::store::SCHEMA_VERSION));
}

#[test]
fn what_a_killed_process_left_beside_the_database_is_told_and_taken_away() {
    let home = home();
    for part in ["snapshot", "restored", "sealed"] {
        std::fs::write(home.dir.path().join(format!("cairn.db.{part}")), b"half").unwrap();
    }
    let files = home.files();
    assert_eq!(home.found(), [Finding::LeftBehind { files: 3 }]);
    assert_eq!(home.mended(), None);
    assert!(home.files() < files);
}
