//! The week: real tracks and Helsinki's streets, and the radio world around them.

use std::path::Path;

use cairn::model::{LatLng, Millis};
use cairn_world::tracks::{TrackError, read_street_map};
use cairn_world::{Journey, Outings, Params, World, outings};

/// Everything that is there before the phone is switched on.
pub struct Scene {
    pub world: World,
    /// In the order in which they are travelled.
    pub journeys: Vec<Journey>,
    /// Walks on streets that others covered; nothing is learned on them.
    pub held_back: Vec<Journey>,
    /// A place around which nothing may be recorded.
    pub home: LatLng,
    /// Helsinki's streets, to be drawn.
    pub streets: Vec<Vec<LatLng>>,
    /// Helsinki's buildings, to be drawn.
    pub buildings: Vec<Vec<LatLng>>,
}

/// The journey that begins at home.
const FROM_HOME: &str = "denver-3";

impl Scene {
    pub fn build(tracks: &Path, seed: u64) -> Result<Self, TrackError> {
        let Outings { journeys, held_back, sites } = outings(tracks, seed)?;
        let map = read_street_map(&tracks.join("helsinki.osm.pbf"))?;
        let world = World::build(seed, &Params::default(), &sites);
        let from_home = journeys.iter().find(|j| j.name == FROM_HOME).or(journeys.first());
        let home = from_home.map(|journey| journey.at(Millis(0)).place).unwrap_or_default();
        let line = |ids: &Vec<i64>| ids.iter().filter_map(|id| map.nodes.get(id).copied()).collect();
        let streets = map.streets.iter().map(line).collect();
        Ok(Self { world, journeys, held_back, home, streets, buildings: map.buildings })
    }
}
