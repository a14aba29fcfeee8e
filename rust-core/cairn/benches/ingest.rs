//! Ingest against a bare `SQLite` loop: how much do validation, de-duplication, learning and counting cost on top of writing?
//!
//! Both write the same kept rows in as many transactions with the same settings, in turn, several times; the ratio is printed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn::engine::{Config, Engine};
use cairn::model::{Dbm, Detail, Fix, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Report, Scan, Ssid};
use cairn::{Clock, CoreError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, params};

/// A clock that stands still, so that only `flush` commits and both sides make the same number of transactions.
struct Stopped;

impl Clock for Stopped {
    fn mono(&self) -> Millis {
        Millis(0)
    }

    fn utc(&self) -> Millis {
        Millis(1_767_225_600_000)
    }
}

/// Scans between two commits, as the engine groups them.
const GROUP: usize = 64;

/// A walk through city streets with 1 500 access points per km², the same way on three days: a fix every two seconds, as the
/// supervisor asks for, and a scan every ten.
fn journey() -> Vec<(Vec<Fix>, Scan)> {
    let mut chance = ChaCha8Rng::seed_from_u64(7);
    let plane = LocalPlane::around(LatLng::new(60.17, 24.94).expect("a place"));
    let (width, depth) = (6_000.0, 300.0);
    let points: Vec<(f64, f64, u64)> = (0..5_400)
        .map(|n| (chance.random_range(0.0..width), chance.random_range(-depth..depth), 0x0c00_0000_0000 + n))
        .collect();
    let mut steps = Vec::new();
    let mut mono = 0_i64;
    for day in 0..3_i64 {
        for ten in 0..400 {
            let east = f64::from(ten) * 14.0;
            let fixes: Vec<Fix> = (0..5)
                .map(|s| {
                    let ms = mono + s * 2_000;
                    let place = plane.to_place(
                        east + 2.8 * s as f64 + chance.random_range(-3.0..3.0),
                        chance.random_range(-3.0..3.0),
                    );
                    Fix::gnss(Millis(ms), Millis(1_767_225_600_000 + day * 86_400_000 + ms), place, Metres(5.0))
                })
                .collect();
            let wifi = points
                .iter()
                .filter_map(|(x, y, mac)| {
                    let distance = (x - east).hypot(*y).max(1.0);
                    let signal = -35.0 - 30.0 * distance.log10() + chance.random_range(-5.0..5.0);
                    (signal > -92.0).then(|| HeardWifi {
                        mono: Millis(mono + chance.random_range(5_000..8_000)),
                        mac: Mac::from_u64(*mac).expect("below 2^48"),
                        ssid: Ssid::new(format!("network {mac}").into_bytes()),
                        signal: Some(Dbm(signal as i16)),
                        frequency_mhz: Some(2_437),
                        standard: None,
                    })
                })
                .collect();
            steps.push((fixes, Scan { wifi, ..Scan::default() }));
            mono += 10_000;
        }
        mono += 3_600_000;
    }
    steps
}

fn through_the_engine(path: &Path, journey: &[(Vec<Fix>, Scan)]) -> Result<(Duration, Engine), CoreError> {
    let config = Config { path: path.to_owned(), clock: Arc::new(Stopped), seed: 1 };
    let engine = Engine::open(config)?.engine;
    let patient = |mut tell: Box<dyn FnMut() -> Result<(), CoreError> + '_>| loop {
        match tell() {
            Err(CoreError::Busy) => std::thread::yield_now(),
            other => break other,
        }
    };
    let start = Instant::now();
    for group in journey.chunks(GROUP) {
        for (fixes, scan) in group {
            for fix in fixes {
                patient(Box::new(|| engine.fix(fix.clone())))?;
            }
            patient(Box::new(|| engine.scan(scan.clone())))?;
        }
        engine.flush()?;
    }
    Ok((start.elapsed(), engine))
}

fn bare(path: &Path, groups: &[Vec<Report>]) -> rusqlite::Result<Duration> {
    let mut db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE report (id INTEGER PRIMARY KEY, utc INTEGER, lat INTEGER, lon INTEGER, accuracy INTEGER) STRICT;
         CREATE TABLE sighting (report INTEGER, emitter INTEGER, age INTEGER, signal INTEGER, ssid BLOB, frequency INTEGER,
                                PRIMARY KEY (report, emitter)) STRICT, WITHOUT ROWID;",
    )?;
    let start = Instant::now();
    for group in groups {
        let tx = db.transaction()?;
        for report in group {
            tx.prepare_cached("INSERT INTO report (utc, lat, lon, accuracy) VALUES (?, ?, ?, ?)")?.execute(params![
                report.fix.utc.0,
                report.fix.place.lat_e7(),
                report.fix.place.lon_e7(),
                report.fix.accuracy.map(|a| (a.0 * 100.0) as i64)
            ])?;
            let id = tx.last_insert_rowid();
            for s in &report.sightings {
                let Detail::Wifi { ssid, frequency_mhz, .. } = &s.detail else { continue };
                tx.prepare_cached("INSERT INTO sighting VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
                    id,
                    s.emitter().to_i64(),
                    s.age.0,
                    s.signal.map(|d| d.0),
                    ssid.bytes(),
                    frequency_mhz
                ])?;
            }
        }
        tx.commit()?;
    }
    Ok(start.elapsed())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let journey = journey();
    let dir = tempfile::tempdir()?;
    let mut ratios = Vec::new();
    let mut line = String::new();
    for run in 0..5 {
        let (ours, engine) = through_the_engine(&dir.path().join(format!("engine-{run}.db")), &journey)?;
        let mut reports = Vec::new();
        engine.reports::<CoreError>(|_, r| {
            reports.push(r);
            Ok(())
        })?;
        let counts = engine.stats()?.counts;
        engine.close()?;
        let per_group = reports.len().div_ceil(journey.len().div_ceil(GROUP));
        let groups: Vec<Vec<Report>> = reports.chunks(per_group).map(<[Report]>::to_vec).collect();
        let theirs = bare(&dir.path().join(format!("bare-{run}.db")), &groups)?;
        ratios.push(ours.as_secs_f64() / theirs.as_secs_f64());
        line = format!(
            "{} sightings heard, {} kept ({:.0} %) in {} reports and {} transactions: engine {:.0} ms, bare loop {:.0} ms",
            counts.raw,
            counts.kept,
            100.0 * counts.kept as f64 / counts.raw as f64,
            reports.len(),
            groups.len(),
            ours.as_secs_f64() * 1e3,
            theirs.as_secs_f64() * 1e3
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("{line} (last of {} runs)", ratios.len());
    println!("ingest / bare loop: {:.2} (median), {:.2} to {:.2}; the bar is 2.5", ratios[2], ratios[0], ratios[4]);
    Ok(())
}
