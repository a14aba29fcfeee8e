//! Sums that are kept for each origin by itself: reports that services took, by day, and intake's counts.
//!
//! What a database counted itself is its total less what others brought.

use rusqlite::{Connection, params};

use super::super::{StoreError, ledger};
use super::sources::Sources;
use crate::ledger::Day;

pub(super) fn merge(db: &Connection, sources: &Sources) -> Result<(), StoreError> {
    accepted(db, sources)?;
    intake(db, sources)
}

fn accepted(db: &Connection, sources: &Sources) -> Result<(), StoreError> {
    let mut theirs = db.prepare(
        "SELECT origin, day, n FROM other.accepted_of
         UNION ALL
         SELECT 0, key, accepted - coalesce((SELECT sum(n) FROM other.accepted_of a WHERE a.day = l.key), 0)
         FROM other.ledger l WHERE kind = 1 AND accepted > 0",
    )?;
    let mut own = db.prepare(
        "SELECT accepted - coalesce((SELECT sum(n) FROM main.accepted_of a WHERE a.day = l.key), 0)
         FROM main.ledger l WHERE kind = 1 AND key = ?",
    )?;
    let mut others = db.prepare("SELECT n FROM main.accepted_of WHERE origin = ? AND day = ?")?;
    let mut write = db.prepare("INSERT OR REPLACE INTO main.accepted_of (origin, day, n) VALUES (?, ?, ?)")?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (origin, day, n): (i64, i32, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(&origin) = sources.origins.get(&origin) else { continue };
        let known =
            first(if origin == 0 { own.query([i64::from(day)])? } else { others.query([origin, day.into()])? })?;
        if n > known {
            if origin != 0 {
                write.execute(params![origin, day, n])?;
            }
            ledger::accepted(db, Day::new(day), u32::try_from(n - known).unwrap_or(u32::MAX))?;
        }
    }
    Ok(())
}

fn intake(db: &Connection, sources: &Sources) -> Result<(), StoreError> {
    let mut theirs = db.prepare(
        "SELECT origin, what, n FROM other.intake_of
         UNION ALL
         SELECT 0, what, n - coalesce((SELECT sum(o.n) FROM other.intake_of o WHERE o.what = c.what), 0)
         FROM other.intake_count c",
    )?;
    let mut own = db.prepare(
        "SELECT n - coalesce((SELECT sum(o.n) FROM main.intake_of o WHERE o.what = c.what), 0)
         FROM main.intake_count c WHERE what = ?",
    )?;
    let mut others = db.prepare("SELECT n FROM main.intake_of WHERE origin = ? AND what = ?")?;
    let mut write = db.prepare("INSERT OR REPLACE INTO main.intake_of (origin, what, n) VALUES (?, ?, ?)")?;
    let mut add = db.prepare(
        "INSERT INTO main.intake_count (what, n) VALUES (?1, ?2) ON CONFLICT (what) DO UPDATE SET n = n + ?2",
    )?;
    let mut rows = theirs.query([])?;
    while let Some(row) = rows.next()? {
        let (origin, what, n): (i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(&origin) = sources.origins.get(&origin) else { continue };
        let known = first(if origin == 0 { own.query([&what])? } else { others.query(params![origin, what])? })?;
        if n > known {
            if origin != 0 {
                write.execute(params![origin, what, n])?;
            }
            add.execute(params![what, n - known])?;
        }
    }
    Ok(())
}

/// The first column of the first row; zero where there is none.
fn first(mut rows: rusqlite::Rows<'_>) -> Result<i64, StoreError> {
    Ok(rows.next()?.map_or(Ok(0), |row| row.get(0))?)
}
