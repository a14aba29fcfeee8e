//! Brings a database to the newest schema, one numbered file of `schemas/sql` after the other, all in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// What `PRAGMA application_id` says of a database of Cairn's: "Cair" in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x4361_6972;

/// The schema's steps; step n leads from version n to n + 1. Steps that have been released never change.
const STEPS: &[&str] = &[
    include_str!("../../../../schemas/sql/001_reports.sql"),
    include_str!("../../../../schemas/sql/002_outbox.sql"),
    include_str!("../../../../schemas/sql/003_ledger.sql"),
    include_str!("../../../../schemas/sql/004_emitters.sql"),
    include_str!("../../../../schemas/sql/005_imports.sql"),
    include_str!("../../../../schemas/sql/006_packed_emitters.sql"),
    include_str!("../../../../schemas/sql/007_origins.sql"),
    include_str!("../../../../schemas/sql/008_counts.sql"),
    include_str!("../../../../schemas/sql/009_exchange.sql"),
    include_str!("../../../../schemas/sql/010_packs.sql"),
    include_str!("../../../../schemas/sql/011_imported.sql"),
    include_str!("../../../../schemas/sql/012_heard_spots.sql"),
    include_str!("../../../../schemas/sql/013_asked.sql"),
];

/// The newest schema version this build knows.
pub const SCHEMA_VERSION: u32 = STEPS.len() as u32;

/// The schema version of a database; zero for a new, empty one.
pub(super) fn version(db: &Connection) -> Result<u32, StoreError> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Refuses what is not Cairn's or is newer than this build, before anything is written.
pub(super) fn check(db: &Connection) -> Result<u32, StoreError> {
    let found = version(db)?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Newer { found, known: SCHEMA_VERSION });
    }
    let id: i32 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id != APPLICATION_ID && (found > 0 || tables > 0) {
        return Err(StoreError::Foreign);
    }
    Ok(found)
}

/// Applies the missing steps: all of them, or none.
pub(super) fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    migrate_to(db, SCHEMA_VERSION)
}

fn migrate_to(db: &mut Connection, target: u32) -> Result<(), StoreError> {
    let found = check(db)?;
    if found >= target {
        return Ok(());
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for step in &STEPS[found as usize..target as usize] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", target)?;
    tx.commit()?;
    log::info!("store: schema brought from version {found} to {target}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schema_of(db: &Connection) -> Vec<(String, String)> {
        let mut rows = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn fresh(version: u32) -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        migrate_to(&mut db, version).unwrap();
        db
    }

    #[test]
    fn a_new_database_gets_the_newest_schema_and_cairns_mark() {
        let mut db = fresh(SCHEMA_VERSION);
        assert_eq!(version(&db).unwrap(), SCHEMA_VERSION);
        migrate(&mut db).unwrap();
        assert_eq!(schema_of(&db), schema_of(&fresh(SCHEMA_VERSION)));
    }

    #[test]
    fn a_newer_database_is_refused_and_left_as_it_is() {
        let mut db = fresh(SCHEMA_VERSION);
        db.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
        let before = schema_of(&db);
        assert!(matches!(migrate(&mut db), Err(StoreError::Newer { found, .. }) if found == SCHEMA_VERSION + 1));
        assert_eq!(schema_of(&db), before);
    }

    #[test]
    fn another_programs_database_is_refused() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(migrate(&mut db), Err(StoreError::Foreign)));
    }

    #[test]
    fn a_step_that_fails_leaves_the_old_schema_whole() {
        let mut db = Connection::open_in_memory().unwrap();
        // The mark is Cairn's, but a table of the first step is in the way.
        db.execute_batch("CREATE TABLE sighting (x)").unwrap();
        db.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        assert!(migrate(&mut db).is_err());
        assert_eq!(version(&db).unwrap(), 0);
        assert_eq!(schema_of(&db).len(), 1);
    }

    #[test]
    fn what_was_learned_in_many_columns_is_known_packed() {
        use crate::intake::{Known, Seen};
        use crate::locate::{Learned, Moments};
        use crate::model::{EmitterKey, EmitterKind, LatLng, Mac};

        let mut db = fresh(5);
        let key = EmitterKey::wifi(Mac::from_u64(0x0c11_2233_4455).unwrap());
        db.execute(
            "INSERT INTO emitter (key, north, south, east, west, strongest, kept_day, lat, lon, weight, scatter, level,
                                  count, first_day, last_day, moves, other_lat, other_lon, other_n)
             VALUES (?, -337000000, -338000000, -580000001, -590000000, -61, 20454, -337500000, -585000000, 99000, 901,
                     -3100, 70000, 20000, 20454, 1, -338000000, -586000000, 2)",
            [key.to_i64()],
        )
        .unwrap();
        migrate(&mut db).unwrap();
        let seen = Seen {
            north: -337_000_000,
            south: -338_000_000,
            east: -580_000_001,
            west: -590_000_000,
            strongest: -61,
            last_kept_day: 20_454,
        };
        let place = |lat, lon| LatLng::from_e7(lat, lon).unwrap();
        let moments = Moments {
            centre: place(-337_500_000, -585_000_000),
            band: 0,
            weight: 990.0,
            scatter: (450.0, 0.0, 450.0),
            level: -31.0,
            noise: 49.0,
            count: 65_535,
            first_day: 20_000,
            last_day: 20_454,
            moves: 1,
            elsewhere: Some((place(-338_000_000, -586_000_000), 2)),
        };
        let known = Known { seen, learned: Learned::from_moments(EmitterKind::Wifi, &moments) };
        assert_eq!(crate::store::emitters::Reader::new(&db).unwrap().read(key).unwrap(), Some(known));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn from_whichever_version_the_way_ends_at_the_same_schema(stops in proptest::collection::vec(0..=SCHEMA_VERSION, 0..4)) {
            let mut stops = stops;
            stops.sort_unstable();
            let mut db = Connection::open_in_memory().unwrap();
            for stop in stops {
                migrate_to(&mut db, stop).unwrap();
            }
            migrate(&mut db).unwrap();
            prop_assert_eq!(schema_of(&db), schema_of(&fresh(SCHEMA_VERSION)));
        }
    }
}
