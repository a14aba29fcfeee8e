//! Writes reports with their sightings, a group's one after the other.

use rusqlite::{CachedStatement, Connection, params};

use super::note_stored;
use crate::model::{Detail, Fix, Report, ReportId, Sighting, TripId};
use crate::store::{StoreError, origin};

/// Stores reports one after the other: its statements are looked up once for a whole group.
pub(crate) struct Inserter<'a> {
    db: &'a Connection,
    report: CachedStatement<'a>,
    wifi: CachedStatement<'a>,
    cell: CachedStatement<'a>,
    cell_name: CachedStatement<'a>,
    beacon: CachedStatement<'a>,
    named: CachedStatement<'a>,
    /// The trip of the last report, and the file that it belongs to, as an origin.
    file: (TripId, i64),
    reports: i64,
    sightings: i64,
}

impl<'a> Inserter<'a> {
    /// Prepares to store into a database.
    pub(crate) fn new(db: &'a Connection) -> Result<Self, StoreError> {
        Ok(Self {
            db,
            report: db.prepare_cached(
                "INSERT INTO report (trip, utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading,
                                     pressure, source, origin, number)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            wifi: db.prepare_cached(
                "INSERT INTO sighting (report, emitter, age, signal, ssid, frequency, format) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?,
            cell: db.prepare_cached(
                "INSERT INTO sighting (report, emitter, age, signal, serving, asu, advance, physical, arfcn)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?,
            cell_name: db.prepare_cached(
                "INSERT OR IGNORE INTO cell (emitter, radio, mcc, mnc, area, cell) VALUES (?, ?, ?, ?, ?, ?)",
            )?,
            beacon: db
                .prepare_cached("INSERT INTO sighting (report, emitter, age, signal, format) VALUES (?, ?, ?, ?, ?)")?,
            named: db.prepare_cached("SELECT 1 FROM report WHERE origin > 0 AND origin = ? AND number = ?")?,
            file: (TripId(0), 0),
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
        if self.file.0 != trip {
            self.file = (trip, origin::file_of(self.db, trip)?);
        }
        let origin = self.file.1;
        let number = if origin == 0 { None } else { Some(self.number(origin, fix)?) };
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
            origin,
            number,
        ])?;
        let id = ReportId(self.db.last_insert_rowid());
        for sighting in &report.sightings {
            self.insert_sighting(id, sighting)?;
        }
        self.reports += 1;
        self.sightings += report.sightings.len() as i64;
        Ok(id)
    }

    /// A report's number in its file: any phone that reads the file comes to the same, by when and where that was. Of several at
    /// one time and place each next one has the next number.
    fn number(&mut self, origin: i64, fix: &Fix) -> Result<i64, StoreError> {
        let place = fix.place.lat_e7().wrapping_mul(31).wrapping_add(fix.place.lon_e7());
        let mut number = fix.utc.0 << 20 | i64::from(place as u32 >> 16) << 4;
        while self.named.exists([origin, number])? {
            number += 1;
        }
        Ok(number)
    }

    fn insert_sighting(&mut self, report: ReportId, sighting: &Sighting) -> Result<(), StoreError> {
        let emitter = sighting.emitter().to_i64();
        let (age, signal) = (sighting.age.0, sighting.signal.map(|s| s.0));
        match &sighting.detail {
            Detail::Wifi { ssid, frequency_mhz, standard, .. } => {
                let standard = standard.map(|s| s as i64);
                self.wifi.execute(params![report.0, emitter, age, signal, ssid.bytes(), frequency_mhz, standard])?;
            }
            Detail::Cell { key, serving, asu, timing_advance, physical, arfcn } => {
                let (radio, cell) = (key.radio() as i64, key.cell() as i64);
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
                self.beacon.execute(params![report.0, emitter, age, signal, format.map(|f| f as i64)])?;
            }
        }
        Ok(())
    }
}
