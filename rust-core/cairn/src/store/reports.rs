//! Trips, reports and sightings: written by ingest, read for upload and export.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Statement, params};

use super::StoreError;
use crate::model::{
    BeaconFormat, CellKey, Dbm, Detail, EmitterKey, EmitterKind, Fix, FixSource, LatLng, Metres, Millis, Radio, Report,
    ReportId, Sighting, Ssid, TripId, WifiStandard,
};

/// The number of the next trip.
pub(crate) fn next_trip(db: &Connection) -> Result<TripId, StoreError> {
    Ok(TripId(db.query_row(
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'trip'",
        [],
        |row| row.get(0),
    )?))
}

/// Opens a trip under a number from [`next_trip`] on.
pub(crate) fn begin_trip(db: &Connection, trip: TripId, utc: Millis) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO trip (id, started) VALUES (?, ?)")?.execute([trip.0, utc.0])?;
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

/// Access points stored by one statement: most reports keep so many, and what a statement costs besides its rows is shared.
const WIFI_AT_ONCE: usize = 8;

/// Stores reports one after the other: its statements are looked up once for a whole group.
pub(crate) struct Inserter<'a> {
    db: &'a Connection,
    report: CachedStatement<'a>,
    wifi: CachedStatement<'a>,
    wifis: CachedStatement<'a>,
    cell: CachedStatement<'a>,
    cell_name: CachedStatement<'a>,
    beacon: CachedStatement<'a>,
    reports: i64,
    sightings: i64,
}

impl<'a> Inserter<'a> {
    /// Prepares to store into a database.
    pub(crate) fn new(db: &'a Connection) -> Result<Self, StoreError> {
        const WIFI: &str = "INSERT INTO sighting (report, emitter, age, signal, ssid, frequency, format) VALUES ";
        const WIFI_ROW: &str = "(?, ?, ?, ?, ?, ?, ?)";
        Ok(Self {
            db,
            report: db.prepare_cached(
                "INSERT INTO report (trip, utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading,
                                     pressure, source)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            wifi: db.prepare_cached(&format!("{WIFI}{WIFI_ROW}"))?,
            wifis: db.prepare_cached(&format!("{WIFI}{}", [WIFI_ROW; WIFI_AT_ONCE].join(",")))?,
            cell: db.prepare_cached(
                "INSERT INTO sighting (report, emitter, age, signal, serving, asu, advance, physical, arfcn)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            cell_name: db.prepare_cached(
                "INSERT OR IGNORE INTO cell (emitter, radio, mcc, mnc, area, cell) VALUES (?, ?, ?, ?, ?, ?)",
            )?,
            beacon: db
                .prepare_cached("INSERT INTO sighting (report, emitter, age, signal, format) VALUES (?, ?, ?, ?, ?)")?,
            reports: 0,
            sightings: 0,
        })
    }

    /// Ends the work: notes how many rows there are now.
    pub(crate) fn finish(self) -> Result<(), StoreError> {
        note_stored(self.db, self.reports, self.sightings)
    }

    /// Stores a report with its sightings. [`Inserter::finish`] is to follow the last one.
    pub(crate) fn insert(&mut self, trip: TripId, report: &Report) -> Result<ReportId, StoreError> {
        let fix = &report.fix;
        let hundredths = |value: Option<f64>| value.map(|v| (v * 100.0).round() as i64);
        self.report.execute(params![
            trip.0,
            fix.utc.0,
            fix.utc_offset_min,
            fix.place.lat_e7(),
            fix.place.lon_e7(),
            hundredths(fix.accuracy.map(|m| m.0)),
            hundredths(fix.altitude.map(|m| m.0)),
            hundredths(fix.altitude_accuracy.map(|m| m.0)),
            hundredths(fix.speed),
            hundredths(fix.heading),
            hundredths(fix.pressure),
            fix.source as i64,
        ])?;
        let id = ReportId(self.db.last_insert_rowid());
        let mut wifi = report.sightings.iter().filter(|s| matches!(s.detail, Detail::Wifi { .. }));
        let (together, alone) = {
            let n = wifi.clone().count();
            (n / WIFI_AT_ONCE, n % WIFI_AT_ONCE)
        };
        for _ in 0..together {
            bind_wifi(&mut self.wifis, id, wifi.by_ref().take(WIFI_AT_ONCE))?;
            self.wifis.raw_execute()?;
        }
        for sighting in wifi.take(alone) {
            bind_wifi(&mut self.wifi, id, std::iter::once(sighting))?;
            self.wifi.raw_execute()?;
        }
        for sighting in &report.sightings {
            self.insert_other(id, sighting)?;
        }
        self.reports += 1;
        self.sightings += report.sightings.len() as i64;
        Ok(id)
    }

    fn insert_other(&mut self, report: ReportId, sighting: &Sighting) -> Result<(), StoreError> {
        let emitter = || sighting.emitter().to_i64();
        let (age, signal) = (sighting.age.0, sighting.signal.map(|s| s.0));
        match &sighting.detail {
            Detail::Wifi { .. } => {}
            Detail::Cell { key, serving, asu, timing_advance, physical, arfcn } => {
                let (emitter, radio, cell) = (emitter(), key.radio() as i64, key.cell() as i64);
                self.cell_name.execute(params![emitter, radio, key.mcc(), key.mnc(), key.area(), cell])?;
                self.cell.execute(params![
                    report.0,
                    emitter,
                    age,
                    signal,
                    serving,
                    asu,
                    timing_advance,
                    physical,
                    arfcn
                ])?;
            }
            Detail::Beacon { format, .. } => {
                self.beacon.execute(params![report.0, emitter(), age, signal, format.map(|f| f as i64)])?;
            }
        }
        Ok(())
    }
}

