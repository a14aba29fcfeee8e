//! Made-up towns: a grid of streets, learned by phones on one day and asked about by others, some days later.
//!
//! What estimators are measured in, and what their radii are fitted to: see the bench `estimates` and the example `radii`.

mod kinds;
mod plain;
mod travel;
mod wigle;

use cairn::locate::Query;
use cairn::model::{EmitterKey, LatLng, LocalPlane, Millis, Report};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

pub use kinds::{CAR, TOWNS, WALK, WALKS};
pub use plain::Plain;
pub use travel::sightings;

use crate::{Emitter, FIRST_DAY, Journey, Params, Propagation, Site, World};

/// Side of a town, in metres.
const SIDE: f64 = 1_000.0;
/// Houses per km², at random: access points and beacons stand in them.
const HOUSES: usize = 2_000;

/// What a town is like, and how it was learned.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    /// What it is called.
    pub name: &'static str,
    /// Access points per km², each with one to five networks.
    pub density: f64,
    /// Beacons per km².
    pub beacons: f64,
    /// Path loss exponents.
    pub exponent: (f64, f64),
    /// Loss of one wall, of which there are none to two, in dB.
    pub wall: (f64, f64),
    /// Deviation of shadows in dB, and how far they reach in metres.
    pub shadowing: f64,
    /// Way after which shadows are others, m.
    pub shadow_size: f64,
    /// Deviation of fading in dB.
    pub fading: f64,
    /// Share of access points that moved house between learning and asking.
    pub moved: f64,
    /// Phones' hotspots per km².
    pub hotspots: f64,
    /// Distance of parallel streets, m.
    pub block: f64,
    /// Share of the streets that were learned.
    pub streets: f64,
    /// How the learner travelled: metres per second, and metres between scans.
    pub speed: f64,
    /// Metres between scans.
    pub every: f64,
    /// Deviation of its fixes per axis, in metres.
    pub gps: f64,
    /// What the asking phone hears more than the learner's, in dB.
    pub offset: f64,
    /// Share of the questions asked in houses and yards beside the street.
    pub off_street: f64,
    /// Share of the questions asked in streets that were not learned.
    pub strays: f64,
    /// Who learned and how it was written down.
    pub learner: Learner,
}

/// Who learned a town.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learner {
    /// One phone with Cairn, in each street once, everything kept.
    Cairn,
    /// Several phones with `WiGLE`'s app: thinned out, through its CSV.
    Wigle {
        /// How many phones, each with an offset and a pocket of its own.
        phones: usize,
        /// How often each street is walked, on average.
        passes: f64,
        /// Whether questions are what such an app writes in one second, instead of whole scans.
        thin_questions: bool,
    },
}

/// A question with its truth.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where it was asked.
    pub truth: LatLng,
    /// What was heard there.
    pub query: Query,
}

/// When questions are asked: two days after [`crate::MOVING_DAY`].
pub const ASKED: Millis = Millis(FIRST_DAY.0 + Millis::from_days(5).0);

/// What phones learned of a town and others asked.
pub struct Days {
    /// What was learned, in the order in which it was heard.
    pub reports: Vec<Report>,
    /// What was asked.
    pub questions: Vec<Question>,
    /// Where emitters really stood while they were learned.
    pub emitters: Vec<(EmitterKey, LatLng)>,
}

/// The streets of a town.
struct Streets {
    learned: Vec<Street>,
    others: Vec<Street>,
}

impl Streets {
    /// A grid of them so many metres apart, of which a share is learned: at least one.
    fn some(apart: f64, share: f64, chance: &mut ChaCha8Rng) -> Self {
        let lines = (0..=(SIDE / apart) as i32).flat_map(|n| [true, false].map(|e| (f64::from(n) * apart, e)));
        let (mut learned, mut others): (Vec<Street>, Vec<Street>) = lines.partition(|_| chance.random::<f64>() < share);
        if learned.is_empty() {
            learned.extend(others.pop());
        }
        Self { learned, others }
    }

