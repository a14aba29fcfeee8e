//! What has been kept of an emitter so far: enough to tell whether one more sighting would help anybody.

use crate::model::{Dbm, EmitterKind, LatLng, LocalPlane, Metres};

/// Extent, strength and freshness of an emitter's kept sightings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Northernmost kept place, 1e-7 degree.
    pub north: i32,
    /// Southernmost.
    pub south: i32,
    /// Easternmost.
    pub east: i32,
    /// Westernmost.
    pub west: i32,
    /// Strongest kept signal in dBm; -128 where none was told.
    pub strongest: i16,
    /// Day of the newest kept sighting, since 1970 UTC.
    pub last_kept_day: i32,
}

/// Why a sighting is worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worth {
    /// The emitter was never heard before.
    New,
    /// It widens the area in which the emitter is known to be heard.
    Wider,
    /// It is clearly stronger than anything before: nearer to the emitter.
    Stronger,
    /// It confirms, after a while, that the emitter is still there.
    Confirms,
}

/// After this many days a sighting is news again: services forget stations that nobody confirmed for a year, and users like
/// to see that their street is up to date.
const CONFIRM_AFTER_DAYS: i32 = 30;

/// Clearly stronger: twice the spread of one phone's readings at one place (2 to 3 dB).
const STRONGER_BY: i16 = 6;

/// Signal in place of none.
const NO_SIGNAL: i16 = -128;

impl Seen {
    /// The memory of a first kept sighting.
    pub fn first(place: LatLng, signal: Option<Dbm>, day: i32) -> Self {
        Self {
            north: place.lat_e7(),
            south: place.lat_e7(),
            east: place.lon_e7(),
            west: place.lon_e7(),
            strongest: signal.map_or(NO_SIGNAL, |s| s.0),
            last_kept_day: day,
        }
    }

    /// Whether one more sighting helps, and why.
    pub fn worth(&self, kind: EmitterKind, place: LatLng, signal: Option<Dbm>, day: i32) -> Option<Worth> {
        if self.widening(place).0 >= useful_widening(kind).0 {
            Some(Worth::Wider)
        } else if signal.is_some_and(|s| s.0 >= self.strongest.saturating_add(STRONGER_BY)) {
            Some(Worth::Stronger)
        } else if day >= self.last_kept_day.saturating_add(CONFIRM_AFTER_DAYS) {
            Some(Worth::Confirms)
        } else {
            None
        }
    }

    /// Takes a kept sighting into the memory.
    pub fn keep(&mut self, place: LatLng, signal: Option<Dbm>, day: i32) {
        self.north = self.north.max(place.lat_e7());
        self.south = self.south.min(place.lat_e7());
        self.east = self.east.max(place.lon_e7());
        self.west = self.west.min(place.lon_e7());
        self.strongest = self.strongest.max(signal.map_or(NO_SIGNAL, |s| s.0));
        self.last_kept_day = self.last_kept_day.max(day);
    }

    /// What two have kept, together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            north: self.north.max(other.north),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            west: self.west.min(other.west),
            strongest: self.strongest.max(other.strongest),
            last_kept_day: self.last_kept_day.max(other.last_kept_day),
        }
    }

    /// How far a place lies outside the known extent; zero inside.
    fn widening(&self, place: LatLng) -> Metres {
        let within = |low: i32, high: i32, value: i32| (low..=high).contains(&value);
        if within(self.south, self.north, place.lat_e7()) && within(self.west, self.east, place.lon_e7()) {
            return Metres(0.0);
        }
        let nearest = LatLng::from_e7(
            place.lat_e7().clamp(self.south.min(self.north), self.north.max(self.south)),
            place.lon_e7().clamp(self.west.min(self.east), self.east.max(self.west)),
        );
        // Values read back from a damaged row may be no place: then the sighting counts as far outside and mends the row.
        nearest.map_or(Metres(f64::INFINITY), |n| LocalPlane::around(n).distance(place))
    }

    /// Length of the extent's diagonal: what stands still is heard within twice the range of its kind.
    pub fn diagonal(&self) -> Metres {
        match (LatLng::from_e7(self.south, self.west), LatLng::from_e7(self.north, self.east)) {
            (Ok(a), Ok(b)) => LocalPlane::around(a).distance(b),
            _ => Metres(f64::INFINITY),
        }
    }
}

/// How much wider is useful. A box that is wrong by this on every side has its centre wrong by at most half of it; the bench
/// `useful` prints what it costs and saves. Beacons are heard over tens of metres, cells over kilometres.
const fn useful_widening(kind: EmitterKind) -> Metres {
    match kind {
        EmitterKind::Wifi => Metres(4.0),
        EmitterKind::Beacon => Metres(5.0),
        EmitterKind::Cell => Metres(60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(east: f64) -> LatLng {
        LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, 0.0)
    }

    #[test]
    fn only_what_is_wider_stronger_or_overdue_is_worth_keeping() {
        let mut seen = Seen::first(at(0.0), Some(Dbm(-80)), 100);
        let worth = |seen: &Seen, east, signal, day| seen.worth(EmitterKind::Wifi, at(east), Some(Dbm(signal)), day);
        assert_eq!(worth(&seen, 2.0, -80, 100), None);
        assert_eq!(worth(&seen, 30.0, -80, 100), Some(Worth::Wider));
        assert_eq!(worth(&seen, 2.0, -74, 100), Some(Worth::Stronger));
        assert_eq!(worth(&seen, 2.0, -75, 129), None);
        assert_eq!(worth(&seen, 2.0, -75, 130), Some(Worth::Confirms));
        seen.keep(at(30.0), Some(Dbm(-70)), 130);
        assert_eq!(worth(&seen, 15.0, -70, 130), None, "the way between two kept places is known");
        assert!((seen.diagonal().0 - 30.0).abs() < 0.1);
    }
}
