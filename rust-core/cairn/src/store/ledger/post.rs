//! Writing the ledger: a commit group's tally, reports taken by a service, ground that must be forgotten.

use std::collections::HashMap;

use h3o::CellIndex;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::key_of;
use super::read::{CLOCK_AFTER, CLOCK_BEFORE, CLOCK_ON, read_streak_day, streak_day};
use crate::ledger::{
    Clock, Country, Counts, Day, Extent, Hexagon, LEVELS, Part, RULE, StreakDay, Subject, Tally, Walk,
};
use crate::model::EmitterKey;
use crate::store::{StoreError, origin};

/// What a tally told that the ledger had not known.
#[derive(Debug, Default)]
pub struct Posted {
    /// Ground that was never walked before.
    pub ground: Vec<Hexagon>,
    /// The rows of `ledger_part` in which emitters count that were never heard before.
    pub new: HashMap<EmitterKey, i64>,
}

/// Adds a commit group's tally to the ledger, in the transaction that stores what was heard. The tally stays as it is: should
/// the commit fail, it can be posted again.
///
/// # Errors
/// What `SQLite` said; the transaction must then be rolled back.
pub fn post(tx: &Connection, tally: &Tally) -> Result<Posted, StoreError> {
    let mut parts = tally.parts.clone();
    let rows: Vec<i64> = parts.iter().map(|(part, _)| row_of(tx, part)).collect::<Result<_, _>>()?;
    let mut posted = Posted::default();
    for &(hexagon, earner) in &tally.walked {
        let (part, counts) = &mut parts[earner];
        match walk(tx, hexagon, part.day, rows[earner])? {
            Walk::First => {
                counts.ground += 1;
                posted.ground.push(hexagon);
            }
            Walk::Again => counts.again += 1,
            Walk::OtherDay | Walk::Nothing => {}
        }
    }
    for ((part, counts), row) in parts.iter().zip(&rows) {
        add_to_part(tx, *row, counts)?;
        for subject in part.subjects() {
            add(tx, subject, part, counts)?;
        }
    }
    posted.new = tally.new.iter().map(|(key, part)| (*key, rows[*part])).collect();
    for (day, clock) in &tally.clocks {
        keep_clock(tx, *day, *clock)?;
    }
    Ok(posted)
}

/// The row of what this database itself, or a file that is read, added to a part; made where there is none.
fn row_of(tx: &Connection, part: &Part) -> Result<i64, StoreError> {
    let mut find = tx.prepare_cached(
        "SELECT id FROM ledger_part WHERE origin = ? AND day = ? AND trip = ? AND area = ? AND country = ?",
    )?;
    let country = part.country.as_ref().map_or("", Country::code);
    let origin = origin::file_of(tx, part.trip)?;
    let key = params![origin, part.day.number(), part.trip.0, part.area.index() as i64, country];
    if let Some(row) = find.query_row(key, |row| row.get(0)).optional()? {
        return Ok(row);
    }
    tx.prepare_cached(
        "INSERT INTO ledger_part (origin, day, trip, area, country, reports, sightings, wifi, cells, beacons, ground, again,
                                  distance, took, rule)
         VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?)",
    )?
    .execute(params![origin, part.day.number(), part.trip.0, part.area.index() as i64, country, RULE])?;
    Ok(tx.last_insert_rowid())
}

/// Adds to what this database itself added.
fn add_to_part(tx: &Connection, row: i64, counts: &Counts) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE ledger_part SET reports = reports + ?2, sightings = sightings + ?3, wifi = wifi + ?4, cells = cells + ?5,
                beacons = beacons + ?6, ground = ground + ?7, again = again + ?8, distance = distance + ?9, took = took + ?10,
                rule = max(rule, ?11)
         WHERE id = ?1",
    )?
    .execute(params![
        row,
        counts.reports as i64,
        counts.sightings as i64,
        counts.wifi as i64,
        counts.cells as i64,
        counts.beacons as i64,
        counts.ground as i64,
        counts.again as i64,
        counts.distance_cm as i64,
        counts.took_ms as i64,
        RULE,
    ])?;
    Ok(())
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

/// Walks a hexagon on a day and keeps it, with the part that earned it, and the coarser cells around it, if that says anything
/// new.
fn walk(tx: &Connection, hexagon: Hexagon, day: Day, part: i64) -> Result<Walk, StoreError> {
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
    let earned = match walk {
        Walk::First => "UPDATE ledger_ground SET part = ?2 WHERE cell = ?1",
        Walk::Again => "UPDATE ledger_ground SET again = ?2 WHERE cell = ?1",
        Walk::OtherDay | Walk::Nothing => return Ok(walk),
    };
    tx.prepare_cached(earned)?.execute([hexagon.index() as i64, part])?;
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
        tx.prepare_cached("DELETE FROM ledger_lost WHERE kind > 0 AND key = ?")?.execute([hexagon.index() as i64])?;
        for level in coarser {
            let cell = hexagon.within(level).index() as i64;
            tx.prepare_cached("UPDATE ledger_ground SET hexagons = hexagons - 1 WHERE cell = ?")?.execute([cell])?;
            tx.prepare_cached("DELETE FROM ledger_ground WHERE cell = ? AND hexagons <= 0")?.execute([cell])?;
        }
    }
    Ok(())
}

/// Takes over the clock at a day's ends from a row of another ledger; streaks are to be numbered anew afterwards.
pub(in crate::store) fn unite_clock(tx: &Connection, row: &Row<'_>) -> Result<(), StoreError> {
    let theirs = read_streak_day(row)?;
    let clock = streak_day(tx, CLOCK_ON, theirs.day)?.map_or(theirs.clock, |known| known.clock.and(theirs.clock));
    write_clock(tx, StreakDay { clock, ..theirs })
}

/// Numbers all days in their streaks.
pub(in crate::store) fn renumber_streaks(tx: &Connection) -> Result<(), StoreError> {
    let mut previous = None;
    let mut select = tx.prepare(
        "SELECT day, first_utc, first_offset, last_utc, last_offset, streak FROM main.ledger_clock ORDER BY day",
    )?;
    let days = select.query_map([], read_streak_day)?.collect::<Result<Vec<_>, _>>()?;
    for known in days {
        let day = StreakDay::after(previous, known.day, known.clock);
        if day != known {
            write_clock(tx, day)?;
        }
        previous = Some(day);
    }
    Ok(())
}

fn write_clock(tx: &Connection, StreakDay { day, clock, number }: StreakDay) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR REPLACE INTO ledger_clock VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
        day.number(),
        clock.first_utc.0,
        clock.first_offset,
        clock.last_utc.0,
        clock.last_offset,
        number,
    ])?;
    Ok(())
}

/// Keeps the clock at a day's ends; a new day, or one whose ends have changed clocks, changes its streak and those after it.
fn keep_clock(tx: &Connection, day: Day, clock: Clock) -> Result<(), StoreError> {
    let clock = streak_day(tx, CLOCK_ON, day)?.map_or(clock, |known| known.clock.and(clock));
    let this = StreakDay::after(streak_day(tx, CLOCK_BEFORE, day)?, day, clock);
    write_clock(tx, this)?;
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
