//! Phones that live, are backed up, copied and merged in any order: nothing is lost, nothing counts twice.

mod cases;
mod files;
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use super::*;
use crate::exchange::{Chunk, Format, Origin, Place, Row, SourceId};
use crate::ledger::{GROUND, Hexagon};
use crate::model::{Dbm, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Ssid};
use crate::outbox::{Answer, Conditions, Protocol, Request, ServiceSettings, Transport, TransportError};

const START: i64 = 1_767_225_600_000;
const DAY: i64 = 86_400_000;

/// A service that takes everything, and remembers the times in what it was sent.
#[derive(Default)]
struct Taker(Mutex<Vec<i64>>);

impl Transport for Taker {
    fn post(&self, request: &Request) -> Result<Answer, TransportError> {
        let mut body = String::new();
        flate2::read::GzDecoder::new(&request.body[..]).read_to_string(&mut body).unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let times = body["items"].as_array().unwrap().iter().map(|item| item["timestamp"].as_i64().unwrap());
        self.0.lock().unwrap().extend(times);
        Ok(Answer { status: 200, retry_after: None, content_type: None, body: vec![] })
    }
}

struct Phone {
    dir: tempfile::TempDir,
    engine: Engine,
    /// What it has lived through or learned from others, by number.
    lived: BTreeSet<usize>,
}

/// What one thing that was lived through adds to the totals.
#[derive(Clone, Debug, Default)]
struct Lived {
    place: Option<u8>,
    day: i64,
    heard: BTreeSet<u64>,
    reports: u64,
    sightings: u64,
    accepted: u64,
    raw: u64,
    kept: u64,
}

fn open(path: &Path) -> Engine {
    let config = Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 7 };
    Engine::open(config).unwrap().engine
}

fn place(n: u8) -> LatLng {
    LocalPlane::around(LatLng::new(60.17, 24.94).unwrap()).to_place(f64::from(n) * 700.0, 0.0)
}

fn service() -> ServiceSettings {
    ServiceSettings { full_metadata: true, ..ServiceSettings::new("https://one.example", Protocol::Open) }
}

