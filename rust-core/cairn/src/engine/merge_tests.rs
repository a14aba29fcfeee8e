//! Phones that live, are backed up, copied and merged in any order: nothing is lost, nothing counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
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

    /// Hears access points of a place on a day; `number` makes it another moment than any other.
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
            let chunk = Chunk {
                source,
                origin: Origin { format: Format::Wigle, name: "walk.csv".to_owned() },
                place,
                marks: Vec::new(),
                rows: vec![Row { fix, scan }],
                estimates: Vec::new(),
                upload: true,
                trip: None,
                after: None,
            };
            engine.import(chunk).unwrap();
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

#[derive(Clone, Debug)]
enum Act {
    Hear { phone: usize, place: u8, day: i64, which: u8 },
    Upload { phone: usize },
    Prune { phone: usize, limit: u32 },
    Merge { into: usize, from: usize },
    Become { phone: usize, other: usize },
}

const PHONES: usize = 3;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..PHONES, 0..4_u8, 0..200_i64, 1..16_u8)
            .prop_map(|(phone, place, day, which)| Act::Hear { phone, place, day, which }),
        1 => (0..PHONES).prop_map(|phone| Act::Upload { phone }),
        1 => (0..PHONES, 1..4_u32).prop_map(|(phone, limit)| Act::Prune { phone, limit }),
        2 => (0..PHONES, 0..PHONES).prop_map(|(into, from)| Act::Merge { into, from }),
        1 => (0..PHONES, 0..PHONES).prop_map(|(phone, other)| Act::Become { phone, other }),
    ]
}

/// Two of the phones at once.
fn pair(phones: &mut [Phone], one: usize, other: usize) -> Option<(&mut Phone, &Phone)> {
    let (low, high) = phones.split_at_mut(one.max(other));
    match one.cmp(&other) {
        std::cmp::Ordering::Less => Some((&mut low[one], &high[0])),
        std::cmp::Ordering::Greater => Some((&mut high[0], &low[other])),
        std::cmp::Ordering::Equal => None,
    }
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_phones_live_through_and_however_they_are_merged_all_of_it_counts_once(
        acts in prop::collection::vec(act(), 1..24), orders in prop::collection::vec(Just([0, 1, 2]).prop_shuffle(), 2),
    ) {
        let mut phones: Vec<Phone> = (0..PHONES).map(|_| Phone::with_service()).collect();
        let mut lived = Vec::new();
        let taker = Taker::default();
        for act in acts {
            match act {
                Act::Hear { phone, place, day, which } => {
                    let happened = phones[phone].hear(lived.len(), place, day, which);
                    lived.push(happened);
                }
                Act::Upload { phone } => {
                    let happened = phones[phone].upload(lived.len(), &taker);
                    lived.push(happened);
                }
                Act::Prune { phone, limit } => {
                    phones[phone].engine.prune(limit).unwrap();
                }
                Act::Merge { into, from } => {
                    if let Some((into, from)) = pair(&mut phones, into, from) {
                        into.merge(from);
                    }
                }
                Act::Become { phone, other } => {
                    if let Some((phone, other)) = pair(&mut phones, phone, other) {
                        phone.becomes(other);
                    }
                }
            }
        }
        for phone in &phones {
            let all: Vec<_> = phone.lived.iter().map(|n| lived[*n].clone()).collect();
            prop_assert_eq!(totals(&phone.engine), totals_of(&all));
        }
        let mut united: Vec<Phone> = orders
            .iter()
            .map(|order| {
                let mut one = Phone::new();
                for n in order.iter().chain(order) {
                    one.merge(&phones[*n]);
                }
                one
            })
            .collect();
        let all: Vec<_> = united[0].lived.iter().map(|n| lived[*n].clone()).collect();
        prop_assert_eq!(totals(&united[0].engine), totals_of(&all));
        let (a, b) = (united[0].state(), united[1].state());
        for (table, rows) in &a {
            prop_assert_eq!(rows, &b[table], "{}", table);
        }

        // Into each other, nothing changes any more.
        let (one, rest) = united.split_at_mut(1);
        let summary = one[0].merge(&rest[0]);
        prop_assert_eq!(MergeSummary { services: vec![], ..summary }, MergeSummary::default());

        // What was taken anywhere is not sent again, the rest once.
        let before: BTreeSet<i64> = taken_of(&one[0]);
        let again = Taker::default();
        one[0].engine.add_service(service()).unwrap();
        one[0].upload(lived.len(), &again);
        let sent = again.0.into_inner().unwrap();
        let distinct: BTreeSet<i64> = sent.iter().copied().collect();
        prop_assert_eq!(distinct.len(), sent.len());
        prop_assert!(distinct.is_disjoint(&before));
    }
}

