//! Which sightings of a passage are worth keeping, and what all of them teach.
//!
//! Services keep boxes and weighted means: what helps them is spread, strength and freshness. The rest is learned from and
//! counted here, and not stored.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::{Counts, Drop, Passage, Seen};
use crate::locate::{self, Area, HeardMac, Learned, Observation, Query};
use crate::model::{CellKey, Detail, EmitterKey, EmitterKind, Fix, LocalPlane, Metres, Report, Sighting};

/// What is known of one emitter: what was kept of it, and what was learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// What has been kept.
    pub seen: Seen,
    /// What has been learned.
    pub learned: Learned,
}

/// The emitters known so far, as far as a passage needs them.
pub trait Emitters {
    /// What is known of an emitter.
    fn get(&self, key: EmitterKey) -> Option<&Known>;
    /// Takes what a first sighting tells; it goes into a report.
    fn put(&mut self, key: EmitterKey, known: Known);
    /// Has one more sighting teach what is known of an emitter: `lesson` answers what becomes of it. `None` where nothing is known.
    fn teach(&mut self, key: EmitterKey, lesson: impl FnOnce(&mut Known) -> Verdict) -> Option<Verdict>;
}

/// What is known in memory, and stored nowhere.
impl<S: BuildHasher> Emitters for HashMap<EmitterKey, Known, S> {
    fn get(&self, key: EmitterKey) -> Option<&Known> {
        HashMap::get(self, &key)
    }

    fn put(&mut self, key: EmitterKey, known: Known) {
        self.insert(key, known);
    }

    fn teach(&mut self, key: EmitterKey, lesson: impl FnOnce(&mut Known) -> Verdict) -> Option<Verdict> {
        self.get_mut(&key).map(lesson)
    }
}

/// What becomes of a sighting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes into a report.
    Keep,
    /// It taught and counts, and is not stored.
    Count,
    /// Its emitter travels.
    Mobile,
}

/// A passage after weighing.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// What to store and upload; none where nothing is worth it.
    pub report: Option<Report>,
    /// Sightings that count for the ledger, kept or not.
    pub sightings: u32,
    /// Access points never heard before.
    pub new_wifi: u32,
    /// Cells never heard before.
    pub new_cells: u32,
    /// Beacons never heard before.
    pub new_beacons: u32,
    /// All of these.
    pub new: Vec<EmitterKey>,
}

/// Weighs a passage against what is known, teaching `emitters` on the way. `None` where access points say its fix is wrong.
pub fn weigh(passage: Passage, emitters: &mut impl Emitters, counts: &mut Counts) -> Option<Weighed> {
    let Passage { fix, mut sightings, .. } = passage;
    if contradicted(&fix, &sightings, emitters) {
        for _ in &sightings {
            counts.drop(Drop::Contradicted);
        }
        return None;
    }
    let day = (fix.utc.0.div_euclid(86_400_000)) as i32;
    let mut weighed =
        Weighed { report: None, sightings: 0, new_wifi: 0, new_cells: 0, new_beacons: 0, new: Vec::new() };
    // What is not kept goes from where it is: it was gathered here to be stored, and most of it is.
    sightings.retain(|sighting| {
        let key = sighting.emitter();
        let observation = Observation::of(&fix, sighting);
        let taught = emitters.teach(key, |known| {
            known.learned.learn(&observation);
            judge(known, key.kind(), sighting, day)
        });
        let verdict = taught.unwrap_or_else(|| {
            match key.kind() {
                EmitterKind::Wifi => weighed.new_wifi += 1,
                EmitterKind::Cell => weighed.new_cells += 1,
                EmitterKind::Beacon => weighed.new_beacons += 1,
            }
            weighed.new.push(key);
            let seen = Seen::first(sighting.place, sighting.signal, day);
            emitters.put(key, Known { seen, learned: Learned::first(&observation) });
            Verdict::Keep
        });
        match verdict {
            Verdict::Keep => {
                counts.kept += 1;
                weighed.sightings += 1;
            }
            Verdict::Count => {
                counts.counted += 1;
                weighed.sightings += 1;
            }
            Verdict::Mobile => counts.drop(Drop::Mobile),
        }
        verdict == Verdict::Keep
    });
    // In the order of the store's key: rows of one report then lie side by side as they are written.
    sightings.sort_by_cached_key(Sighting::emitter);
    weighed.report = (!sightings.is_empty()).then_some(Report { fix, sightings });
    Some(weighed)
}

/// Farther apart than this an emitter that stands still is not heard: twice the widest range of its kind, and some error.
const fn widest_extent(kind: EmitterKind) -> Metres {
    match kind {
        EmitterKind::Wifi => Metres(1_000.0),
        EmitterKind::Beacon => Metres(400.0),
        EmitterKind::Cell => Metres(70_000.0),
    }
}

