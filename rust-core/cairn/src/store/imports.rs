//! How far files have been imported.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::exchange::{Origin, Place, Reached, START, SourceId};
use crate::model::TripId;

/// What `read` reads of the table `import`, aliased `i`.
const COLUMNS: &str = "SELECT source, offset, line, tail, i.trip, k.trip IS NULL
                       FROM import i LEFT JOIN kept_trip k ON k.trip = i.trip";

/// How far a file is in; none where nothing of it is.
pub(crate) fn reached(db: &Connection, source: SourceId) -> Result<Option<Reached>, StoreError> {
    let mut select = db.prepare_cached(&format!("{COLUMNS} WHERE source = ?"))?;
    Ok(select.query_row([source.0], read).optional()?)
}

/// How far those files are in that may have been too short to be known again by their first rows; the longest first.
pub(crate) fn short(db: &Connection) -> Result<Vec<Reached>, StoreError> {
    let mut select = db.prepare_cached(&format!("{COLUMNS} WHERE offset <= ? ORDER BY offset DESC"))?;
    Ok(select.query_map([START as i64], read)?.collect::<Result<_, _>>()?)
}

/// How far files of a format are in, the greatest offset first.
pub(crate) fn of_format(db: &Connection, word: &str) -> Result<Vec<Reached>, StoreError> {
    let mut select = db.prepare_cached(&format!("{COLUMNS} WHERE format = ? ORDER BY offset DESC"))?;
    Ok(select.query_map([word], read)?.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Reached> {
    Ok(Reached {
        source: SourceId(row.get(0)?),
        place: read_place(row, 1)?,
        trip: TripId(row.get(4)?),
        upload: row.get(5)?,
    })
}

fn read_place(row: &Row<'_>, from: usize) -> rusqlite::Result<Place> {
    let count = |i| row.get::<_, i64>(i).map(|n| n as u64);
    Ok(Place { offset: count(from)?, line: count(from + 1)?, tail_hash: row.get(from + 2)? })
}

/// Places within the first bytes of files, the greatest offset first.
pub(crate) fn first_marks(db: &Connection) -> Result<Vec<(SourceId, Place)>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT source, offset, line, tail FROM import_mark WHERE offset <= ? ORDER BY offset DESC")?;
    let rows = select.query_map([START as i64], |row| Ok((SourceId(row.get(0)?), read_place(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The places that were passed in a file, in order.
pub(crate) fn marks(db: &Connection, source: SourceId) -> Result<Vec<Place>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT offset, line, tail FROM import_mark WHERE source = ? ORDER BY offset")?;
    Ok(select.query_map([source.0], |row| read_place(row, 0))?.collect::<Result<_, _>>()?)
}

/// Remembers places that were passed.
pub(crate) fn mark(db: &Connection, source: SourceId, marks: &[Place]) -> Result<(), StoreError> {
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO import_mark (source, offset, line, tail) VALUES (?, ?, ?, ?)")?;
    for Place { offset, line, tail_hash } in marks {
        insert.execute(params![source.0, *offset as i64, *line as i64, tail_hash])?;
    }
    Ok(())
}

/// Goes on with a file under another name, or from an earlier place: what is remembered of it up to there stays true.
pub(crate) fn go_on(db: &Connection, earlier: SourceId, source: SourceId, offset: u64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM import_mark WHERE source = ? AND offset > ?")?
        .execute(params![source.0, offset as i64])?;
    if earlier != source {
        db.prepare_cached(
            "INSERT OR IGNORE INTO import_mark (source, offset, line, tail)
             SELECT ?, offset, line, tail FROM import_mark WHERE source = ? AND offset <= ?",
        )?
        .execute(params![source.0, earlier.0, offset as i64])?;
    }
    Ok(())
}

/// Remembers how far a file is in, and that its trip is kept here where it is not to be sent.
pub(crate) fn reach(db: &Connection, reached: &Reached, origin: &Origin) -> Result<(), StoreError> {
    let Reached { source, place: Place { offset, line, tail_hash }, trip, upload } = *reached;
    db.prepare_cached(
        "INSERT OR REPLACE INTO import (source, offset, line, tail, trip, format, name) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        source.0,
        offset as i64,
        line as i64,
        tail_hash,
        trip.0,
        origin.format.word(),
        origin.name
    ])?;
    if !upload {
        db.prepare_cached("INSERT OR IGNORE INTO kept_trip (trip) VALUES (?)")?.execute([trip.0])?;
    }
    Ok(())
}

/// The file that was read last of a stream.
pub(crate) fn stream_source(db: &Connection, stream: i64) -> Result<Option<SourceId>, StoreError> {
    let mut select = db.prepare_cached("SELECT source FROM import_stream WHERE stream = ?")?;
    Ok(select.query_row([stream], |row| row.get(0).map(SourceId)).optional()?)
}

/// Remembers the file that was read last of a stream.
pub(crate) fn remember_stream(db: &Connection, stream: i64, source: SourceId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO import_stream (stream, source) VALUES (?, ?)")?
        .execute([stream, source.0])?;
    Ok(())
}