/// Times of reports that a service has taken and that are still here.
fn taken_of(phone: &Phone) -> BTreeSet<i64> {
    let db = Connection::open(phone.path()).unwrap();
    let mut select = db.prepare("SELECT utc FROM report r JOIN outbox o ON o.report = r.id WHERE o.state = 1").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn merging_a_database_with_itself_or_a_copy_changes_nothing() {
    let mut phone = Phone::with_service();
    for n in 0..5 {
        phone.hear(n, n as u8 % 3, n as i64 * 40, 7);
    }
    let before = phone.state();
    let path = phone.path();
    assert_eq!(phone.engine.merge(&path, &mut |_| {}, &AtomicBool::new(false)), Ok(MergeSummary::default()));
    let copy = phone.dir.path().join("copy.db");
    Connection::open(&path).unwrap().execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
    assert_eq!(phone.engine.merge(&copy, &mut |_| {}, &AtomicBool::new(false)), Ok(MergeSummary::default()));
    assert_eq!(phone.state(), before);
}

#[test]
fn zones_and_lists_of_either_hold_for_both() {
    let (mut one, mut other) = (Phone::with_service(), Phone::with_service());
    for n in 0..4 {
        one.hear(n, n as u8 * 8, 0, 1);
        other.hear(n + 4, n as u8 * 8, 0, 6);
    }
    one.engine.add_zone(place(0)).unwrap();
    other.engine.refuse_mac(Mac::from_u64(0x0c00_0000_0000 + 8 * 16).unwrap()).unwrap();
    let (mut first, mut second) = (Phone::new(), Phone::new());
    first.merge(&one);
    let deleted = first.merge(&other).reports_deleted;
    second.merge(&other);
    assert_eq!((deleted, second.merge(&one).reports_deleted), (1, 1), "what either heard in the zone");
    let (a, b) = (first.state(), second.state());
    assert_eq!(a["rules"].len(), 62);
    for table in ["rules", "ground"] {
        assert_eq!(a[table], b[table], "{table}");
    }
    let stored = |phone: &Phone, sql: &str| {
        Connection::open(phone.path()).unwrap().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let rules = [first.engine.rules().unwrap(), second.engine.rules().unwrap()];
    assert!(rules.iter().all(|r| r.zones.len() == 1 && r.macs.len() == 1));
    for phone in [&first, &second] {
        let db = Connection::open(phone.path()).unwrap();
        let guard = crate::store::guard::load(&db).unwrap();
        let mut select = db.prepare("SELECT lat, lon FROM report UNION ALL SELECT lat, lon FROM emitter").unwrap();
        let places = select.query_map([], |row| Ok(LatLng::from_e7(row.get(0)?, row.get(1)?).unwrap())).unwrap();
        assert!(places.map(Result::unwrap).all(|p| !guard.in_zone(p)));
    }
    // The one that was refused here came from the other phone: it does not come in, nor out.
    assert_eq!(stored(&second, "SELECT count(*) FROM sighting WHERE emitter = 13194139533440"), 0);
    assert_eq!(first.engine.check().unwrap().structure_faults, 0);
    assert_eq!(first.engine.check().unwrap().reference_faults, 0);
}

#[test]
fn what_cannot_be_merged_is_refused_and_neither_database_changes() {
    let mut phone = Phone::with_service();
    phone.hear(0, 0, 0, 7);
    let before = phone.state();
    let merge = |path: &Path| phone.engine.merge(path, &mut |_| {}, &AtomicBool::new(false));
    let file = |name: &str| phone.dir.path().join(name);

    std::fs::write(file("text"), "no database at all, but long enough to be looked at by whoever reads it").unwrap();
    assert_eq!(merge(&file("text")), Err(MergeError::Other(CoreError::Damaged)));
    Connection::open(file("foreign")).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert_eq!(merge(&file("foreign")), Err(MergeError::Other(CoreError::Damaged)));
    assert!(matches!(merge(&file("missing")), Err(MergeError::Other(_))));

    let mut other = Phone::with_service();
    for n in 1..60 {
        other.hear(n, n as u8 % 8, n as i64, 15);
    }
    Connection::open(other.path()).unwrap().execute("VACUUM INTO ?", [file("other").to_str().unwrap()]).unwrap();
    let bytes = std::fs::read(file("other")).unwrap();
    let mut torn = bytes.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 8_192].fill(0x5a);
    std::fs::write(file("torn"), &torn).unwrap();
    assert_eq!(merge(&file("torn")), Err(MergeError::Other(CoreError::Damaged)));
    assert_eq!(std::fs::read(file("torn")).unwrap(), torn);
    Connection::open(file("other")).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    assert!(matches!(merge(&file("other")), Err(MergeError::Other(CoreError::NewerData { found: 999, .. }))));
    std::fs::write(file("other"), bytes).unwrap();

    let stopped = phone.engine.merge(&file("other"), &mut |_| {}, &AtomicBool::new(true));
    assert_eq!(stopped, Err(MergeError::Cancelled));
    assert_eq!(phone.state(), before);
    assert_eq!(merge(&file("other")).unwrap().reports, other.engine.stats().unwrap().reports);
}

#[test]
fn a_database_of_every_older_version_is_brought_up_in_a_copy_and_merged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/migrations");
    for version in 1..=crate::store::SCHEMA_VERSION {
        let mut phone = Phone::new();
        phone.hear(0, 0, 0, 7);
        let old = phone.dir.path().join("old.db");
        let sql = std::fs::read_to_string(folder.join(format!("v{version}.sql"))).unwrap();
        Connection::open(&old).unwrap().execute_batch(&sql).unwrap();
        let bytes = std::fs::read(&old).unwrap();
        let merge = || phone.engine.merge(&old, &mut |_| {}, &AtomicBool::new(false)).unwrap();
        assert_eq!(merge().reports, 2, "version {version}");
        let once = phone.state();
        assert_eq!(merge(), MergeSummary::default(), "version {version}");
        assert_eq!(phone.state(), once);
        assert_eq!(std::fs::read(&old).unwrap(), bytes, "the old file is only read");
        assert!(!phone.dir.path().join("cairn.db.merging").exists());
    }
}

