//! Looks a database over.

use rusqlite::Connection;

use super::{StoreError, counts};

/// How many faults there are in the file's structure, as `SQLite` finds them, with the running counts that differ from their
/// rows; and in what rows refer to. Both zero in a sound one.
pub(crate) fn faults(db: &Connection) -> Result<(u64, u64), StoreError> {
    let count = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    Ok((
        count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'")? + counts::wrong(db)?,
        count("SELECT count(*) FROM pragma_foreign_key_check")?,
    ))
}
