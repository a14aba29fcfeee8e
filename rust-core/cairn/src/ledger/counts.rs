//! What is counted, wherever it is counted.

use std::ops::AddAssign;

use super::Passage;

/// Sums over passages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reports stored.
    pub reports: u64,
    /// Sightings heard, stored or only counted.
    pub sightings: u64,
    /// Access points this phone had never heard.
    pub wifi: u64,
    /// Cells this phone had never heard.
    pub cells: u64,
    /// Bluetooth beacons this phone had never heard.
    pub beacons: u64,
    /// Hexagons of ground first walked.
    pub ground: u64,
    /// Hexagons walked 90 days or more after the first time; each once.
    pub again: u64,
    /// Way, in cm.
    pub distance_cm: u64,
    /// Time, in ms.
    pub took_ms: u64,
}

/// Two fixes further apart than this are no way that was walked: half way round the earth, in metres.
const MAX_MOVED: f64 = 20_040_000.0;

/// Two fixes further apart in time than this are not one collection: a day, in ms.
const MAX_TOOK: i64 = 86_400_000;

impl Counts {
    /// What one passage counts by itself; whether its ground is new is not known to it.
    pub fn of(passage: &Passage) -> Self {
        let moved = Some(passage.moved.0).filter(|m| (0.0..=MAX_MOVED).contains(m)).unwrap_or(0.0);
        let took = Some(passage.took.0).filter(|t| (0..=MAX_TOOK).contains(t)).unwrap_or(0);
        Self {
            reports: passage.reports.into(),
            sightings: passage.sightings.into(),
            wifi: passage.new_wifi.into(),
            cells: passage.new_cells.into(),
            beacons: passage.new_beacons.into(),
            ground: 0,
            again: 0,
            distance_cm: (moved * 100.0).round() as u64,
            took_ms: took.unsigned_abs(),
        }
    }

    /// Emitters this phone had never heard, of any kind.
    pub const fn new_emitters(&self) -> u64 {
        self.wifi + self.cells + self.beacons
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.reports += other.reports;
        self.sightings += other.sightings;
        self.wifi += other.wifi;
        self.cells += other.cells;
        self.beacons += other.beacons;
        self.ground += other.ground;
        self.again += other.again;
        self.distance_cm += other.distance_cm;
        self.took_ms += other.took_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LatLng, Metres, Millis, TripId};

    #[test]
    fn ways_and_times_that_cannot_be_count_nothing() {
        for (moved, took) in [(f64::NAN, -1), (f64::INFINITY, i64::MAX), (-1.0, i64::MIN)] {
            let counts = Counts::of(&Passage {
                utc: Millis(0),
                utc_offset_min: None,
                trip: TripId(1),
                place: LatLng::default(),
                moved: Metres(moved),
                took: Millis(took),
                reports: 1,
                sightings: 0,
                new_wifi: 0,
                new_cells: 0,
                new_beacons: 0,
            });
            assert_eq!(counts, Counts { reports: 1, ..Counts::default() });
        }
    }
}
