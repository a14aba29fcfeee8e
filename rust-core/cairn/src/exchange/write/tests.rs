//! Every format against a file that was looked at, against its own rules, and back in where there is a way back.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::GzDecoder;

use crate::engine::{Config, Engine};
use crate::exchange::{
    Area, Chunk, ExportError, ExportFormat, ExportOptions, Filter, Format, Item, Kinds, Origin, Place, Reader, Reading,
    Row, Selection, SourceId, export, export_to, parts,
};
use crate::model::{
    BeaconFormat, CellIdentity, Dbm, Detail, Fix, HeardBeacon, HeardCell, HeardWifi, LatLng, Mac, Metres, Millis,
    Radio, Report, Scan, Ssid, TripId, WifiStandard,
};
use crate::{CoreError, SystemClock};

const START: i64 = 1_767_225_600_000;

struct Home {
    dir: tempfile::TempDir,
    engine: Engine,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { path: dir.path().join("cairn.db"), clock: Arc::new(SystemClock::new()), seed: 1 };
        Self { engine: Engine::open(config).unwrap().engine, dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Takes rows in as one trip.
    fn take(&self, source: i64, rows: Vec<Row>) -> TripId {
        let place = Place { offset: 1, line: 1, tail_hash: 0 };
        let chunk = Chunk {
            source: SourceId(source),
            origin: Origin { format: Format::Wigle, name: "walk.csv".to_owned() },
            place,
            marks: Vec::new(),
            rows,
            estimates: Vec::new(),
            upload: true,
            trip: None,
            after: None,
        };
        self.engine.import(chunk).unwrap().trip
    }

    fn text(&self, format: ExportFormat) -> String {
        self.part(ExportOptions::new(format))
    }

    fn part(&self, options: ExportOptions) -> String {
        let mut out = Vec::new();
        export(&self.engine, options, &mut out, &mut |_| true).unwrap();
        if options.format.is_learned() {
            let mut text = String::new();
            GzDecoder::new(&out[..]).read_to_string(&mut text).unwrap();
            return text;
        }
        String::from_utf8(out).unwrap()
    }

    fn reports(&self) -> Vec<Report> {
        let mut all = Vec::new();
        self.engine
            .reports::<CoreError>(Selection::All, |_, report| {
                all.push(report);
                Ok(())
            })
            .unwrap();
        all
    }
}

fn place(n: i64) -> LatLng {
    LatLng::from_e7(601_699_123 + n as i32 * 10_000, 249_384_567).unwrap()
}

fn fix(n: i64) -> Fix {
    let mut fix = Fix::gnss(Millis(0), Millis(START + n * 60_000), place(n), Metres(4.25));
    fix.altitude = Some(Metres(31.5));
    fix
}

fn wifi(n: u64, name: &[u8]) -> HeardWifi {
    HeardWifi {
        mono: Millis(0),
        mac: Mac::from_u64(0x0c1a_2b3c_4d00 + n).unwrap(),
        ssid: Ssid::new(name),
        signal: Some(Dbm(-61)),
        frequency_mhz: Some(5180),
        standard: Some(WifiStandard::Ax),
    }
}

fn cell() -> HeardCell {
    HeardCell {
        mono: Millis(-900),
        identity: CellIdentity {
            radio: Radio::Lte,
            mcc: Some(244),
            mnc: Some(5),
            area: Some(4711),
            cell: Some(12_345_678),
        },
        serving: true,
        signal: Some(Dbm(-95)),
        asu: Some(45),
        timing_advance: Some(3),
        physical: Some(123),
        arfcn: Some(1300),
    }
}

fn beacon() -> HeardBeacon {
    HeardBeacon {
        mono: Millis(0),
        mac: Mac::from_u64(0x0c1a_2b3c_4dff).unwrap(),
        signal: Some(Dbm(-80)),
        format: Some(BeaconFormat::AltBeacon),
    }
}

/// Two trips of a few places: every kind of emitter, and names that nobody should call a network.
fn lived() -> Home {
    let home = Home::new();
    let everything =
        Scan { wifi: vec![wifi(1, b"Cafe")], cells: vec![cell()], beacons: vec![beacon()], ..Scan::default() };
    let hostile = Scan {
        wifi: vec![
            wifi(2, b"=HYPERLINK(\"http://evil\",\"x\")"),
            wifi(3, b"]]><script>\"'&\x01"),
            wifi(4, b"\xff\xfeline\r\nend"),
        ],
        ..Scan::default()
    };
    home.take(1, vec![Row { fix: fix(0), scan: everything }, Row { fix: fix(1), scan: hostile }]);
    home.take(2, vec![Row { fix: fix(2), scan: Scan { wifi: vec![wifi(5, b"Bar, inn")], ..Scan::default() } }]);
    home
}

/// Compares with a file that was looked at. To make it anew: remove it and run the test twice.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/golden/export").join(name);
    if !path.exists() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        panic!("{name} was not there and is made: look at it, and keep it");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "{name}");
}

