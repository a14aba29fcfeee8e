//! Looks a database over that nobody has open, and mends what can be mended.
//!
//! Looking changes nothing, not even the journal mode. Nothing that can be read is thrown away: where rows must go, or the file
//! is damaged, the file as it was stays beside the new one.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{SCHEMA_VERSION, StoreError, counts, migrate, open, salvage};
use crate::doctor::Finding;
use crate::outbox::Stop;

/// What of `integrity_check`'s words is about an index: that can be made anew from its table.
const ABOUT_AN_INDEX: [&str; 3] = ["missing from index", "wrong # of entries in index", "non-unique entry in index"];

/// Reads a database without changing it; answers its schema version, where that can be read, and what is to be said.
///
/// # Errors
/// [`StoreError::Newer`], [`StoreError::Foreign`], and what keeps it from being read at all.
pub(crate) fn examine(path: &Path, in_use: bool) -> Result<(Option<u32>, Vec<Finding>), StoreError> {
    let damaged = || Finding::Structure { faults: 1, only_indexes: false };
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(open::BUSY_TIMEOUT)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    let schema = match migrate::check(&db) {
        Err(e) if e.is_corruption() => return Ok((None, vec![damaged()])),
        other => other?,
    };
    let mut found = Vec::new();
    match look(&db, schema, in_use, &mut found) {
        // So broken that a question about it fails.
        Err(e) if e.is_corruption() => {
            if !found.iter().any(|f| matches!(f, Finding::Structure { only_indexes: false, .. })) {
                found.retain(|f| !matches!(f, Finding::Structure { .. }));
                found.insert(0, damaged());
            }
        }
        other => other?,
    }
    if !in_use && !left_behind(path).is_empty() {
        found.push(Finding::LeftBehind { files: left_behind(path).len() as u64 });
    }
    Ok((Some(schema), found))
}

/// Files beside the database that exist only while something is done.
fn left_behind(path: &Path) -> Vec<PathBuf> {
    let passing = ["snapshot", "restored", "sealed", "import-copy"].map(|part| salvage::beside(path, part));
    passing.into_iter().filter(|file| file.exists()).collect()
}

/// The region packs it uses.
pub(crate) fn packs(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    super::packs::list(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

fn look(db: &Connection, schema: u32, in_use: bool, found: &mut Vec<Finding>) -> Result<(), StoreError> {
    structure(db, found)?;
    if !found.is_empty() {
        // An index is asked how many rows there are: until it is sound, nothing else can be told.
        return Ok(());
    }
    references(db, found)?;
    if schema < SCHEMA_VERSION {
        // What counts and lists are in it only an up-to-date one tells.
        found.push(Finding::OldSchema { found: schema, known: SCHEMA_VERSION });
        return Ok(());
    }
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    let mut add = |n: u64, finding: fn(u64) -> Finding| {
        if n > 0 {
            found.push(finding(n));
        }
    };
    add(counts::wrong(db)?, |wrong| Finding::Counts { wrong });
    if !in_use {
        add(count("SELECT count(*) FROM batch WHERE in_flight = 1")?, |batches| Finding::LeasesOver { batches });
        add(
            count("SELECT count(*) FROM batch WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.batch = batch.id)")?,
            |batches| Finding::EmptyBatches { batches },
        );
    }
    add(count(&format!("SELECT count(*) FROM outbox WHERE {LOST_BATCH}"))?, |reports| Finding::LostBatch { reports });
    add(count(&format!("SELECT count(*) FROM outbox WHERE {NO_REPORT}"))?, |rows| Finding::NothingToSend { rows });
    services(db, found)
}

/// Waits with a batch that there is not: it would wait for ever.
const LOST_BATCH: &str =
    "state = 0 AND batch IS NOT NULL AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = outbox.batch)";
/// Waits for a report that there is not.
const NO_REPORT: &str = "state = 0 AND NOT EXISTS (SELECT 1 FROM report WHERE report.id = outbox.report)";

fn structure(db: &Connection, found: &mut Vec<Finding>) -> Result<(), StoreError> {
    let (mut faults, mut only_indexes) = (0, true);
    let mut check = db.prepare("SELECT integrity_check FROM pragma_integrity_check")?;
    let mut lines = check.query([])?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            faults += 1;
            only_indexes &= ABOUT_AN_INDEX.iter().any(|words| line.contains(words));
        }
    }
    if faults > 0 {
        found.push(Finding::Structure { faults, only_indexes });
    }
    Ok(())
}

fn references(db: &Connection, found: &mut Vec<Finding>) -> Result<(), StoreError> {
    let of = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    let lost_trips = of("SELECT count(*) FROM pragma_foreign_key_check WHERE parent = 'trip'")?;
    let rows = of("SELECT count(*) FROM pragma_foreign_key_check WHERE parent != 'trip'")?;
    if lost_trips > 0 {
        found.push(Finding::LostTrips { rows: lost_trips });
    }
    if rows > 0 {
        found.push(Finding::References { rows });
    }
    Ok(())
}

fn services(db: &Connection, found: &mut Vec<Finding>) -> Result<(), StoreError> {
    let mut select = db.prepare(
        "SELECT url, stopped, coalesce((SELECT n FROM outbox_count WHERE service = service.id AND state = 2), 0)
         FROM service ORDER BY id",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (service, stopped, reports): (String, Option<u32>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(stop) = stopped.and_then(|n| Stop::ALL.get(n as usize)) {
            found.push(Finding::Stopped { service: service.clone(), stop: *stop });
        }
        if reports > 0 {
            found.push(Finding::Quarantined { service, reports: reports as u64 });
        }
    }
    Ok(())
}

