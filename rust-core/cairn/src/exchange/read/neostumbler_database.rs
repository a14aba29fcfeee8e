//! `NeoStumbler`'s database, as its backup holds it: reports with their positions and what was heard. Its versions differ in what
//! two tables are called and in which columns there are: schemas/exchange/neostumbler.md.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::Item;
use super::database::{Found, Tables, has_column, is_table, trace_of};
use super::fields::{beacon_format, frequency, radio, signal, standard, whole};
use crate::exchange::{BadRow, Row, when};
use crate::model::{
    CellIdentity, Fix, FixSource, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis, Scan, Ssid,
};

/// Entries of one report: more than any phone hears in one place.
const MAX_ENTRIES: u32 = 1_000;

/// The names that a table may have: newer first.
const POSITION: [&str; 2] = ["PositionEntity", "Position"];
const WIFI: [&str; 2] = ["WifiAccessPointEntity", "WifiAccessPoint"];
const CELL: [&str; 2] = ["CellTowerEntity", "CellTower"];
const BEACON: [&str; 2] = ["BluetoothBeaconEntity", "BluetoothBeacon"];

/// Tables whose rows cannot be found by their report but by looking at all of them.
pub(super) fn without_index(db: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut slow = Vec::new();
    for table in [POSITION, WIFI, CELL, BEACON].into_iter().flatten() {
        if is_table(db, table)? && has_column(db, table, "reportId")? {
            let mut select = db.prepare(
                "SELECT 1 FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) c
                 WHERE c.seqno = 0 AND c.name = 'reportId' AND NOT l.partial",
            )?;
            if !select.exists([table])? {
                slow.push(table);
            }
        }
    }
    Ok(slow)
}

/// The queries that this version's tables take.
pub(super) struct Reports {
    report: String,
    trace: String,
    wifi: String,
    cells: String,
    beacons: String,
}

impl Reports {
    /// The queries for a database of `NeoStumbler`'s; none where it is another program's.
    pub fn of(db: &Connection) -> rusqlite::Result<Option<Self>> {
        let named = |names: [&'static str; 2]| -> rusqlite::Result<Option<&'static str>> {
            for name in names {
                if is_table(db, name)? {
                    return Ok(Some(name));
                }
            }
            Ok(None)
        };
        let (Some(report), Some(position)) = (named(["Report", "ReportEntity"])?, named(POSITION)?) else {
            return Ok(None);
        };
        let (Some(wifi), Some(cell), Some(beacon)) = (named(WIFI)?, named(CELL)?, named(BEACON)?) else {
            return Ok(None);
        };
        // A column that a version has not got reads as nothing.
        let column = |table: &str, name: &'static str| -> rusqlite::Result<&'static str> {
            Ok(if has_column(db, table, name)? { name } else { "NULL" })
        };
        let (arfcn, kind) = (column(cell, "arfcn")?, column(beacon, "beaconType")?);
        // CROSS: report by report, as they are numbered. Otherwise SQLite may sort all that is left for each of them.
        let of_report = format!("FROM {report} r CROSS JOIN {position} p ON p.reportId = r.id");
        Ok(Some(Self {
            report: format!(
                "SELECT r.id, r.timestamp, p.latitude, p.longitude, p.accuracy, p.age, p.altitude, p.altitudeAccuracy,
                        p.heading, p.pressure, p.speed, p.source
                 {of_report} WHERE r.id > ? ORDER BY r.id LIMIT 1"
            ),
            trace: format!("SELECT r.timestamp, p.latitude, p.longitude {of_report} WHERE r.id = ?"),
            wifi: format!(
                "SELECT macAddress, ssid, age, signalStrength, frequency, channel, radioType
                 FROM {wifi} WHERE reportId = ? ORDER BY id LIMIT {MAX_ENTRIES}"
            ),
            cells: format!(
                "SELECT radioType, mobileCountryCode, mobileNetworkCode, locationAreaCode, cellId, age, asu,
                        primaryScramblingCode, serving, signalStrength, timingAdvance, {arfcn}
                 FROM {cell} WHERE reportId = ? ORDER BY id LIMIT {MAX_ENTRIES}"
            ),
            beacons: format!(
                "SELECT macAddress, age, signalStrength, {kind}
                 FROM {beacon} WHERE reportId = ? ORDER BY id LIMIT {MAX_ENTRIES}"
            ),
        }))
    }

    fn scan(&self, db: &Connection, id: i64, fix_age: f64) -> rusqlite::Result<Scan> {
        let mut scan = Scan::default();
        let heard = |age: Option<f64>| Millis(0) - Millis((age.unwrap_or(fix_age) - fix_age) as i64);
        let mut select = db.prepare_cached(&self.wifi)?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            let Some(mac) = text(row, 0)?.and_then(|t| Mac::parse(&t).ok()) else {
                scan.unreadable += 1;
                continue;
            };
            let stated = number(row, 4)?.and_then(whole::<u16>).filter(|f| *f > 0);
            let channel = number(row, 5)?.and_then(whole);
            scan.wifi.push(HeardWifi {
                mono: heard(number(row, 2)?),
                mac,
                ssid: Ssid::new(text(row, 1)?.unwrap_or_default()),
                signal: signal(number(row, 3)?),
                frequency_mhz: stated.or_else(|| frequency(channel?)),
                standard: text(row, 6)?.and_then(|t| standard(&t)),
            });
        }
        let mut select = db.prepare_cached(&self.cells)?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            let Some(Ok(radio)) = text(row, 0)?.map(|t| radio(&t)) else {
                scan.unreadable += 1;
                continue;
            };
            scan.cells.push(HeardCell {
                mono: heard(number(row, 5)?),
                identity: CellIdentity {
                    radio,
                    mcc: number(row, 1)?.and_then(whole),
                    mnc: number(row, 2)?.and_then(whole),
                    area: number(row, 3)?.and_then(whole),
                    cell: number(row, 4)?.and_then(whole),
                },
                serving: number(row, 8)?.is_some_and(|s| s > 0.0),
                signal: signal(number(row, 9)?),
                asu: number(row, 6)?.and_then(whole),
                timing_advance: number(row, 10)?.and_then(whole),
                physical: number(row, 7)?.and_then(whole),
                arfcn: number(row, 11)?.and_then(whole),
            });
        }
        let mut select = db.prepare_cached(&self.beacons)?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            match text(row, 0)?.and_then(|t| Mac::parse(&t).ok()) {
                None => scan.unreadable += 1,
                Some(mac) => scan.beacons.push(HeardBeacon {
                    mono: heard(number(row, 1)?),
                    mac,
                    signal: signal(number(row, 2)?),
                    format: number(row, 3)?.and_then(whole).and_then(beacon_format),
                }),
            }
        }
        Ok(scan)
    }
}

