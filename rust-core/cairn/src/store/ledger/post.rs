//! Writing the ledger: a commit group's tally, reports taken by a service, ground that must be forgotten.

use h3o::CellIndex;
use rusqlite::{Connection, OptionalExtension, params};

use super::key_of;
use super::read::{CLOCK_AFTER, CLOCK_BEFORE, CLOCK_ON, streak_day};
use crate::ledger::{
    Clock, Country, Counts, Day, Extent, Hexagon, LEVELS, Part, RULE, StreakDay, Subject, Tally, Walk,
};
use crate::store::StoreError;

/// Adds a commit group's tally to the ledger, in the transaction that stores what was heard; answers the ground that was
/// never walked before. The tally stays as it is: should the commit fail, it can be posted again.
///
/// # Errors
/// What `SQLite` said; the transaction must then be rolled back.
pub fn post(tx: &Connection, tally: &Tally) -> Result<Vec<Hexagon>, StoreError> {
    let mut parts = tally.parts.clone();
    let mut fresh = Vec::new();
    for &(hexagon, earner) in &tally.walked {
        let (part, counts) = &mut parts[earner];
        match walk(tx, hexagon, part.day)? {
            Walk::First => {
                counts.ground += 1;
                fresh.push(hexagon);
            }
            Walk::Again => counts.again += 1,
            Walk::OtherDay | Walk::Nothing => {}
        }
    }
    for (part, counts) in &parts {
        for subject in part.subjects() {
            add(tx, subject, part, counts)?;
        }
    }
    for (day, clock) in &tally.clocks {
        keep_clock(tx, *day, *clock)?;
    }
    Ok(fresh)
}

/// Adds what was counted to the row of one of the subjects it belongs to.
fn add(tx: &Connection, subject: Subject, part: &Part, counts: &Counts) -> Result<(), StoreError> {
    let (kind, key) = key_of(subject);
    let day = part.day.number();
    let new_days = tx
        .prepare_cached("INSERT OR IGNORE INTO ledger_touched (kind, key, day) VALUES (?, ?, ?)")?
        .execute(params![kind as i64, key, day])?;
    tx.prepare_cached(
        "INSERT INTO ledger (kind, key, points, reports, sightings, wifi, cells, beacons, ground, again, distance, took,
                             days, accepted, first_day, last_day, country, rule)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, ?14, ?14, ?15, ?16)
         ON CONFLICT DO UPDATE SET
           points = points + ?3, reports = reports + ?4, sightings = sightings + ?5, wifi = wifi + ?6, cells = cells + ?7,
           beacons = beacons + ?8, ground = ground + ?9, again = again + ?10, distance = distance + ?11, took = took + ?12,
           days = days + ?13, first_day = min(first_day, ?14), last_day = max(last_day, ?14),
           country = coalesce(country, ?15), rule = max(rule, ?16)",
    )?
    .execute(params![
        kind as i64,
        key,
        counts.points().tenths() as i64,
        counts.reports as i64,
        counts.sightings as i64,
        counts.wifi as i64,
        counts.cells as i64,
        counts.beacons as i64,
        counts.ground as i64,
        counts.again as i64,
        counts.distance_cm as i64,
        counts.took_ms as i64,
        new_days as i64,
        day,
        part.country.as_ref().map(Country::code),
        RULE,
    ])?;
    Ok(())
}

/// Counts reports of a day that a service has taken: once per report and service. Days that the ledger does not know, as
/// after saving reports from a damaged file, get no row by it.
///
/// # Errors
/// What `SQLite` said.
pub fn accepted(tx: &Connection, day: Day, reports: u32) -> Result<(), StoreError> {
    for subject in Subject::of_day(day) {
        let (kind, key) = key_of(subject);
        tx.prepare_cached("UPDATE ledger SET accepted = accepted + ?3 WHERE kind = ?1 AND key = ?2")?
            .execute(params![kind as i64, key, reports])?;
    }
    Ok(())
}

/// Walks a hexagon on a day and keeps it, and the coarser cells around it, if that says anything new.
fn walk(tx: &Connection, hexagon: Hexagon, day: Day) -> Result<Walk, StoreError> {
    let known = tx
        .prepare_cached("SELECT first_day, last_day FROM ledger_ground WHERE cell = ?")?
        .query_row([hexagon.index() as i64], |row| {
            Ok(Extent { first: Day::new(row.get(0)?), last: Day::new(row.get(1)?) })
        })
        .optional()?;
    let walk = Walk::on(day, known);
    if walk != Walk::Nothing {
        let mut keep = tx.prepare_cached(
            "INSERT INTO ledger_ground (cell, first_day, last_day, days, hexagons) VALUES (?1, ?2, ?2, 1, ?3)
             ON CONFLICT DO UPDATE SET
               days = days + (?2 < first_day OR ?2 > last_day), hexagons = hexagons + ?3,
               first_day = min(first_day, ?2), last_day = max(last_day, ?2)",
        )?;
        for level in LEVELS {
            keep.execute(params![hexagon.within(level).index() as i64, day.number(), walk == Walk::First])?;
        }
    }
    Ok(walk)
}

/// Takes hexagons of the finest resolution off the coverage map, as a new zone asks for; coarser cells lose their share, and points stay.
///
/// # Errors
/// What `SQLite` said.
pub fn forget_ground<'a>(tx: &Connection, cells: impl IntoIterator<Item = &'a CellIndex>) -> Result<(), StoreError> {
    let [_, coarser @ ..] = LEVELS;
    for hexagon in cells.into_iter().map(|cell| Hexagon::from(*cell)) {
        if tx.prepare_cached("DELETE FROM ledger_ground WHERE cell = ?")?.execute([hexagon.index() as i64])? == 0 {
            continue;
        }
        for level in coarser {
            let cell = hexagon.within(level).index() as i64;
            tx.prepare_cached("UPDATE ledger_ground SET hexagons = hexagons - 1 WHERE cell = ?")?.execute([cell])?;
            tx.prepare_cached("DELETE FROM ledger_ground WHERE cell = ? AND hexagons <= 0")?.execute([cell])?;
        }
    }
    Ok(())
}

/// Keeps the clock at a day's ends; a new day, or one whose ends have changed clocks, changes its streak and those after it.
fn keep_clock(tx: &Connection, day: Day, clock: Clock) -> Result<(), StoreError> {
    let clock = streak_day(tx, CLOCK_ON, day)?.map_or(clock, |known| known.clock.and(clock));
    let this = StreakDay::after(streak_day(tx, CLOCK_BEFORE, day)?, day, clock);
    tx.prepare_cached("INSERT OR REPLACE INTO ledger_clock VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
        day.number(),
        clock.first_utc.0,
        clock.first_offset,
        clock.last_utc.0,
        clock.last_offset,
        this.number,
    ])?;
    let mut previous = this;
    while let Some(stored) = streak_day(tx, CLOCK_AFTER, previous.day)? {
        let next = StreakDay::after(Some(previous), stored.day, stored.clock);
        if next == stored {
            break;
        }
        tx.prepare_cached("UPDATE ledger_clock SET streak = ?2 WHERE day = ?1")?
            .execute(params![next.day.number(), next.number])?;
        previous = next;
    }
    Ok(())
}
