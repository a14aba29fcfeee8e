//! The ledger: what each origin added to it, in its newest state; days, clocks, countries.
//!
//! Nothing is worked out from reports. Of one origin's part the greater of two states is the newer, as its numbers only grow.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row, params};

use super::super::StoreError;
use super::super::ledger::{Sums, change_row, renumber_streaks, unite_clock};
use super::claims::{Claims, PartName, PartRow};
use super::sources::Sources;
use crate::ledger::Day;

/// Kind of the ledger's rows whose key is a trip, and so another number in every database.
const TRIP: i64 = 4;

const PARTS: &str =
    "SELECT id, origin, day, trip, area, country, reports, sightings, wifi, cells, beacons, ground, again,
                            distance, took, rule FROM ";

/// Brings the other's ledger in, but for what was new to both.
pub(super) fn merge(db: &Connection, sources: &Sources) -> Result<Claims, StoreError> {
    shape_rows(db, sources)?;
    unite_days(db, sources)?;
    let mut base = BTreeMap::new();
    merge_base(db, sources, &mut base)?;
    for ((kind, key), more) in base {
        change_row(db, kind, key, &more)?;
    }
    merge_parts(db, sources)
}

/// Makes the rows that are not here, empty, and tells them when and where they began and ended.
fn shape_rows(db: &Connection, sources: &Sources) -> Result<(), StoreError> {
    let mut theirs = db.prepare("SELECT kind, key, first_day, last_day, country, rule FROM other.ledger")?;
    // The country of whichever began first; of two that began on one day any, but the same whichever way round.
    let mut upsert = db.prepare(
        "INSERT INTO main.ledger (kind, key, points, reports, sightings, wifi, cells, beacons, ground, again, distance, took,
                                  days, accepted, first_day, last_day, country, rule)
         VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET
           country = CASE WHEN excluded.first_day < first_day THEN coalesce(excluded.country, country)
                          WHEN excluded.first_day > first_day THEN coalesce(country, excluded.country)
                          ELSE coalesce(min(country, excluded.country), country, excluded.country) END,
           first_day = min(first_day, excluded.first_day), last_day = max(last_day, excluded.last_day),
           rule = max(rule, excluded.rule)",
    )?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, key) = (row.get(0)?, row.get(1)?);
        if let Some(key) = our_key(sources, kind, key) {
            upsert.execute(params![
                kind,
                key,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, Option<String>>(4)?,
                row.get::<_, i64>(5)?
            ])?;
        }
    }
    Ok(())
}

fn our_key(sources: &Sources, kind: i64, key: i64) -> Option<i64> {
    if kind == TRIP { sources.trips.get(&key).copied() } else { Some(key) }
}

/// Days that are different, and the clocks on them.
fn unite_days(db: &Connection, sources: &Sources) -> Result<(), StoreError> {
    let mut touched = db.prepare("SELECT kind, key, day FROM other.ledger_touched")?;
    let mut insert = db.prepare("INSERT OR IGNORE INTO main.ledger_touched (kind, key, day) VALUES (?, ?, ?)")?;
    let mut rows = touched.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, key) = (row.get(0)?, row.get(1)?);
        if let Some(key) = our_key(sources, kind, key) {
            insert.execute([kind, key, row.get(2)?])?;
        }
    }
    // Rows that are older than the list of days have more days than it tells.
    db.execute(
        "UPDATE main.ledger SET days = max(days, (SELECT count(*) FROM main.ledger_touched t
                                                  WHERE t.kind = ledger.kind AND t.key = ledger.key))",
        [],
    )?;
    let mut clocks =
        db.prepare("SELECT day, first_utc, first_offset, last_utc, last_offset, streak FROM other.ledger_clock")?;
    let mut rows = clocks.query([])?;
    while let Some(row) = rows.next()? {
        unite_clock(db, row)?;
    }
    renumber_streaks(db)
}