/// Mends a database that nobody has open; answers where it was kept as it was, if anything had to go.
///
/// # Errors
/// [`StoreError::InUse`], and what keeps it from being written.
pub(crate) fn mend(path: &Path, found: &[Finding]) -> Result<Option<PathBuf>, StoreError> {
    let _lock = open::lock(path)?;
    for file in left_behind(path) {
        std::fs::remove_file(file)?;
    }
    if found.iter().any(|f| matches!(f, Finding::Structure { only_indexes: false, .. })) {
        return Ok(Some(open::save(path)?.set_aside));
    }
    let must_go = found.iter().any(|f| matches!(f, Finding::References { .. }));
    let kept = if must_go { Some(keep_copy(path)?) } else { None };
    if found.iter().any(|f| matches!(f, Finding::Structure { .. })) {
        Connection::open(path)?.execute_batch("REINDEX")?;
    }
    // What refers to nothing goes before the schema is brought up, which would refuse it.
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "foreign_keys", false)?;
    let tx = db.transaction()?;
    for finding in found {
        match finding {
            Finding::LostTrips { .. } => adopt(&tx)?,
            Finding::References { .. } => remove_orphans(&tx)?,
            _ => {}
        }
    }
    tx.commit()?;
    migrate::migrate(&mut db)?;
    let tx = db.transaction()?;
    for finding in found {
        match finding {
            Finding::LeasesOver { .. } => tx.execute_batch("UPDATE batch SET in_flight = 0")?,
            Finding::EmptyBatches { .. } => tx.execute_batch(
                "DELETE FROM batch WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.batch = batch.id)",
            )?,
            Finding::LostBatch { .. } => {
                tx.execute_batch(&format!("UPDATE outbox SET batch = NULL WHERE {LOST_BATCH}"))?;
            }
            Finding::NothingToSend { .. } => tx.execute_batch(&format!("DELETE FROM outbox WHERE {NO_REPORT}"))?,
            _ => {}
        }
    }
    // After all that changes rows.
    if counts::wrong(&tx)? > 0 {
        counts::recount(&tx)?;
    }
    tx.commit()?;
    Ok(kept)
}

/// Gives reports without a trip one of their own, under its number, as long as they are; and imports, one of which nothing is
/// known.
fn adopt(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "INSERT INTO trip (id, started, ended)
         SELECT trip, min(utc), max(utc) FROM report WHERE trip NOT IN (SELECT id FROM trip) GROUP BY trip",
    )?;
    let others: Vec<String> = db
        .prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check WHERE parent = 'trip'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in others {
        db.execute_batch(&format!(
            "INSERT INTO trip (id, started, ended)
             SELECT DISTINCT trip, 0, 0 FROM \"{table}\" WHERE trip NOT IN (SELECT id FROM trip)"
        ))?;
    }
    Ok(())
}

/// Removes rows that refer to nothing, until none does: one may have been what another refers to.
fn remove_orphans(db: &Connection) -> Result<(), StoreError> {
    let next = "SELECT c.\"table\", k.\"from\", k.\"table\", coalesce(k.\"to\", 'id') FROM pragma_foreign_key_check c
                JOIN pragma_foreign_key_list(c.\"table\") k ON k.id = c.fkid LIMIT 1";
    let mut last = None;
    loop {
        let row = db.query_row(next, [], |r| Ok::<[String; 4], _>([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?]));
        let Some(orphans) = row.optional()? else { return Ok(()) };
        if last.as_ref() == Some(&orphans) {
            // Nothing went: better said than tried for ever.
            return Err(StoreError::Damaged);
        }
        let [table, from, parent, to] = &orphans;
        db.execute_batch(&format!(
            "DELETE FROM \"{table}\" WHERE \"{from}\" IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM \"{parent}\" p WHERE p.\"{to}\" = \"{table}\".\"{from}\")"
        ))?;
        last = Some(orphans);
    }
}

/// Copies the database as it is, beside it.
fn keep_copy(path: &Path) -> Result<PathBuf, StoreError> {
    let kept = salvage::free_name(path);
    let db = Connection::open(path)?;
    db.execute("VACUUM INTO ?", [kept.to_str().ok_or(StoreError::Path)?])?;
    Ok(kept)
}

/// Copies a database that nobody has open, with its log, byte by byte: what is damaged in it is so in the copy.
///
/// # Errors
/// [`StoreError::InUse`]; [`StoreError::File`] also where there is something already.
pub(crate) fn copy(path: &Path, to: &Path) -> Result<(), StoreError> {
    let _lock = open::lock(path)?;
    std::io::copy(&mut std::fs::File::open(path)?, &mut std::fs::File::create_new(to)?)?;
    let part = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        PathBuf::from(name)
    };
    match std::fs::copy(part(path), part(to)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

/// Whether another process has the database open. The lock's file is not made for the question.
pub(crate) fn is_in_use(path: &Path) -> Result<bool, StoreError> {
    if !salvage::beside(path, "lock").exists() {
        return Ok(false);
    }
    match open::lock(path) {
        Ok(_) => Ok(false),
        Err(StoreError::InUse) => Ok(true),
        Err(e) => Err(e),
    }
}
