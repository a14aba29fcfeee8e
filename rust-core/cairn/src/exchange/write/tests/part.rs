//! Parts of what there is, exports that are stopped, and a database that is given away.

use super::*;

#[test]
fn only_what_is_wanted_is_written() {
    let home = lived();
    let count = |filter: Filter| {
        let options = ExportOptions { filter, ..ExportOptions::new(ExportFormat::Wigle) };
        home.part(options).lines().count() - 2
    };
    assert_eq!(count(Filter::default()), 7);
    let all = Filter::default();
    assert_eq!(count(Filter { trip: Some(TripId(2)), ..all }), 1);
    assert_eq!(count(Filter { from: Some(Millis(START + 60_000)), ..all }), 4);
    assert_eq!(count(Filter { to: Some(Millis(START + 60_000)), ..all }), 3);
    assert_eq!(count(Filter { area: Some(Area::Circle { middle: place(2), radius: Metres(50.0) }), ..all }), 1);
    let (south_west, north_east) = (LatLng::new(60.1699, 24.9).unwrap(), place(0));
    assert_eq!(count(Filter { area: Some(Area::Box { south_west, north_east }), ..all }), 3);
    assert_eq!(count(Filter { kinds: Kinds { wifi: false, ..Kinds::default() }, ..all }), 2);
}

#[test]
fn an_export_that_is_stopped_or_cannot_be_leaves_nothing_and_keeps_what_was_there() {
    let home = Home::new();
    let rows =
        (0..600).map(|n| Row { fix: fix(n), scan: Scan { wifi: vec![wifi(n as u64, b"Cafe")], ..Scan::default() } });
    home.take(1, rows.collect());
    for format in [ExportFormat::GeoJson, ExportFormat::Kmz, ExportFormat::Database] {
        let path = home.path("out");
        std::fs::write(&path, "old").unwrap();
        let stopped = export_to(&home.engine, ExportOptions::new(format), &path, &mut |_| false);
        assert!(matches!(stopped, Err(ExportError::Cancelled)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        let names: Vec<_> = std::fs::read_dir(home.dir.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert!(names.iter().all(|n| !n.to_string_lossy().contains("part")), "{names:?}");
    }
    let learned_trip = ExportOptions {
        filter: Filter { trip: Some(TripId(1)), ..Filter::default() },
        ..ExportOptions::new(ExportFormat::MicrogWifi)
    };
    assert!(export(&home.engine, learned_trip, &mut Vec::new(), &mut |_| true).is_err());
}

#[test]
fn a_database_that_is_given_away_holds_nothing_private_and_can_be_merged() {
    let home = lived();
    home.engine
        .add_service(crate::outbox::ServiceSettings {
            key: Some("abcd-efgh".to_owned()),
            ..crate::outbox::ServiceSettings::new("https://one.example", crate::outbox::Protocol::Open)
        })
        .unwrap();
    home.engine.refuse_name("Bar").unwrap();
    home.engine.add_zone(LatLng::new(-33.0, -70.0).unwrap()).unwrap();
    let path = home.path("given.db");
    let reports = export_to(&home.engine, ExportOptions::new(ExportFormat::Database), &path, &mut |_| true).unwrap();
    assert_eq!(reports, 2, "of the third nothing is left");
    let bytes = std::fs::read(&path).unwrap();
    for secret in [&b"abcd-efgh"[..], b"Bar, inn"] {
        assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{}", String::from_utf8_lossy(secret));
    }
    let db = rusqlite::Connection::open(&path).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT (SELECT count(*) FROM zone_cell) + (SELECT count(*) FROM refused)"), 0);
    assert_eq!(count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    drop(db);
    let other = Home::new();
    let summary = other.engine.merge(&path, &mut |_| {}, &std::sync::atomic::AtomicBool::new(false)).unwrap();
    assert_eq!(summary.reports, 2);

    let trip = Filter { trip: Some(TripId(1)), ..Filter::default() };
    let excerpt = ExportOptions { filter: trip, ..ExportOptions::new(ExportFormat::Database) };
    export_to(&home.engine, excerpt, &path, &mut |_| true).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("SELECT count(*) FROM trip"), count("SELECT count(*) FROM ledger")), (1, 0));
}
