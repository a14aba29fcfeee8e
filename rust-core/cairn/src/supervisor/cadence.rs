//! Spaces scans by the distance travelled: the faster the phone, the sooner the next. Knows nothing of limits or states.

use super::policy::{SPEED_LIMIT, SPEED_WEIGHT};
use crate::model::{LatLng, Metres, Millis};

/// How often a radio should scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Way between scans.
    pub distance: Metres,
    /// However fast.
    pub shortest: Millis,
    /// However slow.
    pub longest: Millis,
}

impl Pace {
    /// Time between scans at a speed in metres per second.
    pub(super) fn interval(self, speed: f64) -> Millis {
        let needed = self.distance.0 / speed * 1_000.0;
        // Standing still makes it infinite, nonsense in the settings NaN: both end at the longest.
        let needed = if needed.is_nan() { self.longest } else { Millis(needed as i64) };
        needed.min(self.longest).max(self.shortest)
    }
}

/// The phone's speed, smoothed over the last few fixes.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed {
    smoothed: Option<f64>,
    last: Option<(Millis, LatLng)>,
}

impl Speed {
    /// Takes in a fix; `told` is what the receiver measured, in metres per second, better than what two places tell.
    pub(super) fn fix(&mut self, now: Millis, place: LatLng, told: Option<f64>) {
        let between = self.last.and_then(|(before, there)| {
            let took = (now - before).secs();
            (took > 0.0).then(|| there.distance(place).0 / took)
        });
        self.last = Some((now, place));
        let Some(newest) = told.or(between).filter(|speed| (0.0..=SPEED_LIMIT).contains(speed)) else { return };
        self.smoothed =
            Some(self.smoothed.map_or(newest, |speed| SPEED_WEIGHT * newest + (1.0 - SPEED_WEIGHT) * speed));
    }

    /// Metres per second; zero as long as nothing is known.
    pub(super) fn get(&self) -> f64 {
        self.smoothed.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIFI: Pace = Pace { distance: Metres(50.0), shortest: Millis::from_secs(10), longest: Millis::from_secs(60) };

    fn place(metres_north: f64) -> LatLng {
        LatLng::new(metres_north / 111_195.0, 0.0).unwrap()
    }

    #[test]
    fn scans_keep_their_distance_within_the_bounds_of_time() {
        for (speed, millis) in [(0.0, 60_000), (0.5, 60_000), (1.25, 40_000), (2.5, 20_000), (30.0, 10_000)] {
            assert_eq!(WIFI.interval(speed), Millis(millis), "at {speed} m/s");
        }
        assert_eq!(Pace { distance: Metres(f64::NAN), ..WIFI }.interval(1.0), Millis::from_secs(60));
    }

    #[test]
    fn speed_comes_from_the_receiver_or_else_from_two_places() {
        let mut told = Speed::default();
        told.fix(Millis(0), place(0.0), Some(3.0));
        assert!((told.get() - 3.0).abs() < 1e-9);

        let mut seen = Speed::default();
        seen.fix(Millis(0), place(0.0), None);
        seen.fix(Millis(2_000), place(10.0), None);
        assert!((seen.get() - 5.0).abs() < 0.01, "{}", seen.get());
    }

    #[test]
    fn a_short_stop_barely_slows_the_cadence_and_nonsense_does_not_touch_it() {
        let mut speed = Speed::default();
        speed.fix(Millis(0), place(0.0), Some(10.0));
        speed.fix(Millis(2_000), place(0.0), Some(0.0));
        assert!((speed.get() - 8.5).abs() < 1e-9);
        for nonsense in [f64::NAN, f64::INFINITY, -1.0, 1e9] {
            speed.fix(Millis(4_000), place(0.0), Some(nonsense));
        }
        assert!((speed.get() - 8.5).abs() < 1e-9);
    }
}
