//! The layouts that a pack is measured against: SQLite with an integer key, with all of a station in one number, as microG and
//! Local-NLP keep what they learned; and WiGLE's m8b, sorted records of 13 bytes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use cairn::model::Mac;
use cairn::pack::StationSource;
use rusqlite::{Connection, params};

use super::HEARD;
use super::made_up::Stations;

/// A layout's name, and how it is made and asked.
pub type Layout = (&'static str, fn(&Path, &Stations) -> Box<dyn FnMut(Mac) -> bool>);

pub fn all() -> [Layout; 5] {
    [
        ("SQLite, integer key and three columns", |path, stations| {
            sqlite(
                path,
                stations,
                "CREATE TABLE t (mac INTEGER PRIMARY KEY, lat INTEGER, lon INTEGER, r INTEGER)",
                "INSERT INTO t VALUES (?, ?, ?, ?)",
                |insert, s| {
                    insert.execute(params![number(s.mac), s.place.lat_e7(), s.place.lon_e7(), s.radius.0 as i64])
                },
                "SELECT lat, lon, r FROM t WHERE mac = ?",
                |mac| rusqlite::types::Value::Integer(number(mac)),
            )
        }),
        ("SQLite, integer key, packed 64 bits", |path, stations| {
            sqlite(
                path,
                stations,
                "CREATE TABLE t (mac INTEGER PRIMARY KEY, v INTEGER)",
                "INSERT INTO t VALUES (?, ?)",
                |insert, s| {
                    // 2 m in 30 bits each, and four of radius.
                    let scale = |degrees: f64| (degrees * 32_768.0 * 32.0) as i64 & 0x3fff_ffff;
                    insert.execute(params![number(s.mac), scale(s.place.lat()) << 34 | scale(s.place.lon()) << 4 | 7])
                },
                "SELECT v FROM t WHERE mac = ?",
                |mac| rusqlite::types::Value::Integer(number(mac)),
            )
        }),
        ("microG's table of what it learned", |path, stations| {
            sqlite(
                path,
                stations,
                "CREATE TABLE t (mac BLOB, lat_high REAL, lat_low REAL, lon_high REAL, lon_low REAL, alt_high REAL, alt_low REAL,
                    time INTEGER, bad_time INTEGER, count INTEGER);
                 CREATE UNIQUE INDEX t_mac ON t (mac); CREATE INDEX t_time ON t (time)",
                "INSERT INTO t VALUES (?1, ?2, ?2, ?3, ?3, 0.0, 0.0, ?4, 0, ?5)",
                |insert, s| {
                    let time = 1_700_000_000_000_i64 + i64::from(s.sightings);
                    insert.execute(params![octets(s.mac), s.place.lat(), s.place.lon(), time, s.sightings])
                },
                "SELECT lat_high, lat_low, lon_high, lon_low, count FROM t WHERE mac = ?",
                |mac| rusqlite::types::Value::Blob(octets(mac)),
            )
        }),
        ("Local-NLP's table", |path, stations| {
            sqlite(
                path,
                stations,
                "CREATE TABLE t (rfID TEXT PRIMARY KEY, rfType TEXT, lat REAL, lon REAL, radius_ns REAL, radius_ew REAL, note TEXT)",
                "INSERT INTO t VALUES (?1, 'WLAN', ?2, ?3, ?4, ?4, 'FRITZ!Box 7590')",
                |insert, s| insert.execute(params![s.mac.to_wire(), s.place.lat(), s.place.lon(), s.radius.0]),
                "SELECT lat, lon, radius_ns, radius_ew FROM t WHERE rfID = ?",
                |mac| rusqlite::types::Value::Text(mac.to_wire()),
            )
        }),
        ("m8b: 32-bit hash, 1 km square, sorted", m8b),
    ]
}

pub fn measure(folder: &Path, (name, make): Layout, stations: &Stations) {
    let path = folder.join("layout");
    let started = Instant::now();
    super::forget_peak();
    let mut ask = make(&path, stations);
    let (took, peak) = (started.elapsed(), super::peak_mb());
    let mut known = 0_u64;
    let scans = super::SCANS / 4;
    let questions = super::questions(stations, scans);
    let each = super::rate(scans * HEARD, || {
        for mac in questions.iter().flatten() {
            known += u64::from(ask(*mac));
        }
    });
    let absent = 200_000;
    let wrong = (0..absent).filter(|i| ask(stations.absent(*i))).count();
    drop(ask);
    let bytes = std::fs::metadata(&path).expect("made").len();
    println!(
        "{name:38}{:10.2}{:>11}{:9.2} M{:7.0} s {:6.0} MB {:12.1e}",
        bytes as f64 / stations.n as f64,
        "",
        each / 1e6,
        took.as_secs_f64(),
        peak,
        wrong as f64 / absent as f64
    );
    std::fs::remove_file(path).expect("was there");
}

fn number(mac: Mac) -> i64 {
    mac.to_u64() as i64
}

fn octets(mac: Mac) -> Vec<u8> {
    mac.to_u64().to_be_bytes()[2..].to_vec()
}

fn sqlite(
    path: &Path,
    stations: &Stations,
    schema: &str,
    insert: &str,
    row: fn(&mut rusqlite::Statement<'_>, &StationSource) -> rusqlite::Result<usize>,
    select: &'static str,
    key: fn(Mac) -> rusqlite::types::Value,
) -> Box<dyn FnMut(Mac) -> bool> {
    let mut db = Connection::open(path).expect("a database");
    db.execute_batch(&format!("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {schema};")).expect("a schema");
    // In the order of the key, as one who builds for many would: pages are full then.
    let mut order: Vec<(u64, u32)> = (0..stations.n).map(|i| (stations.station(i).mac.to_u64(), i as u32)).collect();
    order.sort_unstable();
    let tx = db.transaction().expect("a transaction");
    {
        let mut insert = tx.prepare(insert).expect("a statement");
        for (_, i) in order {
            row(&mut insert, &stations.station(u64::from(i))).expect("a row");
        }
    }
    tx.commit().expect("room");
    db.execute_batch("VACUUM; BEGIN").expect("one transaction for all reads");
    Box::new(move |mac| {
        let mut select = db.prepare_cached(select).expect("a statement");
        select.exists([key(mac)]).expect("an answer")
    })
}

/// Sorted by hash; found by halving, read by position as a pack is.
fn m8b(path: &Path, stations: &Stations) -> Box<dyn FnMut(Mac) -> bool> {
    const RECORD: u64 = 13;
    let hash = |mac: Mac| super::made_up::mix(mac.to_u64()) as u32;
    let mut hashes: Vec<u32> = (0..stations.n).map(|i| hash(stations.station(i).mac)).collect();
    hashes.sort_unstable();
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    for h in hashes {
        file.write_all(&h.to_be_bytes()).and_then(|()| file.write_all(b"32UMV1234")).expect("room");
    }
    file.into_inner().expect("room");
    let (file, n) = (File::open(path).expect("a file"), stations.n);
    Box::new(move |mac| {
        let wanted = hash(mac);
        let (mut low, mut high) = (0, n);
        while low < high {
            let middle = u64::midpoint(low, high);
            let mut record = [0; 4];
            file.read_exact_at(&mut record, middle * RECORD).expect("a record");
            match u32::from_be_bytes(record).cmp(&wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return true,
            }
        }
        false
    })
}
