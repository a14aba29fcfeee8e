//! Kills an import of a growing log again and again, while the log is rotated, packed, cut and written again, and compares what
//! is in with one clean run.

use std::fmt::{Display, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use cairn::engine::{Config, Engine, Stats};
use cairn::exchange::{self, ImportOptions};
use flate2::Compression;
use flate2::write::GzEncoder;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What so many rounds did.
#[derive(Debug, Default)]
pub struct Done {
    /// Runs that were alive when they were killed.
    pub killed: u32,
    /// Times the log was rotated.
    pub rotated: u32,
    /// Rotated files that were packed.
    pub packed: u32,
    /// Times the log was cut, and later written again.
    pub cut: u32,
    /// Times a run said that bytes it had read were gone.
    pub told: u32,
    /// Lines of the whole log.
    pub lines: u64,
}

const HEADING: &str = "WigleWifi-1.4,appRelease=made-up\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,Type\n";

/// Lines that are written at once, at most: a rotation comes between scans, as it does where whole scans are written.
const SCAN: u64 = 4;

pub(crate) fn said<E: Display>(what: &'static str) -> impl Fn(E) -> String {
    move |e| format!("{what}: {e}")
}

/// Four access points heard at the n-th place of a walk.
fn scan(n: u64) -> String {
    let mut text = String::new();
    let (hour, minute, second) = (n / 1_200 % 24, n / 20 % 60, n % 20 * 3);
    for i in 0..SCAN {
        let mac = 0x001a_0000_0000_u64 | (n / 3 * SCAN + i) << 4;
        let o = mac.to_be_bytes();
        let _ = writeln!(
            text,
            "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x},Net,[WPA2],2025-06-{:02} {hour:02}:{minute:02}:{second:02},6,-60,{:.6},24.9,12,4,WIFI",
            o[2],
            o[3],
            o[4],
            o[5],
            o[6],
            o[7],
            1 + n / 28_800 % 28,
            60.0 + (n % 100_000) as f64 * 1e-4,
        );
    }
    text
}

/// A log that is written, rotated, packed and cut.
struct Log {
    folder: PathBuf,
    /// What the newest file is to hold in the end.
    whole: String,
    /// How much of that is written.
    written: usize,
    scans: u64,
    rotations: u32,
}

impl Log {
    fn path(&self) -> PathBuf {
        self.folder.join("walk.csv")
    }

    fn append(&mut self, bytes: usize) -> Result<(), String> {
        while self.whole.len() < self.written + bytes {
            self.whole += &scan(self.scans);
            self.scans += 1;
        }
        let mut file =
            OpenOptions::new().create(true).append(true).open(self.path()).map_err(said("the log does not open"))?;
        file.write_all(&self.whole.as_bytes()[self.written..self.written + bytes]).map_err(said("the log"))?;
        self.written += bytes;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        self.append(self.whole.len() - self.written)
    }

    fn cut(&mut self, bytes: usize) -> Result<(), String> {
        self.written = self.written.saturating_sub(bytes).max(1);
        let file = OpenOptions::new().write(true).open(self.path()).map_err(said("the log does not open"))?;
        file.set_len(self.written as u64).map_err(said("the log cannot be cut"))
    }

    /// Moves all files up by one and begins another.
    fn rotate(&mut self) -> Result<(), String> {
        self.finish()?;
        for n in (0..=self.rotations).rev() {
            for packed in ["", ".gz", ".zst"] {
                let name = |n: u32| self.folder.join(format!("walk.csv.{n}{packed}"));
                let from = if n == 0 && packed.is_empty() { self.path() } else { name(n) };
                if from.exists() {
                    fs::rename(from, name(n + 1)).map_err(said("the log cannot be rotated"))?;
                }
            }
        }
        self.rotations += 1;
        (self.whole, self.written) = (HEADING.to_owned(), 0);
        Ok(())
    }

    /// Packs the oldest file that is not packed; answers whether there is one.
    fn pack(&self, zstd: bool) -> Result<bool, String> {
        let plain = |n: &u32| self.folder.join(format!("walk.csv.{n}"));
        let Some(path) = (1..=self.rotations).rev().find(|n| plain(n).exists()).map(|n| plain(&n)) else {
            return Ok(false);
        };
        let bytes = fs::read(&path).map_err(said("a rotated log"))?;
        let (packed, ext) = if zstd {
            (zstd::encode_all(&bytes[..], 1).map_err(said("zstd"))?, "zst")
        } else {
            let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
            gz.write_all(&bytes).map_err(said("gzip"))?;
            (gz.finish().map_err(said("gzip"))?, "gz")
        };
        let mut name = path.clone().into_os_string();
        name.push(".");
        name.push(ext);
        fs::write(name, packed).map_err(said("a packed log"))?;
        fs::remove_file(path).map_err(said("a rotated log"))?;
        Ok(true)
    }
}

/// Runs `victim` on a growing log, kills it at random moments `rounds` times, and in between rotates, packs, grows and cuts the
/// log. In the end all of it is imported once more, and compared with one clean import of the same rows.
///
/// # Errors
/// A sentence that says what was lost or counted twice, or what could not be done.
pub fn import_again_and_again(victim: &Path, rounds: u32, seed: u64) -> Result<Done, String> {
    let dir = tempfile::tempdir().map_err(said("no folder"))?;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let folder = dir.path().join("logs");
    fs::create_dir(&folder).map_err(said("no folder"))?;
    let mut log = Log { folder: folder.clone(), whole: HEADING.to_owned(), written: 0, scans: 0, rotations: 0 };
    let pattern = folder.join("walk.csv*");
    let database = dir.path().join("killed.db");
    let output = dir.path().join("output");
    let mut done = Done::default();
    let pace = pace(victim)?;
    for _ in 0..rounds {
        match chance.random_range(0..10) {
            0 | 1 => {
                log.rotate()?;
                done.rotated += 1;
            }
            2 => done.packed += u32::from(log.pack(chance.random())?),
            3..=5 if log.written > 2_000 => {
                log.cut(chance.random_range(1..20_000))?;
                done.cut += 1;
            }
            _ => {}
        }
        log.append(chance.random_range(1..120_000))?;
        if chance.random_range(0..4) == 0 && log.written > 2_000 {
            // Cut behind what may have been read: the import finds it so.
            log.cut(chance.random_range(1..60_000))?;
            done.cut += 1;
        }
        let told = File::create(&output).map_err(said("no output"))?;
        let mut child = Command::new(victim)
            .arg("follow")
            .args([&database, &pattern])
            .stdout(told)
            .stderr(Stdio::null())
            .spawn()
            .map_err(said("the victim does not start"))?;
        std::thread::sleep(pace.mul_f64(chance.random_range(0.0..2.5)));
        done.killed += u32::from(child.try_wait().map_err(said("the victim"))?.is_none());
        child.kill().map_err(said("the victim cannot be killed"))?;
        child.wait().map_err(said("the victim cannot be awaited"))?;
        for line in fs::read_to_string(&output).map_err(said("the output"))?.lines() {
            // Cut into its heading, the log cannot be known any more: then it is gone, and that is told.
            let is_gone = line.ends_with(": lost") && log.written < HEADING.len() + 500;
            if !is_gone && !line.contains("no longer in the file") {
                return Err(format!("a run complained of a log of {} bytes: {line}", log.written));
            }
            done.told += 1;
        }
    }
    log.finish()?;
    done.lines = log.scans * SCAN;
    let killed = totals(&database, &exchange::streams(&[pattern]).map_err(|e| e.to_string())?[0].files)?;

    let whole: String = HEADING.to_owned() + &(0..log.scans).map(scan).collect::<String>();
    let file = dir.path().join("whole.csv");
    fs::write(&file, whole).map_err(said("the whole log"))?;
    let clean = totals(&dir.path().join("clean.db"), &[file])?;
    if killed == clean {
        Ok(done)
    } else {
        Err(format!("one clean run counts {clean:?}, this one {killed:?}, {done:?}"))
    }
}

/// How long a small import takes from its start to its end, on this machine as busy as it is: what moments to kill at are
/// measured by.
pub(crate) fn pace(victim: &Path) -> Result<Duration, String> {
    let dir = tempfile::tempdir().map_err(said("no folder"))?;
    let file = dir.path().join("walk.csv");
    fs::write(&file, HEADING.to_owned() + &(0..100).map(scan).collect::<String>()).map_err(said("a small log"))?;
    let begun = Instant::now();
    let ended = Command::new(victim).arg("once").args([&dir.path().join("db"), &file]).stdout(Stdio::null()).status();
    ended.map_err(said("the victim does not start"))?;
    Ok(begun.elapsed().max(Duration::from_millis(15)))
}

/// Imports files to their end and counts what is in.
pub(crate) fn totals(database: &Path, files: &[PathBuf]) -> Result<Vec<u64>, String> {
    let engine = Engine::open(Config::for_file(database.to_owned())).map_err(said("the database"))?.engine;
    for file in files {
        let never = AtomicBool::new(false);
        exchange::run(&engine, file, ImportOptions::default(), &mut |_| (), &never).map_err(|e| e.to_string())?;
    }
    let Stats { counts, reports, sightings, totals, .. } = engine.stats().map_err(said("the totals"))?;
    engine.close().map_err(said("the database"))?;
    let dropped = counts.dropped.values().sum();
    let places: (u64, u64) = rusqlite::Connection::open(database)
        .and_then(|db| {
            db.query_row("SELECT count(*), total(lat + lon) FROM estimate", [], |row| {
                Ok((row.get::<_, i64>(0)? as u64, row.get::<_, f64>(1)? as u64))
            })
        })
        .map_err(said("the estimates"))?;
    let totals = &totals.counts;
    Ok(vec![
        counts.raw,
        counts.fixes,
        counts.kept,
        counts.counted,
        dropped,
        reports,
        sightings,
        totals.wifi,
        totals.cells,
        places.0,
        places.1,
    ])
}
