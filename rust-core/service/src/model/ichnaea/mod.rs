//! ichnaea's model at efe73300: weighted station positions with blocking, and its locate by clusters.
//!
//! Pure. Two things are left out because nothing here needs them: geolocation by IP address, and learning from queries.

pub mod land;
mod locate;
mod observation;
mod station;

use std::collections::BTreeMap;

pub use locate::{CellHeard, Heard, Query};
pub use observation::{Observation, Radiator, Report, Tower, mac};
pub use station::{Day, Station};

use super::{Key, Known};

/// Everything learned.
#[derive(Debug, Default)]
pub struct Model {
    /// Ordered, so that the cells of an area are one range.
    stations: BTreeMap<Key, Station>,
}

impl Model {
    /// Learns from the reports of one batch; answers how many observations had weight, per report.
    pub fn observe(&mut self, batch: &[Report], today: Day) -> Vec<u32> {
        let mut by_station: BTreeMap<Key, Vec<Observation>> = BTreeMap::new();
        let mut counts = Vec::with_capacity(batch.len());
        for report in batch {
            let observations = report.observations();
            counts.push(observations.len() as u32);
            for observation in observations {
                by_station.entry(observation.key).or_default().push(observation);
            }
        }
        for (key, observations) in by_station {
            let station = self.stations.entry(key).or_insert_with(|| Station::new(today));
            if !station.blocked(today) {
                station.learn(&observations, station::max_spread(&key), today);
            }
        }
        counts
    }

    /// How many emitters have been seen, blocked ones included.
    pub fn stations(&self) -> usize {
        self.stations.len()
    }

    /// An emitter's position, unless it is unknown or blocked.
    pub fn position(&self, key: &Key, today: Day) -> Option<Known> {
        self.stations.get(key)?.known(today)
    }
}

#[cfg(test)]
mod tests;
