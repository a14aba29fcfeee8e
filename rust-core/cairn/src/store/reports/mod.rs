//! Trips, reports and sightings: written by ingest, read for upload and export.

mod insert;
mod row;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, origin};
use crate::exchange::SourceId;
use crate::model::{EmitterKey, Fix, LatLng, Millis, Report, ReportId, TripId};

pub(crate) use insert::Inserter;
pub(super) use row::read_cell;
use row::{read_fix, read_sighting};

/// The number of the next trip.
pub(crate) fn next_trip(db: &Connection) -> Result<TripId, StoreError> {
    Ok(TripId(db.query_row(
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'trip'",
        [],
        |row| row.get(0),
    )?))
}

/// Opens a trip under a number from [`next_trip`] on. What stands in a file is the same on every phone: the first trip of it
/// belongs to the file.
pub(crate) fn begin_trip(db: &Connection, trip: TripId, utc: Millis, file: Option<SourceId>) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO trip (id, started) VALUES (?, ?)")?.execute([trip.0, utc.0])?;
    if let Some(file) = file {
        let origin = origin::of_file(db, file)?;
        db.prepare_cached(
            "UPDATE trip SET origin = ?2, number = 1
             WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM trip WHERE origin = ?2 AND number = 1)",
        )?
        .execute([trip.0, origin])?;
    }
    Ok(())
}

/// Closes a trip.
pub(crate) fn end_trip(db: &Connection, trip: TripId, utc: Millis) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE trip SET ended = max(started, ?2) WHERE id = ?1")?.execute([trip.0, utc.0])?;
    Ok(())
}

/// Closes trips that a death of the process left open, at their last report.
pub(crate) fn close_open_trips(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "UPDATE trip SET ended = coalesce((SELECT max(utc) FROM report WHERE trip = trip.id), started) WHERE ended IS NULL",
        [],
    )?;
    Ok(())
}

/// The fix of a stored report; none where it has been pruned.
pub(crate) fn read_fix_of(db: &Connection, id: ReportId) -> Result<Option<Fix>, StoreError> {
    db.prepare_cached(
        "SELECT utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading, pressure, source
             FROM report WHERE id = ?",
    )?
    .query_row([id.0], |row| Ok(read_fix(row)))
    .optional()?
    .transpose()
}

/// One stored report; none where it has been pruned.
pub(crate) fn read(db: &Connection, id: ReportId) -> Result<Option<Report>, StoreError> {
    let Some(fix) = read_fix_of(db, id)? else { return Ok(None) };
    let mut select = db.prepare_cached(
        "SELECT s.emitter, s.age, s.signal, s.ssid, s.frequency, s.format, s.serving, s.asu, s.advance, s.physical, s.arfcn,
                c.radio, c.mcc, c.mnc, c.area, c.cell
         FROM sighting s LEFT JOIN cell c ON c.emitter = s.emitter WHERE s.report = ?",
    )?;
    let mut rows = select.query([id.0])?;
    let mut sightings = Vec::new();
    while let Some(row) = rows.next()? {
        sightings.push(read_sighting(row, fix.place)?);
    }
    Ok(Some(Report { fix, sightings }))
}

