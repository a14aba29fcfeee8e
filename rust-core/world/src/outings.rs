//! The demo's week: every real track and some walks through Helsinki as journeys, with the ground they lead over.

use std::path::Path;

use cairn::model::{LatLng, Millis};

use crate::FIRST_DAY;
use crate::gps::{Episode, Trouble};
use crate::journey::Journey;
use crate::streets::Streets;
use crate::tracks::{TrackError, read_street_map, read_track};
use crate::world::Site;

/// A week of journeys.
pub struct Outings {
    /// In order of time.
    pub journeys: Vec<Journey>,
    /// Walks along streets that the others covered, for measuring how well positions are estimated: several, for on one street errors
    /// are much alike.
    pub held_back: Vec<Journey>,
    /// The ground of all of them.
    pub sites: Vec<Site>,
}

/// Minutes that a place's clock adds to UTC in June.
const HELSINKI: i16 = 180;
const CROATIA: i16 = 120;
const DENVER: i16 = -360;
const CALIFORNIA: i16 = -420;
const MOSCOW: i16 = 180;

/// Speeds on streets, in metres per second: a stroll and a car in town.
const WALK: f64 = 1.35;
const CAR: f64 = 8.0;
const PAUSE: Millis = Millis::from_secs(40);

/// Walks that are held back.
const HELD_BACK: u64 = 4;

/// Reads the test tracks' folder (`tests/data/tracks`) and makes a week of it. `with-accuracy.gpx` is three points far apart,
/// no journey.
///
/// # Errors
/// [`TrackError`] when a track is missing or cannot be read.
pub fn outings(tracks: &Path, seed: u64) -> Result<Outings, TrackError> {
    let recorded = |name: &str, day: i64, hour: i64, offset: i16| {
        let points = read_track(&tracks.join(name))?;
        Ok(Journey::along(name.split('.').next().unwrap_or(name), at(day, hour), offset, &points))
    };
    let visnjan = recorded("visnjan-car.gpx", 0, 15, CROATIA)?;
    let korita = recorded("korita-hike.gpx", 1, 6, CROATIA)?;
    let denver = [recorded("denver-1.csv", 2, 15, DENVER)?, recorded("denver-3.csv", 3, 15, DENVER)?];
    let run = recorded("garmin-run.gpx", 4, 15, CALIFORNIA)?;
    let descent = recorded("descent.nmea", 5, 9, MOSCOW)?;

    let map = read_street_map(&tracks.join("helsinki.osm.pbf"))?;
    let streets = Streets::new(&map);
    let plan = [(0, WALK, 5_000.0), (1, WALK, 6_000.0), (3, CAR, 9_000.0), (5, WALK, 6_000.0), (6, CAR, 12_000.0)];
    let walks: Vec<Vec<i64>> = (1..).zip(plan).map(|(n, (_, _, metres))| streets.walk(seed + n, metres)).collect();
    let on_streets = |name: &str, walk: &[i64], day: i64, speed: f64| {
        Journey::on_streets(name, at(day, 12), HELSINKI, &streets.places(walk), speed, PAUSE)
    };
    let helsinki: Vec<Journey> = walks
        .iter()
        .zip(plan)
        .map(|(walk, (day, speed, _))| troubled(on_streets(&format!("helsinki-{day}"), walk, day, speed), day))
        .collect();
    let covered = streets.covered_by(&walks);
    let held_back: Vec<Journey> = (0..HELD_BACK)
        .map(|n| on_streets(&format!("helsinki-held-back-{n}"), &covered.tour(seed ^ (n << 32), 3_000.0), 7, WALK))
        .collect();

    let through_helsinki: Vec<&Journey> = helsinki.iter().chain(&held_back).collect();
    let sites = vec![
        Site::around(244, 1.0, &through_helsinki, &map.buildings),
        Site::around(219, 0.3, &[&visnjan], &[]),
        Site::around(219, 0.03, &[&korita], &[]),
        Site::around(310, 0.5, &[&denver[0], &denver[1]], &[]),
        Site::around(310, 0.3, &[&run], &[]),
        Site::around(250, 0.05, &[&descent], &[]),
    ];
    let mut journeys: Vec<Journey> =
        helsinki.into_iter().chain(denver).chain([visnjan, korita, run, descent]).collect();
    journeys.sort_by_key(|journey| journey.start_utc);
    Ok(Outings { journeys, held_back, sites })
}

