//! Backups that are larger than the memory they may use.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::vaults::{engine_on, removed, said};

/// What a large backup took.
#[derive(Debug)]
pub struct Large {
    /// Bytes of the database.
    pub database: u64,
    /// Bytes of the vault.
    pub vault: u64,
    /// The most memory of making it, KiB.
    pub create_kib: u64,
    /// The most memory of restoring it, KiB.
    pub restore_kib: u64,
    /// How long each took.
    pub took: [Duration; 2],
}

/// Makes a database of about so many megabytes in a folder, backs it up and restores it, each in a process of its own.
///
/// # Errors
/// A sentence that says what could not be done.
pub fn large(program: &Path, folder: &Path, megabytes: u64) -> Result<Large, String> {
    let (database, file, restored) = (folder.join("large.db"), folder.join("large.cairn"), folder.join("restored.db"));
    engine_on(&database).and_then(|engine| engine.close()).map_err(said("no database"))?;
    fill(&database, megabytes).map_err(said("no large database"))?;
    let run = |arguments: [&Path; 3]| {
        let start = Instant::now();
        let ran = Command::new(program).args(arguments).output().map_err(said("the victim does not start"))?;
        let peak = String::from_utf8_lossy(&ran.stdout).trim().parse::<u64>();
        if !ran.status.success() {
            return Err(String::from_utf8_lossy(&ran.stderr).into_owned());
        }
        peak.map(|peak| (peak, start.elapsed())).map_err(said("no peak"))
    };
    let size = |path: &Path| std::fs::metadata(path).map(|file| file.len()).map_err(said("no file"));
    let (create_kib, creating) = run([Path::new("create"), &database, &file])?;
    let before = size(&database)?;
    let counted = count(&database)?;
    // So that three times its size is not needed.
    removed(&database);
    let (restore_kib, restoring) = run([Path::new("restore"), &restored, &file])?;
    if count(&restored)? != counted {
        return Err("what was restored is not what was there".to_owned());
    }
    Ok(Large { database: before, vault: size(&file)?, create_kib, restore_kib, took: [creating, restoring] })
}

fn count(database: &Path) -> Result<(i64, i64), String> {
    let db = Connection::open(database).map_err(said("the database"))?;
    db.query_row("SELECT reports, sightings FROM stored", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(said("the database"))
}

/// Writes sightings with names that do not compress, some 60 bytes each, a hundred megabytes at a time.
fn fill(database: &Path, megabytes: u64) -> rusqlite::Result<()> {
    const SIGHTINGS: i64 = 16;
    let db = Connection::open(database)?;
    db.execute_batch("PRAGMA synchronous = OFF; INSERT INTO trip (id, started, ended) VALUES (1, 0, 1)")?;
    let (mut first, mut left) = (1, (megabytes * 1_000_000 / 60) as i64 / SIGHTINGS);
    while left > 0 {
        let reports = left.min(100_000);
        db.execute_batch("BEGIN")?;
        db.execute(
            "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
             INSERT INTO report (id, trip, utc, lat, lon, source) SELECT i, 1, i, 601700000, 249400000, 0 FROM n",
            [first, first + reports - 1],
        )?;
        db.execute(
            "WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < ?3)
             INSERT INTO sighting (report, emitter, age, ssid)
             SELECT report.id, k.i, 0, randomblob(45) FROM report, k WHERE report.id BETWEEN ?1 AND ?2",
            [first, first + reports - 1, SIGHTINGS],
        )?;
        db.execute("UPDATE stored SET reports = reports + ?1, sightings = sightings + ?1 * ?2", [reports, SIGHTINGS])?;
        db.execute_batch("COMMIT")?;
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        (first, left) = (first + reports, left - reports);
    }
    Ok(())
}
