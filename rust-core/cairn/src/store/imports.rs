//! How far files have been imported.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::exchange::{Place, Reached, START, SourceId};
use crate::model::TripId;

/// How far a file is in; none where nothing of it is.
pub(crate) fn reached(db: &Connection, source: SourceId) -> Result<Option<Reached>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT offset, line, tail, i.trip, k.trip IS NULL FROM import i LEFT JOIN kept_trip k ON k.trip = i.trip
         WHERE source = ?",
    )?;
    Ok(select.query_row([source.0], read).optional()?)
}

/// How far those files are in that may have been too short to be known again by their first rows; the longest first.
pub(crate) fn short(db: &Connection) -> Result<Vec<Reached>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT offset, line, tail, i.trip, k.trip IS NULL FROM import i LEFT JOIN kept_trip k ON k.trip = i.trip
         WHERE offset <= ? ORDER BY offset DESC",
    )?;
    Ok(select.query_map([START as i64], read)?.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Reached> {
    let count = |i| row.get::<_, i64>(i).map(|n| n as u64);
    Ok(Reached {
        place: Place { offset: count(0)?, line: count(1)?, tail_hash: row.get(2)? },
        trip: TripId(row.get(3)?),
        upload: row.get(4)?,
    })
}

/// Remembers how far a file is in, and that its trip is kept here where it is not to be sent.
pub(crate) fn reach(db: &Connection, source: SourceId, reached: &Reached) -> Result<(), StoreError> {
    let Place { offset, line, tail_hash } = reached.place;
    db.prepare_cached("INSERT OR REPLACE INTO import (source, offset, line, tail, trip) VALUES (?, ?, ?, ?, ?)")?
        .execute(params![source.0, offset as i64, line as i64, tail_hash, reached.trip.0])?;
    if !reached.upload {
        db.prepare_cached("INSERT OR IGNORE INTO kept_trip (trip) VALUES (?)")?.execute([reached.trip.0])?;
    }
    Ok(())
}
