//! What holds for every format that is read, whatever the size of the file: bounded memory, progress, and a clean end when it is
//! cancelled. With as many rows as one likes: `cargo run --package cairn-tests --bin import-large -- 1000000`.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cairn::SystemClock;
use cairn::engine::{Config, Engine};
use cairn::exchange::{self, Fault, ImportError, ImportOptions, ImportSummary, Progress, Stage};
use cairn_tests::formats::{ALL, Made, Packing};

/// Rows that a file is read with, and so many more: what is kept of a row would show.
const SOME: u64 = 10_000;
const MANY: u64 = 10 * SOME;

/// A row in memory takes more than 100 bytes in any format; buffers that grow, and what SQLite sorts an index with, take less than
/// this altogether.
const GROWTH_KB: u64 = 6 << 10;

/// The rows in a file and the most memory that reading it took, by a process of its own.
fn read(file: &Path) -> (u64, u64) {
    let ran = Command::new(env!("CARGO_BIN_EXE_import-victim")).arg("read").arg(file).output().unwrap();
    let told = String::from_utf8(ran.stdout).unwrap();
    let numbers: Vec<u64> = told.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let [rows, peak] = numbers[..] else { panic!("{told}{}", String::from_utf8_lossy(&ran.stderr)) };
    (rows, peak)
}

#[test]
fn no_format_takes_more_memory_for_a_longer_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let all = ALL.iter().map(|made| (made, Packing::Plain));
    let packed = Packing::ALL.into_iter().skip(1).map(|packing| (&ALL[1], packing));
    for (made, packing) in all.chain(packed) {
        let [some, many] = [SOME, MANY].map(|rows| {
            made.write(&file, rows, packing).unwrap();
            let (read, peak) = read(&file);
            assert_eq!(read, rows, "{}, {packing:?}", made.name);
            peak
        });
        assert!(many <= some + GROWTH_KB, "{}, {packing:?}: {some} KiB, then {many} KiB", made.name);
    }
}

fn engine(folder: &Path) -> Engine {
    Engine::open(Config { path: folder.join("db"), clock: Arc::new(SystemClock::new()), seed: 1 }).unwrap().engine
}

fn import(
    engine: &Engine,
    file: &Path,
    each: &mut dyn FnMut(Progress, &AtomicBool),
) -> Result<ImportSummary, ImportError> {
    let cancel = AtomicBool::new(false);
    exchange::run(engine, file, ImportOptions::default(), &mut |progress| each(progress, &cancel), &cancel)
}

/// Rows that are in, whatever they became.
fn rows_in(engine: &Engine, folder: &Path, made: &Made) -> u64 {
    let stats = engine.stats().unwrap();
    let estimates: i64 = rusqlite::Connection::open(folder.join("db"))
        .unwrap()
        .query_row("SELECT count(*) FROM estimate", [], |row| row.get(0))
        .unwrap();
    assert!(stats.counts.fixes == 0 || estimates == 0, "{}", made.name);
    stats.counts.fixes + estimates as u64
}

#[test]
fn an_import_that_is_cancelled_leaves_whole_chunks_and_goes_on_there() {
    const ROWS: u64 = 4_500;
    for made in &ALL {
        let folder = tempfile::tempdir().unwrap();
        let (engine, file) = (engine(folder.path()), folder.path().join("file"));
        made.write(&file, ROWS, Packing::Plain).unwrap();
        let mut told = Vec::new();
        let stopped = import(&engine, &file, &mut |progress, cancel| {
            // Before it come, of a database, those of its copy.
            if progress.stage == Stage::Reading {
                told.push(progress);
            }
            cancel.store(told.len() == 2, Ordering::Relaxed);
        });
        assert_eq!(stopped.map_err(|e| e.fault), Err(Fault::Cancelled), "{}", made.name);
        let before = rows_in(&engine, folder.path(), made);
        assert_eq!(
            told.last().map(|p| p.rows),
            Some(before),
            "{}: what was told to be in is in, and no more",
            made.name
        );
        assert!(before > 0 && before < ROWS, "{}: {before} rows", made.name);

        let mut all = |progress: Progress, _: &AtomicBool| {
            if progress.stage == Stage::Reading {
                told.push(progress);
            }
        };
        let rest = import(&engine, &file, &mut all).unwrap();
        assert_eq!(rest.rows() + rest.estimates(), ROWS - before, "{}", made.name);
        assert_eq!(rows_in(&engine, folder.path(), made), ROWS, "{}", made.name);
        assert!(told.iter().all(|p| p.bytes <= p.size && p.size > 0), "{}", made.name);
        assert!(told.windows(2).all(|two| two[0].bytes <= two[1].bytes), "{}: {told:?}", made.name);
        engine.close().unwrap();
    }
}
