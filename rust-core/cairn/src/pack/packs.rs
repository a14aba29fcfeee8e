//! Several packs beside what the phone knows itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Pack, PackError};
use crate::locate::{Area, Known, Learned, Query};
use crate::model::{CellKey, EmitterKey, EmitterKind, Mac};

/// The packs that estimates may use.
#[derive(Clone, Default)]
pub struct Packs(Vec<Arc<Pack>>);

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
        // What the newest says is kept: who made it later knows better what has moved.
        let mut newest_first: Vec<(usize, &Arc<Pack>)> = self.0.iter().enumerate().collect();
        newest_first.sort_unstable_by_key(|(index, pack)| (std::cmp::Reverse(pack.newest()), *index));
        for (index, pack) in newest_first {
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
        // From another street one hears much and learns little: what counts is how well the place is known.
        let knows_less = |f: &Learned| !own.has_moved() && own.centre_error() > f.centre_error();
        Some(found.filter(|f| knows_less(f) && same(f)).unwrap_or(own))
    }

    fn area(&self, cell: CellKey) -> Option<Area> {
        let own = self.own.area(cell);
        let found = self.areas.get(&cell.area_hash61()).copied();
        // The more cells of it are known, the better its middle is.
        [own, found].into_iter().flatten().max_by_key(|area| area.cells)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TODAY, build, mac, on_with_it, options, station, town};
    use super::super::{Builder, Options, StationSource, merge};
    use super::*;
    use crate::locate::HeardMac;
    use crate::model::{LocalPlane, Metres};

    /// One who knows the tenth station at most.
    struct Own(Option<Learned>);

    impl Known for Own {
        fn emitter(&self, key: EmitterKey) -> Option<Learned> {
            self.0.filter(|_| key == EmitterKey::wifi(mac(10, 0)))
        }

        fn area(&self, _: CellKey) -> Option<Area> {
            None
        }
    }

    #[test]
    fn of_packs_that_overlap_the_newer_is_believed_in_whatever_order_they_are_given() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new, merged) = (folder.path().join("old"), folder.path().join("new"), folder.path().join("merged"));
        build(&old, options(), 0..40, 0..0);
        // All of them have moved northwards since.
        let moved = |n: u64| {
            let place = LocalPlane::around(town()).to_place(50.0 * n as f64, 2_000.0);
            StationSource { place, ..station(n) }
        };
        let mut builder = Builder::new(&new, Options { secret: [8; 32], today: TODAY + 30, ..options() });
        (20..60).for_each(|n| builder.add_station(&moved(n)).unwrap());
        builder.finish(&mut on_with_it).unwrap();
        let scan = |first: u64| -> Vec<Mac> { (first..first + 4).map(|n| mac(n, 0)).collect() };
        for order in [[&old, &new], [&new, &old]] {
            let packs = order.map(|path| Pack::open(path).unwrap());
            merge(&packs, &merged, TODAY + 40, &mut on_with_it).unwrap();
            let both = Pack::open(&merged).unwrap();
            let beside = Packs::new(packs.into_iter().map(Arc::new).collect());
            for (first, truth) in [(4, station(4).place), (24, moved(24).place), (48, moved(48).place)] {
                let found = both.find(&scan(first)).unwrap()[0].unwrap();
                let wifi = scan(first).into_iter().map(|mac| HeardMac { mac, signal: None }).collect();
                let (known, _) = beside.beside(&Query { wifi, ..Query::default() }, Own(None));
                let known = known.emitter(EmitterKey::wifi(mac(first, 0))).unwrap();
                assert!(found.place.distance(truth).0 <= 4.05 && known.place().distance(truth).0 <= 4.05, "{first}");
            }
        }
    }

    #[test]
    fn one_known_by_the_phone_is_believed_before_the_pack_unless_it_knows_less() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pack");
        build(&path, options(), 0..100, 0..0);
        let packs = Packs::new(vec![Arc::new(Pack::open(&path).unwrap())]);
        let query =
            Query { wifi: (10..14).map(|n| HeardMac { mac: mac(n, 0), signal: None }).collect(), ..Query::default() };
        let place_of = |sightings: u16, east: f64| {
            let place = LocalPlane::around(town()).to_place(500.0 + east, 0.0);
            let own = Learned::from_pack(EmitterKind::Wifi, place, Metres(30.0), sightings).with_level(-40.0);
            let own = Own(Some(own));
            let (both, faults) = packs.beside(&query, own);
            assert!(faults.is_empty() && both.emitter(EmitterKey::wifi(mac(11, 0))).is_some());
            both.emitter(EmitterKey::wifi(mac(10, 0))).unwrap().place().distance(place).0
        };
        assert!(place_of(1, 20.0) > 10.0, "the pack's");
        assert!(place_of(5, 20.0) < 0.1, "heard often enough");
        assert!(place_of(1, 900.0) < 0.1, "heard elsewhere since");
    }
}
