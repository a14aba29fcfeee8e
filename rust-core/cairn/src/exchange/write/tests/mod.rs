//! Every format against a file that was looked at, against its own rules, and back in where there is a way back.

mod back;
mod microg;
mod part;
mod shape;

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
