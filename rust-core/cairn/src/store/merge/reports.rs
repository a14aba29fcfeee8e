//! Reports with their sightings, and what services have of them.
//!
//! A report is the same where its origin and its number there are; of an imported file's each phone may have kept other sightings,
//! for it knew others already. What either database knows to be taken by a service is
//! taken, what either holds in quarantine stays there, and the rest waits, once.

use rusqlite::{Connection, params};

use super::super::StoreError;
use super::sources::Sources;
use super::{Ended, MergeSummary, STEP, Steps};

/// States of the outbox by what outweighs what: accepted, quarantined, not useful there, waiting.
macro_rules! weight {
    ($state:literal) => {
        concat!("(CASE ", $state, " WHEN 1 THEN 3 WHEN 2 THEN 2 WHEN 3 THEN 1 ELSE 0 END)")
    };
}

pub(super) fn merge(
    db: &Connection,
    _: &Sources,
    steps: &mut Steps<'_>,
    summary: &mut MergeSummary,
) -> Result<(), Ended> {
    db.execute_batch(
        "INSERT OR IGNORE INTO main.cell SELECT * FROM other.cell;
         CREATE TEMP TABLE merge_report (
           theirs INTEGER PRIMARY KEY, origin INTEGER NOT NULL, number INTEGER NOT NULL, trip INTEGER NOT NULL,
           ours INTEGER, new INTEGER NOT NULL
         );",
    )?;
    let mut after = 0;
    loop {
        let page = name_page(db, after)?;
        let Some(last) = page.last else { break };
        after = last;
        leave_out_pruned(db)?;
        summary.reports += insert_new(db)?;
        summary.sightings += insert_sightings(db)?;
        enqueue_new(db)?;
        summary.accepted += unite_states(db)?;
        steps.done(page.rows)?;
    }
    db.execute_batch("DROP TABLE temp.merge_report")?;
    unite_pruned(db)?;
    summary.accepted += mark_pruned(db)?;
    Ok(())
}

struct Page {
    rows: u64,
    last: Option<i64>,
}

/// Names the next of the other's reports, and finds those that are here.
fn name_page(db: &Connection, after: i64) -> Result<Page, StoreError> {
    db.prepare_cached("DELETE FROM temp.merge_report")?.execute([])?;
    let rows = db
        .prepare_cached(
            "INSERT INTO temp.merge_report (theirs, origin, number, trip, ours, new)
             SELECT r.id, o.ours, coalesce(r.number, r.id), t.ours, NULL, 0
             FROM other.report r JOIN temp.merge_origin o ON o.theirs = r.origin
                                 JOIN temp.merge_trip t ON t.theirs = r.trip
             WHERE r.id > ? ORDER BY r.id LIMIT ?",
        )?
        .execute([after, STEP])? as u64;
    find_ours(db)?;
    db.prepare_cached("UPDATE temp.merge_report SET new = ours IS NULL")?.execute([])?;
    let last = db.prepare_cached("SELECT max(theirs) FROM temp.merge_report")?.query_row([], |row| row.get(0))?;
    Ok(Page { rows, last })
}

fn find_ours(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE temp.merge_report AS m SET ours = (SELECT id FROM main.report r WHERE r.id = m.number AND r.origin = 0)
         WHERE ours IS NULL AND origin = 0",
    )?
    .execute([])?;
    db.prepare_cached(
        "UPDATE temp.merge_report AS m
         SET ours = (SELECT id FROM main.report r WHERE r.origin > 0 AND r.origin = m.origin AND r.number = m.number)
         WHERE ours IS NULL AND origin > 0",
    )?
    .execute([])?;
    Ok(())
}

/// Leaves out what was deleted here after services had taken it, unless the other still holds it for one that had not.
fn leave_out_pruned(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM temp.merge_report AS m WHERE new
         AND EXISTS (SELECT 1 FROM main.pruned p WHERE p.origin = m.origin AND m.number BETWEEN p.first AND p.last)
         AND NOT EXISTS (
           SELECT 1 FROM other.outbox b LEFT JOIN temp.merge_service s ON s.theirs = b.service
           WHERE b.report = m.theirs AND b.state IN (0, 2)
             AND NOT EXISTS (SELECT 1 FROM main.pruned p WHERE p.service = s.ours AND p.origin = m.origin
                                                         AND m.number BETWEEN p.first AND p.last))",
    )?
    .execute([])?;
    Ok(())
}

