//! Tells flying from travelling on the ground, by height and speed over the last half minute.
//!
//! Pure. From above, emitters are heard from kilometres away, and every one of them would be placed under the aircraft. One fix
//! alone says little: heights are off by tens of metres in streets, so a climb has to last to be believed.

use std::collections::VecDeque;

use crate::model::{Fix, LatLng, Metres, Millis};

/// No land vehicle with a phone in it is faster (the fastest trains run at 97 m/s).
pub(super) const MAX_SPEED: f64 = 100.0;

/// The highest roads end at 5 800 m, `BeaconDB` ignores reports above this.
const MAX_ALTITUDE: Metres = Metres(5_000.0);

/// From here on only trains on the ground are so fast: ichnaea gives no weight above.
const FAST: f64 = 50.0;

/// Trains are so fast this high up on one line of the world, from Lanzhou to Xinjiang; aircraft are everywhere.
const HIGH: Metres = Metres(2_000.0);

/// The steepest tracks that trains run fast on have 4 %.
const STEEPEST_FAST: f64 = 0.055;

/// Steeper than any street and than all but the shortest ski runs: 27 degrees. A parachute circles down steeper than that.
const STEEPEST: f64 = 0.5;

/// Height won or lost in [`WINDOW`] by which a climb is told from the errors of heights: 2 m/s.
const CLIMB: f64 = 60.0;

/// The same whatever the slope, 6 m/s: nothing on the ground keeps that up.
const FASTEST_CLIMB: f64 = 180.0;

/// Who flies and goes on like this, 1.5 m/s, still flies: the straight legs of a glide are no steeper than a mountain road.
const GOING_ON: f64 = 45.0;

/// A climb is judged over this time.
const WINDOW: Millis = Millis::from_secs(30);

/// Level for so long at an ordinary speed is the ground.
const LANDED_AFTER: Millis = Millis::from_secs(60);

/// A longer gap between fixes starts the window anew.
const MAX_GAP: Millis = Millis::from_secs(15);

/// Heights closer in time than this tell nothing more.
const SPACING: Millis = Millis::from_secs(1);

/// What is remembered to tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Flight {
    /// Of the last [`WINDOW`], oldest first.
    heights: VecDeque<Height>,
    /// When something last spoke for flying.
    flew: Option<Millis>,
}

#[derive(Clone, Copy, Debug)]
struct Height {
    mono: Millis,
    metres: f64,
    place: LatLng,
}

/// How the height changed over the window.
#[derive(Clone, Copy, Debug)]
struct Climb {
    /// Metres, up or down.
    height: f64,
    /// Metres in a straight line between the ends.
    way: f64,
    /// Whether it went the same way all along.
    steady: bool,
}

impl Flight {
    /// Whether the phone flies; to be asked about every believable fix, in order.
    pub fn judge(&mut self, fix: &Fix) -> bool {
        let speed = fix.speed.unwrap_or(0.0);
        let climb = self.climb(fix);
        let above = |limit: Metres| fix.altitude.is_some_and(|a| a.0 > limit.0);
        let certain = speed > MAX_SPEED
            || above(MAX_ALTITUDE)
            || (speed > FAST && above(HIGH))
            || climb.is_some_and(|c| c.flies(speed));
        let aloft = self.flew.is_some_and(|at| fix.mono - at < LANDED_AFTER);
        let goes_on = aloft && (speed > FAST || climb.is_some_and(|c| c.height > GOING_ON));
        if certain || goes_on {
            self.flew = Some(fix.mono);
        }
        certain || aloft
    }

