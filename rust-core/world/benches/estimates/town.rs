//! Made-up towns: a grid of streets, learned by one phone on one day and asked about by another, some days later.

use cairn::model::{CellKey, Detail, Fix, LatLng, LocalPlane, Metres, Millis, Report, Scan, Sighting};
use cairn_world::{FIRST_DAY, Journey, Listener, Params, Propagation, Site, World};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::StandardNormal;

/// Side of a town and distance of its streets, in metres.
const SIDE: f64 = 1_000.0;
const BLOCK: f64 = 100.0;
/// Houses per km², at random: access points and beacons stand in them.
const HOUSES: usize = 2_000;
/// Questions are asked by WiFi's users on the street and by those in the houses.
const OFF_STREET: f64 = 0.4;
/// Time in which a satellite receiver's error forgets two thirds of itself.
const WANDERING: f64 = 60.0;

/// What a town is like, and how it was learned.
#[derive(Clone, Copy)]
pub struct Town {
    pub name: &'static str,
    /// Access points per km², each with one to five networks.
    pub density: f64,
    pub exponent: (f64, f64),
    /// Loss of one wall, of which there are none to two, in dB.
    pub wall: (f64, f64),
    /// Deviation in dB.
    pub shadowing: f64,
    /// Share of access points that moved house between learning and asking.
    pub moved: f64,
    /// Phones' hotspots per km².
    pub hotspots: f64,
    /// Share of the streets that were learned.
    pub streets: f64,
    /// How the learner travelled: metres per second, and metres between scans.
    pub speed: f64,
    pub every: f64,
    /// Deviation of its fixes per axis, in metres.
    pub gps: f64,
    /// What the asking phone hears more than the learner's, in dB.
    pub offset: f64,
}

/// The reference's comparison: log-distance with n = 3, shadowing of 7 dB, fixes good to 5 m.
pub const WALK: Town = Town {
    name: "city walk",
    density: 1_500.0,
    exponent: (3.0, 3.0),
    wall: (0.0, 0.0),
    shadowing: 7.0,
    moved: 0.0,
    hotspots: 0.0,
    streets: 1.0,
    speed: 1.4,
    every: 15.0,
    gps: 5.0,
    offset: 0.0,
};

pub const CAR: Town =
    Town { name: "car, half the streets", density: 500.0, streets: 0.5, speed: 10.0, every: 40.0, ..WALK };

/// Towns of many kinds, over what the literature gives: an estimator must not be made for one of them.
pub const TOWNS: [Town; 11] = [
    WALK,
    CAR,
    Town { name: "15 % moved, mobile", moved: 0.15, hotspots: 60.0, ..WALK },
    Town { name: "walls", exponent: (2.2, 4.0), wall: (5.0, 12.0), ..WALK },
    Town { name: "houses in gardens", density: 300.0, shadowing: 5.0, exponent: (2.5, 3.2), ..WALK },
    Town { name: "village by car", density: 100.0, exponent: (2.3, 3.0), shadowing: 5.0, ..CAR },
    Town { name: "high houses", density: 4_000.0, shadowing: 9.0, exponent: (2.8, 3.6), gps: 12.0, ..WALK },
    Town { name: "deaf phone", offset: -8.0, ..WALK },
    Town { name: "keen phone", offset: 6.0, ..WALK },
    Town { name: "one street in three", streets: 0.34, every: 25.0, ..WALK },
    Town { name: "clear air, poor fixes", exponent: (2.0, 2.8), wall: (5.0, 12.0), shadowing: 4.0, gps: 10.0, ..WALK },
];

/// A question with its truth.
pub struct Question {
    pub truth: LatLng,
    pub scan: Scan,
}

/// When questions are asked: two days after [`cairn_world::MOVING_DAY`].
pub const ASKED: Millis = Millis(FIRST_DAY.0 + Millis::from_days(5).0);

/// What one phone learned of a town and another asked.
pub struct Days {
    pub reports: Vec<Report>,
    pub questions: Vec<Question>,
}

impl Town {
    /// Learning and asking.
    pub fn live(&self, seed: u64, questions: usize) -> Days {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let plane = LocalPlane::around(LatLng::new(60.2, 24.9).expect("a place"));
        let world = self.build(seed, &plane, &mut chance);
        let lines = (0..=(SIDE / BLOCK) as i32).flat_map(|n| [true, false].map(|east| (f64::from(n) * BLOCK, east)));
        let streets: Vec<(f64, bool)> = lines.filter(|_| chance.random::<f64>() < self.streets).collect();
        let reports = streets.iter().flat_map(|street| self.travel(&world, &plane, *street, &mut chance)).collect();
        let questions = (0..questions)
            .map(|_| {
                let (across, east) = streets[chance.random_range(0..streets.len())];
                let is_off = chance.random::<f64>() < OFF_STREET;
                let off = if is_off { chance.random_range(-BLOCK / 2.0..BLOCK / 2.0) } else { 0.0 };
                let along = chance.random_range(BLOCK..SIDE - BLOCK);
                let truth = on(&plane, across + off, east, along);
                let listener =
                    Listener { device_offset_db: self.offset, ..Listener::standing(truth, ASKED, Millis(0)) };
                Question { truth, scan: hear(&world, &listener, &mut chance) }
            })
            .collect();
        Days { reports, questions }
    }

