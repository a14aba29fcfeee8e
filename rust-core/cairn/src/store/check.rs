//! Looks a database over.

use rusqlite::Connection;

use super::{StoreError, counts};

/// How many faults there are in the file's structure, as `SQLite` finds them, with the running counts that differ from their
/// rows; and in what rows refer to. Both zero in a sound one of the newest schema.
pub(crate) fn faults(db: &Connection) -> Result<(u64, u64), StoreError> {
    let (structure, references) = file_faults(db)?;
    Ok((structure + counts::wrong(db)?, references))
}

/// The same as far as it can be told of any schema, be it an old one: without the running counts.
pub(crate) fn file_faults(db: &Connection) -> Result<(u64, u64), StoreError> {
    let count = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    Ok((
        count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'")?,
        count("SELECT count(*) FROM pragma_foreign_key_check")?,
    ))
}
