//! What is known of emitters: one row each, read and written whole.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::intake::{Known, Seen};
use crate::locate::{self, Area, Learned, Query};
use crate::model::{CellKey, EmitterKey, LatLng};

/// What is known of an emitter.
pub(crate) fn read(db: &Connection, key: EmitterKey) -> Result<Option<Known>, StoreError> {
    db.prepare_cached(
        "SELECT north, south, east, west, strongest, kept_day, lat, lon, weight, scatter, level, count, first_day, last_day,
                moves, other_lat, other_lon, other_n
         FROM emitter WHERE key = ?",
    )?
    .query_row([key.to_i64()], |row| Ok(read_row(key, row)))
    .optional()?
    .transpose()
}

/// Stores what is known of emitters.
pub(crate) fn write<'a>(
    db: &Connection,
    known: impl Iterator<Item = (EmitterKey, &'a Known)>,
) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT OR REPLACE INTO emitter (key, north, south, east, west, strongest, kept_day, lat, lon, weight, scatter, level,
                                         count, first_day, last_day, moves, other_lat, other_lon, other_n)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    // In the order of the key, so that neighbours share a page while it is at hand.
    let mut known: Vec<_> = known.collect();
    known.sort_unstable_by_key(|(key, _)| *key);
    for (key, Known { seen, learned }) in known {
        let row = learned.to_columns();
        upsert.execute(params![
            key.to_i64(),
            seen.north,
            seen.south,
            seen.east,
            seen.west,
            seen.strongest,
            seen.last_kept_day,
            row.centre.lat_e7(),
            row.centre.lon_e7(),
            row.weight,
            row.scatter,
            row.level,
            row.count,
            row.first_day,
            row.last_day,
            row.moves,
            row.elsewhere.map(|(place, _)| place.lat_e7()),
            row.elsewhere.map(|(place, _)| place.lon_e7()),
            row.elsewhere.map_or(0, |(_, n)| n),
        ])?;
    }
    Ok(())
}

/// Forgets the emitters whose centre is where `matches` says.
pub(crate) fn delete_where(db: &Connection, matches: impl Fn(LatLng) -> bool) -> Result<(), StoreError> {
    let mut select = db.prepare("SELECT key, lat, lon FROM emitter")?;
    let mut rows = select.query([])?;
    let mut doomed = Vec::new();
    while let Some(row) = rows.next()? {
        let centre =
            LatLng::from_e7(row.get(1)?, row.get(2)?).map_err(|_| StoreError::Value("emitter.lat, emitter.lon"))?;
        if matches(centre) {
            doomed.push(row.get::<_, i64>(0)?);
        }
    }
    let mut delete = db.prepare_cached("DELETE FROM emitter WHERE key = ?")?;
    for key in doomed {
        delete.execute([key])?;
    }
    Ok(())
}

/// What the store knows of everything in a query, read at once.
pub(crate) fn load(db: &Connection, query: &Query) -> Result<impl locate::Known + use<>, StoreError> {
    let mut loaded = Loaded::default();
    for key in query.keys() {
        if let Some(known) = read(db, key)? {
            loaded.emitters.insert(key, known.learned);
        }
    }
    for cell in query.cells.iter().map(|c| c.key) {
        if !loaded.emitters.contains_key(&EmitterKey::cell(cell))
            && let Some(area) = read_area(db, cell)?
        {
            loaded.areas.insert(cell.area_hash61(), area);
        }
    }
    Ok(loaded)
}

#[derive(Default)]
struct Loaded {
    emitters: HashMap<EmitterKey, Learned>,
    areas: HashMap<u64, Area>,
}

impl locate::Known for Loaded {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.emitters.get(&key).copied()
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        self.areas.get(&cell.area_hash61()).copied()
    }
}

/// Cells looked at to place an area: more do not move its middle by much.
const AREA_CELLS: u32 = 200;

fn read_area(db: &Connection, cell: CellKey) -> Result<Option<Area>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT e.lat, e.lon FROM cell c JOIN emitter e ON e.key = c.emitter
         WHERE c.radio = ? AND c.mcc = ? AND c.mnc = ? AND c.area = ? LIMIT ?",
    )?;
    let mut rows = select.query(params![cell.radio() as i64, cell.mcc(), cell.mnc(), cell.area(), AREA_CELLS])?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        places.push(
            LatLng::from_e7(row.get(0)?, row.get(1)?).map_err(|_| StoreError::Value("emitter.lat, emitter.lon"))?,
        );
    }
    Ok(Area::around(&places))
}

fn read_row(key: EmitterKey, row: &Row<'_>) -> Result<Known, StoreError> {
    let place = |lat, lon| LatLng::from_e7(lat, lon).map_err(|_| StoreError::Value("emitter.lat, emitter.lon"));
    let elsewhere = match (row.get::<_, Option<i32>>(15)?, row.get::<_, Option<i32>>(16)?) {
        (Some(lat), Some(lon)) => Some((place(lat, lon)?, row.get(17)?)),
        _ => None,
    };
    let seen = Seen {
        north: row.get(0)?,
        south: row.get(1)?,
        east: row.get(2)?,
        west: row.get(3)?,
        strongest: row.get(4)?,
        last_kept_day: row.get(5)?,
    };
    let learned = Learned::from_columns(
        key.kind(),
        locate::Columns {
            centre: place(row.get(6)?, row.get(7)?)?,
            weight: row.get(8)?,
            scatter: row.get(9)?,
            level: row.get(10)?,
            count: row.get(11)?,
            first_day: row.get(12)?,
            last_day: row.get(13)?,
            moves: row.get(14)?,
            elsewhere,
        },
    );
    Ok(Known { seen, learned })
}
