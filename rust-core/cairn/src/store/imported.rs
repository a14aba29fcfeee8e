//! What files have told, by emitter, second and place: what another file tells again is recognised.
//!
//! Not a list of where the phone was: without knowing an emitter and a place, four bytes tell of neither.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::model::{EmitterKey, LatLng, Millis};

/// Formats write places with five to nine digits, and some programs cut them: within about ten metres and one second it is the
/// same passage.
const GRID_E7: i32 = 1_000;

/// What was heard within the seconds that one chunk of rows touches.
#[derive(Default)]
pub(crate) struct Imported(BTreeMap<i64, Second>);

#[derive(Default)]
struct Second {
    /// What the phone heard itself, as far as it is still stored.
    own: HashSet<u32>,
    /// What came from files.
    heard: HashSet<u32>,
    has_news: bool,
}

impl Imported {
    /// Notes that an emitter was heard; answers whether that is news.
    pub(crate) fn note(
        &mut self,
        db: &Connection,
        utc: Millis,
        place: LatLng,
        emitter: EmitterKey,
    ) -> Result<bool, StoreError> {
        let number = utc.0.div_euclid(1_000);
        let second = match self.0.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unread) => unread.insert(read(db, number)?),
        };
        let hash = hash(emitter.to_i64(), place.lat_e7(), place.lon_e7());
        let is_new = !second.own.contains(&hash) && second.heard.insert(hash);
        second.has_news |= is_new;
        Ok(is_new)
    }

    /// Stores what is news.
    pub(crate) fn write(&self, db: &Connection) -> Result<(), StoreError> {
        let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO imported (second, heard) VALUES (?, ?)")?;
        for (second, Second { heard, .. }) in self.0.iter().filter(|(_, second)| second.has_news) {
            upsert.execute(params![second, packed(heard)])?;
        }
        Ok(())
    }
}

/// What is known of a second.
fn read(db: &Connection, second: i64) -> Result<Second, StoreError> {
    let packed: Option<Vec<u8>> = db
        .prepare_cached("SELECT heard FROM imported WHERE second = ?")?
        .query_row([second], |row| row.get(0))
        .optional()?;
    let mut own = HashSet::new();
    let mut select = db.prepare_cached(
        "SELECT s.emitter, r.lat, r.lon FROM report r JOIN sighting s ON s.report = r.id WHERE r.utc BETWEEN ? AND ?",
    )?;
    let mut rows = select.query([second * 1_000, second * 1_000 + 999])?;
    while let Some(row) = rows.next()? {
        own.insert(hash(row.get(0)?, row.get(1)?, row.get(2)?));
    }
    Ok(Second { own, heard: unpacked(&packed.unwrap_or_default()).collect(), has_news: false })
}

/// Brings in what is known in the database attached as `other`.
pub(crate) fn merge(db: &Connection) -> Result<(), StoreError> {
    let mut select = db.prepare(
        "SELECT o.second, o.heard, m.heard FROM other.imported o LEFT JOIN main.imported m ON m.second = o.second
         WHERE m.heard IS NOT o.heard",
    )?;
    let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO main.imported (second, heard) VALUES (?, ?)")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (theirs, ours): (Vec<u8>, Option<Vec<u8>>) = (row.get(1)?, row.get(2)?);
        let heard = unpacked(&theirs).chain(unpacked(&ours.unwrap_or_default())).collect();
        upsert.execute(params![row.get::<_, i64>(0)?, packed(&heard)])?;
    }
    Ok(())
}

/// Ascending, so that the same is always stored the same.
fn packed(heard: &HashSet<u32>) -> Vec<u8> {
    let mut sorted: Vec<u32> = heard.iter().copied().collect();
    sorted.sort_unstable();
    sorted.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn unpacked(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|four| u32::from_be_bytes(*four))
}

/// FNV-1a, 32 bits. Two of a thousand emitters of one second meet once in ten thousand such seconds; then one is taken for the
/// other and not counted.
fn hash(emitter: i64, lat_e7: i32, lon_e7: i32) -> u32 {
    let bytes = [lat_e7, lon_e7].map(|e7| e7.div_euclid(GRID_E7).to_be_bytes());
    let all = emitter.to_be_bytes().into_iter().chain(bytes.into_iter().flatten());
    all.fold(0x811c_9dc5, |h: u32, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}
