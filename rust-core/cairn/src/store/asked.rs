//! When services may be asked again where the phone is, by their base address.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::model::Millis;

/// When it may be asked at the earliest; none where it never was.
pub(crate) fn not_before(db: &Connection, url: &str) -> Result<Option<Millis>, StoreError> {
    let mut select = db.prepare_cached("SELECT not_before FROM asked WHERE url = ?")?;
    Ok(select.query_row([url], |row| row.get(0).map(Millis)).optional()?)
}

/// Sets it.
pub(crate) fn set_not_before(db: &Connection, url: &str, at: Millis) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO asked (url, not_before) VALUES (?, ?)")?.execute(params![url, at.0])?;
    Ok(())
}