fn at(day: i64, hour: i64) -> Millis {
    FIRST_DAY + Millis::from_days(day) + Millis::from_hours(hour)
}

/// Each day in town has its own trouble, in the third tenth of the journey.
fn troubled(journey: Journey, day: i64) -> Journey {
    let elsewhere = LatLng::default().towards(journey.at(Millis(0)).place, 0.5);
    let trouble = match day {
        0 => Trouble::Canyon,
        1 => Trouble::Tunnel,
        3 => Trouble::Jammed,
        5 => Trouble::Stale,
        _ => Trouble::Spoofed(elsewhere),
    };
    let tenth = Millis(journey.duration().0 / 10);
    let from = tenth + tenth;
    let marked = Episode { from, until: from + tenth, trouble };
    // Some fixes that no one may believe, each time.
    let soon = from + tenth + tenth;
    let minute = Millis::from_mins(1);
    let nowhere = Episode { from: soon, until: soon + Millis::from_secs(6), trouble: Trouble::NullIsland };
    let mock = Episode {
        from: soon + minute,
        until: soon + minute + Millis::from_secs(20),
        trouble: Trouble::Mock(elsewhere),
    };
    journey.with([marked, nowhere, mock])
}

#[cfg(test)]
mod tests {
    use cairn::intake::{Drop, Intake};
    use cairn::model::{Fix, Metres};

    use super::*;
    use crate::test_tracks;
    use crate::world::{Params, World};

    #[test]
    fn the_week_holds_every_track_and_its_world_surrounds_them() {
        let week = outings(&test_tracks(), 1).unwrap();
        assert_eq!(week.journeys.len(), 11);
        let kilometres: f64 = week.journeys.iter().map(|journey| journey.length().0 / 1_000.0).sum();
        assert!((100.0..115.0).contains(&kilometres), "{kilometres}");
        assert!(week.held_back.iter().all(|walk| walk.length().0 > 2_800.0));

        let world = World::build(1, &Params::default(), &week.sites);
        assert!((10_000..200_000).contains(&world.emitters().len()), "{}", world.emitters().len());
        assert!(world.poison().is_some());
    }

    /// Seconds of a stretch whose fixes were taken for flying.
    fn flown(intake: &mut Intake, journey: &Journey, seconds: std::ops::Range<i64>) -> u64 {
        intake.take_counts();
        for at in seconds.map(Millis::from_secs) {
            let state = journey.at(at);
            let mut fix = Fix::gnss(at, journey.start_utc + at, state.place, Metres(5.0));
            (fix.altitude, fix.speed) = (state.altitude, Some(state.speed));
            intake.fix(fix);
        }
        intake.take_counts().dropped.get(&Drop::Aircraft).copied().unwrap_or(0)
    }

    #[test]
    fn a_parachute_jump_is_flight_from_the_aircraft_to_the_ground() {
        let week = outings(&test_tracks(), 1).unwrap();
        let descent = week.journeys.iter().find(|journey| journey.name == "descent").unwrap();
        let intake = &mut Intake::default();

        // The recording has a gap there, over which the way drawn is slower than what was flown.
        let in_the_aircraft = flown(intake, descent, 0..190);
        assert!(in_the_aircraft >= 170, "{in_the_aircraft}");
        assert_eq!(flown(intake, descent, 190..720), 530, "under the canopy");
        // A minute on the ground, and it is believed.
        assert!((50..=90).contains(&flown(intake, descent, 720..810)));
        assert_eq!(flown(intake, descent, 810..1_058), 0, "walks away");
    }
}
