//! What a phone at a place hears of the world.

use std::cmp::Reverse;

use cairn::model::{CellIdentity, CellKey, Dbm, HeardBeacon, HeardCell, HeardWifi, LatLng, Millis, Radio, Scan};
use rand::{Rng, RngExt};

use super::{BEACON_RANGE, CELL_RANGE, WIFI_RANGE, World};
use crate::emitter::{Emitter, Voice};
use crate::journey::Journey;

/// Weakest cell that modems report, in dBm.
const CELL_FLOOR: f64 = -120.0;
/// Neighbours that a modem lists beside the serving cell.
const NEIGHBOURS: usize = 5;
/// Share of neighbours of which a phone is told the whole identity; of the others only the physical one.
const KNOWN_NEIGHBOURS: f64 = 0.25;
/// Length of one step of timing advance in metres: GSM's bit and LTE's 16 samples (3GPP TS 45.010 and 36.211).
const GSM_STEP: f64 = 553.5;
const LTE_STEP: f64 = 78.12;

/// A phone that listens for a while, perhaps on the move.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    /// Where it is at the beginning and at the end.
    pub way: [LatLng; 2],
    /// When it begins, on the phone's monotonic clock.
    pub mono: Millis,
    /// How long it listens.
    pub lasting: Millis,
    /// When it begins, in UTC.
    pub utc: Millis,
    /// What this model of phone hears more than others, in dB.
    pub device_offset_db: f64,
}

impl Listener {
    /// One that stands still and hears all at once.
    pub fn standing(place: LatLng, utc: Millis, mono: Millis) -> Self {
        Self { way: [place, place], mono, lasting: Millis(0), utc, device_offset_db: 0.0 }
    }

    /// A random moment of its listening: the place and the monotonic time.
    fn moment(&self, chance: &mut impl Rng) -> (LatLng, Millis) {
        let share: f64 = chance.random();
        (self.way[0].towards(self.way[1], share), self.mono + Millis((self.lasting.0 as f64 * share) as i64))
    }
}

impl World {
    /// One scan of all radios at a place and a moment.
    pub fn scan_at(&self, place: LatLng, utc: Millis, mono: Millis, chance: &mut impl Rng) -> Scan {
        let listener = Listener::standing(place, utc, mono);
        Scan {
            wifi: self.hear_wifi(&listener, chance),
            cells: self.hear_cells(&listener, chance),
            beacons: self.hear_beacons(&listener, chance),
            unreadable: 0,
        }
    }

    /// Scans along a journey, so often from its start on, each with where it was made.
    pub fn scans_along(
        &self,
        journey: &Journey,
        every: Millis,
        chance: &mut impl Rng,
    ) -> impl Iterator<Item = (LatLng, Scan)> {
        let times = std::iter::successors(Some(Millis(0)), move |at| Some(*at + every));
        times.take_while(|at| *at < journey.duration()).map(|at| {
            let place = journey.at(at).place;
            (place, self.scan_at(place, journey.start_utc + at, at, chance))
        })
    }

    /// Access points.
    pub fn hear_wifi(&self, listener: &Listener, chance: &mut impl Rng) -> Vec<HeardWifi> {
        let mut heard = Vec::new();
        for (emitter, from) in self.around(listener, WIFI_RANGE) {
            let Voice::Wifi { mac, ssid, frequency_mhz, standard } = &emitter.voice else { continue };
            let (to, mono) = listener.moment(chance);
            let level = self.propagation.level(emitter, from, to);
            let floor = self.propagation.wifi_floor;
            if let Some(dbm) = self.propagation.hear(level, floor, listener.device_offset_db, chance) {
                heard.push(HeardWifi {
                    mono,
                    mac: *mac,
                    ssid: ssid.clone(),
                    signal: Some(Dbm(dbm)),
                    frequency_mhz: Some(*frequency_mhz),
                    standard: Some(*standard),
                });
            }
        }
        heard
    }

    /// Bluetooth beacons.
    pub fn hear_beacons(&self, listener: &Listener, chance: &mut impl Rng) -> Vec<HeardBeacon> {
        let mut heard = Vec::new();
        for (emitter, from) in self.around(listener, BEACON_RANGE) {
            let Voice::Beacon { mac, format } = emitter.voice else { continue };
            let (to, mono) = listener.moment(chance);
            let level = self.propagation.level(emitter, from, to);
            let floor = self.propagation.beacon_floor;
            if let Some(dbm) = self.propagation.hear(level, floor, listener.device_offset_db, chance) {
                heard.push(HeardBeacon { mono, mac, signal: Some(Dbm(dbm)), format: Some(format) });
            }
        }
        heard
    }

