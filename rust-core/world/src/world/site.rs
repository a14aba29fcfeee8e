//! The ground that a world is made for: where travellers come along, and the houses there.

use std::collections::BTreeSet;

use cairn::model::{LatLng, LocalPlane, Millis};
use rand::{Rng, RngExt};

use crate::journey::Journey;

/// Side of the tiles by which covered ground is counted, in metres.
const TILE: f64 = 50.0;
/// How far from a path emitters matter: beyond, no phone on it hears an access point.
const REACH_TILES: i64 = 3;

/// A region with journeys through it.
#[derive(Clone)]
pub struct Site {
    /// Mobile country code.
    pub mcc: u16,
    /// How densely it is settled: 1 for a town, 0.05 for woods.
    pub settled: f64,
    /// Centres of its houses; where there are none, houses are made up along the paths.
    pub houses: Vec<LatLng>,
    pub(super) rides: Vec<(Millis, Vec<LatLng>)>,
}

impl Site {
    /// The surroundings of some journeys. `buildings` are outlines; without any, houses are made up.
    pub fn around(mcc: u16, settled: f64, journeys: &[&Journey], buildings: &[Vec<LatLng>]) -> Self {
        let rides = journeys.iter().map(|journey| (journey.start_utc, journey.path().collect())).collect();
        Self { mcc, settled, houses: buildings.iter().filter_map(|corners| centre(corners)).collect(), rides }
    }

    /// The ground within reach of the paths.
    pub(super) fn ground(&self) -> Option<Ground> {
        let origin = *self.rides.iter().find_map(|(_, path)| path.first())?;
        let plane = LocalPlane::around(origin);
        let paths = self.rides.iter().flat_map(|(_, path)| path);
        let walked: BTreeSet<Tile> = paths.map(|place| tile(&plane, *place)).collect();
        let around = |&(x, y): &Tile| {
            let reach = -REACH_TILES..=REACH_TILES;
            reach.clone().flat_map(move |dx| reach.clone().map(move |dy| (x + dx, y + dy)))
        };
        Some(Ground { plane, tiles: walked.iter().flat_map(around).collect() })
    }
}

type Tile = (i64, i64);

fn tile(plane: &LocalPlane, place: LatLng) -> Tile {
    let (x, y) = plane.to_xy(place);
    ((x / TILE).floor() as i64, (y / TILE).floor() as i64)
}

fn centre(corners: &[LatLng]) -> Option<LatLng> {
    let plane = LocalPlane::around(*corners.first()?);
    let (x, y) = corners.iter().map(|corner| plane.to_xy(*corner)).fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let count = corners.len() as f64;
    Some(plane.to_place(x / count, y / count))
}

/// Covered ground.
pub(super) struct Ground {
    plane: LocalPlane,
    tiles: BTreeSet<Tile>,
}

impl Ground {
    /// Its area.
    pub(super) fn square_kilometres(&self) -> f64 {
        self.tiles.len() as f64 * TILE * TILE / 1e6
    }

    pub(super) fn contains(&self, place: LatLng) -> bool {
        self.tiles.contains(&tile(&self.plane, place))
    }

    /// One point in each tile, at given shares of its sides.
    pub(super) fn spots(&self, mut shares: impl FnMut() -> (f64, f64)) -> Vec<LatLng> {
        let spot = |&(x, y): &Tile| {
            let (east, north) = shares();
            self.plane.to_place((x as f64 + east) * TILE, (y as f64 + north) * TILE)
        };
        self.tiles.iter().map(spot).collect()
    }

    /// Points on the ground beyond what a map tells of houses (north of the northernmost, and so on), as dense as houses are within:
    /// where an extract ends there are no fewer.
    pub(super) fn spots_beyond(&self, houses: &[LatLng], chance: &mut impl Rng) -> Vec<LatLng> {
        let told: Vec<Tile> = houses.iter().map(|house| tile(&self.plane, *house)).collect();
        let span = |axis: fn(&Tile) -> i64| {
            told.iter().map(axis).min().unwrap_or_default()..=told.iter().map(axis).max().unwrap_or_default()
        };
        let (across, along) = (span(|tile| tile.0), span(|tile| tile.1));
        let is_within = |(x, y): &&Tile| across.contains(x) && along.contains(y);
        let within = self.tiles.iter().filter(is_within).count();
        let dense = houses.len() as f64 / within.max(1) as f64;
        let mut spots = Vec::new();
        for (x, y) in self.tiles.iter().filter(|tile| !is_within(tile)) {
            for _ in 0..(dense + chance.random::<f64>()) as u32 {
                let (east, north): (f64, f64) = (chance.random(), chance.random());
                spots.push(self.plane.to_place((*x as f64 + east) * TILE, (*y as f64 + north) * TILE));
            }
        }
        spots
    }

    /// The middles of squares of `side` tiles that have ground in them.
    pub(super) fn squares(&self, side: i64) -> Vec<LatLng> {
        let squares: BTreeSet<Tile> =
            self.tiles.iter().map(|(x, y)| (x.div_euclid(side), y.div_euclid(side))).collect();
        let middle = |index: i64| (index as f64 + 0.5) * side as f64 * TILE;
        squares.into_iter().map(|(x, y)| self.plane.to_place(middle(x), middle(y))).collect()
    }
}