fn insert_new(db: &Connection) -> Result<u64, StoreError> {
    // One of our own that was lost here gets its old number, all others the next free one.
    let inserted = db
        .prepare_cached(
            "INSERT INTO main.report (id, trip, utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading,
                                      pressure, source, origin, number)
             SELECT iif(m.origin = 0, m.number, NULL), m.trip, r.utc, r.offset, r.lat, r.lon, r.accuracy, r.altitude,
                    r.altitude_accuracy, r.speed, r.heading, r.pressure, r.source, m.origin, iif(m.origin = 0, NULL, m.number)
             FROM temp.merge_report m JOIN other.report r ON r.id = m.theirs WHERE m.new ORDER BY m.theirs",
        )?
        .execute([])?;
    find_ours(db)?;
    Ok(inserted as u64)
}

fn insert_sightings(db: &Connection) -> Result<u64, StoreError> {
    let inserted = db
        .prepare_cached(
            "INSERT OR IGNORE INTO main.sighting (report, emitter, age, signal, ssid, frequency, format, serving, asu, advance, physical,
                                        arfcn)
             SELECT m.ours, s.emitter, s.age, s.signal, s.ssid, s.frequency, s.format, s.serving, s.asu, s.advance,
                    s.physical, s.arfcn
             FROM temp.merge_report m JOIN other.sighting s ON s.report = m.theirs
             WHERE m.new OR m.origin IN (SELECT id FROM main.origin WHERE length(name) = 8) ORDER BY m.ours, s.emitter",
        )?
        .execute([])?;
    Ok(inserted as u64)
}

/// Puts what is new here into every outbox: as the other had it, or waiting; not at all where its trip is kept.
fn enqueue_new(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO main.outbox (service, report, state, shuffle, reason)
         SELECT s.id, m.ours, coalesce(b.state, 0), (random() >> 32) & 4294967295, b.reason
         FROM temp.merge_report m JOIN main.service s
           LEFT JOIN temp.merge_service t ON t.ours = s.id
           LEFT JOIN other.outbox b ON b.service = t.theirs AND b.report = m.theirs
         WHERE m.new AND (b.state IS NOT NULL OR m.trip NOT IN (SELECT trip FROM main.kept_trip))",
    )?
    .execute([])?;
    Ok(())
}

/// Brings the state of what both have up to the weightier one; answers how many are accepted by it.
fn unite_states(db: &Connection) -> Result<u64, StoreError> {
    let mut weightier = db.prepare_cached(concat!(
        "SELECT o.service, o.report, b.state, b.reason
         FROM temp.merge_report m JOIN other.outbox b ON b.report = m.theirs
           JOIN temp.merge_service t ON t.theirs = b.service
           JOIN main.outbox o ON o.service = t.ours AND o.report = m.ours
         WHERE NOT m.new AND ",
        weight!("b.state"),
        " > ",
        weight!("o.state")
    ))?;
    let rows = weightier.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let rows = rows.collect::<Result<Vec<(i64, i64, i64, Option<String>)>, _>>()?;
    let mut set = db.prepare_cached(
        "UPDATE main.outbox SET state = ?3, reason = ?4, batch = NULL WHERE service = ?1 AND report = ?2",
    )?;
    let mut accepted = 0;
    for (service, report, state, reason) in rows {
        set.execute(params![service, report, state, reason])?;
        accepted += u64::from(state == 1);
    }
    Ok(accepted)
}

/// Takes over which reports services had taken that were deleted since, as few ranges as will do.
fn unite_pruned(db: &Connection) -> Result<(), StoreError> {
    let mut select = db.prepare(
        "SELECT service, origin, first, last FROM main.pruned
         UNION ALL
         SELECT s.ours, o.ours, p.first, p.last FROM other.pruned p
           JOIN temp.merge_service s ON s.theirs = p.service JOIN temp.merge_origin o ON o.theirs = p.origin
         ORDER BY 1, 2, 3",
    )?;
    let mut united: Vec<[i64; 4]> = Vec::new();
    for range in select.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))? {
        let range: [i64; 4] = range?;
        match united.last_mut() {
            Some(last) if last[..2] == range[..2] && range[2] <= last[3] + 1 => last[3] = last[3].max(range[3]),
            _ => united.push(range),
        }
    }
    db.execute("DELETE FROM main.pruned", [])?;
    let mut insert = db.prepare("INSERT INTO main.pruned (service, origin, first, last) VALUES (?, ?, ?, ?)")?;
    for range in united {
        insert.execute(range)?;
    }
    Ok(())
}

/// Marks as accepted what waits here though a service had taken it before it was deleted elsewhere.
fn mark_pruned(db: &Connection) -> Result<u64, StoreError> {
    let own = db.execute(
        "UPDATE main.outbox AS o SET state = 1, reason = NULL, batch = NULL
         WHERE state != 1 AND EXISTS (
           SELECT 1 FROM main.pruned p JOIN main.report r ON r.id = o.report
           WHERE p.service = o.service AND p.origin = r.origin AND coalesce(r.number, r.id) BETWEEN p.first AND p.last)",
        [],
    )?;
    Ok(own as u64)
}
