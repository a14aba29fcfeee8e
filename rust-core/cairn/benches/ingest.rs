//! Ingest against a bare `SQLite` loop: how much do validation, de-duplication, learning and counting cost on top of writing?
//!
//! Both write the same kept rows in as many transactions with the same settings, in turn, several times; the ratios are printed,
//! of time and of processor time alone. Learning is also measured by itself, over the same sightings in the same order, and
//! printed as what it adds to all the rest of ingest.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn::engine::{Config, Engine};
use cairn::intake::{Guard, Intake, Passage};
use cairn::locate::{Learned, Observation};
use cairn::model::{Dbm, Detail, Fix, HeardWifi, LatLng, LocalPlane, Mac, Metres, Millis, Report, Scan, Ssid};
use cairn::outbox::{Protocol, ServiceSettings};
use cairn::{Clock, CoreError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, params};

/// A clock that stands still, so that commits come by the number of scans and both sides make as many transactions.
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
const GROUP: usize = 256;

/// Pairs of runs: more than half of them would have to be disturbed to move the median.
const RUNS: usize = 21;

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
                        ssid: Ssid::new(format!("network {mac}")),
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

/// Time on the wall and time on the processor.
#[derive(Clone, Copy, Debug)]
struct Took {
    wall: Duration,
    cpu: Option<Duration>,
}

/// What a piece of work took.
struct Watch {
    threads: &'static [&'static str],
    wall: Instant,
    cpu: Option<Duration>,
}

impl Watch {
    fn start(threads: &'static [&'static str]) -> Self {
        Self { threads, wall: Instant::now(), cpu: cpu_time(threads) }
    }

    fn read(&self) -> Took {
        Took {
            cpu: cpu_time(self.threads).zip(self.cpu).map(|(now, then)| now.saturating_sub(then)),
            wall: self.wall.elapsed(),
        }
    }
}

/// What threads of this process have run for together, where the system tells (Linux): neither what else the machine does nor
/// how fast its disk syncs is in it.
fn cpu_time(threads: &[&str]) -> Option<Duration> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?.filter_map(|task| Some(task.ok()?.path()));
    let read = |path: &Path, file: &str| std::fs::read_to_string(path.join(file)).unwrap_or_default();
    let ours = tasks.filter(|path| threads.contains(&read(path, "comm").trim_end()));
    let ran = |path: &Path| read(path, "schedstat").split(' ').next()?.parse().ok().map(Duration::from_nanos);
    ours.map(|path| ran(&path)).sum()
}

/// The engine's threads: one judges, learns and counts, the other stores.
const ENGINE: &[&str] = &["cairn.owner", "cairn.writer"];

/// Tells the whole journey; the engine commits by itself after every [`GROUP`] scans, and at the end. One service is chosen, as
/// it is in use: each report also gets its place in the outbox.
#[inline(never)]
fn through_the_engine(path: &Path, journey: &[(Vec<Fix>, Scan)]) -> Result<(Took, Engine), CoreError> {
    let config = Config { path: path.to_owned(), clock: Arc::new(Stopped), seed: 1 };
    let engine = Engine::open(config)?.engine;
    engine.add_service(ServiceSettings::new("https://service.example", Protocol::BeaconDb))?;
    let watch = Watch::start(ENGINE);
    for (fixes, scan) in journey {
        for fix in fixes {
            patiently(|| engine.fix(fix.clone()))?;
        }
        patiently(|| engine.scan(scan.clone()))?;
    }
    engine.flush()?;
    Ok((watch.read(), engine))
}

/// Waits where a sensor would not have been so fast.
fn patiently(tell: impl Fn() -> Result<(), CoreError>) -> Result<(), CoreError> {
    loop {
        match tell() {
            Err(CoreError::Busy) => std::thread::sleep(Duration::from_micros(200)),
            other => return other,
        }
    }
}

/// The thread of the bare loop, named so that it can be told apart.
const BARE: &str = "bare";

/// The same rows into the same tables, and nothing else: no judgement, no learning, no ledger, no outbox.
#[inline(never)]
fn bare(path: &Path, groups: &[Vec<Report>]) -> rusqlite::Result<(Took, usize)> {
    let mut db = Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
    db.execute_batch(include_str!("../../../schemas/sql/001_reports.sql"))?;
    db.execute("INSERT INTO trip (id, started) VALUES (1, 0)", [])?;
    let hundredths = |value: Option<f64>| value.map(|v| (v * 100.0).round() as i64);
    let watch = Watch::start(&[BARE]);
    for group in groups {
        let tx = db.transaction()?;
        let mut insert_report = tx.prepare_cached(
            "INSERT INTO report (trip, utc, offset, lat, lon, accuracy, altitude, altitude_accuracy, speed, heading, pressure, source)
             VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        )?;
        let mut insert_sighting = tx.prepare_cached(
            "INSERT INTO sighting (report, emitter, age, signal, ssid, frequency, format) VALUES (?, ?, ?, ?, ?, ?, NULL)",
        )?;
        for report in group {
            let fix = &report.fix;
            insert_report.execute(params![
                fix.utc.0,
                fix.utc_offset_min,
                fix.place.lat_e7(),
                fix.place.lon_e7(),
                hundredths(fix.accuracy.map(|a| a.0)),
                hundredths(fix.altitude.map(|a| a.0)),
                hundredths(fix.altitude_accuracy.map(|a| a.0)),
                hundredths(fix.speed),
                hundredths(fix.heading),
                hundredths(fix.pressure),
            ])?;
            let id = tx.last_insert_rowid();
            for s in &report.sightings {
                let Detail::Wifi { ssid, frequency_mhz, .. } = &s.detail else { continue };
                let signal = s.signal.map(|d| d.0);
                insert_sighting.execute(params![
                    id,
                    s.emitter().to_i64(),
                    s.age.0,
                    signal,
                    ssid.bytes(),
                    frequency_mhz
                ])?;
            }
        }
        drop((insert_report, insert_sighting));
        tx.commit()?;
    }
    Ok((watch.read(), groups.len()))
}

