//! What a satellite receiver makes of the truth: slowly wandering errors, an accuracy it states, and the trouble a journey meets.

use cairn::model::{Fix, LatLng, LocalPlane, Metres, Millis};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::journey::State;

/// Time in which an error forgets two thirds of itself: minutes in the open, as studies of phones' logs find.
const CORRELATION: Millis = Millis::from_secs(60);
/// Deviation of each axis under an open sky: phones state 3 to 5 m and mean it.
const OPEN_SIGMA: f64 = 3.0;
/// The same between high houses, where signals come by way of walls.
const CANYON_SIGMA: f64 = 15.0;

/// A stretch of a journey with trouble for satellite positioning.
#[derive(Clone, Copy, Debug)]
pub struct Episode {
    /// Beginning, since the journey's start.
    pub from: Millis,
    /// End, not included.
    pub until: Millis,
    /// What happens.
    pub trouble: Trouble,
}

/// What can happen to satellite positioning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// High houses on both sides: large errors, stated too small.
    Canyon,
    /// No sky: no fixes.
    Tunnel,
    /// No sky, but the phone repeats its last fix as if it were new.
    Stale,
    /// Jammed: the receiver gives places hundreds of metres off that leap about.
    Jammed,
    /// Spoofed: the receiver is made to believe it is elsewhere, and is sure of it.
    Spoofed(LatLng),
    /// Another app makes up positions; the system marks them.
    Mock(LatLng),
    /// A driver that reports latitude 0, longitude 0 for "unknown".
    NullIsland,
}

/// A receiver's state between fixes.
pub(crate) struct Receiver {
    chance: ChaCha8Rng,
    east: f64,
    north: f64,
    at: Option<Millis>,
    last: Option<Fix>,
}

impl Receiver {
    pub(crate) fn new(chance: ChaCha8Rng) -> Self {
        Self { chance, east: 0.0, north: 0.0, at: None, last: None }
    }

    /// The fix at a moment, if there is one; `plain` has its times.
    pub(crate) fn fix(&mut self, mono: Millis, utc: Millis, truth: &State, trouble: Option<Trouble>) -> Option<Fix> {
        self.wander(mono);
        let place = |sigma: f64| LocalPlane::around(truth.place).to_place(self.east * sigma, self.north * sigma);
        let (place, accuracy) = match trouble {
            None => (place(OPEN_SIGMA), OPEN_SIGMA * 1.5),
            Some(Trouble::Canyon) => (place(CANYON_SIGMA), CANYON_SIGMA),
            Some(Trouble::Tunnel) => return None,
            Some(Trouble::Stale) => return self.last.clone().map(|fix| Fix { mono, utc, ..fix }),
            Some(Trouble::Jammed) => {
                let mut leap = || 600.0 * self.chance.sample::<f64, _>(StandardNormal);
                (LocalPlane::around(truth.place).to_place(leap(), leap()), 30.0)
            }
            Some(Trouble::Spoofed(elsewhere) | Trouble::Mock(elsewhere)) => (elsewhere, OPEN_SIGMA),
            Some(Trouble::NullIsland) => (LatLng::default(), OPEN_SIGMA),
        };
        // Phones state their accuracy with some error of its own.
        let stated = accuracy * self.chance.random_range(0.8..1.3);
        let fix = Fix {
            altitude: truth.altitude,
            altitude_accuracy: truth.altitude.map(|_| Metres(stated * 1.5)),
            speed: Some((truth.speed + 0.15 * self.chance.sample::<f64, _>(StandardNormal)).max(0.0)),
            heading: (truth.speed > 0.5).then_some(truth.heading),
            mock: matches!(trouble, Some(Trouble::Mock(_))),
            ..Fix::gnss(mono, utc, place, Metres(stated))
        };
        self.last = Some(fix.clone());
        Some(fix)
    }

    /// Lets the error, in deviations, wander: a Gauss-Markov process of the first order.
    fn wander(&mut self, mono: Millis) {
        let kept = self.at.map_or(0.0, |at| (-(mono - at).secs() / CORRELATION.secs()).exp());
        let fresh = (1.0 - kept * kept).sqrt();
        for axis in [&mut self.east, &mut self.north] {
            *axis = kept * *axis + fresh * self.chance.sample::<f64, _>(StandardNormal);
        }
        self.at = Some(mono);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn receiver() -> Receiver {
        Receiver::new(ChaCha8Rng::seed_from_u64(1))
    }

    fn still() -> State {
        State { place: LatLng::new(60.0, 24.0).unwrap(), speed: 0.0, heading: 0.0, altitude: None }
    }

    fn fixes(count: i64, trouble: Option<Trouble>) -> Vec<Fix> {
        let mut receiver = receiver();
        (0..count).filter_map(|s| receiver.fix(Millis::from_secs(s), Millis::from_secs(s), &still(), trouble)).collect()
    }

    #[test]
    fn the_error_has_its_deviation_and_wanders_slowly() {
        let fixes = fixes(40_000, None);
        let plane = LocalPlane::around(still().place);
        let east: Vec<f64> = fixes.iter().map(|fix| plane.to_xy(fix.place).0).collect();
        let deviation = (east.iter().map(|x| x * x).sum::<f64>() / east.len() as f64).sqrt();
        assert!((deviation / OPEN_SIGMA - 1.0).abs() < 0.15, "{deviation}");
        let step = east.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
        assert!(step < OPEN_SIGMA, "{step}");
    }

    #[test]
    fn trouble_shows_in_the_fixes() {
        assert_eq!(fixes(10, Some(Trouble::Tunnel)).len(), 0);
        assert!(fixes(10, Some(Trouble::Mock(still().place))).iter().all(|fix| fix.mock));
        assert!(fixes(10, Some(Trouble::NullIsland)).iter().all(|fix| fix.place == LatLng::default()));
        let far = |fix: &Fix| fix.place.distance(still().place).0;
        assert!(fixes(100, Some(Trouble::Jammed)).iter().map(far).sum::<f64>() > 100.0 * 300.0);
    }

    #[test]
    fn a_stale_receiver_repeats_its_last_fix_with_new_times() {
        let mut receiver = receiver();
        let mut fix = |s, trouble| receiver.fix(Millis::from_secs(s), Millis::from_secs(s), &still(), trouble).unwrap();
        let (fresh, stale) = (fix(1, None), fix(9, Some(Trouble::Stale)));
        assert_eq!((fresh.place, stale.mono), (stale.place, Millis::from_secs(9)));
    }
}
