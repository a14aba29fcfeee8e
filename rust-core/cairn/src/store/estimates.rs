//! Where others think that emitters are: asked where nothing was heard of one, and never part of a report.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::exchange::{Estimate, Estimated};
use crate::locate::Learned;
use crate::model::{EmitterKey, LatLng, Metres};

/// What is thought of an emitter.
pub(crate) fn read(db: &Connection, key: EmitterKey) -> Result<Option<Learned>, StoreError> {
    let row = db
        .prepare_cached("SELECT lat, lon, radius, samples, day FROM estimate WHERE key = ?")?
        .query_row([key.to_i64()], |row| {
            let place = (row.get::<_, i32>(0)?, row.get::<_, i32>(1)?);
            Ok((place, row.get::<_, Option<u32>>(2)?, row.get::<_, u32>(3)?, row.get::<_, i32>(4)?))
        })
        .optional()?;
    row.map(|((lat, lon), radius, samples, day)| {
        let place = LatLng::from_e7(lat, lon).map_err(|_| StoreError::Value("estimate.lat, estimate.lon"))?;
        Ok(Learned::estimated(key.kind(), place, radius.map(|r| Metres(f64::from(r))), samples, day))
    })
    .transpose()
}

/// Of two opinions the later one stays; of two of one day the one that rests on more, and then whichever comes later on the map,
/// so that it does not matter which was there first.
const NEWER_WINS: &str = "ON CONFLICT (key) DO UPDATE SET lat = excluded.lat, lon = excluded.lon, radius = excluded.radius,
                                                         samples = excluded.samples, day = excluded.day
                          WHERE (excluded.day, excluded.samples, excluded.lat, excluded.lon) > (day, samples, lat, lon)";

/// Stores what is thought of emitters.
pub(crate) fn write(db: &Connection, estimates: &[Estimate]) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(&format!(
        "INSERT INTO estimate (key, lat, lon, radius, samples, day) VALUES (?, ?, ?, ?, ?, ?) {NEWER_WINS}"
    ))?;
    let mut name = db.prepare_cached(
        "INSERT OR IGNORE INTO cell (emitter, radio, mcc, mnc, area, cell) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for Estimate { emitter, place, radius, samples, heard } in estimates {
        let key = emitter.key().to_i64();
        let day = heard.map_or(0, |t| t.0.div_euclid(86_400_000) as i32);
        let radius = radius.map(|r| r.0.ceil().min(f64::from(u32::MAX)) as u32);
        upsert.execute(params![key, place.lat_e7(), place.lon_e7(), radius, samples.unwrap_or(1), day])?;
        // So that the area answers for its other cells.
        if let Estimated::Cell(cell) = emitter {
            name.execute(params![key, cell.radio() as i64, cell.mcc(), cell.mnc(), cell.area(), cell.cell() as i64])?;
        }
    }
    Ok(())
}

/// Brings in what is thought in the database attached as `other`.
pub(crate) fn merge(db: &Connection) -> Result<(), StoreError> {
    db.execute(
        &format!(
            "INSERT INTO main.estimate (key, lat, lon, radius, samples, day)
             SELECT key, lat, lon, radius, samples, day FROM other.estimate WHERE true {NEWER_WINS}"
        ),
        [],
    )?;
    db.execute(
        "INSERT OR IGNORE INTO main.cell SELECT * FROM other.cell WHERE emitter IN (SELECT key FROM other.estimate)",
        [],
    )?;
    Ok(())
}

/// Forgets the access points and beacons that are thought to be where `matches` says.
pub(crate) fn delete_where(db: &Connection, matches: impl Fn(LatLng) -> bool) -> Result<(), StoreError> {
    let mut select = db.prepare("SELECT key, lat, lon FROM estimate WHERE key < ?")?;
    // Cells have the greatest keys.
    let mut rows = select.query([EmitterKey::FIRST_CELL.to_i64()])?;
    let mut doomed = Vec::new();
    while let Some(row) = rows.next()? {
        let place =
            LatLng::from_e7(row.get(1)?, row.get(2)?).map_err(|_| StoreError::Value("estimate.lat, estimate.lon"))?;
        if matches(place) {
            doomed.push(row.get::<_, i64>(0)?);
        }
    }
    let mut delete = db.prepare_cached("DELETE FROM estimate WHERE key = ?")?;
    for key in doomed {
        delete.execute([key])?;
    }
    Ok(())
}