#[test]
fn what_sensors_tell_while_a_merge_runs_is_kept() {
    let (mut phone, mut other) = (Phone::new(), Phone::new());
    for n in 0..40 {
        other.hear(n, n as u8, n as i64, 15);
    }
    phone.hear(100, 0, 0, 1);
    let (engine, path) = (phone.engine.clone(), other.path());
    let before = phone.engine.stats().unwrap().counts.fixes;
    let merging = std::thread::spawn(move || engine.merge(&path, &mut |_| {}, &AtomicBool::new(false)).unwrap());
    let mut told = 0;
    while !merging.is_finished() || told == 0 {
        let fix = Fix::gnss(Millis(1_000 * (told + 1)), Millis(START + 1_000 * told), place(0), Metres(5.0));
        if phone.engine.fix(fix).is_ok() {
            told += 1;
        }
    }
    merging.join().unwrap();
    phone.engine.flush().unwrap();
    let after = phone.engine.stats().unwrap().counts.fixes;
    assert_eq!(after - before, 40 + told as u64, "those of the other phone, and those told meanwhile");
}

#[test]
fn a_merge_into_an_empty_database_brings_everything() {
    let mut phone = Phone::with_service();
    for n in 0..5 {
        phone.hear(n, n as u8, n as i64 * 40, 7);
    }
    let mut fresh = Phone::new();
    let summary = fresh.merge(&phone);
    assert_eq!(
        (summary.trips, summary.reports, summary.sightings, summary.emitters, summary.hexagons),
        (5, 5, 15, 15, 5)
    );
    assert_eq!(summary.services, ["https://one.example"]);
    assert!(!fresh.engine.services().unwrap()[0].settings.enabled, "offered, not switched on");
    assert_eq!(totals(&fresh.engine), totals(&phone.engine));
    let (here, there) = (phone.state(), fresh.state());
    for (table, rows) in &here {
        assert_eq!(rows, &there[table], "{table}");
    }
}
