//! Where a traveller truly is at every moment: a path with times.

use cairn::model::{LatLng, LocalPlane, Metres, Millis};

use crate::gps::Episode;
use crate::tracks::Point;

/// A traveller's true path, one point a second.
#[derive(Clone)]
pub struct Journey {
    /// What it is called in the demo's report.
    pub name: String,
    /// When it begins, in UTC.
    pub start_utc: Millis,
    /// What the traveller's clock adds to UTC, in minutes.
    pub utc_offset_min: i16,
    /// What happens to satellite positioning on the way.
    pub episodes: Vec<Episode>,
    seconds: Vec<(LatLng, Option<Metres>)>,
}

/// The truth about a traveller at one moment.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Where.
    pub place: LatLng,
    /// Metres per second.
    pub speed: f64,
    /// Degrees clockwise from north; the last one while standing.
    pub heading: f64,
    /// Height, where the track tells it.
    pub altitude: Option<Metres>,
}

impl Journey {
    /// A journey along recorded points. Where none has a time, they are taken to be a second apart;
    /// where some have, the others are left out (drawn, not travelled). A journey always lasts at least a
    /// second, and stays at (0, 0) where there is no point at all.
    pub fn along(name: &str, start_utc: Millis, utc_offset_min: i16, points: &[Point]) -> Self {
        let first = points.iter().find_map(|point| point.utc);
        let mut timed: Vec<(Millis, &Point)> = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let at = match (point.utc, first) {
                (Some(utc), Some(first)) => utc - first,
                (None, None) => Millis::from_secs(index as i64),
                (None, Some(_)) | (Some(_), None) => continue,
            };
            // Receivers repeat themselves: what does not come later is not a new point.
            if timed.last().is_none_or(|&(before, _)| at > before) {
                timed.push((at, point));
            }
        }
        let mut seconds: Vec<_> = timed.windows(2).flat_map(|pair| every_second(pair[0], pair[1])).collect();
        seconds.push(timed.last().map(|(_, last)| (last.place, last.altitude)).unwrap_or_default());
        Self { name: name.to_owned(), start_utc, utc_offset_min, episodes: Vec::new(), seconds }
    }

    /// A journey along a line of streets at a speed in metres per second, with a stop of `stop` at about every 400 m
    /// (a crossing, a shop window).
    pub fn on_streets(
        name: &str,
        start_utc: Millis,
        utc_offset_min: i16,
        line: &[LatLng],
        speed: f64,
        stop: Millis,
    ) -> Self {
        let mut utc = Millis(0);
        let mut since_stop = 0.0;
        let mut points = Vec::new();
        let mut reach = |place: LatLng, utc: Millis| points.push(Point { place, utc: Some(utc), altitude: None });
        for pair in line.windows(2) {
            reach(pair[0], utc);
            let length = pair[0].distance(pair[1]).0;
            utc = utc + Millis((length / speed * 1_000.0) as i64);
            since_stop += length;
            if since_stop > 400.0 {
                since_stop = 0.0;
                reach(pair[1], utc);
                utc = utc + stop;
            }
        }
        if let Some(&last) = line.last() {
            reach(last, utc);
        }
        Self::along(name, start_utc, utc_offset_min, &points)
    }

    /// The same journey with trouble for satellite positioning on the way.
    #[must_use]
    pub fn with(mut self, episodes: impl Into<Vec<Episode>>) -> Self {
        self.episodes = episodes.into();
        self
    }

    /// The traveller some time after the start; before it and after the end, they stand there.
    pub fn at(&self, since_start: Millis) -> State {
        let last = self.seconds.len() - 1;
        let at = (since_start.0.max(0) as f64 / 1_000.0).min(last as f64);
        let index = (at as usize).min(last.saturating_sub(1));
        let (here, altitude) = self.seconds[index];
        let there = self.seconds[(index + 1).min(last)].0;
        let (east, north) = LocalPlane::around(here).to_xy(there);
        let moves = since_start.0 >= 0 && at < last as f64;
        State {
            place: here.towards(there, at - index as f64),
            speed: if moves { east.hypot(north) } else { 0.0 },
            heading: east.atan2(north).to_degrees().rem_euclid(360.0),
            altitude,
        }
    }

    /// How long it takes.
    pub fn duration(&self) -> Millis {
        Millis::from_secs(self.seconds.len() as i64 - 1)
    }

    /// How far it leads, stops and all.
    pub fn length(&self) -> Metres {
        Metres(self.seconds.windows(2).map(|pair| pair[0].0.distance(pair[1].0).0).sum())
    }

    /// The true places, one a second from the start on.
    pub fn path(&self) -> impl Iterator<Item = LatLng> {
        self.seconds.iter().map(|second| second.0)
    }
}

/// The seconds from one point up to but not including the next.
fn every_second(
    (from, here): (Millis, &Point),
    (to, there): (Millis, &Point),
) -> impl Iterator<Item = (LatLng, Option<Metres>)> {
    let first = from.0.div_euclid(1_000) + i64::from(from.0.rem_euclid(1_000) > 0);
    let last = to.0.div_euclid(1_000) + i64::from(to.0.rem_euclid(1_000) > 0);
    (first..last).map(move |second| {
        let share = (second * 1_000 - from.0) as f64 / (to - from).0 as f64;
        (here.place.towards(there.place, share), here.altitude)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(metres_north: f64, millis: i64) -> Point {
        let place = LatLng::new(metres_north / 111_195.0, 8.0).unwrap();
        Point { place, utc: Some(Millis(millis)), altitude: None }
    }

    #[test]
    fn irregular_points_become_a_steady_second_by_second_truth() {
        let journey =
            Journey::along("walk", Millis(0), 0, &[point(0.0, 500), point(30.0, 10_500), point(30.0, 15_500)]);
        assert_eq!(journey.duration(), Millis::from_secs(15));
        assert!((journey.length().0 - 30.0).abs() < 0.1, "{:?}", journey.length());
        let walking = journey.at(Millis(4_500));
        assert!((walking.speed - 3.0).abs() < 0.05, "{}", walking.speed);
        assert!(walking.heading < 0.1 && (walking.place.lat() * 111_195.0 - 13.5).abs() < 0.1);
        assert!(journey.at(Millis(12_000)).speed < 0.01);
        assert!(journey.at(Millis::from_hours(1)).place == point(30.0, 0).place);
    }

    #[test]
    fn points_that_do_not_come_later_are_passed_over() {
        let journey = Journey::along("walk", Millis(0), 0, &[point(0.0, 0), point(9.0, 0), point(5.0, 5_000)]);
        assert!((journey.length().0 - 5.0).abs() < 0.1);
    }

    #[test]
    fn a_journey_without_points_stays_where_it_is() {
        let journey = Journey::along("nowhere", Millis(0), 0, &[]);
        assert_eq!((journey.duration(), journey.at(Millis(500)).place), (Millis(0), LatLng::default()));
    }

    #[test]
    fn streets_are_walked_with_stops() {
        let line = [point(0.0, 0).place, point(500.0, 0).place, point(600.0, 0).place];
        let journey = Journey::on_streets("walk", Millis(0), 180, &line, 1.25, Millis::from_secs(60));
        assert!((journey.duration().secs() - 540.0).abs() < 3.0, "{:?}", journey.duration());
        assert!(journey.at(Millis::from_secs(430)).speed < 0.01);
    }
}