impl Phone {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(&dir.path().join("cairn.db"));
        Self { dir, engine, lived: BTreeSet::new() }
    }

    fn with_service() -> Self {
        let phone = Self::new();
        phone.engine.add_service(service()).unwrap();
        phone
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("cairn.db")
    }

    /// Hears access points of a place on a day; `number` makes it another moment than any other. Every other time it stands in a
    /// file, else it is a trip of the phone's own.
    fn hear(&mut self, number: usize, at: u8, day: i64, which: u8) -> Lived {
        let mut lived = Lived { place: Some(at), day, ..Lived::default() };
        let utc = Millis(START + day * DAY + 36_000_000 + number as i64 * 1_000);
        let fix = Fix { utc_offset_min: Some(0), ..Fix::gnss(Millis(0), utc, place(at), Metres(5.0)) };
        let mut scan = Scan::default();
        for ap in (0..4_u64).filter(|ap| which >> ap & 1 == 1) {
            let mac = 0x0c00_0000_0000 + u64::from(at) * 16 + ap;
            lived.heard.insert(mac);
            scan.wifi.push(HeardWifi {
                mono: Millis(0),
                mac: Mac::from_u64(mac).unwrap(),
                ssid: Ssid::new(*b"Cafe"),
                signal: Some(Dbm(-60)),
                frequency_mhz: None,
                standard: None,
            });
        }
        let place = Place { offset: 100_000, line: 1, tail_hash: 0 };
        let source = SourceId(number as i64);
        self.lives(number, lived, |engine| {
            let trip = number.is_multiple_of(2).then(|| engine.begin_trip().unwrap());
            let chunk = Chunk {
                source,
                origin: Origin { format: Format::Wigle, name: "walk.csv".to_owned() },
                place,
                marks: Vec::new(),
                rows: vec![Row { fix, scan }],
                estimates: Vec::new(),
                upload: true,
                trip,
                after: None,
            };
            engine.import(chunk).unwrap();
            engine.end_trip().unwrap();
        })
    }

    /// Sends what waits.
    fn upload(&mut self, number: usize, to: &Taker) -> Lived {
        self.lives(number, Lived::default(), |engine| {
            for service in engine.services().unwrap().iter().filter(|s| s.settings.enabled) {
                engine.upload(service.id, to, Conditions::default(), true, &AtomicBool::new(false)).unwrap();
            }
        })
    }

    fn lives(&mut self, number: usize, mut lived: Lived, does: impl FnOnce(&Engine)) -> Lived {
        let before = self.engine.stats().unwrap();
        does(&self.engine);
        let after = self.engine.stats().unwrap();
        let (counts, earlier) = (after.totals.counts, before.totals.counts);
        lived.reports = counts.reports - earlier.reports;
        lived.sightings = counts.sightings - earlier.sightings;
        lived.accepted = after.totals.accepted - before.totals.accepted;
        lived.raw = after.counts.raw - before.counts.raw;
        lived.kept = after.counts.kept - before.counts.kept;
        self.lived.insert(number);
        lived
    }

    fn merge(&mut self, other: &Self) -> MergeSummary {
        let summary = self.engine.merge(&other.path(), &mut |_| {}, &AtomicBool::new(false)).unwrap();
        self.lived.extend(&other.lived);
        summary
    }

    /// The phone is replaced by a copy of another's file.
    fn becomes(&mut self, other: &Self) {
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("cairn.db");
        Connection::open(other.path()).unwrap().execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
        self.engine.close().unwrap();
        *self = Self { engine: open(&copy), dir, lived: other.lived.clone() };
    }

    fn state(&self) -> BTreeMap<&'static str, Vec<String>> {
        self.engine.flush().unwrap();
        state(&Connection::open(self.path()).unwrap())
    }
}