    /// Cells as a phone with a SIM of each operator lists them: each operator's serving cell and its neighbours.
    pub fn hear_cells(&self, listener: &Listener, chance: &mut impl Rng) -> Vec<HeardCell> {
        let (place, mono) = listener.moment(chance);
        let mut audible: Vec<Audible> = Vec::new();
        for index in self.far.near(place) {
            let emitter = &self.emitters[index as usize];
            let Voice::Cell { key, physical, arfcn, .. } = emitter.voice else { continue };
            let Some(from) = emitter.place(listener.utc) else { continue };
            let distance = from.distance(place).0;
            if distance > CELL_RANGE {
                continue;
            }
            let level = self.propagation.level(emitter, from, place);
            if let Some(dbm) = self.propagation.hear(level, CELL_FLOOR, listener.device_offset_db, chance) {
                audible.push(Audible { key, physical, arfcn, dbm, distance });
            }
        }
        audible.sort_by_key(|cell| (cell.key.mnc(), Reverse(cell.dbm + preference(cell.key.radio())), cell.key));
        let mut cells = Vec::new();
        for operator in audible.chunk_by(|a, b| a.key.mnc() == b.key.mnc()) {
            for (rank, cell) in operator.iter().take(1 + NEIGHBOURS).enumerate() {
                let known = rank == 0 || cell.physical.is_none() || chance.random::<f64>() < KNOWN_NEIGHBOURS;
                cells.push(cell.heard(mono, rank == 0, known));
            }
        }
        cells
    }

    /// Emitters of WiFi and Bluetooth within reach of a listener, with where they are.
    fn around(&self, listener: &Listener, range: f64) -> impl Iterator<Item = (&Emitter, LatLng)> {
        let middle = listener.way[0].towards(listener.way[1], 0.5);
        let mut near: Vec<u32> = self.near.near(middle).chain(self.riding.iter().copied()).collect();
        // One that moves house within reach stands in two squares.
        near.sort_unstable();
        near.dedup();
        near.into_iter().filter_map(move |index| {
            let emitter = &self.emitters[index as usize];
            let place = emitter.place(listener.utc)?;
            (place.distance(middle).0 <= range).then_some((emitter, place))
        })
    }
}

/// A cell that is loud enough.
struct Audible {
    key: CellKey,
    physical: Option<u16>,
    arfcn: u32,
    dbm: i16,
    distance: f64,
}

/// What networks add, in dB, to steer phones to newer generations, the difference of the measured signals included.
const fn preference(radio: Radio) -> i16 {
    match radio {
        Radio::Gsm => -40,
        Radio::Wcdma => -25,
        Radio::Lte => 0,
        Radio::Nr => 3,
    }
}

impl Audible {
    fn heard(&self, mono: Millis, serving: bool, known: bool) -> HeardCell {
        let radio = self.key.radio();
        let step = match radio {
            Radio::Gsm => Some(GSM_STEP),
            Radio::Lte => Some(LTE_STEP),
            Radio::Wcdma | Radio::Nr => None,
        };
        HeardCell {
            mono,
            identity: CellIdentity {
                radio,
                mcc: known.then(|| u32::from(self.key.mcc())),
                mnc: known.then(|| u32::from(self.key.mnc())),
                area: known.then(|| self.key.area()),
                cell: known.then(|| self.key.cell()),
            },
            serving,
            signal: Some(Dbm(self.dbm)),
            asu: u16::try_from(asu(radio, self.dbm)).ok(),
            timing_advance: step.filter(|_| serving).map(|step| (self.distance / step) as u16),
            physical: self.physical,
            arfcn: Some(self.arfcn),
        }
    }
}

/// Arbitrary strength units (3GPP TS 27.007): dBm counted from the weakest that the generation knows.
const fn asu(radio: Radio, dbm: i16) -> i16 {
    match radio {
        Radio::Gsm => (dbm + 113).div_euclid(2),
        Radio::Wcdma => dbm + 120,
        Radio::Lte | Radio::Nr => dbm + 140,
    }
}
