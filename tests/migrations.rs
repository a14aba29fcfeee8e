//! Every database Cairn ever wrote opens, with all that was in it.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::path::Path;
use std::sync::Arc;

use cairn::engine::{Config, Engine};
use cairn::model::{CellKey, Detail, Radio, Report};
use cairn::store::SCHEMA_VERSION;
use cairn::{CoreError, SystemClock};
use rusqlite::Connection;

fn engine_on(path: &Path) -> Engine {
    let opened = Engine::open(Config { path: path.to_owned(), clock: Arc::new(SystemClock::new()), seed: 1 }).unwrap();
    assert!(opened.salvage.is_none());
    opened.engine
}

/// What the old databases know of their one emitter, in the layout of today.
const KNOWN: &str =
    "010000024fe64fe6000000fa0064f3e41324c300000001c200000000000001c223dd36a023dd33330edd63b00edd4e77c34fe600";

fn schema_of(path: &Path) -> Vec<(String, String)> {
    let db = Connection::open(path).unwrap();
    let mut rows = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_old_database_opens_with_all_that_was_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = dir.path().join("fresh.db");
    engine_on(&fresh).close().unwrap();
    for version in 1..=SCHEMA_VERSION {
        let path = dir.path().join(format!("v{version}.db"));
        let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("migrations/v{version}.sql"));
        let sql = std::fs::read_to_string(&frozen)
            .unwrap_or_else(|_| panic!("a frozen database of version {version} is kept in tests/migrations"));
        Connection::open(&path).unwrap().execute_batch(&sql).unwrap();

        let engine = engine_on(&path);
        let mut reports = Vec::<Report>::new();
        engine
            .reports::<CoreError>(cairn::exchange::Selection::All, |_, r| {
                reports.push(r);
                Ok(())
            })
            .unwrap();
        assert_eq!(reports.iter().map(|r| r.sightings.len()).collect::<Vec<_>>(), [3, 1], "version {version}");
        let key = CellKey::new(Radio::Lte, 244, 5, 4711, 12_345_678).unwrap();
        assert!(
            reports[0]
                .sightings
                .iter()
                .any(|s| matches!(&s.detail, Detail::Cell { key: k, physical: Some(123), .. } if *k == key))
        );
        let stats = engine.stats().unwrap();
        assert_eq!((stats.counts.raw, stats.counts.kept, stats.reports, stats.sightings), (9, 4, 2, 4));
        if version >= 2 {
            let outbox = &stats.outbox[0];
            assert_eq!(
                (outbox.waiting, outbox.quarantined, outbox.service.settings.key.as_deref()),
                (1, 1, Some("abcd"))
            );
            assert_eq!(engine.quarantined().unwrap()[0].reason, "status 400");
        }
        if version >= 3 {
            assert_eq!((stats.totals.counts.reports, stats.totals.counts.wifi), (2, 1));
        }
        engine.close().unwrap();
        assert_eq!(schema_of(&path), schema_of(&fresh), "version {version}");
        if version >= 4 {
            let known: (i64, String) = Connection::open(&path)
                .unwrap()
                .query_row("SELECT key, lower(hex(known)) FROM emitter", [], |r| Ok((r.get(0)?, r.get(1)?)))
                .unwrap();
            assert_eq!(known, (112_394_521_950, KNOWN.to_owned()), "version {version}");
        }
    }
}
