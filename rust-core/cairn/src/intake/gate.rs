//! Which fixes can be believed: the sanity gate, one fix after the other.
//!
//! One wrong position widens an access point's box at BeaconDB for good; this protects the commons as much as the user.

use super::Drop;
use super::flight::{Flight, MAX_SPEED};
use crate::model::{Fix, LatLng, Metres, Millis};

/// Worse fixes place emitters by guess; ichnaea gives them little or no weight (accuracy > 100 m: none for beacons).
const MAX_ACCURACY: Metres = Metres(100.0);

/// 2000-01-01: GPS receivers that lost their date wake up before.
const EARLIEST: Millis = Millis(946_684_800_000);

/// 2100-01-01.
const LATEST: Millis = Millis(4_102_444_800_000);

/// After a gap so long no jump can be told.
const MEMORY: Millis = Millis::from_mins(5);

/// So many fixes in a row that contradict the last good one but agree among themselves are right, and that one was wrong.
const CONVINCED_BY: u32 = 5;

/// Judges fixes in the order of their monotonic times.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    last_mono: Option<Millis>,
    last_utc: Option<Millis>,
    good: Option<Known>,
    doubted: Option<Known>,
    doubted_in_a_row: u32,
    flight: Flight,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    mono: Millis,
    place: LatLng,
    accuracy: Metres,
}

impl Gate {
    /// Whether a fix can be believed.
    ///
    /// # Errors
    /// The reason why not.
    pub fn judge(&mut self, fix: &Fix) -> Result<(), Drop> {
        if fix.mock {
            return Err(Drop::MockFix);
        }
        if fix.place.lat().abs() < 0.01 && fix.place.lon().abs() < 0.01 {
            return Err(Drop::NullIsland);
        }
        if !(EARLIEST..LATEST).contains(&fix.utc) {
            return Err(Drop::ImplausibleTime);
        }
        // A receiver without a view repeats its last fix: same time of position, or an older one.
        if self.last_mono.is_some_and(|last| fix.mono <= last) || self.last_utc == Some(fix.utc) {
            return Err(Drop::StaleFix);
        }
        self.last_mono = Some(fix.mono);
        self.last_utc = Some(fix.utc);
        let Some(accuracy) = fix.accuracy.filter(|a| a.0 > 0.0 && a.0 <= MAX_ACCURACY.0) else {
            return Err(Drop::InaccurateFix);
        };
        let now = Known { mono: fix.mono, place: fix.place, accuracy };
        if self.flight.judge(fix) {
            self.good = Some(now);
            return Err(Drop::Aircraft);
        }
        if self.jumped(&now) {
            return Err(Drop::Jump);
        }
        self.good = Some(now);
        self.doubted = None;
        self.doubted_in_a_row = 0;
        Ok(())
    }

    /// Forgets the past: after a stop nothing is known about the way to the next fix.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn jumped(&mut self, now: &Known) -> bool {
        let Some(good) = self.good.filter(|g| now.mono - g.mono <= MEMORY) else { return false };
        if reachable(&good, now) {
            return false;
        }
        let agrees = self.doubted.is_some_and(|d| reachable(&d, now));
        self.doubted_in_a_row = if agrees { self.doubted_in_a_row + 1 } else { 1 };
        self.doubted = Some(*now);
        self.doubted_in_a_row < CONVINCED_BY
    }
}

/// Whether something that moves can have come from one to the other, given both errors (three times the 68 % radius is
/// beyond 99 %).
fn reachable(from: &Known, to: &Known) -> bool {
    let slack = 3.0 * (from.accuracy.0 + to.accuracy.0);
    from.place.distance(to.place).0 <= MAX_SPEED * (to.mono - from.mono).secs() + slack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LocalPlane;

    const START: i64 = 1_767_225_600_000;

    fn fix(second: i64, east: f64) -> Fix {
        let place = LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, 0.0);
        Fix::gnss(Millis(second * 1_000), Millis(START + second * 1_000), place, Metres(5.0))
    }

    #[test]
    fn an_ordinary_drive_passes() {
        let mut gate = Gate::default();
        for s in 0..100 {
            assert_eq!(gate.judge(&fix(s, 30.0 * s as f64)), Ok(()));
        }
    }

    #[test]
    fn each_kind_of_nonsense_is_named() {
        let mut gate = Gate::default();
        gate.judge(&fix(0, 0.0)).unwrap();
        let with = |change: &dyn Fn(&mut Fix)| {
            let mut f = fix(1, 0.0);
            change(&mut f);
            gate.clone().judge(&f)
        };
        assert_eq!(with(&|_| {}), Ok(()));
        assert_eq!(with(&|f| f.mock = true), Err(Drop::MockFix));
        assert_eq!(with(&|f| f.accuracy = None), Err(Drop::InaccurateFix));
        assert_eq!(with(&|f| f.accuracy = Some(Metres(101.0))), Err(Drop::InaccurateFix));
        assert_eq!(with(&|f| f.accuracy = Some(Metres(f64::NAN))), Err(Drop::InaccurateFix));
        assert_eq!(with(&|f| f.place = LatLng::new(0.0, 0.0).unwrap()), Err(Drop::NullIsland));
        assert_eq!(with(&|f| f.utc = Millis(0)), Err(Drop::ImplausibleTime));
        assert_eq!(with(&|f| f.utc = Millis(START)), Err(Drop::StaleFix));
        assert_eq!(with(&|f| f.mono = Millis(0)), Err(Drop::StaleFix));
        assert_eq!(with(&|f| f.altitude = Some(Metres(9_000.0))), Err(Drop::Aircraft));
        assert_eq!(with(&|f| f.speed = Some(220.0)), Err(Drop::Aircraft));
        assert_eq!(with(&|f| f.place = fix(0, 2_000.0).place), Err(Drop::Jump));
    }

    #[test]
    fn a_spoofed_second_does_not_move_the_track() {
        let mut gate = Gate::default();
        gate.judge(&fix(0, 0.0)).unwrap();
        assert_eq!(gate.judge(&fix(1, 50_000.0)), Err(Drop::Jump));
        assert_eq!(gate.judge(&fix(2, 3.0)), Ok(()));
    }

    #[test]
    fn when_the_first_fix_was_the_wrong_one_the_rest_convinces() {
        let mut gate = Gate::default();
        gate.judge(&fix(0, 50_000.0)).unwrap();
        let verdicts: Vec<_> = (1..8).map(|s| gate.judge(&fix(s, s as f64)).is_ok()).collect();
        assert_eq!(verdicts, [false, false, false, false, true, true, true]);
    }
}
