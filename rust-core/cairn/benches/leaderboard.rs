//! How long the leaderboard, the map, the numbers of the outbox and of the store take to read with five million sightings and a
//! million rows in the outbox, against five thousand and a thousand.
//!
//! Both databases are filled as the engine does it, in commit groups, with reports, sightings and the ledger; then both are
//! read in turns. What is printed are medians and their ratio; nothing fails by time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::ledger::{Board, Day, Passage, Tally, View};
use cairn::model::{LatLng, LocalPlane, Metres, Millis, TripId};
use cairn::store::{self, ledger};
use rusqlite::{Connection, params};

const SIGHTINGS_PER_PASSAGE: u64 = 20;
/// A commit group's size, as the engine has it.
const GROUP: u64 = 64;
/// How often and how long somebody walks: scans of a walk, and days from one to the next.
#[derive(Clone, Copy)]
struct Habit {
    scans: u64,
    every: u64,
}

/// Five million sightings are five years of walks with 137 scans a day.
const MUCH: Habit = Habit { scans: 137, every: 1 };

/// Five thousand are one scan a week over as many years: the lists are as long, of weeks and months, too. With all of it in a
/// month, fewer rows would be read.
const LITTLE: Habit = Habit { scans: 1, every: 7 };

/// 2020-01-01.
const FIRST_DAY: i64 = 18_262;
const TURNS: usize = 201;
/// With four services five million sightings are a million rows in the outbox.
const SERVICES: i64 = 4;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = filled(&folder.path().join("small.db"), 5_000, LITTLE);
    let large = filled(&folder.path().join("large.db"), 5_000_000, MUCH);
    let home = home();

    println!("{:<34} {:>12} {:>12} {:>7} {:>8}", "read", "5 thousand", "5 million", "ratio", "per row");
    compare("leaderboard", &small, &large, |of| listed(&ledger::board(&of.db, of.last).expect("a board")));
    compare("totals", &small, &large, |of| ledger::totals(&of.db).expect("totals").days as usize);
    compare("stats", &small, &large, |of| of.engine.stats().expect("stats").outbox.len());
    compare("outbox", &small, &large, |of| of.engine.outbox().expect("an outbox").len());
    compare("quarantine", &small, &large, |of| of.engine.quarantined().expect("a quarantine").len());
    for (what, half_km) in
        [("map of a quarter (2 km)", 1.0), ("map of a town (20 km)", 10.0), ("map of a country (500 km)", 250.0)]
    {
        let plane = LocalPlane::around(home);
        let side = half_km * 1_000.0;
        let view = View { south_west: plane.to_place(-side, -side), north_east: plane.to_place(side, side) };
        compare(what, &small, &large, |of| ledger::coverage(&of.db, &view, 4_000).expect("coverage").len());
    }
}

/// Rows of all lists.
fn listed(board: &Board) -> usize {
    let Board { days, weeks, months, trips, areas, countries, .. } = board;
    [days, weeks, months, trips, areas, countries].map(Vec::len).iter().sum()
}

/// Where both have walked the same streets in the month before: what a map shows there does not depend on what lies elsewhere.
fn home() -> LatLng {
    LocalPlane::around(town(0)).to_place(-60_000.0, -60_000.0)
}

/// Passages of that month.
const AT_HOME: u64 = 1_000;

/// The centres of the 60 towns that are walked in turn, 30 km apart.
fn town(n: u64) -> LatLng {
    let first = LatLng::new(47.0, 8.0).expect("a place");
    LocalPlane::around(first).to_place((n % 10) as f64 * 30_000.0, (n / 10) as f64 * 30_000.0)
}

/// A database and its last day, whose board is asked for.
struct Filled {
    db: Connection,
    engine: Engine,
    last: Day,
}

fn filled(path: &std::path::Path, sightings: u64, habit: Habit) -> Filled {
    let mut db = store::open(path).expect("a database").writer;
    let mut tally = Tally::default();
    (0..AT_HOME).for_each(|n| tally.count(&at_home(n), []));
    ledger::post(&db, &tally).expect("a ledger");
    for n in 1..=SERVICES {
        db.execute(
            "INSERT INTO service (id, url, protocol, full_metadata, allow_http, unmetered_only, charging_only, roaming, enabled)
             VALUES (?1, 'https://service.example/' || ?1, 0, 0, 0, 0, 0, 0, 1)",
            [n],
        )
        .expect("a service");
    }
    let passages = sightings / SIGHTINGS_PER_PASSAGE;
    let days = (passages.div_ceil(habit.scans) - 1) * habit.every + 1;
    db.pragma_update(None, "foreign_keys", false).expect("a setting");
    // Filling is not what is measured.
    db.pragma_update(None, "synchronous", "OFF").expect("a setting");
    for start in (0..passages).step_by(GROUP as usize) {
        let tx = db.transaction().expect("a transaction");
        let mut tally = Tally::default();
        for n in start..(start + GROUP).min(passages) {
            let passage = passage(n, habit);
            store_report(&tx, n, &passage).expect("a report");
            tally.count(&passage, []);
        }
        ledger::post(&tx, &tally).expect("a ledger");
        tx.commit().expect("a commit");
    }
    let stored = [passages, passages * SIGHTINGS_PER_PASSAGE].map(|n| n as i64);
    db.execute("UPDATE stored SET reports = ?, sightings = ?", stored).expect("counts");
    let config = Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 1 };
    let engine = Engine::open(config).expect("an engine").engine;
    Filled { db, engine, last: Day::new((FIRST_DAY + days as i64 - 1) as i32) }
}

