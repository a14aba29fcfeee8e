//! The week: real tracks and Helsinki's streets, with days, troubles for GPS, and the radio world around them.

use std::path::Path;

use cairn::model::{LatLng, Millis};
use cairn_world::tracks::{TrackError, read_street_map, read_track};
use cairn_world::{Episode, FIRST_DAY, Journey, Params, Site, Streets, Trouble, World};

/// Everything that is there before the phone is switched on.
pub struct Scene {
    pub world: World,
    /// In the order in which they are travelled.
    pub journeys: Vec<Journey>,
    /// A walk on streets that others covered; nothing is learned on it.
    pub held_back: Journey,
    /// A place around which nothing may be recorded.
    pub home: LatLng,
    pub streets: Vec<Vec<LatLng>>,
    pub buildings: Vec<Vec<LatLng>>,
}

const WALKING: f64 = 1.4;
const CYCLING: f64 = 5.0;

/// Minutes that a clock in these places adds to UTC in June.
const COLORADO: i16 = -360;
const CALIFORNIA: i16 = -420;
const CROATIA: i16 = 120;
const FINLAND: i16 = 180;

impl Scene {
    pub fn build(tracks: &Path, seed: u64) -> Result<Self, TrackError> {
        let map = read_street_map(&tracks.join("helsinki.osm.pbf"))?;
        let streets = Streets::new(&map);
        let walks: Vec<Vec<i64>> = (0..3).map(|n| streets.walk(seed + n, 9_000.0)).collect();
        let morning = |day: i64, hour: i64, offset: i16| {
            FIRST_DAY + Millis::from_days(day) + Millis::from_hours(hour) - Millis::from_mins(i64::from(offset))
        };
        let recorded = |file: &str, name: &str, day, hour, offset| {
            Ok(Journey::along(name, morning(day, hour, offset), offset, &read_track(&tracks.join(file))?))
        };
        let stroll = |n: usize, name: &str, day, hour, speed| {
            Journey::on_streets(name, morning(day, hour, FINLAND), FINLAND, &streets.places(&walks[n]), speed, Millis::from_secs(90))
        };
        let elsewhere = map.buildings.first().and_then(|b| b.first()).copied().unwrap_or_default();
        let journeys = vec![
            recorded("denver-1.csv", "Denver, south", 0, 8, COLORADO)?.with(trouble(Trouble::Canyon, 120, 300)),
            recorded("denver-3.csv", "Denver, across", 0, 17, COLORADO)?
                .with([trouble(Trouble::Tunnel, 200, 290), trouble(Trouble::Stale, 420, 450)].concat()),
            recorded("garmin-run.gpx", "Los Gatos, a run", 1, 7, CALIFORNIA)?.with(trouble(Trouble::NullIsland, 600, 640)),
            recorded("visnjan-car.gpx", "Višnjan by car", 3, 9, CROATIA)?,
            recorded("korita-hike.gpx", "Korita, a hike", 3, 11, CROATIA)?.with(trouble(Trouble::Mock(elsewhere), 1_200, 1_260)),
            recorded("descent.nmea", "A descent", 4, 10, CROATIA)?,
            stroll(0, "Helsinki on foot", 5, 9, WALKING).with(trouble(Trouble::Jammed, 900, 960)),
            stroll(1, "Helsinki, the other side", 5, 15, WALKING).with(trouble(Trouble::Canyon, 300, 900)),
            stroll(2, "Helsinki by bike", 6, 10, CYCLING).with(trouble(Trouble::Spoofed(elsewhere), 400, 430)),
        ];
        let held_back = {
            let covered = streets.covered_by(&walks);
            let path = covered.places(&covered.walk(seed + 77, 4_000.0));
            Journey::on_streets("Helsinki, held back", morning(7, 10, FINLAND), FINLAND, &path, WALKING, Millis::from_secs(20))
        };
        let around = |mcc, settled, range: std::ops::Range<usize>, buildings: &[Vec<LatLng>]| {
            Site::around(mcc, settled, &journeys[range].iter().collect::<Vec<_>>(), buildings)
        };
        let sites = [
            around(310, 0.6, 0..2, &[]),
            around(310, 0.7, 2..3, &[]),
            around(219, 0.4, 3..4, &[]),
            around(219, 0.1, 4..6, &[]),
            around(244, 1.0, 6..9, &map.buildings),
        ];
        let world = World::build(seed, &Params::default(), &sites);
        let home = journeys[1].at(Millis(0)).place;
        let places = |ids: &Vec<i64>| ids.iter().filter_map(|id| map.nodes.get(id).copied()).collect::<Vec<_>>();
        let lines = map.streets.iter().map(places).collect();
        Ok(Self { world, journeys, held_back, home, streets: lines, buildings: map.buildings })
    }
}

/// One stretch of trouble, in seconds since the start.
fn trouble(trouble: Trouble, from: i64, until: i64) -> Vec<Episode> {
    vec![Episode { from: Millis::from_secs(from), until: Millis::from_secs(until), trouble }]
}
