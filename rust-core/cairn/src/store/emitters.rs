//! What is known of emitters: one row each, read and written whole.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::{StoreError, estimates, packed};
use crate::intake::Known;
use crate::locate::{self, Area, Learned, Query};
use crate::model::{CellKey, EmitterKey, LatLng};

/// Reads what is known of emitters, one after the other: its statement is looked up once for all of them.
pub(crate) struct Reader<'a>(CachedStatement<'a>);

impl<'a> Reader<'a> {
    /// Prepares to read from a database.
    pub(crate) fn new(db: &'a Connection) -> Result<Self, StoreError> {
        Ok(Self(db.prepare_cached("SELECT lat, lon, known FROM emitter WHERE key = ?")?))
    }

    /// What is known of an emitter.
    pub(crate) fn read(&mut self, key: EmitterKey) -> Result<Option<Known>, StoreError> {
        self.0.query_row([key.to_i64()], |row| Ok(read_row(key, row))).optional()?.transpose()
    }
}

/// Stores what is known of emitters; `new` tells in which part of the ledger those count that were never heard before.
pub(crate) fn write(
    db: &Connection,
    known: &[(EmitterKey, Known)],
    new: &HashMap<EmitterKey, i64>,
) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO emitter (key, lat, lon, known, part, version) VALUES (?1, ?2, ?3, ?4, ?5, 1)
         ON CONFLICT (key) DO UPDATE SET lat = ?2, lon = ?3, known = ?4, version = version + 1",
    )?;
    // In the order of the key, so that neighbours share a page while it is at hand.
    let mut in_order: Vec<_> = known.iter().collect();
    in_order.sort_unstable_by_key(|(key, _)| *key);
    for (key, Known { seen, learned }) in in_order {
        let row = learned.to_columns();
        let packed = packed::pack(seen, &row);
        let part = new.get(key);
        upsert.execute(params![key.to_i64(), row.place.lat_e7(), row.place.lon_e7(), packed.as_ref(), part])?;
    }
    Ok(())
}

/// Stores what is known of one emitter, and whose it is.
pub(super) fn put(
    db: &Connection,
    key: EmitterKey,
    Known { seen, learned }: &Known,
    part: Option<i64>,
    version: i64,
) -> Result<(), StoreError> {
    let row = learned.to_columns();
    let (lat, lon, packed) = (row.place.lat_e7(), row.place.lon_e7(), packed::pack(seen, &row));
    db.prepare_cached(
        "INSERT OR REPLACE INTO emitter (key, lat, lon, known, part, version) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![key.to_i64(), lat, lon, packed.as_ref(), part, version])?;
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
    delete(db, doomed.into_iter().filter_map(EmitterKey::from_i64))
}

/// Forgets emitters.
pub(super) fn delete(db: &Connection, keys: impl Iterator<Item = EmitterKey>) -> Result<(), StoreError> {
    for key in keys {
        for sql in [
            "DELETE FROM emitter WHERE key = ?",
            "DELETE FROM emitter_of WHERE key = ?",
            "DELETE FROM ledger_lost WHERE kind = 0 AND key = ?",
        ] {
            db.prepare_cached(sql)?.execute([key.to_i64()])?;
        }
    }
    Ok(())
}

/// One emitter as it is told to whoever asks for all of them.
pub(crate) struct Listed {
    pub key: EmitterKey,
    pub known: Known,
    /// Its worldwide name, where it is a cell.
    pub cell: Option<CellKey>,
}

/// The next emitters after a key, at most `limit`, up to the last of the key's kind and those that follow.
pub(crate) fn page(db: &Connection, after: i64, limit: u32) -> Result<Vec<Listed>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT e.lat, e.lon, e.known, e.key, c.radio, c.mcc, c.mnc, c.area, c.cell
         FROM emitter e LEFT JOIN cell c ON c.emitter = e.key WHERE e.key > ? ORDER BY e.key LIMIT ?",
    )?;
    let mut rows = select.query([after, i64::from(limit)])?;
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        let key = EmitterKey::from_i64(row.get(3)?).ok_or(StoreError::Value("emitter.key"))?;
        let named = row.get::<_, Option<i64>>(4)?.is_some();
        let cell = if named { Some(super::reports::read_cell(row, 4)?) } else { None };
        let Known { seen, learned } = read_row(key, row)?;
        page.push(Listed { key, known: Known { seen, learned: learned.settled() }, cell });
    }
    Ok(page)
}

/// The physical identities of cells, as far as they stand in stored sightings; of several the one heard last.
pub(crate) fn physical(db: &Connection) -> Result<HashMap<EmitterKey, u16>, StoreError> {
    let mut select = db.prepare("SELECT emitter, physical FROM sighting WHERE physical IS NOT NULL")?;
    let mut rows = select.query([])?;
    let mut found = HashMap::new();
    while let Some(row) = rows.next()? {
        let key = EmitterKey::from_i64(row.get(0)?).ok_or(StoreError::Value("sighting.emitter"))?;
        found.insert(key, row.get(1)?);
    }
    Ok(found)
}

/// What the store knows of everything in a query, read at once.
pub(crate) fn load(db: &Connection, query: &Query) -> Result<impl locate::Known + use<>, StoreError> {
    let mut loaded = Loaded::default();
    let mut reader = Reader::new(db)?;
    for key in query.keys() {
        // What others have reckoned counts where nothing was heard.
        let known = match reader.read(key)? {
            Some(known) => Some(known.learned.settled()),
            None => estimates::read(db, key)?,
        };
        if let Some(learned) = known {
            loaded.emitters.insert(key, learned);
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
        "SELECT ifnull(e.lat, o.lat), ifnull(e.lon, o.lon) FROM cell c
         LEFT JOIN emitter e ON e.key = c.emitter LEFT JOIN estimate o ON o.key = c.emitter
         WHERE (e.key IS NOT NULL OR o.key IS NOT NULL) AND c.radio = ? AND c.mcc = ? AND c.mnc = ? AND c.area = ? LIMIT ?",
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

pub(super) fn read_row(key: EmitterKey, row: &Row<'_>) -> Result<Known, StoreError> {
    let centre =
        LatLng::from_e7(row.get(0)?, row.get(1)?).map_err(|_| StoreError::Value("emitter.lat, emitter.lon"))?;
    let known = row.get_ref(2)?.as_blob().map_err(|_| StoreError::Value("emitter.known"))?;
    packed::unpack(key.kind(), centre, known).ok_or(StoreError::Value("emitter.known"))
}