/// The month at home: around the house, a little farther each time.
fn at_home(n: u64) -> Passage {
    let (sin, cos) = (n as f64 / 40.0 * std::f64::consts::TAU).sin_cos();
    let radius = n as f64;
    let place = LocalPlane::around(home()).to_place(radius * sin, radius * cos);
    let utc =
        Millis::from_days(FIRST_DAY - 31 + n as i64 / 40) + Millis::from_hours(10) + Millis::from_mins(n as i64 % 40);
    Passage { utc, trip: TripId(1_000_000), place, ..passage(0, LITTLE) }
}

/// Day after day in the next town, along a spiral that widens with every visit.
fn passage(n: u64, Habit { scans, every }: Habit) -> Passage {
    let (day, step) = (n / scans * every, n % scans);
    let visit = day / 60;
    let radius = 150.0 * (visit as f64 + step as f64 / scans as f64);
    let (sin, cos) = (step as f64 / scans as f64 * std::f64::consts::TAU).sin_cos();
    Passage {
        utc: Millis::from_days(FIRST_DAY + day as i64) + Millis::from_hours(10) + Millis::from_mins(step as i64),
        utc_offset_min: Some(60),
        trip: TripId(1 + day as i64),
        place: LocalPlane::around(town(day % 60)).to_place(radius * sin, radius * cos),
        moved: Metres(70.0),
        took: Millis::from_mins(1),
        reports: 1,
        sightings: SIGHTINGS_PER_PASSAGE as u32,
        // Days differ, so that there is something to rank.
        new_wifi: (day * 7 % 11) as u32,
        new_cells: u32::from(step == 0),
        new_beacons: 0,
    }
}

/// The rows that reading the ledger must not care about.
fn store_report(tx: &Connection, n: u64, passage: &Passage) -> rusqlite::Result<()> {
    let id = n as i64 + 1;
    tx.prepare_cached("INSERT INTO report (id, trip, utc, lat, lon, source) VALUES (?, ?, ?, ?, ?, 0)")?
        .execute(params![id, passage.trip.0, passage.utc.0, passage.place.lat_e7(), passage.place.lon_e7()])?;
    let mut insert = tx.prepare_cached("INSERT INTO sighting (report, emitter, age, signal) VALUES (?, ?, 0, -70)")?;
    for k in 0..SIGHTINGS_PER_PASSAGE {
        insert.execute([id, (n * SIGHTINGS_PER_PASSAGE + k) as i64])?;
    }
    // All but the newest have been taken; one in a thousand was refused.
    let mut queue = tx.prepare_cached("INSERT INTO outbox (service, report, state, shuffle) VALUES (?, ?, ?, ?)")?;
    for service in 1..=SERVICES {
        let state = if n % 1_000 == 7 { 2 } else { i64::from(!n.is_multiple_of(5)) };
        queue.execute([service, id, state, (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as i64])?;
    }
    Ok(())
}

/// Reads both in turns, so that whatever else the machine does troubles both alike.
fn compare(what: &str, small: &Filled, large: &Filled, read: impl Fn(&Filled) -> usize) {
    let timed = |of: &Filled| {
        let start = Instant::now();
        // One transaction, as the engine's readers have it.
        let tx = of.db.unchecked_transaction().expect("a transaction");
        let rows = read(of);
        drop(tx);
        (start.elapsed(), rows)
    };
    let mut times = [Vec::new(), Vec::new()];
    let mut rows = [0, 0];
    for _ in 0..TURNS {
        for (i, of) in [small, large].into_iter().enumerate() {
            let (time, read) = timed(of);
            times[i].push(time);
            rows[i] = read;
        }
    }
    let [small, large] = times.map(|mut times: Vec<Duration>| {
        times.sort_unstable();
        times[TURNS / 2].as_secs_f64() * 1e6
    });
    let per_row = (large / rows[1].max(1) as f64) / (small / rows[0].max(1) as f64);
    println!(
        "{what:<34} {small:>9.0} µs {large:>9.0} µs {:>7.2} {per_row:>8.2}   ({} and {} rows)",
        large / small,
        rows[0],
        rows[1]
    );
}