#[test]
fn every_format_is_written_as_it_was_looked_at() {
    let home = lived();
    for (name, format) in [
        ("all.geosubmit.json", ExportFormat::Geosubmit),
        ("all.gpx", ExportFormat::Gpx),
        ("all.kml", ExportFormat::Kml),
        ("all.geojson", ExportFormat::GeoJson),
        ("all.wigle.csv", ExportFormat::Wigle),
    ] {
        golden(name, &home.text(format).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }
}

fn read_back(home: &Home, format: ExportFormat) -> Vec<Row> {
    let path = home.path("exported");
    export_to(&home.engine, ExportOptions::new(format), &path, &mut |_| true).unwrap();
    let reading = Reading { now: Millis(START + 86_400_000), scratch: &home.path("scratch"), growing: false };
    let mut reader = Reader::open(&parts(&path).unwrap()[0], reading).unwrap();
    let mut rows = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        let Item::Row(row) = item else { panic!("a row that cannot be read back") };
        rows.push(row);
    }
    rows
}

/// What is stored once rows were taken in by a fresh engine.
fn taken(rows: Vec<Row>) -> Vec<Report> {
    let home = Home::new();
    home.take(1, rows);
    home.reports()
}

#[test]
fn what_geosubmit_takes_out_comes_in_as_the_same_sightings() {
    let home = lived();
    let (mut here, there) = (home.reports(), taken(read_back(&home, ExportFormat::Geosubmit)));
    // JSON is text: what is not UTF-8 in a name cannot stand in it.
    for sighting in here.iter_mut().flat_map(|r| &mut r.sightings) {
        if let Detail::Wifi { ssid, .. } = &mut sighting.detail {
            *ssid = Ssid::new(ssid.to_text().into_bytes());
        }
    }
    assert_eq!(there, here);
}

#[test]
fn what_wigle_csv_takes_out_comes_in_as_far_as_it_has_columns() {
    let home = Home::new();
    let scan = Scan {
        wifi: vec![wifi(1, b"Cafe"), wifi(2, b"a, \"b\" c")],
        cells: vec![cell()],
        beacons: vec![beacon()],
        ..Scan::default()
    };
    home.take(1, vec![Row { fix: fix(0), scan }]);
    let (mut here, there) = (home.reports(), taken(read_back(&home, ExportFormat::Wigle)));
    for sighting in &mut here[0].sightings {
        sighting.age = Millis(0);
        match &mut sighting.detail {
            Detail::Wifi { standard, .. } => *standard = None,
            Detail::Beacon { format, .. } => *format = None,
            Detail::Cell { serving, asu, timing_advance, physical, .. } => {
                (*serving, *asu, *timing_advance, *physical) = (false, None, None, None);
            }
        }
    }
    assert_eq!(there, here);
}

