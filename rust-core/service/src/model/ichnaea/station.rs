//! What ichnaea knows of one station, and how a batch of observations changes it, blocks it or starts it anew.
//!
//! Pure; days come in from outside. Source: `reference/location-services.md`, B.2 and B.3.

use super::observation::Observation;
use crate::model::{Bounds, Key, Known, Place};

/// Days since 1970-01-01 UTC.
pub type Day = i64;

/// Old observations never weigh more than this, so that a station can still follow a slow move.
const MAX_OLD_WEIGHT: f64 = 10_000.0;
/// Days a station stays blocked after each block.
const BLOCKED_DAYS: Day = 2;
/// A station that is blocked as often as once in so many days of its life stays blocked.
const DAYS_PER_BLOCK: f64 = 30.0;
/// After so many days without change a station is believed at its new place at once.
const FORGOTTEN_DAYS: Day = 365;

/// Where a station is taken to be.
#[derive(Clone, Copy, Debug)]
struct Placed {
    place: Place,
    bounds: Bounds,
    radius: f64,
    samples: u32,
    weight: f64,
    gnss: bool,
}

/// One access point, beacon or cell.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    created: Day,
    modified: Day,
    last_seen: Day,
    placed: Option<Placed>,
    blocks: u32,
    last_block: Option<Day>,
}

/// Metres over which observations of one emitter can be of one place: twice what it can be heard, generously.
pub const fn max_spread(key: &Key) -> f64 {
    match key {
        Key::Blue(_) => 100.0,
        Key::Wifi(_) => 5000.0,
        Key::Cell(_) => 100_000.0,
    }
}

impl Station {
    /// A station nobody has seen before `today`.
    pub const fn new(today: Day) -> Self {
        Self { created: today, modified: today, last_seen: today, placed: None, blocks: 0, last_block: None }
    }

    /// Whether nothing is learned from, or answered with, this station.
    pub fn blocked(&self, today: Day) -> bool {
        let recently = self.last_block.is_some_and(|day| today - day < BLOCKED_DAYS);
        let months = ((today - self.created) as f64 / DAYS_PER_BLOCK).round();
        recently || (self.blocks > 0 && f64::from(self.blocks) >= months)
    }

    /// Position and radius, unless the station is blocked or has none.
    pub fn known(&self, today: Day) -> Option<Known> {
        let placed = self.placed.filter(|_| !self.blocked(today))?;
        Some(Known { place: placed.place, radius: placed.radius })
    }

    /// Learns from the observations of one batch, all of this station. The caller has checked that it is not blocked.
    pub fn learn(&mut self, observations: &[Observation], max_spread: f64, today: Day) {
        let gnss = observations.iter().any(|o| o.gnss);
        let used: Vec<Observation> = observations.iter().filter(|o| o.gnss == gnss).copied().collect();
        let Some(bounds) = Bounds::of_all(used.iter().map(|o| o.place)) else { return };
        let consistent = bounds.south_west().geodesic(bounds.north_east()) <= max_spread;
        let fresh = self.created == today && self.placed.is_none() && self.blocks == 0;
        match self.placed {
            None if consistent => self.place(None, &used, bounds, gnss, today),
            None if fresh => self.block(today),
            None => {}
            Some(_) if !consistent => self.block(today),
            Some(old) if used.iter().all(|o| o.place.geodesic(old.place) <= max_spread) => match (old.gnss, gnss) {
                (true, false) => self.last_seen = today,
                (false, true) => self.place(None, &used, bounds, gnss, today),
                _ => self.place(Some(old), &used, bounds, gnss, today),
            },
            Some(_) if today - self.modified >= FORGOTTEN_DAYS => self.place(None, &used, bounds, gnss, today),
            Some(_) => self.block(today),
        }
    }

    /// Weighs the observations with what was known before; with nothing known, alone.
    fn place(&mut self, old: Option<Placed>, used: &[Observation], bounds: Bounds, gnss: bool, today: Day) {
        let old_weight = old.map_or(0.0, |old| old.weight.min(MAX_OLD_WEIGHT));
        let fresh_weight: f64 = used.iter().map(|o| o.weight).sum();
        let mean = |part: fn(&Place) -> f64| {
            let before = old.map_or(0.0, |old| part(&old.place) * old_weight);
            (used.iter().map(|o| part(&o.place) * o.weight).sum::<f64>() + before) / (fresh_weight + old_weight)
        };
        let place = Place { lat: mean(|p| p.lat), lng: mean(|p| p.lng) };
        let bounds = old.map_or(bounds, |old| old.bounds.union(bounds));
        self.placed = Some(Placed {
            place,
            bounds,
            radius: farthest_corner(place, bounds),
            samples: old.map_or(0, |old| old.samples).saturating_add(used.len() as u32),
            weight: old.map_or(0.0, |old| old.weight) + fresh_weight,
            gnss,
        });
        (self.modified, self.last_seen) = (today, today);
    }

    fn block(&mut self, today: Day) {
        self.placed = None;
        self.blocks += 1;
        self.last_block = Some(today);
        self.modified = today;
    }

    /// How much the station is trusted in an answer: its freshness, for how long it has been seen, how often.
    pub fn score(&self, today: Day) -> f64 {
        let samples = self.placed.map_or(1, |placed| if placed.radius == 0.0 { 1 } else { placed.samples });
        self.age_score(today) * f64::from(samples).log2().clamp(0.5, 10.0)
    }

    /// As [`Station::score`] for a whole area, whose samples are its cells.
    pub fn area_score(&self, cells: usize, today: Day) -> f64 {
        self.age_score(today) * (cells as f64).sqrt().min(10.0)
    }

    fn age_score(&self, today: Day) -> f64 {
        let months = (today - self.modified).max(0) / 30;
        let since = self.last_block.map_or(self.created, |day| day.max(self.created));
        let collected = (self.last_seen - since).max(1) as f64 / 10.0;
        collected.min(1.0) / (months as f64 + 1.0).sqrt()
    }

    /// The younger of two stations' dates, to score an area by its cells.
    pub(super) fn merged_dates(self, other: &Self) -> Self {
        Self {
            created: self.created.min(other.created),
            modified: self.modified.max(other.modified),
            last_seen: self.last_seen.max(other.last_seen),
            last_block: None,
            ..self
        }
    }

    pub(super) fn bounds(&self) -> Option<Bounds> {
        self.placed.map(|placed| placed.bounds)
    }
}

/// Metres from a place to the farthest corner of a box.
pub(super) fn farthest_corner(place: Place, bounds: Bounds) -> f64 {
    bounds.corners().into_iter().map(|corner| place.geodesic(corner)).fold(0.0, f64::max)
}
