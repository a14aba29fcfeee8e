//! What ichnaea makes of one report: its second, silent stage of validation, and the weight of every observation.
//!
//! Pure. Values out of range become unknown, keys out of range lose the observation, a place out of range loses the report,
//! and the sender hears of none of it. Source: `reference/location-services.md`, A.2, A.3 and B.1.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::land;
use crate::model::{CellKey, Key, Mac, Place, Radio};

/// A report that has passed the HTTP schema; `None` is a member that was missing, null or not a number.
#[derive(Clone, Default)]
pub struct Report {
    /// Degrees.
    pub lat: Option<f64>,
    /// Degrees.
    pub lng: Option<f64>,
    /// Metres.
    pub accuracy: Option<f64>,
    /// Metres a second.
    pub speed: Option<f64>,
    /// Milliseconds from fix to the report's timestamp.
    pub age: Option<i64>,
    /// Whether the position came from a query rather than from a satellite fix.
    pub from_query: bool,
    /// Access points.
    pub wifi: Vec<Radiator>,
    /// Beacons.
    pub blue: Vec<Radiator>,
    /// Cells.
    pub cells: Vec<Tower>,
}

/// An access point or beacon of a [`Report`].
#[derive(Clone, Default)]
pub struct Radiator {
    /// The address as it was sent.
    pub mac: String,
    /// dBm.
    pub signal: Option<i64>,
    /// dB.
    pub snr: Option<i64>,
    /// Milliseconds before the report's timestamp.
    pub age: Option<i64>,
}

/// A cell of a [`Report`].
#[derive(Clone, Default)]
pub struct Tower {
    /// Technology, if it was one of the schema's words.
    pub radio: Option<Radio>,
    /// Mobile country code.
    pub mcc: Option<i64>,
    /// Mobile network code.
    pub mnc: Option<i64>,
    /// Location or tracking area code.
    pub area: Option<i64>,
    /// Cell identity.
    pub cell: Option<i64>,
    /// Arbitrary strength unit.
    pub asu: Option<i64>,
    /// dBm.
    pub signal: Option<i64>,
    /// Timing advance.
    pub ta: Option<i64>,
    /// Milliseconds before the report's timestamp.
    pub age: Option<i64>,
}

/// One emitter at one place, as the stations learn from it.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// What was heard.
    pub key: Key,
    /// Where.
    pub place: Place,
    /// How much it counts; above zero.
    pub weight: f64,
    /// Whether the place came from satellites; such observations displace those of queries.
    pub gnss: bool,
}

const LATITUDES: RangeInclusive<f64> = -85.051..=85.051;
const LONGITUDES: RangeInclusive<f64> = -180.0..=180.0;
/// dBm; what else an access point is said to have sent is unknown.
pub(super) const WIFI_SIGNALS: RangeInclusive<i64> = -100..=-10;
/// dBm; the same for a beacon.
pub(super) const BLUE_SIGNALS: RangeInclusive<i64> = -127..=0;
/// Ages outside one hour are unknown.
pub(super) const AGES: RangeInclusive<i64> = -3_600_000..=3_600_000;
/// Addresses many devices share: all zeros, broadcast, and a VRRP-like multicast group.
const SHARED_MACS: [u64; 3] = [0, 0xffff_ffff_ffff, 0x0100_5e90_1000];
/// A GSM cell identity has 16 bits; a longer one is really WCDMA.
const MAX_GSM_CELL: i64 = 65_535;

impl Report {
    /// The observations that survive, one per emitter; none if the place is impossible or at sea.
    pub fn observations(&self) -> Vec<Observation> {
        let Some(place) = self.place() else { return Vec::new() };
        let wifi = self.wifi.iter().filter_map(|w| Some((Key::Wifi(mac(&w.mac)?), self.radiator(w, &WIFI_SIGNALS))));
        let blue = self.blue.iter().filter_map(|b| Some((Key::Blue(mac(&b.mac)?), self.radiator(b, &BLUE_SIGNALS))));
        let cells = self.cells.iter().filter_map(|t| t.key().map(|key| (Key::Cell(key), self.tower(t, key.radio))));
        let mut best = BTreeMap::new();
        for (key, sighting) in wifi.chain(blue).chain(cells) {
            best.entry(key).and_modify(|best: &mut Sighting| *best = sighting.max(*best)).or_insert(sighting);
        }
        let weighed = best.into_iter().map(|(key, sighting)| Observation {
            key,
            place,
            weight: self.weight(&key, sighting),
            gnss: !self.from_query,
        });
        weighed.filter(|o| o.weight > 0.0).collect()
    }

    fn place(&self) -> Option<Place> {
        let place = Place { lat: within(self.lat, &LATITUDES)?, lng: within(self.lng, &LONGITUDES)? };
        land::country(place).map(|_| place)
    }

    fn radiator(&self, r: &Radiator, signals: &RangeInclusive<i64>) -> Sighting {
        Sighting {
            nearness: None,
            signal: within(r.signal, signals),
            clarity: within(r.snr, &(1..=100)),
            youth: self.youth(r.age),
        }
    }