#[test]
fn what_gpx_takes_out_comes_in_as_the_same_places_and_times() {
    let home = lived();
    let here: Vec<_> = home.reports().into_iter().map(|r| (r.fix.utc, r.fix.place, r.fix.altitude)).collect();
    let rows = read_back(&home, ExportFormat::Gpx);
    assert_eq!(rows.into_iter().map(|r| (r.fix.utc, r.fix.place, r.fix.altitude)).collect::<Vec<_>>(), here);
}

#[test]
fn geojson_keeps_to_its_rfc() {
    let home = lived();
    let all: serde_json::Value = serde_json::from_str(&home.text(ExportFormat::GeoJson)).unwrap();
    assert_eq!(all["type"], "FeatureCollection");
    assert!(all.get("crs").is_none());
    for feature in all["features"].as_array().unwrap() {
        assert_eq!((&feature["type"], &feature["geometry"]["type"]), (&"Feature".into(), &"Point".into()));
        let numbers: Vec<f64> =
            feature["geometry"]["coordinates"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
        assert!(numbers.len() == 3 && numbers[0] < 25.0 && numbers[1] > 60.0, "longitude first");
        assert!(feature["properties"].is_object());
    }
    let empty: serde_json::Value = serde_json::from_str(&Home::new().text(ExportFormat::GeoJson)).unwrap();
    assert_eq!(empty["features"], serde_json::json!([]));
}

/// Walks a KML document and holds each element against what may stand in its parent, in that order (OGC 07-147r2).
fn assert_kml(document: &str) -> usize {
    use quick_xml::events::Event;
    const CHILDREN: &[(&str, &[&str])] = &[
        ("", &["kml"]),
        ("kml", &["Document"]),
        ("Document", &["name", "Folder"]),
        ("Folder", &["name", "Placemark"]),
        ("Placemark", &["name", "description", "TimeStamp", "Point"]),
        ("TimeStamp", &["when"]),
        ("Point", &["coordinates"]),
        ("name", &[]),
        ("description", &[]),
        ("when", &[]),
        ("coordinates", &[]),
    ];
    let mut reader = quick_xml::Reader::from_str(document);
    let mut path: Vec<(String, usize)> = vec![(String::new(), 0)];
    let mut placemarks = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let (parent, reached) = path.last_mut().unwrap();
                let allowed = CHILDREN.iter().find(|(p, _)| p == parent).unwrap().1;
                let at =
                    allowed.iter().position(|child| **child == *name).unwrap_or_else(|| panic!("{name} in {parent}"));
                assert!(at >= *reached, "{name} comes too late in {parent}");
                *reached = at;
                placemarks += usize::from(name == "Placemark");
                path.push((name, 0));
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) if path.last().unwrap().0 == "coordinates" => {
                let numbers: Vec<f64> = text.split(',').map(|n| n.parse().unwrap()).collect();
                assert!(matches!(numbers[..], [lon, lat, _] if lon < 25.0 && lat > 60.0));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(path.len(), 1);
    placemarks
}

#[test]
fn kml_keeps_to_its_structure_and_kmz_is_the_same_packed() {
    let home = lived();
    let kml = home.text(ExportFormat::Kml);
    assert_eq!(assert_kml(&kml), 3);
    let mut packed = Vec::new();
    export(&home.engine, ExportOptions::new(ExportFormat::Kmz), &mut packed, &mut |_| true).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed)).unwrap();
    assert_eq!(zip.len(), 1);
    let mut document = String::new();
    zip.by_name("doc.kml").unwrap().read_to_string(&mut document).unwrap();
    assert_eq!(document, kml);
}

#[test]
fn nothing_tells_what_phone_it_was() {
    let home = lived();
    let text = home.text(ExportFormat::Wigle);
    let heading = text.lines().next().unwrap();
    for member in heading.split(',').skip(1) {
        let value = member.split_once('=').unwrap().1;
        let neutral =
            ["Cairn", concat!("Cairn ", env!("CARGO_PKG_VERSION")), env!("CARGO_PKG_VERSION"), "Sol", "3", "0"];
        assert!(neutral.contains(&value), "{member}");
    }
}

