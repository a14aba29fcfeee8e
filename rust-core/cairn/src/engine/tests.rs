//! The engine as its callers see it, on a real database under bad conditions.

use std::sync::atomic::AtomicI64;

use rusqlite::Connection;

use super::*;
use crate::ledger::{GROUND, Hexagon, View};
use crate::locate::{HeardMac, Query};
use crate::model::{Dbm, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Ssid};

/// Clocks that the test sets.
#[derive(Default)]
pub(super) struct TestClock {
    mono: AtomicI64,
    utc: AtomicI64,
}

impl TestClock {
    fn pass(&self, ms: i64) {
        self.mono.fetch_add(ms, Ordering::Relaxed);
        self.utc.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn mono(&self) -> Millis {
        Millis(self.mono.load(Ordering::Relaxed))
    }

    fn utc(&self) -> Millis {
        Millis(START + self.utc.load(Ordering::Relaxed))
    }
}

const START: i64 = 1_767_225_600_000;

pub(super) struct Home {
    dir: tempfile::TempDir,
    clock: Arc<TestClock>,
    pub(super) engine: Engine,
}

impl Home {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let engine = Engine::open(config(dir.path(), &clock)).unwrap().engine;
        Self { dir, clock, engine }
    }

    fn reopen(&mut self) {
        self.engine.close().unwrap();
        self.engine = Engine::open(config(self.dir.path(), &self.clock)).unwrap().engine;
    }

    /// Walks past access points of their own, ten metres and two seconds apart.
    pub(super) fn walk(&self, range: std::ops::Range<i64>) {
        for n in range {
            self.clock.pass(2_000);
            self.engine.fix(fix(n)).unwrap();
            self.engine.scan(scan(n)).unwrap();
            // The queue is bounded; a test tells faster than any sensor.
            self.engine.call(|_| Ok(())).unwrap();
        }
    }

    fn reports(&self) -> usize {
        self.exported().len()
    }

    /// Places of all reports that exports would hold.
    fn exported(&self) -> Vec<LatLng> {
        let mut places = Vec::new();
        self.engine
            .reports::<CoreError>(crate::exchange::Selection::All, |_, report| {
                places.push(report.fix.place);
                Ok(())
            })
            .unwrap();
        places
    }

    /// Runs SQL on the owner's own connection, to bring it into a state that only the machine could.
    fn on_the_owners_connection(&self, sql: &'static str) {
        self.engine
            .call(move |owner| Ok(owner.writer.db()?.execute_batch(sql).map_err(crate::store::StoreError::from)?))
            .unwrap();
    }
}

fn config(dir: &std::path::Path, clock: &Arc<TestClock>) -> Config {
    Config { path: dir.join("cairn.db"), clock: Arc::clone(clock) as Arc<dyn Clock>, seed: 1 }
}

pub(super) fn fix(n: i64) -> Fix {
    let place = LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(10.0 * n as f64, 0.0);
    Fix::gnss(Millis(2_000 * n), Millis(START + 2_000 * n), place, Metres(5.0))
}

pub(super) fn scan(n: i64) -> Scan {
    let wifi = HeardWifi {
        mono: Millis(2_000 * n),
        mac: Mac::from_u64(0x0c00_0000_0000 + n as u64).unwrap(),
        ssid: Ssid::new(*b"open"),
        signal: Some(Dbm(-60)),
        frequency_mhz: Some(2412),
        standard: None,
    };
    Scan { wifi: vec![wifi], ..Scan::default() }
}