    /// One to ask in: with this chance one that was not learned.
    fn to_ask(&self, strays: f64, chance: &mut ChaCha8Rng) -> Street {
        let of = if !self.others.is_empty() && chance.random::<f64>() < strays { &self.others } else { &self.learned };
        of[chance.random_range(0..of.len())]
    }
}

/// A street: how far from the town's edge, and whether it runs east.
type Street = (f64, bool);

/// A town before anybody has come to it.
struct Ground {
    world: World,
    plane: LocalPlane,
    streets: Streets,
    chance: ChaCha8Rng,
}

impl Town {
    /// Learning and asking.
    pub fn live(&self, seed: u64, questions: usize) -> Days {
        self.ground(seed).live(self, questions)
    }

    /// Learning, and then one who asks on the way: at this speed and every so often, through streets that were learned and around
    /// their corners.
    pub fn follow(&self, seed: u64, speed: f64, every: Millis, questions: usize) -> Days {
        let mut ground = self.ground(seed);
        let days = ground.live(self, 0);
        let Ground { world, plane, streets, chance } = &mut ground;
        let asking = Self { speed, ..*self };
        Days { questions: travel::follow(&asking, world, plane, &streets.learned, (every, questions), chance), ..days }
    }

    fn ground(&self, seed: u64) -> Ground {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let plane = LocalPlane::around(centre());
        let world = self.build(seed, &plane, &mut chance);
        let streets = Streets::some(self.block, self.streets, &mut chance);
        Ground { world, plane, streets, chance }
    }

    fn build(&self, seed: u64, plane: &LocalPlane, chance: &mut ChaCha8Rng) -> World {
        let there_and_back = |n: i32| {
            let (near, far) = if n % 2 == 0 { (0.0, SIDE) } else { (SIDE, 0.0) };
            [on(plane, f64::from(n) * 100.0, true, near), on(plane, f64::from(n) * 100.0, true, far)]
        };
        let line: Vec<LatLng> = (0..=(SIDE / 100.0) as i32).flat_map(there_and_back).collect();
        let everywhere = Journey::on_streets("everywhere", FIRST_DAY, 180, &line, 10.0, Millis(0));
        let mut spot =
            || plane.to_place(chance.random_range(-100.0..SIDE + 100.0), chance.random_range(-100.0..SIDE + 100.0));
        let houses: Vec<Vec<LatLng>> = (0..HOUSES).map(|_| vec![spot()]).collect();
        let params = Params {
            access_points_per_km2: self.density,
            beacons_per_km2: self.beacons,
            hotspots_per_km2: self.hotspots,
            moved: self.moved,
            propagation: Propagation {
                exponent: self.exponent,
                wall: self.wall,
                shadowing: self.shadowing,
                shadow_size: self.shadow_size,
                fading: self.fading,
                ..Propagation::default()
            },
            ..Params::default()
        };
        World::build(seed, &params, &[Site::around(244, 1.0, &[&everywhere], &houses)])
    }
}

impl Ground {
    fn live(&mut self, town: &Town, questions: usize) -> Days {
        let Self { world, plane, streets, chance } = self;
        let (reports, questions) = match town.learner {
            Learner::Cairn => travel::live(town, world, plane, streets, questions, chance),
            Learner::Wigle { phones, passes, thin_questions } => {
                let walkers = wigle::Walkers { phones, passes, thin_questions };
                walkers.live(town, world, plane, streets, questions, chance)
            }
        };
        let stood = |e: &Emitter| Some((e.key(), e.place(FIRST_DAY)?));
        Days { reports, questions, emitters: world.emitters().iter().filter_map(stood).collect() }
    }
}

fn centre() -> LatLng {
    LatLng::new(60.2, 24.9).unwrap_or_default()
}

fn on(plane: &LocalPlane, across: f64, east: bool, along: f64) -> LatLng {
    if east { plane.to_place(along, across) } else { plane.to_place(across, along) }
}