/// Emitters whose place is well known: heard often enough at one place.
fn settled() -> Home {
    let home = Home::new();
    for n in 0..8 {
        let scan = |ap: u64| Scan { wifi: vec![wifi(ap, b"Cafe")], cells: vec![cell()], ..Scan::default() };
        let at = |metres: i64| Fix { place: place(metres), ..fix(n) };
        home.take(n, vec![Row { fix: at(0), scan: scan(1) }, Row { fix: at(5), scan: scan(2) }]);
    }
    // One that was heard once, and one that is heard all over the town.
    home.take(20, vec![Row { fix: fix(20), scan: Scan { wifi: vec![wifi(3, b"Once")], ..Scan::default() } }]);
    for n in 0..12 {
        let far =
            Fix { place: LatLng::from_e7(601_000_000 + n as i32 * 1_000_000, 240_000_000).unwrap(), ..fix(30 + n) };
        home.take(30 + n, vec![Row { fix: far, scan: Scan { wifi: vec![wifi(4, b"Tram")], ..Scan::default() } }]);
    }
    home
}

/// Reads as microG does: a heading of known names, then lines with as many fields, split at commas.
fn as_microg_reads(text: &str) -> Vec<Vec<String>> {
    let mut lines = text.lines();
    let heading: Vec<_> = lines.next().unwrap().split(',').collect();
    let wifi = heading == ["mac", "lat", "lon", "alt"];
    assert!(wifi || heading == ["mcc", "mnc", "type", "lac", "cid", "psc", "lat", "lon", "alt"]);
    lines
        .map(|line| {
            let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            assert_eq!(fields.len(), heading.len(), "microG ends its reading at such a line");
            let number = |name| {
                let at = heading.iter().position(|h| *h == name).unwrap();
                fields[at].parse::<f64>().unwrap()
            };
            assert!(number("lat").abs() <= 90.0 && number("lon").abs() <= 180.0);
            if wifi {
                assert!(fields[0].len() == 12 && fields[0].bytes().all(|b| b.is_ascii_hexdigit()));
            } else {
                assert!(["GSM", "WCDMA", "LTE", "NR"].contains(&fields[2].as_str()));
                assert!(number("mcc") > 0.0 && number("cid") > 0.0 && number("lac") > 0.0 && number("mnc") >= 0.0);
            }
            fields
        })
        .collect()
}

#[test]
fn microg_gets_what_stays_where_it_is_and_nothing_else() {
    let home = settled();
    let wifi = as_microg_reads(&home.text(ExportFormat::MicrogWifi));
    assert_eq!(wifi.iter().map(|f| f[0].as_str()).collect::<Vec<_>>(), ["0c1a2b3c4d01", "0c1a2b3c4d02"]);
    let cells = as_microg_reads(&home.text(ExportFormat::MicrogCells));
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0][..6], ["244", "5", "LTE", "4711", "12345678", "123"]);
}

#[test]
fn microg_learns_nothing_of_a_zone_or_a_refused_network() {
    let home = settled();
    home.engine.refuse_mac(Mac::from_u64(0x0c1a_2b3c_4d01).unwrap()).unwrap();
    let left = as_microg_reads(&home.text(ExportFormat::MicrogWifi));
    assert_eq!(left.iter().map(|f| f[0].as_str()).collect::<Vec<_>>(), ["0c1a2b3c4d02"]);
    home.engine.refuse_name("caf").unwrap();
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogWifi)).len(), 0);
    let home = settled();
    home.engine.add_zone(place(0)).unwrap();
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogWifi)).len(), 0);
    assert_eq!(as_microg_reads(&home.text(ExportFormat::MicrogCells)).len(), 0);
}

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