/// The thread that only learns.
const LEARNING: &str = "learning";

/// So often is everything learned anew: once takes no longer than a few of the system's ticks, by which threads' time is counted.
const LESSONS: u32 = 20;

/// What every sighting of the journey teaches, in the order in which the engine learns it, each with its emitter's number.
fn lessons(journey: &[(Vec<Fix>, Scan)]) -> (Vec<(usize, Observation)>, usize) {
    let (mut intake, guard) = (Intake::default(), Guard::default());
    let (mut numbers, mut lessons) = (HashMap::new(), Vec::new());
    let mut take = |passages: Vec<Passage>| {
        for passage in passages {
            for sighting in &passage.sightings {
                let next = numbers.len();
                let number = *numbers.entry(sighting.emitter()).or_insert(next);
                lessons.push((number, Observation::of(&passage.fix, sighting)));
            }
        }
    };
    for (fixes, scan) in journey {
        for fix in fixes {
            take(intake.fix(fix.clone()));
        }
        take(intake.scan(scan.clone(), &guard));
    }
    take(intake.drain());
    (lessons, numbers.len())
}

/// Processor time of learning all of it, places worked out as often as the engine commits, without finding or storing what is known:
/// those are needed to tell what is worth keeping.
fn learning(lessons: &[(usize, Observation)], emitters: usize, commits: usize) -> Took {
    let watch = Watch::start(&[LEARNING]);
    for _ in 0..LESSONS {
        let mut known: Vec<Option<Learned>> = vec![None; emitters];
        for group in lessons.chunks(lessons.len().div_ceil(commits)) {
            for (number, observation) in group {
                match &mut known[*number] {
                    Some(learned) => learned.learn(observation),
                    unknown => *unknown = Some(Learned::first(observation)),
                }
            }
            // Who was settled by an earlier lesson of the group has no news.
            for (number, _) in group {
                known[*number].iter_mut().for_each(Learned::settle_to_store);
            }
        }
        std::hint::black_box(&known);
    }
    let Took { wall, cpu } = watch.read();
    Took { wall: wall / LESSONS, cpu: cpu.map(|cpu| cpu / LESSONS) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let journey = journey();
    let dir = tempfile::tempdir()?;
    let (lessons, emitters) = lessons(&journey);
    let (mut wall, mut cpu, mut added, mut each) = (Vec::new(), Vec::new(), Vec::new(), Duration::MAX);
    for run in 0..RUNS {
        let (ours, engine) = through_the_engine(&dir.path().join(format!("engine-{run}.db")), &journey)?;
        let mut reports = Vec::new();
        engine.reports::<CoreError>(cairn::exchange::Selection::All, |_, r| {
            reports.push(r);
            Ok(())
        })?;
        let counts = engine.stats()?.counts;
        engine.close()?;
        let commits = journey.len().div_ceil(GROUP);
        let per_group = reports.len().div_ceil(commits);
        let groups: Vec<Vec<Report>> = reports.chunks(per_group).map(<[Report]>::to_vec).collect();
        let path = dir.path().join(format!("bare-{run}.db"));
        let thread = std::thread::Builder::new().name(BARE.to_owned()).spawn(move || bare(&path, &groups))?;
        let (theirs, transactions) = thread.join().map_err(|_| "the bare loop panicked")??;
        let learned = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name(LEARNING.to_owned());
            thread
                .spawn_scoped(scope, || learning(&lessons, emitters, commits))?
                .join()
                .map_err(|_| "learning panicked".into())
        })
        .map_err(|e: Box<dyn std::error::Error>| e)?;
        let seconds = ours.cpu.zip(learned.cpu).map(|(all, part)| (all.as_secs_f64(), part.as_secs_f64()));
        added.extend(seconds.map(|(all, part)| part / (all - part)));
        each = each.min(learned.cpu.unwrap_or(learned.wall));
        wall.push(ours.wall.as_secs_f64() / theirs.wall.as_secs_f64());
        cpu.extend(ours.cpu.zip(theirs.cpu).map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64()));
        if run + 1 == RUNS {
            println!(
                "{} sightings heard, {} kept ({:.0} %) in {} reports and {} transactions: engine {:.0} ms, bare loop {:.0} ms \
                 (last of {RUNS} runs)",
                counts.raw,
                counts.kept,
                100.0 * counts.kept as f64 / counts.raw as f64,
                reports.len(),
                transactions,
                ours.wall.as_secs_f64() * 1e3,
                theirs.wall.as_secs_f64() * 1e3
            );
        }
    }
    for (what, ratios) in [("time", &mut wall), ("processor time of all threads", &mut cpu)] {
        ratios.sort_by(f64::total_cmp);
        if let (Some(first), Some(last)) = (ratios.first(), ratios.last()) {
            let median = ratios[ratios.len() / 2];
            println!("ingest / bare loop, {what}: {median:.2} (median), {first:.2} to {last:.2}; the bar is 2.5");
        }
    }
    added.sort_by(f64::total_cmp);
    if let (Some(first), Some(last)) = (added.first(), added.last()) {
        println!(
            "learning from {} sightings / all the rest of ingest, processor time: {:.3} (median), {first:.3} to {last:.3}; the bar is \
             0.333; {:.0} ns a sighting (least)",
            lessons.len(),
            added[added.len() / 2],
            each.as_secs_f64() * 1e9 / lessons.len() as f64
        );
    }
    Ok(())
}
