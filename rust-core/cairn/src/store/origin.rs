//! Which database this is: its name among those that may be merged with it.
//!
//! A copy of the file that is written to is another origin, or its numbers would mean two things. Names go nowhere but with
//! the database. An imported file is an origin, too, the same on every phone: so what two phones read in it counts once where
//! they are merged.

use std::path::Path;
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::StoreError;
use crate::exchange::SourceId;
use crate::model::TripId;

/// Gives the database a name where it has none, and a new one where it is a copy or may have lost rows: what is in it then is
/// another origin's, as it was in the file that it was copied from.
pub(super) fn settle(db: &mut Connection, path: &Path, renew: bool) -> Result<(), StoreError> {
    let file = mark_of(path)?;
    let known: Option<i64> = db.query_row("SELECT file FROM self", [], |row| row.get(0)).optional()?;
    if known == Some(file) && !renew {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if known.is_some() {
        hand_over(&tx)?;
    }
    tx.execute("INSERT OR REPLACE INTO self (id, name, file) VALUES (0, randomblob(16), ?)", [file])?;
    tx.commit()?;
    Ok(())
}

/// The number of an imported file as an origin; its name is the file's, eight octets where databases have sixteen.
pub(super) fn of_file(db: &Connection, file: SourceId) -> Result<i64, StoreError> {
    let name = file.0.to_be_bytes();
    db.prepare_cached("INSERT OR IGNORE INTO origin (name) VALUES (?)")?.execute([name])?;
    Ok(db.prepare_cached("SELECT id FROM origin WHERE name = ?")?.query_row([name], |row| row.get(0))?)
}

/// The file that a trip belongs to, as an origin; 0 where it is a phone's.
pub(super) fn file_of(db: &Connection, trip: TripId) -> Result<i64, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT o.id FROM main.trip t JOIN main.origin o ON o.id = t.origin WHERE t.id = ? AND length(o.name) = 8",
    )?;
    Ok(select.query_row([trip.0], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Makes everything own another origin's.
fn hand_over(db: &Connection) -> Result<(), StoreError> {
    let origin: i64 =
        db.query_row("INSERT INTO origin (name) SELECT name FROM self RETURNING id", [], |row| row.get(0))?;
    for sql in [
        "UPDATE trip SET origin = ?, number = id WHERE origin = 0",
        "UPDATE report SET origin = ?, number = id WHERE origin = 0",
        "UPDATE pruned SET origin = ? WHERE origin = 0",
        "UPDATE ledger_part SET origin = ? WHERE origin = 0",
        "INSERT INTO emitter_of (key, origin, version) SELECT key, ?, version FROM emitter WHERE version > 0",
        "INSERT INTO accepted_of (origin, day, n)
           SELECT ?, key, accepted - coalesce((SELECT sum(n) FROM accepted_of WHERE day = key), 0) FROM ledger WHERE kind = 1",
        "INSERT INTO intake_of (origin, what, n)
           SELECT ?, what, n - coalesce((SELECT sum(o.n) FROM intake_of o WHERE o.what = c.what), 0) FROM intake_count c",
    ] {
        db.execute(sql, [origin])?;
    }
    db.execute("UPDATE emitter SET version = 0 WHERE version > 0", params![])?;
    Ok(())
}

/// What tells a file from a copy of it: its number in the file system, where that tells, and when it was made.
fn mark_of(path: &Path) -> Result<i64, StoreError> {
    let file = std::fs::metadata(path)?;
    let made = file.created().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos() as u64);
    // Fibonacci hashing: two numbers into one, of which only equality matters.
    Ok((number_of(&file) ^ made).wrapping_mul(0x9e37_79b9_7f4a_7c15) as i64)
}

#[cfg(unix)]
fn number_of(file: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file).rotate_left(32)
}

#[cfg(not(unix))]
fn number_of(_: &std::fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open;

    fn names(db: &Connection) -> (Vec<u8>, Vec<Vec<u8>>) {
        let own = db.query_row("SELECT name FROM self", [], |row| row.get(0)).unwrap();
        let mut others = db.prepare("SELECT name FROM origin ORDER BY id").unwrap();
        (own, others.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect())
    }

    #[test]
    fn a_database_keeps_its_name_and_a_copy_that_is_opened_gets_one_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = (dir.path().join("cairn.db"), dir.path().join("copy.db"));
        let own = names(&open(&here).unwrap().writer);
        assert_eq!(own.0.len(), 16);
        std::fs::rename(&here, dir.path().join("moved.db")).unwrap();
        let here = dir.path().join("moved.db");
        assert_eq!(names(&open(&here).unwrap().writer), own, "moved, it is the same");
        std::fs::copy(&here, &there).unwrap();
        let copy = names(&open(&there).unwrap().writer);
        assert_ne!(copy.0, own.0);
        assert_eq!(copy.1, [own.0]);
        assert_eq!(names(&open(&there).unwrap().writer), copy);
    }
}
