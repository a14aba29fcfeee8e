//! Several phones with `WiGLE`'s app walk or drive through the streets; what they write is thinned out and read from its CSV.
//!
//! The app writes a network when it first hears it, then only when it is clearly stronger, or from a new place after a while
//! (`DatabaseHelper.addObservation`): most access points are known from a few sightings, of one street.

use std::collections::HashMap;
use std::fmt::Write;

use cairn::exchange::{self, Item, Reader, Reading, Row};
use cairn::locate::Query;
use cairn::model::{CellKey, EmitterKey, HeardCell, LatLng, LocalPlane, Mac, Millis, Radio, Report, Scan};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::travel::{Wander, beside, hear, sightings};
use super::{ASKED, Question, SIDE, Street, Streets, Town, on};
use crate::{FIRST_DAY, Listener, World};

/// How many phones go, how often through each street, and how others ask.
pub(super) struct Walkers {
    pub phones: usize,
    pub passes: f64,
    pub thin_questions: bool,
}

/// Deviation of phones' offsets in dB: what studies of several models find.
const DEVICES: f64 = 3.5;
/// What a pocket or a bag takes, in dB, and how many phones are in one.
const POCKET: f64 = 6.0;
const POCKETED: f64 = 0.3;
/// Seconds between two scans with the screen on and throttling off, and on foot.
const SCAN_EVERY: f64 = 4.0;
/// Deviation of the fixes that count as truths where others ask, per axis: the same kind of phones.
const TRUTH: f64 = 3.0;

/// What the app remembers of a network in a run.
struct Written {
    place: LatLng,
    utc: Millis,
    best: i16,
}

/// The app's rule.
#[derive(Default)]
struct Thinning(HashMap<EmitterKey, Written>);

impl Thinning {
    /// Whether a sighting is written.
    fn keeps(&mut self, key: EmitterKey, place: LatLng, utc: Millis, dbm: i16) -> bool {
        let Some(before) = self.0.get_mut(&key) else {
            self.0.insert(key, Written { place, utc, best: dbm });
            return true;
        };
        let way = [(place.lat_e7() - before.place.lat_e7()).abs(), (place.lon_e7() - before.place.lon_e7()).abs()];
        let moved = way[0].max(way[1]);
        // A ten-thousandth of a degree after ten seconds, or a thousandth at once; or five decibels more than ever.
        let keeps = dbm >= before.best + 5 || moved > 10_000 || (moved > 1_000 && utc - before.utc >= Millis(10_000));
        if keeps {
            *before = Written { place, utc, best: before.best.max(dbm) };
        }
        keeps
    }

    fn thin(&mut self, mut scan: Scan, place: LatLng, utc: Millis) -> Scan {
        let dbm = |signal: Option<cairn::model::Dbm>| signal.map_or(-100, |s| s.0);
        scan.wifi.retain(|w| self.keeps(EmitterKey::wifi(w.mac), place, utc, dbm(w.signal)));
        scan.beacons.retain(|b| self.keeps(EmitterKey::beacon(b.mac), place, utc, dbm(b.signal)));
        scan.cells.retain(|c| {
            CellKey::try_from(c.identity).is_ok_and(|k| self.keeps(EmitterKey::cell(k), place, utc, dbm(c.signal)))
        });
        scan
    }
}

impl Walkers {
    pub fn live(
        &self,
        town: &Town,
        world: &World,
        plane: &LocalPlane,
        streets: &Streets,
        questions: usize,
        chance: &mut ChaCha8Rng,
    ) -> (Vec<Report>, Vec<Question>) {
        let phones: Vec<f64> = (0..self.phones).map(|_| device(chance)).collect();
        let mut runs: Vec<String> = Vec::new();
        let rounds = self.passes.ceil() as usize;
        for round in 0..rounds {
            let share = (self.passes - round as f64).min(1.0);
            for street in &streets.learned {
                if chance.random::<f64>() < share {
                    let phone = phones[chance.random_range(0..phones.len())];
                    let start = FIRST_DAY + Millis::from_hours(8 + round as i64);
                    runs.push(Self::learn(town, world, plane, *street, phone, start, chance));
                }
            }
        }
        let reports = runs.iter().flat_map(|csv| reports(csv)).collect();
        let mut asked = Vec::new();
        while asked.len() < questions {
            let street = streets.to_ask(town.strays, chance);
            let phone = device(chance) + town.offset / 2.0;
            self.ask(town, world, plane, street, phone, &mut asked, chance);
        }
        asked.truncate(questions);
        (reports, asked)
    }

    /// One street from end to end, as the app's file.
    fn learn(
        town: &Town,
        world: &World,
        plane: &LocalPlane,
        (across, east): Street,
        phone: f64,
        start: Millis,
        chance: &mut ChaCha8Rng,
    ) -> String {
        let mut csv = String::from(HEADING);
        let mut thinning = Thinning::default();
        let mut wander = Wander::new(chance);
        let step = town.speed * SCAN_EVERY;
        let side = chance.random_range(-4.0..4.0);
        for index in 0..(SIDE / step) as i32 {
            let (x, y) = wander.after(SCAN_EVERY, chance);
            let utc = start + Millis::from_secs((f64::from(index) * SCAN_EVERY) as i64);
            let truth = on(plane, across + side, east, f64::from(index) * step);
            let listener = Listener { device_offset_db: phone, ..Listener::standing(truth, utc, Millis(0)) };
            let (east, north) = plane.to_xy(truth);
            let place = plane.to_place(east + town.gps * x, north + town.gps * y);
            let accuracy = (1.5 * town.gps * chance.random_range(0.6..1.8)).clamp(3.0, 30.0);
            write_rows(&mut csv, &thinning.thin(hear(world, &listener, chance), place, utc), place, utc, accuracy);
        }
        csv
    }