#[test]
fn what_flush_confirmed_is_there_after_the_process_is_gone() {
    let mut home = Home::new();
    home.walk(0..20);
    home.engine.flush().unwrap();
    // A second look at the files as they are now, without the engine's help.
    let copy = tempfile::tempdir().unwrap();
    for name in ["cairn.db", "cairn.db-wal"] {
        std::fs::copy(home.dir.path().join(name), copy.path().join(name)).unwrap();
    }
    let seen: i64 = Connection::open(copy.path().join("cairn.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM report", [], |r| r.get(0))
        .unwrap();
    assert_eq!(seen, 20);
    home.reopen();
    assert_eq!(home.reports(), 20);
}

#[test]
fn closing_stores_everything_and_later_calls_say_closed() {
    let mut home = Home::new();
    home.walk(0..5);
    home.engine.close().unwrap();
    assert_eq!(home.engine.fix(fix(6)), Err(CoreError::Closed));
    assert_eq!(home.engine.flush(), Err(CoreError::Closed));
    home.engine = Engine::open(config(home.dir.path(), &home.clock)).unwrap().engine;
    assert_eq!(home.reports(), 5);
}

#[test]
fn a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room() {
    let home = Home::new();
    home.walk(0..5);
    home.engine.flush().unwrap();
    // SQLite's own limit gives the same error at the same places as a full disk.
    home.on_the_owners_connection("PRAGMA max_page_count = 1");
    home.walk(5..1_500);
    assert_eq!(home.engine.flush(), Err(CoreError::DiskFull));
    home.walk(1_500..1_510);
    home.on_the_owners_connection("PRAGMA max_page_count = 1000000");
    home.engine.flush().unwrap();
    assert_eq!(home.reports(), 1_510);
}

#[test]
fn a_locked_database_is_waited_for_then_told_and_nothing_is_lost() {
    let home = Home::new();
    let other = Connection::open(home.dir.path().join("cairn.db")).unwrap();
    home.walk(0..5);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(home.engine.flush(), Err(CoreError::Locked));
    other.execute_batch("ROLLBACK").unwrap();
    home.engine.flush().unwrap();
    assert_eq!(home.reports(), 5);
}

#[test]
fn a_database_that_turns_read_only_says_so_and_nothing_is_lost() {
    let home = Home::new();
    home.on_the_owners_connection("PRAGMA query_only = ON");
    home.walk(0..5);
    assert_eq!(home.engine.flush(), Err(CoreError::ReadOnly));
    home.on_the_owners_connection("PRAGMA query_only = OFF");
    home.engine.flush().unwrap();
    assert_eq!(home.reports(), 5);
}

#[test]
fn what_is_learned_while_nothing_can_be_stored_is_what_is_learned_otherwise() {
    let learned = |is_disturbed: bool| {
        let home = Home::new();
        // Thrice along the same street, the second time in vain for the store.
        for lap in 0..3 {
            if is_disturbed && lap == 1 {
                home.on_the_owners_connection("PRAGMA query_only = ON");
            }
            for n in 0..100 {
                home.clock.pass(2_000);
                home.engine.fix(Fix { mono: Millis(2_000 * (100 * lap + n)), ..fix(n) }).unwrap();
                let mut heard = scan(n);
                heard.wifi[0].mono = Millis(2_000 * (100 * lap + n));
                heard.wifi[0].signal = Some(Dbm((-60 - lap) as i16));
                home.engine.scan(heard).unwrap();
                // Every other commit goes on while more is heard.
                if n % 20 == 19 {
                    home.engine.call(|_| Ok(())).unwrap();
                }
            }
            assert_eq!(home.engine.flush().is_err(), is_disturbed && lap == 1);
            home.on_the_owners_connection("PRAGMA query_only = OFF");
        }
        home.engine.flush().unwrap();
        let mut learned = Vec::new();
        home.engine
            .learned::<CoreError>(crate::model::EmitterKind::Wifi, |emitter| {
                learned.push((emitter.key, emitter.learned));
                Ok(())
            })
            .unwrap();
        (learned, home.reports(), home.engine.stats().unwrap().counts)
    };
    let undisturbed = learned(false);
    assert_eq!(undisturbed.0.len(), 100);
    assert_eq!(learned(true), undisturbed);
}

#[test]
fn a_wall_clock_that_jumps_a_day_either_way_changes_nothing_but_the_records() {
    let day = 86_400_000;
    let home = Home::new();
    home.engine.begin_trip().unwrap();
    home.walk(0..5);
    home.clock.utc.fetch_add(day, Ordering::Relaxed);
    home.walk(5..10);
    home.clock.utc.fetch_add(-2 * day, Ordering::Relaxed);
    home.walk(10..15);
    home.engine.end_trip().unwrap();
    assert_eq!(home.reports(), 15);
    let (started, ended): (i64, i64) = Connection::open(home.dir.path().join("cairn.db"))
        .unwrap()
        .query_row("SELECT started, ended FROM trip", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap();
    assert!(ended >= started, "a trip never ends before it began");
}

#[test]
fn commits_come_by_themselves_every_two_seconds() {
    let home = Home::new();
    home.walk(0..10);
    // Fixes wait up to six seconds for company, commits two: what is older is stored without a flush.
    assert!(home.reports() >= 5, "{}", home.reports());
}

#[test]
fn commits_come_every_two_seconds_and_not_with_every_message() {
    let home = Home::new();
    home.walk(0..5);
    home.engine.flush().unwrap();
    let other = Connection::open(home.dir.path().join("cairn.db")).unwrap();
    // Another number after each commit of another connection.
    let version = || other.query_row("PRAGMA data_version", [], |r| r.get::<_, i64>(0)).unwrap();
    let (mut last, mut commits) = (version(), 0);
    for n in 5..105 {
        home.clock.pass(100);
        home.engine.fix(fix(n)).unwrap();
        home.engine.scan(scan(n)).unwrap();
        home.engine.call(|_| Ok(())).unwrap();
        let now = version();
        commits += u32::from(now != last);
        last = now;
    }
    assert!((4..=6).contains(&commits), "{commits} commits in ten seconds");
}

#[test]
fn a_full_queue_is_told_and_counted() {
    let home = Home::new();
    let (release, gate) = sync_channel::<()>(0);
    let engine = home.engine.clone();
    let held = std::thread::spawn(move || {
        engine.call(move |_| {
            let _ = gate.recv();
            Ok(())
        })
    });
    let mut refused = 0;
    for n in 0..2 * QUEUE as i64 {
        refused += u64::from(home.engine.fix(fix(n)) == Err(CoreError::Busy));
    }
    assert!(refused > 0);
    assert_eq!(home.engine.turned_away(), refused);
    drop(release);
    held.join().unwrap().unwrap();
    home.engine.flush().unwrap();
}

#[test]
fn a_new_zone_takes_what_was_already_recorded_with_it_and_keeps_the_rest() {
    let mut home = Home::new();
    home.walk(0..600);
    home.engine.flush().unwrap();
    let added = home.engine.add_zone(fix(0).place).unwrap();
    assert!(added.reports_deleted > 30, "at least 300 m of the walk are inside: {added:?}");
    assert_eq!(home.reports() as u64, 600 - added.reports_deleted);
    home.walk(0..20);
    home.reopen();
    assert_eq!(home.reports() as u64, 600 - added.reports_deleted, "nothing new is recorded inside either");
    let dropped = home.engine.stats().unwrap().counts.dropped;
    assert_eq!(dropped.get(&crate::intake::Drop::Zone), Some(&20));
}

#[test]
fn a_new_zone_is_gone_from_the_map_and_from_what_was_learned_and_points_stay() {
    let home = Home::new();
    home.walk(0..600);
    home.engine.flush().unwrap();
    let house = fix(0).place;
    let plane = LocalPlane::around(house);
    let view = View { south_west: plane.to_place(-7_000.0, -7_000.0), north_east: plane.to_place(7_000.0, 7_000.0) };
    let heard = |n: i64| HeardMac { mac: scan(n).wifi[0].mac, signal: Some(Dbm(-50)) };
    let query = Query { wifi: (0..8).map(heard).collect(), ..Query::default() };
    let covered = || home.engine.coverage(&view, 10_000).unwrap().iter().map(|c| c.cell).collect::<Vec<_>>();
    let (before, points) = (covered(), home.engine.stats().unwrap().totals.points);
    assert!(home.engine.locate(&query).unwrap().is_some());

    home.engine.add_zone(house).unwrap();

    let zone = home.engine.rules().unwrap().zones.remove(0).1;
    assert!(before.iter().any(|cell| zone.contains(cell)), "it was on the map");
    assert!(!covered().is_empty() && covered().iter().all(|cell| !zone.contains(cell)));
    assert_eq!(home.engine.locate(&query).unwrap(), None);
    assert_eq!(home.engine.stats().unwrap().totals.points, points);
    let exported = home.exported();
    assert!(!exported.is_empty() && exported.iter().all(|place| !zone.contains(&Hexagon::around(*place, GROUND))));
}

#[test]
fn a_closed_database_is_one_file_that_can_be_copied() {
    let home = Home::new();
    home.walk(0..20);
    home.engine.end_trip().unwrap();
    assert!(home.engine.stats().unwrap().reports > 10);

    home.engine.close().unwrap();

    let copy = home.dir.path().join("copy.db");
    std::fs::copy(home.dir.path().join("cairn.db"), &copy).unwrap();
    let reports: i64 =
        Connection::open(copy).unwrap().query_row("SELECT count(*) FROM report", [], |r| r.get(0)).unwrap();
    assert!(reports > 10, "{reports}");
}