/// The reports after `after`, oldest first, with their trips, at most `limit`: for reading all of them in bounded memory.
pub(crate) fn page(db: &Connection, after: ReportId, limit: u32) -> Result<Vec<(ReportId, TripId)>, StoreError> {
    let mut select = db.prepare_cached("SELECT id, trip FROM report WHERE id > ? ORDER BY id LIMIT ?")?;
    let rows = select.query_map([after.0, i64::from(limit)], |row| Ok((ReportId(row.get(0)?), TripId(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What reports are looked for, as far as the database can tell without reading them whole.
pub(crate) struct Sought {
    /// Only what some service refused.
    pub quarantined: bool,
    /// From this moment on, before that one.
    pub time: std::ops::Range<i64>,
    /// Of this trip.
    pub trip: Option<TripId>,
    /// Between these latitudes, 1e-7 degree.
    pub lat: std::ops::RangeInclusive<i32>,
}

/// The reports after `after` that are sought, oldest first, with their trips, at most `limit`.
pub(crate) fn sought_page(
    db: &Connection,
    sought: &Sought,
    after: ReportId,
    limit: u32,
) -> Result<Vec<(ReportId, TripId)>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT id, trip FROM report
         WHERE id > ?1 AND utc >= ?2 AND utc < ?3 AND lat BETWEEN ?4 AND ?5 AND (?6 IS NULL OR trip = ?6)
           AND (NOT ?7 OR id IN (SELECT report FROM outbox WHERE state = 2 AND report > ?1))
         ORDER BY id LIMIT ?8",
    )?;
    let rows = select.query_map(
        params![
            after.0,
            sought.time.start,
            sought.time.end,
            sought.lat.start(),
            sought.lat.end(),
            sought.trip.map(|t| t.0),
            sought.quarantined,
            limit
        ],
        |row| Ok((ReportId(row.get(0)?), TripId(row.get(1)?))),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where the reports after `after` were, oldest first, at most `limit`.
pub(crate) fn places(db: &Connection, after: ReportId, limit: u32) -> Result<Vec<(ReportId, LatLng)>, StoreError> {
    let mut select = db.prepare_cached("SELECT id, lat, lon FROM report WHERE id > ? ORDER BY id LIMIT ?")?;
    let mut rows = select.query([after.0, i64::from(limit)])?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        let place =
            LatLng::from_e7(row.get(1)?, row.get(2)?).map_err(|_| StoreError::Value("report.lat, report.lon"))?;
        places.push((ReportId(row.get(0)?), place));
    }
    Ok(places)
}

/// Deletes one sighting of a report.
pub(super) fn delete_sighting(db: &Connection, id: ReportId, emitter: EmitterKey) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM sighting WHERE report = ? AND emitter = ?")?.execute([id.0, emitter.to_i64()])?;
    Ok(())
}

/// Deletes a report and its sightings.
pub(crate) fn delete(db: &Connection, id: ReportId) -> Result<(), StoreError> {
    let sightings = db.prepare_cached("DELETE FROM sighting WHERE report = ?")?.execute([id.0])?;
    let reports = db.prepare_cached("DELETE FROM report WHERE id = ?")?.execute([id.0])?;
    note_stored(db, -(reports as i64), -(sightings as i64))
}

/// Notes that so many rows more are stored, or fewer where negative.
fn note_stored(db: &Connection, reports: i64, sightings: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE stored SET reports = reports + ?1, sightings = sightings + ?2")?
        .execute([reports, sightings])?;
    Ok(())
}

/// Bytes of the database, its free pages not counted.
pub(crate) fn bytes(db: &Connection) -> Result<u64, StoreError> {
    let pragma = |name| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    Ok(((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?) as u64)
}

/// How many reports and sightings are stored.
pub(crate) fn count(db: &Connection) -> Result<(u64, u64), StoreError> {
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
    Ok(db.prepare_cached("SELECT reports, sightings FROM stored")?.query_row([], read)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::{BeaconFormat, CellKey, Dbm, Detail, Mac, Metres, Radio, Sighting, Ssid, WifiStandard};

    /// A report with one sighting of each kind, every column in use.
    pub(crate) fn full_report() -> Report {
        let place = LatLng::new(60.169_912_3, 24.938_456_7).unwrap();
        let mac = Mac::from_u64(0x001a_2b3c_4d5e).unwrap();
        let mut fix = Fix::gnss(Millis(0), Millis(1_767_225_600_123), place, Metres(4.25));
        fix.utc_offset_min = Some(120);
        fix.altitude = Some(Metres(31.5));
        fix.altitude_accuracy = Some(Metres(2.0));
        fix.speed = Some(1.25);
        fix.heading = Some(87.5);
        fix.pressure = Some(1013.25);
        let sighting = |age, signal, detail| Sighting { age: Millis(age), place, signal: Some(Dbm(signal)), detail };
        Report {
            fix,
            sightings: vec![
                sighting(
                    -350,
                    -61,
                    Detail::Wifi {
                        mac,
                        ssid: Ssid::new(*b"Cafe"),
                        frequency_mhz: Some(5180),
                        standard: Some(WifiStandard::Ax),
                    },
                ),
                sighting(120, -80, Detail::Beacon { mac, format: Some(BeaconFormat::Eddystone) }),
                sighting(
                    900,
                    -95,
                    Detail::Cell {
                        key: CellKey::new(Radio::Lte, 244, 5, 4711, 12_345_678).unwrap(),
                        serving: true,
                        asu: Some(45),
                        timing_advance: Some(3),
                        physical: Some(123),
                        arfcn: Some(1300),
                    },
                ),
            ],
        }
    }

    #[test]
    fn what_is_stored_comes_back_as_it_was() {
        let mut db = Connection::open_in_memory().unwrap();
        crate::store::migrate::migrate(&mut db).unwrap();
        let trip = next_trip(&db).unwrap();
        begin_trip(&db, trip, Millis(5), None).unwrap();
        let report = full_report();
        let mut inserter = Inserter::new(&db).unwrap();
        let id = inserter.insert(trip, &report).unwrap();
        inserter.finish().unwrap();
        assert_eq!(read(&db, id).unwrap(), Some(report));
        assert_eq!(page(&db, ReportId(0), 10).unwrap(), [(id, trip)]);
        assert_eq!(count(&db).unwrap(), (1, 3));
        delete(&db, id).unwrap();
        assert_eq!((read(&db, id).unwrap(), count(&db).unwrap()), (None, (0, 0)));
        assert!(Inserter::new(&db).unwrap().insert(trip, &full_report()).unwrap() > id, "a number is never used again");
    }

    #[test]
    fn a_trip_that_a_death_left_open_ends_at_its_last_report() {
        let mut db = Connection::open_in_memory().unwrap();
        crate::store::migrate::migrate(&mut db).unwrap();
        let trip = next_trip(&db).unwrap();
        begin_trip(&db, trip, Millis(5), None).unwrap();
        let report = full_report();
        Inserter::new(&db).unwrap().insert(trip, &report).unwrap();
        close_open_trips(&db).unwrap();
        let ended: i64 = db.query_row("SELECT ended FROM trip", [], |row| row.get(0)).unwrap();
        assert_eq!(ended, report.fix.utc.0);
    }
}