/// What was in the ledgers before parts were kept.
fn merge_base(db: &Connection, sources: &Sources, more: &mut BTreeMap<(i64, i64), Sums>) -> Result<(), StoreError> {
    const COLUMNS: &str = "reports, sightings, wifi, cells, beacons, ground, again, distance, took";
    let mut theirs = db.prepare(&format!("SELECT {COLUMNS}, origin, kind, key FROM other.ledger_base"))?;
    let mut ours =
        db.prepare(&format!("SELECT {COLUMNS} FROM main.ledger_base WHERE origin = ? AND kind = ? AND key = ?"))?;
    let mut write = db.prepare(&format!(
        "INSERT OR REPLACE INTO main.ledger_base ({COLUMNS}, origin, kind, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ))?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (origin, kind, key): (i64, i64, i64) = (row.get(9)?, row.get(10)?, row.get(11)?);
        let (Some(&origin), Some(key)) = (sources.origins.get(&origin), our_key(sources, kind, key)) else { continue };
        let there = sums(row, 0)?;
        let mut found = ours.query([origin, kind, key])?;
        let here = found.next()?.map_or(Ok(Sums::default()), |row| sums(row, 0))?;
        let grown = here.up_to(&there);
        if grown == Sums::default() {
            continue;
        }
        more.entry((kind, key)).or_default().add(&grown);
        let mut newest = here;
        newest.add(&grown);
        let [a, b, c, d, e, f, g, h, i] = newest.columns();
        write.execute([a, b, c, d, e, f, g, h, i, origin, kind, key])?;
    }
    Ok(())
}

/// What each origin added since.
fn merge_parts(db: &Connection, sources: &Sources) -> Result<Claims, StoreError> {
    let mut claims =
        Claims { parts: HashMap::new(), ours: HashMap::new(), changed: BTreeMap::new(), files: BTreeMap::new() };
    let mut here: HashMap<PartName, (i64, Sums, i64)> = HashMap::new();
    let mut select = db.prepare(&format!("{PARTS} main.ledger_part"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, trip): (i64, i64) = (row.get(0)?, row.get(3)?);
        let part = PartRow { name: name_of(sources, row, row.get(1)?, trip)?, trip };
        if sources.is_file(row.get(1)?) {
            claims.files.insert(id, Sums::default());
        }
        here.insert(part.name.clone(), (id, sums(row, 6)?, row.get(15)?));
        claims.parts.insert(id, part);
    }
    let mut insert = db.prepare(
        "INSERT INTO main.ledger_part (origin, day, trip, area, country, reports, sightings, wifi, cells, beacons, ground,
                                       again, distance, took, rule)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut update = db.prepare(
        "UPDATE main.ledger_part SET reports = ?, sightings = ?, wifi = ?, cells = ?, beacons = ?, ground = ?, again = ?,
                distance = ?, took = ?, rule = ? WHERE id = ?",
    )?;
    let mut theirs = db.prepare(&format!("{PARTS} other.ledger_part"))?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (id, trip): (i64, i64) = (row.get(0)?, row.get(3)?);
        let Some(&origin) = sources.origins.get(&row.get(1)?) else { continue };
        let trip = sources.trips.get(&trip).copied().unwrap_or(0);
        let name = name_of(sources, row, origin, trip)?;
        let (there, rule): (Sums, i64) = (sums(row, 6)?, row.get(15)?);
        let (ours, grown) = if let Some((ours, known, known_rule)) = here.get(&name) {
            let mut grown = known.up_to(&there);
            if claims.files.contains_key(ours) {
                grown = grown.unclaimed();
            }
            if grown != Sums::default() {
                let mut newest = *known;
                newest.add(&grown);
                let [a, b, c, d, e, f, g, h, i] = newest.columns();
                update.execute([a, b, c, d, e, f, g, h, i, rule.max(*known_rule), *ours])?;
            }
            (*ours, grown)
        } else {
            let [a, b, c, d, e, f, g, h, i] = there.columns();
            let key = params![origin, name.day, trip, name.area, name.country, a, b, c, d, e, f, g, h, i, rule];
            insert.execute(key)?;
            let ours = db.last_insert_rowid();
            claims.parts.insert(ours, PartRow { name, trip });
            (ours, there)
        };
        claims.ours.insert(id, ours);
        if grown != Sums::default() {
            claims.changed.entry(ours).or_default().add(&grown);
        }
    }
    Ok(claims)
}

fn name_of(sources: &Sources, row: &Row<'_>, origin: i64, trip: i64) -> Result<PartName, StoreError> {
    let name = |origin: i64| sources.names.get(&origin).cloned().unwrap_or_default();
    let (trip_origin, number) = sources.trip_names.get(&trip).copied().unwrap_or((0, 0));
    let trip = if number == 0 { (Vec::new(), 0) } else { (name(trip_origin), number) };
    Ok(PartName {
        // Held as wherever a day is read, or what is written twice would be two.
        day: Day::new(row.get(2)?).number(),
        origin: name(origin),
        trip,
        area: row.get(4)?,
        country: row.get(5)?,
    })
}

fn sums(row: &Row<'_>, at: usize) -> Result<Sums, StoreError> {
    let mut columns = [0; 9];
    for (i, column) in columns.iter_mut().enumerate() {
        *column = row.get(at + i)?;
    }
    Ok(Sums::of(columns))
}