    fn tower(&self, tower: &Tower, radio: Radio) -> Sighting {
        let ta = if radio == Radio::Wcdma { None } else { within(tower.ta, &(0..=63)) };
        let (signal, asu) = tower.strength(radio);
        Sighting { nearness: ta.map(|ta| -ta), signal, clarity: asu, youth: self.youth(tower.age) }
    }

    /// How long before the fix a sighting was made, negated; unknown if out of range.
    fn youth(&self, age: Option<i64>) -> Option<i64> {
        let age = age.map(|age| age.saturating_sub(self.age.unwrap_or(0)));
        within(age, &AGES).map(|age| -age)
    }

    /// B.1: by accuracy, age, speed and signal; 0 is no observation at all.
    fn weight(&self, key: &Key, sighting: Sighting) -> f64 {
        let (strength, max_accuracy) = match key {
            Key::Wifi(_) => (wifi_strength(sighting.signal), 200.0),
            Key::Blue(_) => (1.0, 100.0),
            Key::Cell(cell) => (cell_strength(cell.radio, sighting.signal), 1000.0),
        };
        let accuracy = within(self.accuracy, &(0.0..=1e6)).filter(|m| *m > 0.0).unwrap_or(10.0);
        let age = sighting.youth.unwrap_or(2000).unsigned_abs() as f64;
        let speed = within(self.speed, &(0.0..=300.0)).unwrap_or(1.0);
        if accuracy > max_accuracy || age > 20_000.0 || speed > 50.0 {
            return 0.0;
        }
        let by_motion = (2000.0 / age.max(2000.0)).sqrt() * (5.0 / speed.max(1.0)).sqrt().min(1.0);
        (10.0 / accuracy.max(10.0)).sqrt() * by_motion * strength
    }
}

/// What validation leaves of a sighting; of two of one emitter the greater is the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    /// Timing advance, negated.
    nearness: Option<i64>,
    /// dBm.
    signal: Option<i64>,
    /// Signal to noise ratio, or a cell's asu.
    clarity: Option<i64>,
    /// Age in milliseconds, negated.
    youth: Option<i64>,
}

impl Tower {
    /// The cell's identity if all five parts are there and in range.
    pub fn key(&self) -> Option<CellKey> {
        let cell = within(self.cell, &(1..=268_435_455))?;
        let radio = match self.radio? {
            Radio::Gsm if cell > MAX_GSM_CELL => Radio::Wcdma,
            Radio::Nr => return None,
            radio => radio,
        };
        Some(CellKey {
            radio,
            mcc: within(self.mcc, &(1..=999)).filter(|mcc| *mcc != 553)? as u16,
            mnc: within(self.mnc, &(0..=999))? as u16,
            area: within(self.area, &(1..=65_533))? as u32,
            cell: cell as u64,
        })
    }

    /// Signal in dBm and asu, each if in range; some phones send the signal as asu.
    pub(super) fn strength(&self, radio: Radio) -> (Option<i64>, Option<i64>) {
        let (signals, asus) = ranges(radio);
        let swapped = self.asu.filter(|asu| *asu < -5);
        let asu = within(self.asu, &asus);
        let derived = asu.map(|asu| match radio {
            Radio::Gsm => 2 * asu - 113,
            Radio::Wcdma => asu - 116,
            Radio::Lte | Radio::Nr => asu - 140,
        });
        let signal = [self.signal, swapped, derived].into_iter().find_map(|dbm| within(dbm, &signals));
        (signal, asu)
    }
}

/// Signals in dBm and asu a radio can have.
pub(super) fn ranges(radio: Radio) -> (RangeInclusive<i64>, RangeInclusive<i64>) {
    match radio {
        Radio::Gsm => (-113..=-51, 0..=31),
        Radio::Wcdma => (-121..=-25, -5..=91),
        Radio::Lte | Radio::Nr => (-140..=-43, 0..=97),
    }
}

/// An address ichnaea takes: separators anywhere, none that many devices share.
pub fn mac(text: &str) -> Option<Mac> {
    Mac::parse(text, &[':', '-', '.']).filter(|mac| !SHARED_MACS.contains(&mac.number()))
}

fn wifi_strength(signal: Option<i64>) -> f64 {
    fourth_power(signal.unwrap_or(-80) as f64 - 20.0)
}

fn cell_strength(radio: Radio, signal: Option<i64>) -> f64 {
    let (default, offset) = match radio {
        Radio::Gsm => (-95, -5.0),
        Radio::Wcdma => (-100, 0.0),
        Radio::Lte | Radio::Nr => (-105, 5.0),
    };
    fourth_power(signal.unwrap_or(default) as f64 + offset)
}

fn fourth_power(distance: f64) -> f64 {
    (1e4 / (distance * distance)).powi(2)
}

pub(super) fn within<T: PartialOrd>(value: Option<T>, range: &RangeInclusive<T>) -> Option<T> {
    value.filter(|value| range.contains(value))
}
