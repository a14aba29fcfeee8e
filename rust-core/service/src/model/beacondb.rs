//! BeaconDB's model at bdc0d36: a bounding box per emitter that only grows, and a weighted mean of box centres.
//!
//! Pure. What a report loses before it gets here (a wrong type anywhere in it) is [`crate::protocol::beacondb`]'s to say.
//! Source: `reference/location-services.md`, C.2 and C.3.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Bounds, CellKey, Estimate, Key, Known, Mac, Place, Source};

/// Metres; a report with a wider fix is ignored.
const MAX_FIX_ACCURACY: f64 = 250.0;
/// Metres; a report from higher up is ignored: it comes from an aeroplane.
const MAX_ALTITUDE: f64 = 5000.0;
/// Milliseconds between fix and sighting beyond which the sighting is ignored.
const MAX_AGE_DIFFERENCE: f64 = 30_000.0;
/// Speed (m/s) times age difference (ms): 150 m moved between fix and sighting.
const MAX_TRAVEL: f64 = 150_000.0;
/// Metres; access points whose box has a radius outside this range do not take part: one sighting is not enough.
const USABLE_RADIUS: std::ops::RangeInclusive<f64> = 1.0..=500.0;
/// Metres; no answer from WiFi claims less.
const MIN_ACCURACY: f64 = 50.0;

/// The position of a report.
#[derive(Clone, Copy, Debug)]
pub struct Fix {
    /// Where.
    pub place: Place,
    /// Metres.
    pub accuracy: Option<f64>,
    /// Metres above sea level.
    pub altitude: Option<f64>,
    /// Metres a second.
    pub speed: Option<f64>,
    /// Milliseconds before the report's timestamp.
    pub age: Option<i64>,
}

/// One emitter of a report.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What was heard.
    pub heard: Heard,
    /// Milliseconds before the report's timestamp.
    pub age: Option<i64>,
}

/// The emitter of a [`Sighting`], with what decides whether it is kept.
#[derive(Clone)]
pub enum Heard {
    /// An access point; without a name that can be read it is ignored.
    Wifi(Mac, Option<String>),
    /// A beacon.
    Blue(Mac),
    /// A cell with its primary scrambling code or physical cell identity; without one it is ignored.
    Cell(CellKey, Option<u16>),
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Heard(..)")
    }
}

/// A report whose every field had the right type.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where and how well.
    pub fix: Fix,
    /// What was heard there.
    pub sightings: Vec<Sighting>,
}

/// A geolocate request's networks.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Access points with signal in dBm.
    pub wifi: Vec<(Mac, Option<i8>)>,
    /// Cells in order of preference, with the scrambling code if it must match.
    pub cells: Vec<(CellKey, Option<u16>)>,
}

/// Everything learned.
#[derive(Debug, Default)]
pub struct Model {
    wifi: HashMap<Mac, Bounds>,
    cells: HashMap<CellKey, BTreeMap<u16, Bounds>>,
}

impl Model {
    /// Learns from a report; answers how many of its emitters were taken.
    pub fn observe(&mut self, report: &Report) -> u32 {
        let fix = &report.fix;
        if fix.accuracy.is_some_and(|m| m > MAX_FIX_ACCURACY) || fix.altitude.is_some_and(|m| m > MAX_ALTITUDE) {
            return 0;
        }
        let near = report.sightings.iter().filter(|s| heard_near(fix, s));
        near.map(|s| u32::from(self.grow(&s.heard, Bounds::of(fix.place)))).sum()
    }

    fn grow(&mut self, heard: &Heard, bounds: Bounds) -> bool {
        let widen = |known: &mut Bounds| *known = known.union(bounds);
        match heard {
            Heard::Wifi(mac, ssid) if ssid.as_deref().is_some_and(wants_mapping) => {
                self.wifi.entry(*mac).and_modify(widen).or_insert(bounds);
            }
            Heard::Cell(key, Some(code)) if key.mcc != 0 && key.area != 0 && key.cell != 0 => {
                self.cells.entry(*key).or_default().entry(*code).and_modify(widen).or_insert(bounds);
            }
            // Beacons are taken, but their look-up reads the WiFi table: nothing is ever found again, so nothing is kept here.
            Heard::Blue(_) => {}
            Heard::Wifi(..) | Heard::Cell(..) => return false,
        }
        true
    }

