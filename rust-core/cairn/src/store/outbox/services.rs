//! Services: added, changed, stopped and set going again.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::super::StoreError;
use crate::model::Millis;
use crate::outbox::{NotUseful, Protocol, Service, ServiceId, ServiceSettings, Stop};

const COLUMNS: &str = "id, url, api_key, protocol, full_metadata, allow_http, unmetered_only, charging_only, roaming, enabled, stopped, next_attempt";

/// Adds a service; one with the same address is changed instead.
pub(crate) fn add(db: &Connection, settings: &ServiceSettings) -> Result<ServiceId, StoreError> {
    let existing: Option<i64> =
        db.query_row("SELECT id FROM service WHERE url = ?", [&settings.url], |row| row.get(0)).optional()?;
    if let Some(id) = existing {
        set(db, ServiceId(id), settings)?;
        return Ok(ServiceId(id));
    }
    db.execute(
        "INSERT INTO service (url, api_key, protocol, full_metadata, allow_http, unmetered_only, charging_only, roaming, enabled)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params_from_iter(values(settings)),
    )?;
    Ok(ServiceId(db.last_insert_rowid()))
}

/// Changes a service's settings; one that was stopped gets another chance. What it had no use for may be of use under another
/// protocol, and is judged again with the next batch.
pub(crate) fn set(db: &Connection, id: ServiceId, settings: &ServiceSettings) -> Result<(), StoreError> {
    db.execute(
        "UPDATE outbox SET state = 0, reason = NULL
         WHERE service = ?1 AND state = 3 AND (SELECT protocol FROM service WHERE id = ?1) != ?2",
        params![id.0, settings.protocol as i64],
    )?;
    db.execute(
        "UPDATE service SET url = ?, api_key = ?, protocol = ?, full_metadata = ?, allow_http = ?, unmetered_only = ?,
                charging_only = ?, roaming = ?, enabled = ? WHERE id = ?",
        params_from_iter(values(settings).into_iter().chain([id.0.into()])),
    )?;
    resume(db, id)
}

/// Settings in the order of their columns.
fn values(settings: &ServiceSettings) -> [Value; 9] {
    [
        settings.url.clone().into(),
        settings.key.clone().into(),
        (settings.protocol as i64).into(),
        settings.full_metadata.into(),
        settings.allow_http.into(),
        settings.unmetered_only.into(),
        settings.charging_only.into(),
        settings.roaming.into(),
        settings.enabled.into(),
    ]
}

/// Removes a service with everything the outbox knows of it. The reports stay; what others have taken is not touched.
pub(crate) fn remove(db: &Connection, id: ServiceId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM outbox WHERE service = ?",
        "DELETE FROM outbox_count WHERE service = ?",
        "DELETE FROM batch WHERE service = ?",
        "DELETE FROM attempt WHERE service = ?",
        "DELETE FROM pruned WHERE service = ?",
        "DELETE FROM service WHERE id = ?",
    ] {
        db.execute(sql, [id.0])?;
    }
    Ok(())
}

/// Gives a stopped or failing service another chance now. How many reports it refused in a row is kept: only one that it
/// takes speaks against that.
pub(crate) fn resume(db: &Connection, id: ServiceId) -> Result<(), StoreError> {
    db.execute("UPDATE service SET stopped = NULL, next_attempt = NULL, failures = 0 WHERE id = ?", [id.0])?;
    Ok(())
}

/// Has what was kept at home by zones and lists judged again with the next batch: the user has taken one of them back.
pub(crate) fn reconsider_private(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        "UPDATE outbox SET state = 0, reason = NULL WHERE state = 3 AND reason = ?",
        [NotUseful::Private.word()],
    )?;
    Ok(())
}

/// A service, and when it may be asked next.
pub(crate) fn by_id(db: &Connection, id: ServiceId) -> Result<Option<(Service, Option<Millis>)>, StoreError> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM service WHERE id = ?"))?
        .query_row([id.0], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Every service, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<(Service, Option<Millis>)>, StoreError> {
    let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM service ORDER BY id"))?;
    let rows = select.query_map([], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

fn read(row: &Row<'_>) -> Result<(Service, Option<Millis>), StoreError> {
    const PROTOCOLS: [Protocol; 3] = [Protocol::BeaconDb, Protocol::Ichnaea, Protocol::Open];
    let settings = ServiceSettings {
        url: row.get(1)?,
        key: row.get(2)?,
        protocol: *PROTOCOLS.get(row.get::<_, u32>(3)? as usize).ok_or(StoreError::Value("service.protocol"))?,
        full_metadata: row.get(4)?,
        allow_http: row.get(5)?,
        unmetered_only: row.get(6)?,
        charging_only: row.get(7)?,
        roaming: row.get(8)?,
        enabled: row.get(9)?,
    };
    let stopped = row
        .get::<_, Option<u32>>(10)?
        .map(|n| Stop::ALL.get(n as usize).copied().ok_or(StoreError::Value("service.stopped")))
        .transpose()?;
    let next_attempt = row.get::<_, Option<i64>>(11)?.map(Millis);
    Ok((Service { id: ServiceId(row.get(0)?), settings, stopped }, next_attempt))
}
