//! Zones, the user's lists and intake's counters.

use std::collections::HashSet;

use h3o::CellIndex;
use rusqlite::{Connection, params};

use super::StoreError;
use crate::intake::{Counts, Drop, Guard};
use crate::model::Mac;

/// Everything that must not be recorded.
pub(crate) fn load(db: &Connection) -> Result<Guard, StoreError> {
    let cells = zones(db)?.into_iter().flat_map(|(_, cells)| cells).collect();
    let (macs, names) = refused(db)?;
    Ok(Guard::new(cells, macs.into_iter().collect(), names))
}

fn read_mac(octets: &[u8]) -> Option<Mac> {
    let octets: [u8; 6] = octets.try_into().ok()?;
    Mac::from_u64(octets.iter().fold(0, |mac, o| mac << 8 | u64::from(*o))).ok()
}

/// Stores a zone's hexagons; answers its number.
pub(crate) fn add_zone(db: &Connection, cells: &HashSet<CellIndex>) -> Result<i64, StoreError> {
    let zone: i64 = db.query_row("SELECT coalesce(max(zone), 0) + 1 FROM zone_cell", [], |row| row.get(0))?;
    let mut insert = db.prepare_cached("INSERT INTO zone_cell (zone, cell) VALUES (?, ?)")?;
    for cell in cells {
        insert.execute([zone, u64::from(*cell) as i64])?;
    }
    Ok(zone)
}

/// Removes a zone: its surroundings may be recorded again.
pub(crate) fn remove_zone(db: &Connection, zone: i64) -> Result<(), StoreError> {
    db.execute("DELETE FROM zone_cell WHERE zone = ?", [zone])?;
    Ok(())
}

/// The zones with their hexagons, oldest first.
pub(crate) fn zones(db: &Connection) -> Result<Vec<(i64, Vec<CellIndex>)>, StoreError> {
    zones_of(db, "main")
}

/// The same, of a database by the name under which it is attached.
pub(super) fn zones_of(db: &Connection, schema: &str) -> Result<Vec<(i64, Vec<CellIndex>)>, StoreError> {
    let mut zones: Vec<(i64, Vec<CellIndex>)> = Vec::new();
    let mut select = db.prepare_cached(&format!("SELECT zone, cell FROM {schema}.zone_cell ORDER BY zone, cell"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (zone, cell): (i64, i64) = (row.get(0)?, row.get(1)?);
        let cell = CellIndex::try_from(cell as u64).map_err(|_| StoreError::Value("zone_cell.cell"))?;
        match zones.last_mut() {
            Some((last, cells)) if *last == zone => cells.push(cell),
            _ => zones.push((zone, vec![cell])),
        }
    }
    Ok(zones)
}

/// The user's lists: addresses, and parts of names.
pub(crate) fn refused(db: &Connection) -> Result<(Vec<Mac>, Vec<Vec<u8>>), StoreError> {
    let (mut macs, mut names) = (Vec::new(), Vec::new());
    let mut select = db.prepare_cached("SELECT is_mac, pattern FROM refused ORDER BY is_mac, pattern")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let pattern: Vec<u8> = row.get(1)?;
        if row.get(0)? {
            macs.push(read_mac(&pattern).ok_or(StoreError::Value("refused.pattern"))?);
        } else {
            names.push(pattern);
        }
    }
    Ok((macs, names))
}

/// Takes an address off the user's list.
pub(crate) fn allow_mac(db: &Connection, mac: Mac) -> Result<(), StoreError> {
    db.execute("DELETE FROM refused WHERE is_mac = 1 AND pattern = ?", [&mac.to_u64().to_be_bytes()[2..]])?;
    Ok(())
}

/// Takes a part of a name off the user's list.
pub(crate) fn allow_name(db: &Connection, part: &[u8]) -> Result<(), StoreError> {
    db.execute("DELETE FROM refused WHERE is_mac = 0 AND pattern = ?", [part])?;
    Ok(())
}

/// Puts an address on the user's list.
pub(crate) fn refuse_mac(db: &Connection, mac: Mac) -> Result<(), StoreError> {
    let octets = &mac.to_u64().to_be_bytes()[2..];
    db.execute("INSERT OR IGNORE INTO refused (is_mac, pattern) VALUES (1, ?)", [octets])?;
    Ok(())
}

/// Puts a part of a name on the user's list.
pub(crate) fn refuse_name(db: &Connection, part: &[u8]) -> Result<(), StoreError> {
    db.execute("INSERT OR IGNORE INTO refused (is_mac, pattern) VALUES (0, ?)", [part])?;
    Ok(())
}

/// Adds to intake's counters.
pub(crate) fn add_counts(db: &Connection, counts: &Counts) -> Result<(), StoreError> {
    let mut add = db.prepare_cached(
        "INSERT INTO intake_count (what, n) VALUES (?1, ?2) ON CONFLICT (what) DO UPDATE SET n = n + ?2",
    )?;
    let totals = [(RAW, counts.raw), (KEPT, counts.kept), (COUNTED, counts.counted), (FIXES, counts.fixes)];
    let dropped = counts.dropped.iter().map(|(why, n)| (why.word(), *n));
    for (what, n) in totals.into_iter().chain(dropped).filter(|(_, n)| *n > 0) {
        add.execute(params![what, n as i64])?;
    }
    Ok(())
}

/// Intake's counters since the beginning.
pub(crate) fn counts(db: &Connection) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let mut select = db.prepare_cached("SELECT what, n FROM intake_count")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (what, n): (String, i64) = (row.get(0)?, row.get(1)?);
        let n = n as u64;
        match what.as_str() {
            RAW => counts.raw = n,
            KEPT => counts.kept = n,
            COUNTED => counts.counted = n,
            FIXES => counts.fixes = n,
            word => {
                let why =
                    Drop::ALL.into_iter().find(|d| d.word() == word).ok_or(StoreError::Value("intake_count.what"))?;
                counts.dropped.insert(why, n);
            }
        }
    }
    Ok(counts)
}

const RAW: &str = "raw";
const KEPT: &str = "kept";
const COUNTED: &str = "counted";
const FIXES: &str = "fixes";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_add_up_and_come_back() {
        let mut db = Connection::open_in_memory().unwrap();
        super::super::migrate::migrate(&mut db).unwrap();
        let mut counts = Counts { raw: 9, kept: 3, counted: 2, fixes: 5, ..Counts::default() };
        for why in Drop::ALL {
            counts.drop(why);
        }
        add_counts(&db, &counts).unwrap();
        add_counts(&db, &counts).unwrap();
        let mut twice = counts.clone();
        twice.add(&counts);
        assert_eq!(super::counts(&db).unwrap(), twice);
    }

    #[test]
    fn lists_and_zones_come_back_as_a_guard() {
        let mut db = Connection::open_in_memory().unwrap();
        super::super::migrate::migrate(&mut db).unwrap();
        let report = crate::store::reports::tests::full_report();
        let place = report.fix.place;
        let cell = h3o::LatLng::new(place.lat(), place.lon()).unwrap().to_cell(crate::intake::zone::ZONE_RESOLUTION);
        let zone = add_zone(&db, &HashSet::from([cell])).unwrap();
        assert_eq!(load(&db).unwrap().allow(report.clone()), None);
        remove_zone(&db, zone).unwrap();
        refuse_name(&db, b"caf").unwrap();
        refuse_mac(&db, Mac::from_u64(0x001a_2b3c_4d5e).unwrap()).unwrap();
        assert_eq!(load(&db).unwrap().allow(report).unwrap().sightings.len(), 1, "only the cell is left");
    }
}