    /// Questions along a street by another phone, some of them from beside it.
    #[expect(clippy::too_many_arguments, reason = "a walk has so many sides, and is called once")]
    fn ask(
        &self,
        town: &Town,
        world: &World,
        plane: &LocalPlane,
        (across, east): Street,
        phone: f64,
        asked: &mut Vec<Question>,
        chance: &mut ChaCha8Rng,
    ) {
        let mut thinning = Thinning::default();
        let mut wander = Wander::new(chance);
        let step = town.speed * SCAN_EVERY;
        let first = (0.1 * SIDE / step) as i32;
        let off = beside(town, chance);
        for index in first..first + (0.25 * SIDE / step).clamp(8.0, 60.0) as i32 {
            let (x, y) = wander.after(SCAN_EVERY, chance);
            let utc = ASKED + Millis::from_secs((f64::from(index) * SCAN_EVERY) as i64);
            let truth = on(plane, across + off, east, f64::from(index) * step);
            let listener = Listener { device_offset_db: phone, ..Listener::standing(truth, utc, Millis(0)) };
            let whole = hear(world, &listener, chance);
            let (east, north) = plane.to_xy(truth);
            let told = plane.to_place(east + TRUTH * x, north + TRUTH * y);
            let scan = if self.thin_questions { thinning.thin(whole, told, utc) } else { whole };
            if !scan.wifi.is_empty() {
                asked.push(Question { truth: told, query: Query::from(&scan) });
            }
        }
    }
}

/// A phone's offset, pocket included.
fn device(chance: &mut ChaCha8Rng) -> f64 {
    let pocket = if chance.random::<f64>() < POCKETED { POCKET } else { 0.0 };
    DEVICES * chance.sample::<f64, _>(StandardNormal) - pocket
}

const HEADING: &str = "WigleWifi-1.6,appRelease=2.80,model=any,release=14,device=any,display=,board=,brand=any,star=Sol,body=3,subBody=0\n\
    MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,RCOIs,MfgrId,Type\n";

fn write_rows(csv: &mut String, scan: &Scan, place: LatLng, utc: Millis, accuracy: f64) {
    let time = jiff::Timestamp::from_millisecond(utc.0)
        .map_or_else(|_| String::new(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let here = format!("{:.8},{:.8},31.5,{accuracy:.1}", place.lat(), place.lon());
    let mut row = |name: &str, ssid: &str, frequency: u32, dbm: i16, kind: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(csv, "{name},{ssid},[WPA2-PSK-CCMP][ESS],{time},0,{frequency},{dbm},{here},,,{kind}");
    };
    for w in &scan.wifi {
        row(&colons(w.mac), "net", u32::from(w.frequency_mhz.unwrap_or(0)), w.signal.map_or(-100, |s| s.0), "WIFI");
    }
    for b in &scan.beacons {
        row(&colons(b.mac), "", 0, b.signal.map_or(-100, |s| s.0), "BLE");
    }
    for c in &scan.cells {
        if let Some((name, radio)) = operator_area_cell(c) {
            row(&name, "", 0, c.signal.map_or(-110, |s| s.0), radio);
        }
    }
}

fn colons(mac: Mac) -> String {
    let bytes = mac.to_u64().to_be_bytes();
    bytes[2..].iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")
}

fn operator_area_cell(cell: &HeardCell) -> Option<(String, &'static str)> {
    let i = cell.identity;
    let radio = match i.radio {
        Radio::Gsm => "GSM",
        Radio::Wcdma => "WCDMA",
        Radio::Lte => "LTE",
        Radio::Nr => "NR",
    };
    Some((format!("{:03}{:02}_{}_{}", i.mcc?, i.mnc?, i.area?, i.cell?), radio))
}

/// The rows of a file, read as an import reads them.
fn reports(csv: &str) -> Vec<Report> {
    let rows = || -> Result<Vec<Row>, Box<dyn std::error::Error>> {
        let mut file = tempfile::NamedTempFile::new()?;
        std::io::Write::write_all(&mut file, csv.as_bytes())?;
        let mut rows = Vec::new();
        for part in exchange::parts(file.path())? {
            let scratch = std::env::temp_dir();
            let mut reader =
                Reader::open(&part, Reading { now: ASKED, scratch: &scratch, growing: false, onlooker: None })?;
            while let Some(item) = reader.next_item()? {
                match item {
                    Item::Row(row) => rows.push(row),
                    Item::Estimate(_) => return Err("an estimate among what was heard".into()),
                    Item::Bad(why, line) => return Err(format!("line {line}: {why:?}").into()),
                }
            }
        }
        Ok(rows)
    };
    let rows = rows().expect("what was just written can be read");
    rows.into_iter()
        .map(|row| Report { sightings: sightings(row.scan, Millis(0), row.fix.place), fix: row.fix })
        .collect()
}
