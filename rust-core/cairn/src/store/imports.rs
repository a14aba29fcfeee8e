//! How far files have been imported.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::exchange::{Place, Reached, SourceId};
use crate::model::TripId;

/// How far a file is in; none where nothing of it is.
pub(crate) fn reached(db: &Connection, source: SourceId) -> Result<Option<Reached>, StoreError> {
    let row = db
        .prepare_cached("SELECT offset, line, tail, trip FROM import WHERE source = ?")?
        .query_row([source.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    Ok(row.map(|(offset, line, tail_hash, trip)| Reached {
        place: Place { offset: offset as u64, line: line as u64, tail_hash },
        trip: TripId(trip),
    }))
}

/// Remembers how far a file is in.
pub(crate) fn reach(db: &Connection, source: SourceId, reached: &Reached) -> Result<(), StoreError> {
    let Place { offset, line, tail_hash } = reached.place;
    db.prepare_cached("INSERT OR REPLACE INTO import (source, offset, line, tail, trip) VALUES (?, ?, ?, ?, ?)")?
        .execute(params![source.0, offset as i64, line as i64, tail_hash, reached.trip.0])?;
    Ok(())
}