/// Binds access points to the rows of an insert, one after the other.
fn bind_wifi<'s>(
    insert: &mut Statement<'_>,
    report: ReportId,
    sightings: impl Iterator<Item = &'s Sighting>,
) -> Result<(), StoreError> {
    let mut at = 1;
    for sighting in sightings {
        let Detail::Wifi { ssid, frequency_mhz, standard, .. } = &sighting.detail else { continue };
        insert.raw_bind_parameter(at, report.0)?;
        insert.raw_bind_parameter(at + 1, sighting.emitter().to_i64())?;
        insert.raw_bind_parameter(at + 2, sighting.age.0)?;
        insert.raw_bind_parameter(at + 3, sighting.signal.map(|s| s.0))?;
        insert.raw_bind_parameter(at + 4, ssid.bytes())?;
        insert.raw_bind_parameter(at + 5, *frequency_mhz)?;
        insert.raw_bind_parameter(at + 6, standard.map(|s| s as i64))?;
        at += 7;
    }
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

fn read_fix(row: &Row<'_>) -> Result<Fix, StoreError> {
    let hundredths = |i| row.get::<_, Option<i64>>(i).map(|v| v.map(|v| v as f64 / 100.0));
    Ok(Fix {
        mono: Millis(0),
        utc: Millis(row.get(0)?),
        utc_offset_min: row.get(1)?,
        place: LatLng::from_e7(row.get(2)?, row.get(3)?).map_err(|_| StoreError::Value("report.lat, report.lon"))?,
        accuracy: hundredths(4)?.map(Metres),
        altitude: hundredths(5)?.map(Metres),
        altitude_accuracy: hundredths(6)?.map(Metres),
        speed: hundredths(7)?,
        heading: hundredths(8)?,
        pressure: hundredths(9)?,
        source: *[FixSource::Gnss, FixSource::Fused, FixSource::Fixed]
            .get(row.get::<_, u32>(10)? as usize)
            .ok_or(StoreError::Value("report.source"))?,
        mock: false,
    })
}

fn read_sighting(row: &Row<'_>, place: LatLng) -> Result<Sighting, StoreError> {
    const STANDARDS: [WifiStandard; 5] =
        [WifiStandard::Legacy, WifiStandard::N, WifiStandard::Ac, WifiStandard::Ax, WifiStandard::Be];
    const FORMATS: [BeaconFormat; 3] = [BeaconFormat::IBeacon, BeaconFormat::AltBeacon, BeaconFormat::Eddystone];
    let emitter = EmitterKey::from_i64(row.get(0)?).ok_or(StoreError::Value("sighting.emitter"))?;
    let format = row.get::<_, Option<u32>>(5)?.map(|f| f as usize);
    let detail = match (emitter.kind(), emitter.mac()) {
        (EmitterKind::Wifi, Some(mac)) => Detail::Wifi {
            mac,
            ssid: Ssid::new(row.get::<_, Option<Vec<u8>>>(3)?.unwrap_or_default()),
            frequency_mhz: row.get(4)?,
            standard: format.and_then(|f| STANDARDS.get(f).copied()),
        },
        (EmitterKind::Beacon, Some(mac)) => {
            Detail::Beacon { mac, format: format.and_then(|f| FORMATS.get(f).copied()) }
        }
        _ => Detail::Cell {
            key: read_cell(row, 11)?,
            serving: row.get::<_, Option<bool>>(6)?.unwrap_or(false),
            asu: row.get(7)?,
            timing_advance: row.get(8)?,
            physical: row.get(9)?,
            arfcn: row.get(10)?,
        },
    };
    Ok(Sighting { age: Millis(row.get(1)?), place, signal: row.get::<_, Option<i16>>(2)?.map(Dbm), detail })
}

/// A cell from five columns in the order of its table.
pub(super) fn read_cell(row: &Row<'_>, at: usize) -> Result<CellKey, StoreError> {
    const RADIOS: [Radio; 4] = [Radio::Gsm, Radio::Wcdma, Radio::Lte, Radio::Nr];
    let unknown = || StoreError::Value("cell");
    let radio = row.get::<_, Option<u32>>(at)?.and_then(|r| RADIOS.get(r as usize).copied()).ok_or_else(unknown)?;
    let cell: i64 = row.get(at + 4)?;
    CellKey::new(radio, row.get(at + 1)?, row.get(at + 2)?, row.get(at + 3)?, cell as u64).map_err(|_| unknown())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::Mac;

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
        super::super::migrate::migrate(&mut db).unwrap();
        let trip = next_trip(&db).unwrap();
        begin_trip(&db, trip, Millis(5)).unwrap();
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
        super::super::migrate::migrate(&mut db).unwrap();
        let trip = next_trip(&db).unwrap();
        begin_trip(&db, trip, Millis(5)).unwrap();
        let report = full_report();
        Inserter::new(&db).unwrap().insert(trip, &report).unwrap();
        close_open_trips(&db).unwrap();
        let ended: i64 = db.query_row("SELECT ended FROM trip", [], |row| row.get(0)).unwrap();
        assert_eq!(ended, report.fix.utc.0);
    }
}