impl Tables for Reports {
    fn next(&mut self, db: &Connection, after: i64, now: Millis) -> rusqlite::Result<Option<Found>> {
        let mut select = db.prepare_cached(&self.report)?;
        let mut rows = select.query([after])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let id: i64 = row.get(0)?;
        let numbers = [1, 2, 3].map(|i| number(row, i).ok().flatten());
        let trace = trace_of(&numbers.map(Option::unwrap_or_default));
        let item = match fix(row, now)? {
            Err(why) => Item::Bad(why, id as u64),
            Ok((fix, fix_age)) => Item::Row(Row { fix, scan: self.scan(db, id, fix_age)? }),
        };
        Ok(Some(Found { id, item, trace }))
    }

    fn trace(&self, db: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
        db.prepare_cached(&self.trace)?
            .query_row([id], |row| Ok(trace_of(&[0, 1, 2].map(|i| number(row, i).ok().flatten().unwrap_or_default()))))
            .optional()
    }

    fn last(&self, db: &Connection) -> rusqlite::Result<i64> {
        let from =
            self.report.split_once("FROM").map_or("", |(_, rest)| rest.split_once("WHERE").map_or("", |(f, _)| f));
        db.query_row(&format!("SELECT ifnull(max(r.id), 0) FROM {from}"), [], |row| row.get(0))
    }
}

/// The fix of a report, and its age.
fn fix(row: &SqlRow<'_>, now: Millis) -> rusqlite::Result<Result<(Fix, f64), BadRow>> {
    let Some((lat, lon)) = number(row, 2)?.zip(number(row, 3)?) else { return Ok(Err(BadRow::Position)) };
    let Ok(place) = LatLng::new(lat, lon) else { return Ok(Err(BadRow::Position)) };
    let Some(timestamp) = number(row, 1)? else { return Ok(Err(BadRow::Time)) };
    let age = number(row, 5)?.unwrap_or(0.0);
    let utc = match when::plausible(Millis((timestamp - age) as i64), now) {
        Ok(utc) => utc,
        Err(why) => return Ok(Err(why)),
    };
    let fix = Fix {
        accuracy: number(row, 4)?.filter(|a| *a > 0.0).map(Metres),
        altitude: number(row, 6)?.map(Metres),
        altitude_accuracy: number(row, 7)?.filter(|a| *a >= 0.0).map(Metres),
        heading: number(row, 8)?.filter(|h| (0.0..=360.0).contains(h)),
        pressure: number(row, 9)?.filter(|p| *p > 0.0),
        speed: number(row, 10)?.filter(|s| *s >= 0.0),
        source: match text(row, 11)?.as_deref() {
            Some(s) if s.eq_ignore_ascii_case("fused") => FixSource::Fused,
            _ => FixSource::Gnss,
        },
        ..Fix::gnss(Millis(0), utc, place, Metres(0.0))
    };
    Ok(Ok((fix, age)))
}

/// A number, be it that a version wrote it as text; none for what is no number.
pub(super) fn number(row: &SqlRow<'_>, index: usize) -> rusqlite::Result<Option<f64>> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(index)? {
        ValueRef::Integer(n) => Some(n as f64),
        ValueRef::Real(n) => Some(n),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|t| t.trim().parse().ok()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
    .filter(|n: &f64| n.is_finite()))
}

/// A text; none for what is none.
pub(super) fn text(row: &SqlRow<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(row.get_ref(index)?.as_str_or_null().ok().flatten().map(str::to_owned))
}
