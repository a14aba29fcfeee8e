//! What goes out comes home: exported by one phone and imported by a new one, it is the same sightings, as far as the format tells.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cairn::engine::{Config, Engine};
use cairn::exchange::{self, BadRow, ExportFormat, ExportOptions, ImportOptions, ImportSummary, Item, Selection};
use cairn::model::EmitterKind;
use cairn::{CoreError, SystemClock};
use cairn_tests::exchange::read_all;

struct Home {
    dir: tempfile::TempDir,
    engine: Engine,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { path: dir.path().join("db"), clock: Arc::new(SystemClock::new()), seed: 1 };
        Self { engine: Engine::open(config).unwrap().engine, dir }
    }

    /// A phone that walked to and fro along a street and heard everything that there is: access points with names of every kind,
    /// cells of every generation, beacons.
    fn lived() -> Self {
        let home = Self::new();
        let file = home.dir.path().join("lived.json");
        std::fs::write(&file, walk()).unwrap();
        let summary = home.import(&file);
        assert_eq!((summary.rows(), summary.parts[0].bad.count()), (80, 0));
        home
    }

    fn import(&self, file: &Path) -> ImportSummary {
        exchange::run(&self.engine, file, ImportOptions::default(), &mut |_| (), &AtomicBool::new(false)).unwrap()
    }

    fn export(&self, format: ExportFormat) -> std::path::PathBuf {
        let file = self.dir.path().join("exported");
        exchange::export_to(&self.engine, ExportOptions::new(format), &file, &mut |_| true).unwrap();
        file
    }

    /// Every sighting: address or identity, kind, signal, the second and the place to 1e-7 degree.
    fn sightings(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.engine
            .reports::<CoreError>(Selection::All, |_, report| {
                for s in &report.sightings {
                    let key = s.emitter();
                    let (at, fix) = (report.fix.place, &report.fix);
                    let words = format!(
                        "{:?} {} {:?} dBm, {} s, {} {}",
                        key.kind(),
                        key.to_i64(),
                        s.signal.map(|dbm| dbm.0),
                        fix.utc.0.div_euclid(1_000),
                        at.lat_e7(),
                        at.lon_e7()
                    );
                    assert!(all.insert(words), "nothing is heard twice");
                }
                Ok(())
            })
            .unwrap();
        all
    }

    fn places(&self) -> BTreeSet<(i64, i32, i32)> {
        let mut all = BTreeSet::new();
        self.engine
            .reports::<CoreError>(Selection::All, |_, report| {
                let place = report.fix.place;
                all.insert((report.fix.utc.0.div_euclid(1_000), place.lat_e7(), place.lon_e7()));
                Ok(())
            })
            .unwrap();
        all
    }

    /// What was learned of emitters: key and place.
    fn places_of(&self, kinds: &[EmitterKind]) -> BTreeSet<[i64; 3]> {
        let mut all = BTreeSet::new();
        for kind in kinds {
            self.engine
                .learned::<CoreError>(*kind, |emitter| {
                    let place = emitter.learned.place();
                    all.insert([emitter.key.to_i64(), place.lat_e7().into(), place.lon_e7().into()]);
                    Ok(())
                })
                .unwrap();
        }
        all
    }

    /// Rows of a table, as `sql` selects them.
    fn rows(&self, sql: &str) -> BTreeSet<[i64; 3]> {
        self.engine.flush().unwrap();
        let db = rusqlite::Connection::open(self.dir.path().join("db")).unwrap();
        let mut select = db.prepare(sql).unwrap();
        let rows = select.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn walk() -> String {
    let mut items = Vec::new();
    for n in 0..80_i32 {
        let along = if n < 40 { n } else { 80 - n };
        let (lat, lon) = (60.169_900_1 + f64::from(along) * 1.1e-4, 24.938_400_3 - f64::from(along) * 1.3e-4);
        let signal = |at: i32| -50 - (along - at).abs();
        let mut wifi = Vec::new();
        for (at, name) in ["Cafe", "a, \\\"b\\\" c", "=1+1", "Käse 🧀", "x<y>&z"].iter().enumerate() {
            let at = at as i32 * 8;
            wifi.push(format!(
                r#"{{"macAddress":"0c:1a:2b:3c:{at:02x}:10","ssid":"{name}","age":0,"signalStrength":{},"frequency":{}}}"#,
                signal(at),
                if at % 16 == 0 { 2437 } else { 5180 }
            ));
        }
        let mut cells = Vec::new();
        for (radio, area, id) in
            [("gsm", 7, 1_000_u64), ("wcdma", 8, 100_000), ("lte", 9, 12_345_678), ("nr", 70_000, 12_345_678_901)]
        {
            cells.push(format!(
                r#"{{"radioType":"{radio}","mobileCountryCode":244,"mobileNetworkCode":5,"locationAreaCode":{area},"cellId":{id},"age":0,"signalStrength":{}}}"#,
                signal(20) - 40
            ));
        }
        let mut item = String::new();
        let _ = write!(
            item,
            r#"{{"timestamp":{},"position":{{"latitude":{lat:.7},"longitude":{lon:.7},"accuracy":4.5,"altitude":12.25,"age":0}},"wifiAccessPoints":[{}],"cellTowers":[{}],"bluetoothBeacons":[{{"macAddress":"0c:1a:2b:3c:5d:5e","age":0,"signalStrength":{}}}]}}"#,
            1_748_772_000_000_i64 + i64::from(n) * 86_400_000 / 20 + 250,
            wifi.join(","),
            cells.join(","),
            signal(30) - 20,
        );
        items.push(item);
    }
    format!("{{\"items\":[{}]}}", items.join(",\n"))
}

#[test]
fn what_is_exported_with_its_sightings_comes_in_as_the_same() {
    let home = Home::lived();
    let here = home.sightings();
    assert!(here.len() > 100, "{}", here.len());
    for kind in ["Wifi", "Cell", "Beacon"] {
        assert!(here.iter().any(|s| s.starts_with(kind)), "{kind}");
    }
    for format in [ExportFormat::Geosubmit, ExportFormat::Wigle, ExportFormat::Kml, ExportFormat::Kmz] {
        let (file, new) = (home.export(format), Home::new());
        let summary = new.import(&file);
        assert_eq!(summary.parts[0].bad.count(), 0, "{format:?}");
        assert_eq!(new.sightings(), here, "{format:?}");
        // And at home it is known, every one of them.
        let again = home.import(&file);
        if format == ExportFormat::Kmz {
            assert!(again.is_nothing_new(), "the KML that was just imported, packed");
        } else {
            assert_eq!(again.parts.iter().map(|p| p.known).sum::<u64>(), here.len() as u64, "{format:?}");
        }
        assert_eq!(home.sightings(), here, "{format:?}");
    }
    let (file, new) = (home.export(ExportFormat::Database), Home::new());
    for _ in 0..2 {
        new.engine.merge(&file, &mut |_| (), &AtomicBool::new(false)).unwrap();
        assert_eq!(new.sightings(), here, "a database of its own");
    }
}

#[test]
fn a_track_comes_in_as_the_same_places_at_the_same_seconds() {
    let home = Home::lived();
    let mut there = BTreeSet::new();
    read_all(&home.export(ExportFormat::Gpx), &home.dir.path().join("copy"), &mut |item| {
        let Item::Row(row) = item else { panic!("a point that cannot be read back") };
        there.insert((row.fix.utc.0.div_euclid(1_000), row.fix.place.lat_e7(), row.fix.place.lon_e7()));
    })
    .unwrap();
    assert_eq!(there, home.places());
}

#[test]
fn what_microg_is_given_comes_in_as_places_of_the_same_emitters() {
    let home = Home::lived();
    let known = home.places_of(&[EmitterKind::Wifi, EmitterKind::Cell]);
    for (format, at_least) in [(ExportFormat::MicrogWifi, 3), (ExportFormat::MicrogCells, 3)] {
        let new = Home::new();
        let summary = new.import(&home.export(format));
        let there = new.rows("SELECT key, lat, lon FROM estimate");
        assert!(there.len() >= at_least && there.len() as u64 == summary.estimates(), "{format:?}: {}", there.len());
        assert!(there.is_subset(&known), "{format:?}: the same emitters in the same places");
        assert!(new.sightings().is_empty(), "{format:?}: nothing of it was heard there");
    }
}

#[test]
fn kml_that_others_wrote_is_no_way_back_and_says_so() {
    let home = Home::lived();
    let file = home.export(ExportFormat::Kml);
    let text = std::fs::read_to_string(&file).unwrap();
    let eye_only: String = text
        .split("<ExtendedData>")
        .map(|piece| piece.split_once("</ExtendedData>").map_or(piece, |(_, rest)| rest))
        .collect();
    assert!(eye_only.len() < text.len());
    std::fs::write(&file, eye_only).unwrap();
    let new = Home::new();
    let summary = new.import(&file);
    let bad: Vec<_> = summary.parts[0].bad.iter().map(|(why, lines)| (why, lines.count)).collect();
    assert_eq!(bad, [(BadRow::Placemark, home.places().len() as u64)]);
    assert!(new.sightings().is_empty());
}
