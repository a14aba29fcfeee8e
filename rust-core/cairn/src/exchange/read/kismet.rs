//! Kismet's database log: packets, each with the place where it was heard. Packets of one second make one row; only access
//! points' and Bluetooth devices' count, not those of people's phones and laptops. The tables: schemas/exchange/kismet.md.

use std::collections::{HashMap, VecDeque};

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};
use serde::Deserialize;

use super::Item;
use super::database::{Found, Tables, trace_of};
use super::fields::{signal, whole};
use super::neostumbler_database::{number, text};
use crate::exchange::{BadRow, Row, when};
use crate::model::{Fix, HeardBeacon, HeardWifi, LatLng, Mac, Metres, Millis, Scan, Ssid};

/// Packets read at once: what waits in memory.
const PAGE: u32 = 500;

/// Entries of one row: more than any radio hears in one second.
const MAX_ENTRIES: usize = 1_000;

/// Devices remembered: a city's, some megabytes.
const MAX_DEVICES: usize = 50_000;

/// Before this version of the database, degrees are whole numbers of 1e-5.
const DEGREES_SINCE: i64 = 5;

const KMH_PER_MS: f64 = 3.6;

pub(super) struct Kismet {
    per_degree: f64,
    /// Packets that have been read and not handed out.
    page: VecDeque<Packet>,
    /// What devices are, by address.
    devices: HashMap<Mac, Device>,
}

/// One packet of something heard.
struct Packet {
    id: i64,
    second: i64,
    phy: String,
    mac: Option<Mac>,
    frequency: Option<f64>,
    lat: f64,
    lon: f64,
    alt: Option<f64>,
    /// km/h.
    speed: Option<f64>,
    heading: Option<f64>,
    signal: Option<f64>,
}

/// What a device is, as far as it matters.
#[derive(Clone)]
enum Device {
    AccessPoint(Ssid),
    Bluetooth,
    /// Somebody's own.
    Other,
}

impl Kismet {
    pub fn of(db: &Connection) -> rusqlite::Result<Self> {
        let version: i64 =
            db.query_row("SELECT db_version FROM KISMET LIMIT 1", [], |row| row.get(0)).optional()?.unwrap_or(0);
        let per_degree = if version < DEGREES_SINCE { 1e5 } else { 1.0 };
        Ok(Self { per_degree, page: VecDeque::new(), devices: HashMap::new() })
    }

    /// The next packet beyond a number, without taking it.
    fn peek(&mut self, db: &Connection, after: i64) -> rusqlite::Result<Option<&Packet>> {
        while self.page.front().is_some_and(|p| p.id <= after) {
            self.page.pop_front();
        }
        if self.page.is_empty() {
            let mut select = db.prepare_cached(
                "SELECT rowid, ts_sec, phyname, sourcemac, frequency, lat, lon, alt, speed, heading, signal
                 FROM packets WHERE rowid > ? AND ifnull(error, 0) = 0 ORDER BY rowid LIMIT ?",
            )?;
            let mut rows = select.query([after, i64::from(PAGE)])?;
            while let Some(row) = rows.next()? {
                let packet = packet(row, self.per_degree)?;
                self.page.push_back(packet);
            }
        }
        Ok(self.page.front())
    }

    fn device(&mut self, db: &Connection, mac: Mac, phy: &str) -> rusqlite::Result<Device> {
        if let Some(device) = self.devices.get(&mac) {
            return Ok(device.clone());
        }
        // Written in capitals; both by equality, so that the table's index serves.
        let mut select =
            db.prepare_cached("SELECT type, device FROM devices WHERE phyname = ? AND devmac IN (?, upper(?2))")?;
        let told: Option<(Option<String>, Option<Vec<u8>>)> = select
            .query_row([phy, &mac.to_wire()], |row| {
                let blob = row.get_ref(1)?.as_bytes_or_null().ok().flatten().map(<[u8]>::to_vec);
                Ok((text(row, 0)?, blob))
            })
            .optional()?;
        let device = match told {
            _ if is_bluetooth(phy) => Device::Bluetooth,
            Some((Some(kind), json)) if kind == "Wi-Fi AP" => {
                Device::AccessPoint(json.and_then(|json| name(&json)).unwrap_or_default())
            }
            _ => Device::Other,
        };
        if self.devices.len() >= MAX_DEVICES {
            self.devices.clear();
        }
        self.devices.insert(mac, device.clone());
        Ok(device)
    }
}

fn is_bluetooth(phy: &str) -> bool {
    matches!(phy, "Bluetooth" | "BTLE")
}

