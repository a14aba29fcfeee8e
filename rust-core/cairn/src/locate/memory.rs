//! Emitters learned in memory, for trying out what a database or a file would teach.
//!
//! No storage; the same learning as intake's, from reports as they are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Area, Known, Learned, Observation};
use crate::model::{CellKey, Detail, EmitterKey, Report};

/// What was learned from some reports.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    emitters: HashMap<EmitterKey, Learned>,
    /// The cells known of each area.
    areas: HashMap<u64, Vec<CellKey>>,
}

impl Memory {
    /// What these reports teach, in their order.
    pub fn of<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut memory = Self::default();
        for report in reports {
            memory.learn(report);
        }
        memory.emitters.values_mut().for_each(|learned| *learned = learned.settled());
        memory
    }

    /// Learns from one more report.
    pub fn learn(&mut self, report: &Report) {
        for sighting in &report.sightings {
            let observation = Observation::of(&report.fix, sighting);
            match self.emitters.entry(sighting.emitter()) {
                Entry::Occupied(known) => known.into_mut().learn(&observation),
                Entry::Vacant(new) => {
                    new.insert(Learned::first(&observation));
                    if let Detail::Cell { key, .. } = sighting.detail {
                        self.areas.entry(key.area_hash61()).or_default().push(key);
                    }
                }
            }
        }
    }

    /// Everything that is known, in no order.
    pub fn emitters(&self) -> impl Iterator<Item = (EmitterKey, Learned)> + '_ {
        self.emitters.iter().map(|(key, learned)| (*key, learned.settled()))
    }

    /// Forgets what is not of use.
    pub fn retain(&mut self, is_of_use: impl Fn(&Learned) -> bool) {
        self.emitters.retain(|_, learned| is_of_use(learned));
    }

    /// How many emitters are known.
    pub fn len(&self) -> usize {
        self.emitters.len()
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.emitters.is_empty()
    }
}

impl Known for Memory {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.emitters.get(&key).map(|learned| learned.settled())
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        let others = self.areas.get(&cell.area_hash61())?.iter().filter(|other| **other != cell);
        let places: Vec<_> = others.filter_map(|c| Some(self.emitters.get(&EmitterKey::cell(*c))?.place())).collect();
        Area::around(&places)
    }
}
