//! What two phones have learned of one emitter, put together.

use super::{Learned, Scatter};
use crate::locate::signal::Band;
use crate::model::{EmitterKind, LocalPlane};

impl Learned {
    /// Both together, where only `share` (0 to 1) of what the other knows is not known here already.
    ///
    /// Near each other they are one cloud of sightings: its centre, its moments around that. Farther apart than the emitter is
    /// heard it has moved, and where it was heard last counts.
    #[must_use]
    pub fn with(&self, other: &Self, share: f64) -> Self {
        let plane = LocalPlane::around(self.place);
        let (east, north) = plane.to_xy(other.place);
        let newest = if (self.last_day, self.order()) >= (other.last_day, other.order()) { self } else { other };
        let moves = self.moves.max(other.moves);
        if (east * east + north * north).sqrt() > self.reach().max(other.reach()) {
            return Self { moves: moves.saturating_add(1), ..*newest };
        }
        // What the other knows anew counts as so many sightings.
        let theirs = f64::from(other.count) * share;
        let part = theirs / (f64::from(self.count) + theirs);
        let mean = |a: f32, b: f32| (f64::from(a) + part * f64::from(b - a)) as f32;
        let mut both = Self {
            noise: mean(self.noise, other.noise),
            band: if self.band == Band::Unknown { other.band } else { self.band },
            count: (f64::from(self.count) + theirs).round().min(f64::from(u16::MAX)) as u16,
            first_day: self.first_day.min(other.first_day),
            last_day: newest.last_day,
            elsewhere: newest.elsewhere,
            moves,
            ..*self
        };
        if share <= 0.0 {
            return both;
        }
        for spot in other.heard.spots() {
            both.heard.add(spot.seen_from((-east, -north), share));
        }
        if self.kind == EmitterKind::Cell || other.heard.spots().is_empty() {
            // A cell's place is a mean, and the variance says of how many.
            let (here, there) = (self.belief.place.mean_square(), other.belief.place.mean_square() / share as f32);
            let gain = here / (here + there);
            both.belief.place = Scatter::round(f64::from((1.0 - gain) * here));
            let step = (f64::from(gain) * east, f64::from(gain) * north);
            both.place = plane.to_place(step.0, step.1);
            both.heard.shift(step);
        } else {
            both.settle(&plane);
        }
        let moved = |from: &Self| f64::from(from.extent) + from.place.distance(both.place).0.powi(2);
        both.extent = mean(moved(self) as f32, moved(other) as f32);
        both
    }

    /// The one of which more is known: of two that know the same, the same whichever way round it is asked.
    #[must_use]
    pub fn better_known(&self, other: &Self) -> Self {
        if self.order() >= other.order() { *self } else { *other }
    }

    /// By how much is known; what follows only makes it an order.
    pub(crate) fn order(&self) -> (u16, std::cmp::Reverse<u32>, i32, i32, i32) {
        let error = self.belief.place.mean_square().max(0.0).to_bits();
        (self.count, std::cmp::Reverse(error), self.last_day, self.place.lat_e7(), self.place.lon_e7())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::observation::Observation;
    use crate::model::{Dbm, EmitterKind, LatLng, Metres, Millis};

    fn heard(places: &[f64]) -> Learned {
        let plane = LocalPlane::around(LatLng::new(60.0, 25.0).unwrap());
        let observation = |east: f64, day| Observation {
            kind: EmitterKind::Wifi,
            place: plane.to_place(east, 0.0),
            accuracy: Metres(5.0),
            age: Millis(0),
            speed: None,
            signal: Some(Dbm(-70)),
            frequency_mhz: None,
            day,
        };
        let mut learned = Learned::first(&observation(places[0], 100));
        for (n, east) in (1..).zip(&places[1..]) {
            learned.learn(&observation(*east, 100 + n));
        }
        learned.settled()
    }

    #[test]
    fn two_halves_of_a_walk_are_as_good_as_the_whole() {
        let (a, b, whole) =
            (heard(&[0.0, 10.0, 20.0]), heard(&[30.0, 40.0, 50.0]), heard(&[0.0, 10.0, 20.0, 30.0, 40.0, 50.0]));
        let both = a.with(&b, 1.0);
        let apart = both.place().distance(whole.place()).0;
        assert!(apart < 1.0, "{apart}");
        assert_eq!((both.count(), both.last_day()), (6, 102));
        assert!((both.spread().0 - whole.spread().0).abs() < 2.0, "{:?} {:?}", both.spread(), whole.spread());
    }

    #[test]
    fn what_is_known_already_weighs_nothing() {
        let (a, b) = (heard(&[0.0, 10.0, 20.0]), heard(&[30.0, 40.0, 50.0]));
        assert!(a.with(&b, 0.0).place().distance(a.place()).0 < 0.02);
        assert_eq!(a.with(&b, 0.0).count(), a.count());
    }

    #[test]
    fn heard_at_two_places_it_has_moved_to_the_later_one() {
        let (a, b) = (heard(&[0.0, 1.0]), heard(&[5_000.0, 5_001.0, 5_002.0]));
        for both in [a.with(&b, 1.0), b.with(&a, 1.0)] {
            assert_eq!((both.place(), both.has_moved()), (b.place(), true));
        }
    }
}
