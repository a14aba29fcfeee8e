//! The radio world: every emitter around some paths, found by place.

mod build;
mod grid;
mod hear;
mod site;
mod towers;

use cairn::model::{EmitterKind, LatLng, Mac, Millis};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::emitter::{Emitter, Voice, Whereabouts};
use crate::radio::Propagation;
use build::Builder;
use grid::Grid;

pub use hear::Listener;
pub use site::Site;

/// An access point is not heard from further away, in metres, walls and all.
const WIFI_RANGE: f64 = 150.0;
/// A beacon is not heard from further away, in metres.
const BEACON_RANGE: f64 = 40.0;
/// A cell is not heard from further away, in metres: towers nearer by drown it.
const CELL_RANGE: f64 = 3_000.0;

/// What the world is filled with.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Devices, each with one to five networks, in settled ground.
    pub access_points_per_km2: f64,
    /// Bluetooth beacons in settled ground.
    pub beacons_per_km2: f64,
    /// Phones that share their connection.
    pub hotspots_per_km2: f64,
    /// Share of devices whose owners opted out by name.
    pub private: f64,
    /// Share of devices that hide their name.
    pub hidden: f64,
    /// Share of devices that move house on [`Params::moving_day`].
    pub moved: f64,
    /// When they do, in UTC.
    pub moving_day: Millis,
    /// How radio waves spread.
    pub propagation: Propagation,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            access_points_per_km2: 1_500.0,
            beacons_per_km2: 150.0,
            hotspots_per_km2: 60.0,
            private: 0.03,
            hidden: 0.08,
            moved: 0.02,
            moving_day: crate::MOVING_DAY,
            propagation: Propagation::default(),
        }
    }
}

/// A radio world. The same seed, parameters and sites make the same world on any machine.
#[derive(Clone)]
pub struct World {
    propagation: Propagation,
    emitters: Vec<Emitter>,
    near: Grid,
    far: Grid,
    riding: Vec<u32>,
    poison: Option<Mac>,
    square_kilometres: f64,
}

impl World {
    /// Fills the surroundings of sites, about 150 m to each side of their paths.
    pub fn build(seed: u64, params: &Params, sites: &[Site]) -> Self {
        let mut emitters = Vec::new();
        let mut square_kilometres = 0.0;
        let mut tower = 100;
        for (index, site) in sites.iter().enumerate() {
            let Some(ground) = site.ground() else { continue };
            // Each site has a stream of its own: one more site leaves the others as they are.
            let mut chance = ChaCha8Rng::seed_from_u64(seed);
            chance.set_stream(index as u64);
            let mut builder = Builder { params, chance, emitters: std::mem::take(&mut emitters) };
            builder.fill(site, &ground);
            tower = builder.towers(site, &ground, tower);
            emitters = builder.emitters;
            square_kilometres += ground.square_kilometres();
        }
        let mut world = Self {
            propagation: params.propagation.clone(),
            near: Grid::new(WIFI_RANGE),
            far: Grid::new(CELL_RANGE),
            riding: Vec::new(),
            poison: sites.first().and_then(|site| poison(site, &emitters)),
            emitters,
            square_kilometres,
        };
        world.index();
        world
    }

    fn index(&mut self) {
        for (index, emitter) in self.emitters.iter().enumerate() {
            let index = index as u32;
            let grid = if emitter.kind() == EmitterKind::Cell { &mut self.far } else { &mut self.near };
            emitter.anchors().iter().for_each(|place| grid.insert(*place, index));
            if matches!(emitter.whereabouts, Whereabouts::Rides { .. }) {
                self.riding.push(index);
            }
        }
    }

    /// The truth: every emitter there is.
    pub fn emitters(&self) -> &[Emitter] {
        &self.emitters
    }

    /// The access point whose reports a test's service refuses: an ordinary one, halfway along the first site's first path.
    /// None in a world without access points.
    pub const fn poison(&self) -> Option<Mac> {
        self.poison
    }

    /// How much ground is filled.
    pub const fn square_kilometres(&self) -> f64 {
        self.square_kilometres
    }
}

fn poison(site: &Site, emitters: &[Emitter]) -> Option<Mac> {
    let (_, path) = site.rides.first()?;
    let middle = path[path.len() / 2];
    let candidates = emitters.iter().filter_map(|emitter| match (&emitter.voice, &emitter.whereabouts) {
        (Voice::Wifi { mac, .. }, Whereabouts::Fixed(place)) if !emitter.is_private() && !emitter.is_hidden() => {
            Some((*mac, loudness(emitter, *place, middle)))
        }
        _ => None,
    });
    candidates.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(mac, _)| mac)
}

/// Level at a distance without shadows, in dBm.
fn loudness(emitter: &Emitter, place: LatLng, listener: LatLng) -> f64 {
    emitter.power - emitter.walls - 10.0 * emitter.exponent * place.distance(listener).0.max(1.0).log10()
}

#[cfg(test)]
mod tests;