    /// Takes the height in; answers the climb up to it, once the window is full.
    fn climb(&mut self, fix: &Fix) -> Option<Climb> {
        let metres = fix.altitude?.0;
        let now = Height { mono: fix.mono, metres, place: fix.place };
        if self.heights.back().is_some_and(|last| now.mono - last.mono > MAX_GAP) {
            self.heights.clear();
        }
        // The oldest one kept is the newest that is a whole window old.
        while self.heights.get(1).is_some_and(|second| now.mono - second.mono >= WINDOW) {
            self.heights.pop_front();
        }
        let first = self.heights.front().copied().filter(|first| now.mono - first.mono >= WINDOW);
        let climb = first.map(|first| {
            let third = |n: usize| self.heights.get(n * self.heights.len() / 3).map_or(metres, |h| h.metres);
            let steps = [third(1) - first.metres, third(2) - third(1), metres - third(2)];
            let height = (metres - first.metres).abs();
            // Each third has to bring at least half of its share.
            let share = (metres - first.metres) / 6.0;
            let steady = steps.iter().all(|step| step * share.signum() >= share.abs());
            Climb { height, way: first.place.distance(now.place).0, steady }
        });
        if self.heights.back().is_none_or(|last| now.mono - last.mono >= SPACING) {
            self.heights.push_back(now);
        }
        climb
    }
}

impl Climb {
    /// Whether nothing on the ground climbs or sinks like this.
    fn flies(self, speed: f64) -> bool {
        let slope = self.height / self.way.max(1.0);
        self.steady
            && self.height > CLIMB
            && (slope > STEEPEST || self.height > FASTEST_CLIMB || (speed > FAST && slope > STEEPEST_FAST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LocalPlane;

    /// Seconds of ten minutes that are taken for flying, at a speed over the ground and a climb in m/s.
    fn flown(speed: f64, climb: impl Fn(f64) -> f64) -> usize {
        let plane = LocalPlane::around(LatLng::new(46.0, 8.0).unwrap());
        let mut flight = Flight::default();
        (0..600)
            .filter(|&s| {
                let second = f64::from(s);
                let place = plane.to_place(speed * second, 0.0);
                let mut fix = Fix::gnss(Millis::from_secs(s.into()), Millis(0), place, Metres(5.0));
                fix.speed = Some(speed);
                fix.altitude = Some(Metres(500.0 + climb(second)));
                flight.judge(&fix)
            })
            .count()
    }

    #[test]
    fn what_travels_on_the_ground_does_not_fly() {
        for (what, speed, slope) in [
            ("a fast train on the steepest of its tracks", 83.0, 0.04),
            ("a car on a mountain pass", 20.0, 0.12),
            ("a skier on a black run", 14.0, 0.4),
            ("a hiker on stairs", 0.8, 0.6),
            ("a gondola over a town", 5.0, 0.3),
        ] {
            // Up for five minutes and down again: no fast train climbs two kilometres.
            assert_eq!(flown(speed, |s| speed * slope * (300.0 - (s - 300.0).abs())), 0, "{what}");
        }
    }

    #[test]
    fn heights_that_are_off_by_tens_of_metres_in_a_street_are_no_flight() {
        // A wave of 25 m each way in 40 s, and a jump of 40 m every minute.
        assert_eq!(flown(1.4, |s| 25.0 * (s / 40.0 * std::f64::consts::TAU).sin()), 0);
        assert_eq!(flown(1.4, |s| 40.0 * f64::from(s as i32 / 60 % 2)), 0);
    }

    #[test]
    fn climbing_machines_fly() {
        for (what, speed, climb) in [
            ("an airliner", 80.0, 10.0),
            ("a light aircraft that climbs fast", 40.0, 7.0),
            ("a parachute that circles", 4.0, -4.0),
            ("a helicopter that rises", 1.0, 5.0),
        ] {
            assert!(flown(speed, |s| climb * s) >= 565, "{what}: {}", flown(speed, |s| climb * s));
        }
    }

    #[test]
    fn who_is_fast_high_above_the_sea_flies_from_the_first_fix_and_a_train_below_does_not() {
        assert_eq!(flown(60.0, |_| 2_000.0), 600);
        assert_eq!(flown(83.0, |_| 1_400.0), 0);
    }

    #[test]
    fn a_minute_after_landing_the_ground_is_believed_again() {
        // Down for two minutes, then level.
        let flown = flown(5.0, |s| -4.0 * s.min(120.0));
        assert!((120..=200).contains(&flown), "{flown}");
    }
}
