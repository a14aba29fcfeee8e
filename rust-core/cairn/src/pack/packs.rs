//! Several packs beside what the phone knows itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Pack, PackError};
use crate::locate::{Area, Known, Learned, Query};
use crate::model::{CellKey, EmitterKey, EmitterKind, Mac};

/// The packs that estimates may use.
#[derive(Clone, Default)]
pub struct Packs(Vec<Arc<Pack>>);

/// So few sightings of the phone's own know less than a pack does.
const LITTLE: u16 = 3;

impl Packs {
    /// These packs.
    pub fn new(packs: Vec<Arc<Pack>>) -> Self {
        Self(packs)
    }

    /// What the packs know of everything in a query, beside what is known otherwise; and which packs could not be read, by
    /// their place in the list. Those are passed over.
    pub fn beside<K: Known>(&self, query: &Query, own: K) -> (Beside<K>, Vec<(usize, PackError)>) {
        let mut found = Beside { own, emitters: HashMap::new(), areas: HashMap::new() };
        let mut faults = Vec::new();
        let macs: Vec<Mac> = query.wifi.iter().map(|w| w.mac).collect();
        for (index, pack) in self.0.iter().enumerate() {
            if let Err(fault) = found.ask(pack, &macs, query) {
                faults.push((index, fault));
            }
        }
        (found, faults)
    }
}

/// What is known otherwise, and what packs have where that is nothing or less.
pub struct Beside<K> {
    own: K,
    emitters: HashMap<EmitterKey, Learned>,
    areas: HashMap<u64, Area>,
}

impl<K: Known> Beside<K> {
    fn ask(&mut self, pack: &Pack, macs: &[Mac], query: &Query) -> Result<(), PackError> {
        for (mac, station) in macs.iter().zip(pack.find(macs)?) {
            if let Some(s) = station {
                let learned = Learned::from_pack(EmitterKind::Wifi, s.place, s.radius, s.sightings).with_level(s.level);
                self.emitters.entry(EmitterKey::wifi(*mac)).or_insert(learned);
            }
        }
        for key in query.cells.iter().map(|c| c.key) {
            if let Some(c) = pack.cell(key)? {
                let learned = Learned::from_pack(EmitterKind::Cell, c.place, c.radius, c.sightings);
                self.emitters.entry(EmitterKey::cell(key)).or_insert(learned);
            } else if let Some(area) = Area::around(&pack.area(key)?) {
                let known = self.areas.entry(key.area_hash61()).or_insert(area);
                if known.cells < area.cells {
                    *known = area;
                }
            }
        }
        Ok(())
    }
}

impl<K: Known> Known for Beside<K> {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        let found = self.emitters.get(&key).copied();
        let Some(own) = self.own.emitter(key) else { return found };
        // Few sightings of one's own are still newer than the pack: where they speak of another place, they are right.
        let same = |f: &Learned| f.place().distance(own.place()).0 <= f.spread().0 + own.spread().0;
        let knows_less = own.count() < LITTLE && !own.has_moved();
        Some(found.filter(|f| knows_less && f.count() > own.count() && same(f)).unwrap_or(own))
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        let own = self.own.area(cell);
        let found = self.areas.get(&cell.area_hash61()).copied();
        // The more cells of it are known, the better its middle is.
        [own, found].into_iter().flatten().max_by_key(|area| area.cells)
    }
}
