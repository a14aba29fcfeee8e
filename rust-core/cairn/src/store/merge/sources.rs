//! Who is who: what origins, trips and services of the other database are called here.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::StoreError;
use super::MergeSummary;

/// The other database's numbers, and ours for the same. Services and trips stand in temporary tables, for queries.
pub(super) struct Sources {
    /// Origins. What is the other's own has origin 0 there; what is our own has it here.
    pub origins: HashMap<i64, i64>,
    /// The name of each origin, by our number: an order that all databases agree on.
    pub names: HashMap<i64, Vec<u8>>,
    /// Trips.
    pub trips: HashMap<i64, i64>,
    /// By our number: a trip's origin and its number there.
    pub trip_names: HashMap<i64, (i64, i64)>,
}

impl Sources {
    /// Finds each origin, trip and service here; makes those that are not.
    pub fn map(db: &Connection, summary: &mut MergeSummary) -> Result<Self, StoreError> {
        db.execute_batch(
            "CREATE TEMP TABLE merge_origin (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
             CREATE TEMP TABLE merge_trip (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
             CREATE TEMP TABLE merge_service (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);",
        )?;
        let origins = map_origins(db)?;
        let mut names: HashMap<i64, Vec<u8>> = HashMap::new();
        let mut select = db.prepare("SELECT 0, name FROM main.self UNION ALL SELECT id, name FROM main.origin")?;
        for named in select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (origin, name) = named?;
            names.insert(origin, name);
        }
        let trips = map_trips(db, summary)?;
        map_services(db, summary)?;
        let mut select = db.prepare("SELECT id, origin, coalesce(number, id) FROM main.trip")?;
        let trip_names = select.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        let trip_names = trip_names.collect::<Result<_, _>>()?;
        Ok(Self { origins, names, trips, trip_names })
    }

    /// Whether an origin, by our number, is a file that was imported: then every phone that read it added to it.
    pub fn is_file(&self, origin: i64) -> bool {
        self.names.get(&origin).is_some_and(|name| name.len() == 8)
    }

    /// Removes the temporary tables.
    pub fn forget(db: &Connection) -> Result<(), StoreError> {
        db.execute_batch("DROP TABLE temp.merge_origin; DROP TABLE temp.merge_trip; DROP TABLE temp.merge_service;")?;
        Ok(())
    }
}

fn map_origins(db: &Connection) -> Result<HashMap<i64, i64>, StoreError> {
    db.execute_batch(
        "CREATE TEMP TABLE merge_name AS SELECT 0 AS id, name FROM other.self UNION ALL SELECT id, name FROM other.origin;
         INSERT OR IGNORE INTO main.origin (name)
           SELECT name FROM temp.merge_name WHERE name NOT IN (SELECT name FROM main.self) ORDER BY id;
         INSERT INTO temp.merge_origin (theirs, ours)
           SELECT t.id, coalesce((SELECT 0 FROM main.self s WHERE s.name = t.name),
                                 (SELECT o.id FROM main.origin o WHERE o.name = t.name))
           FROM temp.merge_name t;
         DROP TABLE temp.merge_name;",
    )?;
    pairs(db, "SELECT theirs, ours FROM temp.merge_origin")
}

fn map_trips(db: &Connection, summary: &mut MergeSummary) -> Result<HashMap<i64, i64>, StoreError> {
    let mut theirs = db.prepare(
        "SELECT t.id, o.ours, coalesce(t.number, t.id), t.started, t.ended
         FROM other.trip t JOIN temp.merge_origin o ON o.theirs = t.origin ORDER BY t.id",
    )?;
    let mut own = db.prepare("SELECT id FROM main.trip WHERE id = ? AND origin = 0")?;
    let mut others = db.prepare("SELECT id FROM main.trip WHERE origin = ? AND number = ?")?;
    let mut insert = db.prepare("INSERT INTO main.trip (id, started, ended, origin, number) VALUES (?, ?, ?, ?, ?)")?;
    let mut longer = db.prepare(
        "UPDATE main.trip SET started = min(started, ?2), ended = max(ended, coalesce(?3, ended)) WHERE id = ?1 AND origin > 0",
    )?;
    let mut note = db.prepare("INSERT INTO temp.merge_trip (theirs, ours) VALUES (?, ?)")?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (id, origin, number): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (started, ended): (i64, Option<i64>) = (row.get(3)?, row.get(4)?);
        let known: Option<i64> = if origin == 0 {
            own.query_row([number], |row| row.get(0)).optional()?
        } else {
            others.query_row([origin, number], |row| row.get(0)).optional()?
        };
        let ours = if let Some(ours) = known {
            longer.execute(params![ours, started, ended])?;
            ours
        } else {
            // One that still runs elsewhere ends here with what there is of it.
            let ended = ended.unwrap_or(started);
            if origin == 0 {
                insert.execute(params![number, started, ended, 0, None::<i64>])?;
            } else {
                insert.execute(params![None::<i64>, started, ended, origin, number])?;
            }
            summary.trips += 1;
            db.last_insert_rowid()
        };
        note.execute([id, ours])?;
    }
    db.execute(
        "INSERT OR IGNORE INTO main.kept_trip (trip)
         SELECT t.ours FROM other.kept_trip k JOIN temp.merge_trip t ON t.theirs = k.trip",
        [],
    )?;
    db.execute(
        "INSERT INTO main.import (source, offset, line, tail, trip, format, name)
         SELECT i.source, i.offset, i.line, i.tail, t.ours, i.format, i.name
         FROM other.import i JOIN temp.merge_trip t ON t.theirs = i.trip
         WHERE true
         ON CONFLICT (source) DO UPDATE SET
           offset = excluded.offset, line = excluded.line, tail = excluded.tail, trip = excluded.trip,
           format = excluded.format, name = excluded.name
         WHERE excluded.offset > offset",
        [],
    )?;
    db.execute(
        "INSERT OR IGNORE INTO main.import_mark (source, offset, line, tail)
         SELECT source, offset, line, tail FROM other.import_mark",
        [],
    )?;
    pairs(db, "SELECT theirs, ours FROM temp.merge_trip")
}

/// Services are the same where their address is. One that is not here is offered: it is off, and everything here waits for it
/// from now on, as for any service that is added.
fn map_services(db: &Connection, summary: &mut MergeSummary) -> Result<(), StoreError> {
    let mut new =
        db.prepare("SELECT url FROM other.service WHERE url NOT IN (SELECT url FROM main.service) ORDER BY id")?;
    summary.services = new.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for url in &summary.services {
        db.execute(
            "INSERT INTO main.service (url, api_key, protocol, full_metadata, allow_http, unmetered_only, charging_only,
                                       roaming, enabled)
             SELECT url, api_key, protocol, full_metadata, allow_http, unmetered_only, charging_only, roaming, 0
             FROM other.service WHERE url = ?",
            [url],
        )?;
        let id = db.last_insert_rowid();
        db.execute(
            "INSERT INTO main.outbox (service, report, state, shuffle)
             SELECT ?, id, 0, (random() >> 32) & 4294967295 FROM main.report
             WHERE trip NOT IN (SELECT trip FROM main.kept_trip)",
            [id],
        )?;
    }
    db.execute(
        "INSERT INTO temp.merge_service (theirs, ours)
         SELECT t.id, o.id FROM other.service t JOIN main.service o ON o.url = t.url",
        [],
    )?;
    Ok(())
}

fn pairs(db: &Connection, sql: &str) -> Result<HashMap<i64, i64>, StoreError> {
    let mut select = db.prepare(sql)?;
    Ok(select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}
