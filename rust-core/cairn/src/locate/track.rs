//! Where a phone is that asks again and again: one estimate a scan, smoothed by how phones move.
//!
//! Pure: times and estimates in, estimates out. A Kalman filter of place and velocity, the same on both axes; it is told what
//! each estimate's radius says, and that errors of estimates a few metres apart are alike.

use super::Estimate;
use crate::model::{LatLng, LocalPlane, Metres, Millis};

/// One standard deviation per axis holds so much less than a 68 % radius does (a two-dimensional normal distribution).
const SIGMAS_68: f64 = 1.51;

/// How much phones change their speed, m²/s³: from a walk's turns to a car in town.
const UNREST: f64 = 1.5;

/// A phone that was just found may move this fast, m/s: one standard deviation per axis.
const FIRST_SPEED: f64 = 4.0;

/// No phone on the ground is faster, m/s.
const FASTEST: f64 = 60.0;

/// Estimates of one street share what they are off by: the filter may not think itself better than this part of one.
const SHARED: f64 = 0.95;

/// An estimate so many deviations from where the phone should be is doubted.
const SURPRISE: f64 = 4.0;

/// After so long without anything heard, nothing is known.
const FORGOTTEN: Millis = Millis::from_mins(10);

/// The state of a stream of scans.
#[derive(Clone, Copy, Debug, Default)]
pub struct Track {
    state: Option<State>,
    /// The last estimate that was doubted.
    doubted: Option<(Millis, Estimate)>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    at: Millis,
    heard: Millis,
    /// Where the plane has its origin, and the phone's place and velocity on it.
    origin: LatLng,
    place: (f64, f64),
    speed: (f64, f64),
    /// Variances of place, of both, and of speed, per axis.
    variance: (f64, f64, f64),
    /// The newest estimate: its radii say what filtering cannot better.
    newest: Estimate,
}

impl Track {
    /// Takes the estimate of a scan, or that it had none, at a time of one clock; answers where the phone is. A time before the
    /// last one's is taken for the same.
    pub fn hear(&mut self, at: Millis, estimate: Option<Estimate>) -> Option<Estimate> {
        let Some(mut state) = self.state.filter(|s| at - s.heard <= FORGOTTEN) else {
            *self = Self { state: estimate.map(|e| State::first(at, e)), doubted: None };
            return estimate;
        };
        state.predict(at);
        let Some(estimate) = estimate else {
            self.state = Some(state);
            return Some(state.answer());
        };
        if state.is_surprised(&estimate) {
            let confirms = |(before, doubted): &(Millis, Estimate)| {
                let way = FASTEST.min(5.0 + 2.0 * FIRST_SPEED) * (at - *before).secs().max(0.0);
                doubted.place.distance(estimate.place).0 <= way + doubted.r95.0 + estimate.r95.0
            };
            if self.doubted.as_ref().is_some_and(confirms) {
                // Twice in a row is no accident: the phone is there.
                *self = Self { state: Some(State::first(at, estimate)), doubted: None };
                return Some(estimate);
            }
            self.doubted = Some((at, estimate));
            self.state = Some(state);
            let answer = state.answer();
            // Which of the two is right is not known yet: the wide circle holds both.
            let apart = answer.place.distance(estimate.place).0;
            return Some(Estimate { r95: Metres(answer.r95.0.max(apart + estimate.r68.0)), ..answer });
        }
        self.doubted = None;
        state.update(estimate);
        self.state = Some(state);
        Some(state.answer())
    }
}

fn deviation(estimate: &Estimate) -> f64 {
    (estimate.r68.0 / SIGMAS_68).max(1.0)
}

impl State {
    fn first(at: Millis, estimate: Estimate) -> Self {
        Self {
            at,
            heard: at,
            origin: estimate.place,
            place: (0.0, 0.0),
            speed: (0.0, 0.0),
            variance: (deviation(&estimate).powi(2), 0.0, FIRST_SPEED * FIRST_SPEED),
            newest: estimate,
        }
    }

    /// Lets time pass: the phone goes on, and less is known of where.
    fn predict(&mut self, at: Millis) {
        let t = (at - self.at).secs().max(0.0);
        self.at = self.at.max(at);
        self.place = (self.place.0 + t * self.speed.0, self.place.1 + t * self.speed.1);
        let (p, both, v) = self.variance;
        self.variance = (
            p + 2.0 * t * both + t * t * v + UNREST * t * t * t / 3.0,
            both + t * v + UNREST * t * t / 2.0,
            (v + UNREST * t).min(FASTEST * FASTEST),
        );
    }

    fn is_surprised(&self, estimate: &Estimate) -> bool {
        let (east, north) = LocalPlane::around(self.origin).to_xy(estimate.place);
        let square = (east - self.place.0).powi(2) + (north - self.place.1).powi(2);
        square > SURPRISE * SURPRISE * 2.0 * (self.variance.0 + deviation(estimate).powi(2))
    }