    fn build(&self, seed: u64, plane: &LocalPlane, chance: &mut ChaCha8Rng) -> World {
        let there_and_back = |n: i32| {
            let (near, far) = if n % 2 == 0 { (0.0, SIDE) } else { (SIDE, 0.0) };
            [on(plane, f64::from(n) * BLOCK, true, near), on(plane, f64::from(n) * BLOCK, true, far)]
        };
        let line: Vec<LatLng> = (0..=(SIDE / BLOCK) as i32).flat_map(there_and_back).collect();
        let everywhere = Journey::on_streets("everywhere", FIRST_DAY, 180, &line, 10.0, Millis(0));
        let mut spot =
            || plane.to_place(chance.random_range(-100.0..SIDE + 100.0), chance.random_range(-100.0..SIDE + 100.0));
        let houses: Vec<Vec<LatLng>> = (0..HOUSES).map(|_| vec![spot()]).collect();
        let params = Params {
            access_points_per_km2: self.density,
            hotspots_per_km2: self.hotspots,
            moved: self.moved,
            propagation: Propagation {
                exponent: self.exponent,
                wall: self.wall,
                shadowing: self.shadowing,
                ..Propagation::default()
            },
            ..Params::default()
        };
        World::build(seed, &params, &[Site::around(244, 1.0, &[&everywhere], &houses)])
    }

    /// One street, learned from one end to the other.
    fn travel(
        &self,
        world: &World,
        plane: &LocalPlane,
        (across, east): (f64, bool),
        chance: &mut ChaCha8Rng,
    ) -> Vec<Report> {
        let start = FIRST_DAY + Millis::from_hours(12);
        let kept = (-self.every / self.speed / WANDERING).exp();
        let (mut x, mut y): (f64, f64) = (chance.sample(StandardNormal), chance.sample(StandardNormal));
        (0..(SIDE / self.every) as i32)
            .map(|step| {
                let fresh = (1.0 - kept * kept).sqrt();
                x = kept * x + fresh * chance.sample::<f64, _>(StandardNormal);
                y = kept * y + fresh * chance.sample::<f64, _>(StandardNormal);
                let utc = start + Millis((f64::from(step) * self.every / self.speed * 1_000.0) as i64);
                let along = f64::from(step) * self.every;
                let listener = Listener::standing(on(plane, across, east, along), utc, Millis(0));
                // The fix comes up to a second before or after the scan.
                let age = Millis(chance.random_range(-1_000..=1_000));
                let blur = |along: f64| {
                    let (east, north) = plane.to_xy(on(plane, across, east, along));
                    plane.to_place(east + self.gps * x, north + self.gps * y)
                };
                let fix = Fix {
                    speed: Some(self.speed),
                    ..Fix::gnss(Millis(0), utc, blur(along + self.speed * age.secs()), Metres(1.5 * self.gps))
                };
                Report { sightings: sightings(hear(world, &listener, chance), age, blur(along)), fix }
            })
            .collect()
    }
}

fn on(plane: &LocalPlane, across: f64, east: bool, along: f64) -> LatLng {
    if east { plane.to_place(along, across) } else { plane.to_place(across, along) }
}

/// Access points that may be recorded, and cells.
fn hear(world: &World, listener: &Listener, chance: &mut ChaCha8Rng) -> Scan {
    let mut wifi = world.hear_wifi(listener, chance);
    wifi.retain(|w| !w.ssid.is_hidden() && !w.ssid.opts_out());
    Scan { wifi, cells: world.hear_cells(listener, chance), ..Scan::default() }
}

fn sightings(scan: Scan, age: Millis, place: LatLng) -> Vec<Sighting> {
    let wifi = scan.wifi.into_iter().map(|w| {
        let detail = Detail::Wifi { mac: w.mac, ssid: w.ssid, frequency_mhz: w.frequency_mhz, standard: w.standard };
        Sighting { age, place, signal: w.signal, detail }
    });
    let cells = scan.cells.into_iter().filter_map(|c| {
        let detail = Detail::Cell {
            key: CellKey::try_from(c.identity).ok()?,
            serving: c.serving,
            asu: c.asu,
            timing_advance: c.timing_advance,
            physical: c.physical,
            arfcn: c.arfcn,
        };
        Some(Sighting { age, place, signal: c.signal, detail })
    });
    wifi.chain(cells).collect()
}