fn packet(row: &SqlRow<'_>, per_degree: f64) -> rusqlite::Result<Packet> {
    Ok(Packet {
        id: row.get(0)?,
        second: number(row, 1)?.and_then(whole).unwrap_or(0),
        phy: text(row, 2)?.unwrap_or_default(),
        mac: text(row, 3)?.and_then(|t| Mac::parse(&t).ok()),
        frequency: number(row, 4)?,
        lat: number(row, 5)?.unwrap_or(0.0) / per_degree,
        lon: number(row, 6)?.unwrap_or(0.0) / per_degree,
        alt: number(row, 7)?,
        speed: number(row, 8)?,
        heading: number(row, 9)?,
        signal: number(row, 10)?,
    })
}

impl Packet {
    /// Where the packet was heard.
    fn fix(&self, now: Millis) -> Result<Fix, BadRow> {
        // The log has no other word for "unknown".
        if self.lat == 0.0 && self.lon == 0.0 {
            return Err(BadRow::NoFix);
        }
        let place = LatLng::new(self.lat, self.lon).map_err(|_| BadRow::Position)?;
        let utc = when::plausible(Millis(self.second.saturating_mul(1_000)), now)?;
        Ok(Fix {
            accuracy: None,
            altitude: self.alt.filter(|a| *a != 0.0).map(Metres),
            speed: self.speed.filter(|s| *s > 0.0).map(|s| s / KMH_PER_MS),
            heading: self.heading.filter(|h| (0.0..=360.0).contains(h) && *h != 0.0),
            ..Fix::gnss(Millis(0), utc, place, Metres(0.0))
        })
    }

    fn trace(&self) -> Vec<u8> {
        trace_of(&[self.second as f64, self.mac.map_or(0.0, |m| m.to_u64() as f64), self.signal.unwrap_or(0.0)])
    }
}

impl Tables for Kismet {
    fn next(&mut self, db: &Connection, after: i64, now: Millis) -> rusqlite::Result<Option<Found>> {
        let Some(first) = self.peek(db, after)? else { return Ok(None) };
        let (second, fix) = (first.second, first.fix(now));
        let (mut id, mut trace) = (after, Vec::new());
        let mut scan = Scan::default();
        while self.peek(db, id)?.is_some_and(|p| p.second == second)
            && scan.wifi.len() + scan.beacons.len() < MAX_ENTRIES
        {
            let Some(packet) = self.page.pop_front() else { break };
            (id, trace) = (packet.id, packet.trace());
            let Some(mac) = packet.mac.filter(|_| fix.is_ok()) else { continue };
            let signal = signal(packet.signal);
            match self.device(db, mac, &packet.phy)? {
                Device::AccessPoint(ssid) => scan.wifi.push(HeardWifi {
                    mono: Millis(0),
                    mac,
                    ssid,
                    signal,
                    // In kHz.
                    frequency_mhz: packet.frequency.and_then(|f| whole((f / 1_000.0).round())),
                    standard: None,
                }),
                Device::Bluetooth => scan.beacons.push(HeardBeacon { mono: Millis(0), mac, signal, format: None }),
                Device::Other => {}
            }
        }
        let item = fix.map_or_else(|why| Item::Bad(why, id as u64), |fix| Item::Row(Row { fix, scan }));
        Ok(Some(Found { id, item, trace }))
    }

    fn rewind(&mut self) {
        self.page.clear();
    }

    fn trace(&self, db: &Connection, id: i64) -> rusqlite::Result<Option<Vec<u8>>> {
        let mut select = db.prepare_cached(
            "SELECT rowid, ts_sec, phyname, sourcemac, frequency, lat, lon, alt, speed, heading, signal
             FROM packets WHERE rowid = ?",
        )?;
        select.query_row([id], |row| Ok(packet(row, self.per_degree)?.trace())).optional()
    }

    fn last(&self, db: &Connection) -> rusqlite::Result<i64> {
        db.query_row("SELECT ifnull(max(rowid), 0) FROM packets", [], |row| row.get(0))
    }
}

/// What Kismet keeps of an access point, as far as it names it; newer versions keep the name in a record of its own.
#[derive(Deserialize)]
struct Kept {
    #[serde(rename = "dot11.device")]
    dot11: Option<Dot11>,
}

#[derive(Deserialize)]
struct Dot11 {
    #[serde(rename = "dot11.device.last_beaconed_ssid")]
    last: Option<String>,
    #[serde(rename = "dot11.device.last_beaconed_ssid_record")]
    record: Option<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "dot11.advertisedssid.ssid")]
    ssid: Option<String>,
}

fn name(json: &[u8]) -> Option<Ssid> {
    let Dot11 { last, record } = serde_json::from_slice::<Kept>(json).ok()?.dot11?;
    Some(Ssid::new(record.and_then(|r| r.ssid).or(last)?))
}