    /// How many emitters are known.
    pub fn stations(&self) -> usize {
        self.wifi.len() + self.cells.values().map(BTreeMap::len).sum::<usize>()
    }

    /// Centre and half diagonal of an emitter's box; for a cell, of the lowest scrambling code seen with it.
    pub fn position(&self, key: &Key) -> Option<Known> {
        match key {
            Key::Wifi(mac) => self.wifi.get(mac).copied().map(known),
            Key::Cell(cell) => self.cell(*cell, None),
            Key::Blue(_) => None,
        }
    }

    fn cell(&self, key: CellKey, code: Option<u16>) -> Option<Known> {
        let codes = self.cells.get(&key)?;
        let bounds = match code {
            Some(code) => codes.get(&code),
            None => codes.values().next(),
        };
        bounds.copied().map(known)
    }

    /// Where the asker is: by WiFi if two access points can be used, else by the first cell that is known.
    pub fn geolocate(&self, query: &Query) -> Option<Estimate> {
        self.by_wifi(&query.wifi).or_else(|| self.by_cell(&query.cells))
    }

    fn by_wifi(&self, heard: &[(Mac, Option<i8>)]) -> Option<Estimate> {
        let mut seen = HashSet::new();
        let used: Vec<(f64, Known)> = heard
            .iter()
            .filter(|(mac, _)| seen.insert(*mac))
            .filter_map(|(mac, signal)| Some((signal_weight(*signal)?, known(*self.wifi.get(mac)?))))
            .filter(|(_, known)| USABLE_RADIUS.contains(&known.radius))
            .collect();
        if used.len() < 2 {
            return None;
        }
        let total: f64 = used.iter().map(|(weight, _)| weight).sum();
        let mean = |value: fn(&Known) -> f64| used.iter().map(|(w, k)| w * value(k)).sum::<f64>() / total;
        Some(Estimate {
            place: Place { lat: mean(|k| k.place.lat), lng: mean(|k| k.place.lng) },
            accuracy: mean(|k| k.radius).round().max(MIN_ACCURACY),
            source: Source::Wifi,
        })
    }

    fn by_cell(&self, heard: &[(CellKey, Option<u16>)]) -> Option<Estimate> {
        let found = heard.iter().find_map(|(key, code)| self.cell(*key, *code))?;
        Some(Estimate { place: found.place, accuracy: found.radius.round(), source: Source::Cell })
    }
}

fn known(bounds: Bounds) -> Known {
    let place = bounds.centre();
    Known { place, radius: bounds.north_east().haversine(place) }
}

/// Whether fix and sighting belong together in time and way. Only asked when both ages are known.
fn heard_near(fix: &Fix, sighting: &Sighting) -> bool {
    let (Some(fix_age), Some(age)) = (fix.age, sighting.age) else { return true };
    let difference = (fix_age as f64 - age as f64).abs();
    difference <= MAX_AGE_DIFFERENCE && fix.speed.is_none_or(|speed| speed * difference <= MAX_TRAVEL)
}

/// Whether a name is neither hidden nor opts out.
fn wants_mapping(ssid: &str) -> bool {
    let hidden = ssid.bytes().all(|b| b == 0);
    !hidden && !ssid.contains("_nomap") && !ssid.contains("_optout")
}

/// Inverse fourth power of the distance from +20 dBm; nothing for a signal too weak to count.
fn signal_weight(signal: Option<i8>) -> Option<f64> {
    let dbm = match signal {
        None | Some(0) => -80.0,
        Some(dbm) if dbm < -100 => return None,
        Some(dbm) => f64::from(dbm.min(-50)),
    };
    Some((1e4 / (dbm - 20.0_f64).powi(2)).powi(2))
}

#[cfg(test)]
mod tests {
    use super::super::Radio;
    use super::*;

    const HOME: Place = Place { lat: 51.5, lng: 7.0 };

    fn mac(n: u64) -> Mac {
        Mac::new(n).unwrap()
    }