fn judge(known: &mut Known, kind: EmitterKind, sighting: &Sighting, day: i32) -> Verdict {
    let Some(_) = known.seen.worth(kind, sighting.place, sighting.signal, day) else {
        return if known.learned.is_mobile() { Verdict::Mobile } else { Verdict::Count };
    };
    let mut wider = known.seen;
    wider.keep(sighting.place, sighting.signal, day);
    if wider.diagonal().0 > widest_extent(kind).0 {
        // Too far from where it was kept before. Where what was learned has not followed, one wrong position is as likely as
        // a move. Where it has jumped after it, the emitter has moved house, and its extent begins anew. Where it has crept
        // after it, the emitter comes along.
        let followed = known.learned.place().distance(sighting.place).0 < widest_extent(kind).0 / 2.0;
        if followed && !known.learned.has_moved() {
            known.learned.mark_mobile();
        }
        if !followed || known.learned.is_mobile() {
            return Verdict::Mobile;
        }
        known.seen = Seen::first(sighting.place, sighting.signal, day);
        return Verdict::Keep;
    }
    if known.learned.is_mobile() {
        return Verdict::Mobile;
    }
    known.seen = wider;
    Verdict::Keep
}

/// So many devices are needed to overrule the GPS: two neighbours may have moved together.
const WITNESSES: usize = 3;

/// Witnesses that are mostly farther from the fix than this, and three times its own error, make it worth an estimate: few access
/// points are heard from so far, and never most of those that are.
const SUSPICIOUS: Metres = Metres(150.0);

/// The truth is within so many 95 % radii, whatever the radio did.
const BEYOND_DOUBT: f64 = 2.0;

/// Witnesses that ride along on a bus agree with each other on where it has been. So it is also within their spread, of which so many
/// sightings tell half.
const HALF_TOLD: f64 = 8.0;

/// Whether well-known access points say that the phone is elsewhere: jamming, spoofing, or a fix held in a tunnel.
///
/// An estimate from them has to be sure of itself, and the fix far outside of it. It is worked out only where most of them are
/// suspicious.
fn contradicted(fix: &Fix, sightings: &[Sighting], emitters: &impl Emitters) -> bool {
    let error = 3.0 * fix.accuracy.map_or(0.0, |a| a.0);
    let (mut far, mut near) = (0, 0);
    let around = LocalPlane::around(fix.place);
    // Nothing but witnesses is asked about: what is unknown here would widen the radii, and speaks neither for nor against.
    let mut query = Query::default();
    let mut reaches = 0.0;
    for sighting in sightings {
        let Detail::Wifi { mac, .. } = sighting.detail else { continue };
        let Some(learned) = Settled(emitters).witness(sighting.emitter()) else { continue };
        reaches += learned.spread().0 * (1.0 + HALF_TOLD / f64::from(learned.count()));
        if around.distance(learned.place()).0 > SUSPICIOUS.0 + error {
            far += 1;
        } else {
            near += 1;
        }
        query.wifi.push(HeardMac { mac, signal: sighting.signal });
    }
    // Neighbours that are where the fix says speak for it.
    if far < WITNESSES || far <= near {
        return false;
    }
    let reach = reaches / (far + near) as f64;
    locate::estimate(&query, &Settled(emitters)).is_some_and(|e| {
        let beyond = (BEYOND_DOUBT * e.r95.0).max(reach) + SUSPICIOUS.0 / 2.0 + error;
        e.used >= WITNESSES && e.place.distance(fix.place).0 > beyond
    })
}

/// So many sightings make a witness. That it was heard elsewhere just now is no reason to leave it out: a fix that drifts off makes
/// all of them look so.
const WELL_KNOWN: u16 = 5;

/// The access points that have long been heard at one place.
struct Settled<'a, E>(&'a E);

impl<'a, E: Emitters> Settled<'a, E> {
    fn witness(&self, key: EmitterKey) -> Option<&'a Learned> {
        let learned = &(key.kind() == EmitterKind::Wifi).then(|| self.0.get(key))??.learned;
        (learned.count() >= WELL_KNOWN && !learned.has_moved() && !learned.is_wild()).then_some(learned)
    }
}

impl<E: Emitters> locate::Known for Settled<'_, E> {
    fn emitter(&self, key: EmitterKey) -> Option<Learned> {
        self.witness(key).copied()
    }

    fn area(&self, _: CellKey) -> Option<Area> {
        None
    }
}

#[cfg(test)]
#[path = "contradiction_tests.rs"]
mod tests;