    fn update(&mut self, estimate: Estimate) {
        let (east, north) = LocalPlane::around(self.origin).to_xy(estimate.place);
        let off = (east - self.place.0, north - self.place.1);
        let (p, both, v) = self.variance;
        let sum = p + deviation(&estimate).powi(2);
        let gain = (p / sum, both / sum);
        self.place = (self.place.0 + gain.0 * off.0, self.place.1 + gain.0 * off.1);
        self.speed = (self.speed.0 + gain.1 * off.0, self.speed.1 + gain.1 * off.1);
        self.variance = ((1.0 - gain.0) * p, (1.0 - gain.0) * both, v - gain.1 * both);
        // A rough estimate does not make a good one rough: while the place is known better, the good one is the measure.
        let keeps = 2.0 * self.newest.r68.0 < estimate.r68.0 && self.variance.0.sqrt() < deviation(&self.newest);
        self.newest = if keeps { Estimate { left_out: estimate.left_out, ..self.newest } } else { estimate };
        self.heard = self.at;
    }

    fn answer(&self) -> Estimate {
        let newest = &self.newest;
        let filtered = SIGMAS_68 * self.variance.0.sqrt();
        let r68 = filtered.max(SHARED * newest.r68.0);
        let wider = newest.r95.0 / newest.r68.0;
        Estimate {
            place: LocalPlane::around(self.origin).to_place(self.place.0, self.place.1),
            r68: Metres(r68),
            r95: Metres(r68 * wider),
            ..*newest
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{LeftOut, Source};
    use super::*;

    fn at(east: f64) -> LatLng {
        LocalPlane::around(LatLng::new(60.0, 25.0).unwrap()).to_place(east, 0.0)
    }

    fn estimate(east: f64, r68: f64) -> Estimate {
        let left_out = LeftOut::default();
        Estimate { place: at(east), r68: Metres(r68), r95: Metres(1.7 * r68), source: Source::Wifi, used: 5, left_out }
    }

    #[test]
    fn noise_is_smoothed_on_a_straight_way() {
        let mut track = Track::default();
        let (mut raw, mut smooth) = (0.0, 0.0);
        for second in 0..200_i64 {
            let truth = 1.4 * second as f64;
            let noise = 15.0 * ((second * 7_919 % 100) as f64 / 50.0 - 1.0);
            let answer = track.hear(Millis::from_secs(second), Some(estimate(truth + noise, 15.0))).unwrap();
            raw += noise.abs();
            smooth += answer.place.distance(at(truth)).0;
        }
        assert!(smooth < 0.7 * raw, "{smooth:.0} against {raw:.0}");
    }

    #[test]
    fn the_radius_grows_while_nothing_is_heard_and_then_nothing_is_known() {
        let mut track = Track::default();
        let mut before = track.hear(Millis(0), Some(estimate(0.0, 10.0))).unwrap();
        for minute in 1..=9 {
            let now = track.hear(Millis::from_mins(minute), None).unwrap();
            assert!(now.r68.0 > before.r68.0 + 50.0 && now.r95.0 > now.r68.0, "{minute}: {:?}", now.r68);
            before = now;
        }
        assert_eq!(track.hear(Millis::from_mins(12), None), None);
        assert_eq!(track.hear(Millis::from_mins(13), Some(estimate(9e3, 10.0))), Some(estimate(9e3, 10.0)));
    }

    #[test]
    fn one_wild_estimate_is_doubted_and_a_second_believed() {
        let mut track = Track::default();
        for second in 0..60 {
            track.hear(Millis::from_secs(second), Some(estimate(0.0, 10.0)));
        }
        let doubted = track.hear(Millis::from_secs(60), Some(estimate(2_000.0, 10.0))).unwrap();
        assert!(doubted.place.distance(at(0.0)).0 < 20.0);
        assert!(doubted.r95.0 > 1_900.0, "the wide circle holds both: {:?}", doubted.r95);
        let convinced = track.hear(Millis::from_secs(61), Some(estimate(2_000.0, 10.0))).unwrap();
        assert!(convinced.place.distance(at(2_000.0)).0 < 20.0);
    }

    #[test]
    fn a_rough_estimate_between_good_ones_spoils_nothing() {
        let mut track = Track::default();
        for second in 0..30 {
            track.hear(Millis::from_secs(second), Some(estimate(0.0, 10.0)));
        }
        let cell = Estimate { source: Source::Cell, ..estimate(400.0, 600.0) };
        let answer = track.hear(Millis::from_secs(30), Some(cell)).unwrap();
        assert!(answer.place.distance(at(0.0)).0 < 10.0 && answer.r68.0 < 20.0);
    }

    proptest! {
        #[test]
        fn whatever_is_heard_when_the_answers_stay_finite(
            heard in proptest::collection::vec((-1_000_i64..1_000_000, -40_000.0_f64..40_000.0, 1.0_f64..5_000.0, any::<bool>()), 1..40),
        ) {
            let mut track = Track::default();
            for (ms, east, r68, answered) in heard {
                if let Some(e) = track.hear(Millis(ms), answered.then(|| estimate(east, r68))) {
                    prop_assert!(e.r68.0.is_finite() && e.r95.0 >= e.r68.0 && e.r68.0 > 0.0);
                }
            }
        }
    }
}