/// Everything in a database that must be the same wherever the same was merged: numbers that each gives itself are replaced by
/// names that all agree on. Whether a report that was deleted somewhere, as services have it, is still here is left to chance.
fn state(db: &Connection) -> BTreeMap<&'static str, Vec<String>> {
    db.execute_batch(
        "CREATE TEMP VIEW kept AS SELECT id FROM report r WHERE NOT EXISTS (
           SELECT 1 FROM pruned p WHERE p.origin = r.origin AND coalesce(r.number, r.id) BETWEEN p.first AND p.last);
         CREATE TEMP VIEW o AS SELECT 0 AS id, hex(name) AS name FROM self UNION ALL SELECT id, hex(name) FROM origin;
         CREATE TEMP VIEW t AS SELECT t.id, o.name || '/' || coalesce(number, t.id) AS name FROM trip t JOIN o ON o.id = origin;
         CREATE TEMP VIEW p AS SELECT p.id, o.name || day || t.name || area || country AS name, p.*
           FROM ledger_part p JOIN o ON o.id = p.origin JOIN t ON t.id = p.trip;",
    )
    .unwrap();
    [
        ("trips", "SELECT t.name, started, ended FROM trip JOIN t USING (id)"),
        (
            "reports",
            "SELECT o.name, coalesce(number, r.id), t.name, utc, lat, lon, group_concat(s.emitter || '.' || s.signal)
             FROM report r JOIN o ON o.id = r.origin JOIN t ON t.id = r.trip JOIN sighting s ON s.report = r.id WHERE r.id IN kept GROUP BY r.id",
        ),
        (
            "outbox",
            "SELECT s.url, o.name, coalesce(r.number, r.id), b.state, b.reason FROM outbox b JOIN service s ON s.id = b.service
             JOIN report r ON r.id = b.report JOIN o ON o.id = r.origin WHERE r.id IN kept",
        ),
        ("pruned", "SELECT s.url, o.name, first, last FROM pruned p JOIN service s ON s.id = p.service JOIN o ON o.id = p.origin"),
        (
            "ledger",
            "SELECT kind, coalesce(t.name, key), points, reports, sightings, wifi, cells, beacons, ground, again, distance, took,
                    days, accepted, first_day, last_day, country, rule FROM ledger LEFT JOIN t ON kind = 4 AND t.id = key",
        ),
        ("parts", "SELECT name, reports, sightings, wifi, ground, again FROM p"),
        ("days", "SELECT kind, coalesce(t.name, key), day FROM ledger_touched LEFT JOIN t ON kind = 4 AND t.id = key"),
        ("clock", "SELECT * FROM ledger_clock"),
        (
            "ground",
            "SELECT cell, first_day, last_day, days, hexagons, a.name, b.name FROM ledger_ground g
             LEFT JOIN p a ON a.id = g.part LEFT JOIN p b ON b.id = g.again",
        ),
        (
            "emitters",
            "SELECT e.key, p.name, round(lat / 100.0), round(lon / 100.0),
               (SELECT group_concat(name || version) FROM (
                  SELECT o.name, v.version FROM (SELECT key, origin, version FROM emitter_of
                                                 UNION ALL SELECT key, 0, version FROM emitter WHERE version > 0) v
                  JOIN o ON o.id = v.origin WHERE v.key = e.key ORDER BY 1))
             FROM emitter e LEFT JOIN p ON p.id = e.part",
        ),
        ("lost", "SELECT kind, key, p.name FROM ledger_lost l JOIN p ON p.id = l.part"),
        ("counts", "SELECT what, n FROM intake_count"),
        ("imports", "SELECT source, offset, line, tail, t.name FROM import i JOIN t ON t.id = i.trip"),
        ("rules", "SELECT hex(pattern), is_mac FROM refused UNION ALL SELECT 'zone', cell FROM zone_cell"),
    ]
    .into_iter()
    .map(|(name, sql)| {
        let mut select = db.prepare(sql).unwrap();
        let columns = select.column_count();
        let rows = select.query_map([], |row| {
            let values = (0..columns).map(|i| row.get::<_, rusqlite::types::Value>(i).map(|v| format!("{v:?}")));
            Ok(values.collect::<Result<Vec<_>, _>>()?.join(" "))
        });
        let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
        rows.sort();
        (name, rows)
    })
    .collect()
}

/// What somebody has who lived all of it on one phone.
fn totals_of(lived: &[Lived]) -> [u64; 8] {
    let sum = |of: fn(&Lived) -> u64| lived.iter().map(of).sum::<u64>();
    let heard: BTreeSet<_> = lived.iter().flat_map(|l| &l.heard).collect();
    let days: BTreeSet<_> = lived.iter().filter(|l| l.place.is_some()).map(|l| l.day).collect();
    let mut ground: BTreeMap<Hexagon, (i64, i64)> = BTreeMap::new();
    for l in lived {
        if let Some(at) = l.place {
            let walked = ground.entry(Hexagon::around(place(at), GROUND)).or_insert((l.day, l.day));
            *walked = (walked.0.min(l.day), walked.1.max(l.day));
        }
    }
    let again = ground.values().filter(|(first, last)| last - first >= 90).count() as u64;
    [
        sum(|l| l.reports),
        sum(|l| l.sightings),
        heard.len() as u64,
        ground.len() as u64,
        again,
        days.len() as u64,
        sum(|l| l.accepted),
        sum(|l| l.raw) * 1_000 + sum(|l| l.kept),
    ]
}

fn totals(engine: &Engine) -> [u64; 8] {
    let stats = engine.stats().unwrap();
    let (counts, totals) = (stats.totals.counts, stats.totals);
    [
        counts.reports,
        counts.sightings,
        counts.wifi,
        counts.ground,
        counts.again,
        totals.days.into(),
        totals.accepted,
        stats.counts.raw * 1_000 + stats.counts.kept,
    ]
}