    fn wifi(n: u64, ssid: &str) -> Sighting {
        Sighting { heard: Heard::Wifi(mac(n), Some(ssid.into())), age: None }
    }

    fn report(place: Place, sightings: Vec<Sighting>) -> Report {
        Report { fix: Fix { place, accuracy: None, altitude: None, speed: None, age: None }, sightings }
    }

    fn cell(cell: u64) -> CellKey {
        CellKey { radio: Radio::Lte, mcc: 262, mnc: 1, area: 7, cell }
    }

    #[test]
    fn what_is_ignored_is_ignored() {
        let with = |heard| report(HOME, vec![Sighting { heard, age: Some(0) }]);
        let taken = |report: &Report| Model::default().observe(report);
        let far = |change: fn(&mut Fix)| {
            let mut r = with(Heard::Blue(mac(1)));
            change(&mut r.fix);
            taken(&r)
        };
        assert_eq!(far(|_| ()), 1);
        assert_eq!(far(|f| f.accuracy = Some(250.1)), 0);
        assert_eq!(far(|f| f.altitude = Some(5000.1)), 0);
        assert_eq!(far(|f| f.age = Some(30_000)), 1);
        assert_eq!(far(|f| f.age = Some(-30_001)), 0);
        assert_eq!(far(|f| f.age = Some(i64::MIN)), 0);
        assert_eq!(far(|f| (f.age, f.speed) = (Some(10_000), Some(15.0))), 1);
        assert_eq!(far(|f| (f.age, f.speed) = (Some(10_000), Some(15.1))), 0);
        for ssid in [None, Some(""), Some("\0\0"), Some("x_nomap"), Some("a_optout_b")] {
            assert_eq!(taken(&with(Heard::Wifi(mac(1), ssid.map(Into::into)))), 0);
        }
        assert_eq!(taken(&with(Heard::Wifi(mac(1), Some("x_NOMAP".into())))), 1);
        assert_eq!(taken(&with(Heard::Cell(cell(1), None))), 0);
        assert_eq!(taken(&with(Heard::Cell(cell(0), Some(1)))), 0);
        assert_eq!(taken(&with(Heard::Cell(cell(1), Some(0)))), 1);
    }

    #[test]
    fn two_access_points_seen_twice_answer_and_one_does_not() {
        let mut model = Model::default();
        let there = Place { lat: 51.501, lng: 7.0 };
        for place in [HOME, there] {
            model.observe(&report(place, vec![wifi(1, "a"), wifi(2, "b")]));
        }
        model.observe(&report(HOME, vec![wifi(3, "seen once")]));
        let ask = |macs: &[u64]| {
            model.geolocate(&Query { wifi: macs.iter().map(|n| (mac(*n), None)).collect(), cells: vec![] })
        };
        assert_eq!(ask(&[1, 1]), None);
        assert_eq!(ask(&[1, 3]), None);
        let estimate = ask(&[1, 2]).unwrap();
        assert!((estimate.place.lat - 51.5005).abs() < 1e-9);
        assert!((estimate.accuracy - 56.0).abs() < 0.5, "half of 111 m, {}", estimate.accuracy);
    }

    #[test]
    fn the_first_known_cell_wins_and_a_code_must_match_when_sent() {
        let mut model = Model::default();
        model.observe(&report(HOME, vec![Sighting { heard: Heard::Cell(cell(5), Some(9)), age: None }]));
        let ask = |n, code| model.geolocate(&Query { wifi: vec![], cells: vec![(cell(4), None), (cell(n), code)] });
        assert_eq!(ask(5, None).map(|e| e.source), Some(Source::Cell));
        assert!(ask(5, Some(9)).is_some());
        assert_eq!(ask(5, Some(8)), None);
    }

    #[test]
    fn weights_follow_the_fourth_power_between_its_ends() {
        assert_eq!(signal_weight(Some(-101)), None);
        assert_eq!(signal_weight(Some(0)), signal_weight(Some(-80)));
        assert_eq!(signal_weight(Some(-10)), signal_weight(Some(-50)));
        assert!((signal_weight(Some(-80)).unwrap() - 1.0).abs() < 1e-12);
    }
}
