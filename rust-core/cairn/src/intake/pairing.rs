//! Pairs what the radios heard with where the phone was.
//!
//! Pure: fixes and scans in, passages out, all on the monotonic clock. Privacy has been applied to every sighting before it
//! comes here, and nothing here writes.

use std::collections::VecDeque;

use super::{Counts, Drop};
use crate::model::{Dbm, Detail, EmitterKey, Fix, LatLng, LocalPlane, Metres, Millis, Sighting};

/// ichnaea gives a sighting no weight from 20 s on, `BeaconDB` drops it at 30 s: nothing older helps either.
pub const MAX_AGE: Millis = Millis(20_000);

/// `BeaconDB` drops a sighting made more than 150 m from its fix; two thirds of that keep clear of rounding and of errors in
/// the speed.
const MAX_WAY: Metres = Metres(100.0);

/// Fixes nearer than this to the last report's share its report: well under a GPS error, and it makes one report of one scan
/// on foot instead of four.
const REPORT_SPACING: Metres = Metres(5.0);

/// The same in time, for a phone that stands.
const REPORT_INTERVAL: Millis = Millis(5_000);

/// A WiFi scan's results arrive 2 to 4 s after the first of its beacons was heard: so long a fix waits for company.
const HOLD: Millis = Millis(6_000);

/// Sightings that may wait for a fix: 20 s of the busiest street with every radio on is under a tenth of it.
const MAX_WAITING: usize = 20_000;

/// One thing heard, not yet tied to a place.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub mono: Millis,
    pub signal: Option<Dbm>,
    pub detail: Detail,
}

/// One fix with everything that was heard there; the way since the passage before.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Where and when.
    pub fix: Fix,
    /// What was heard: one per emitter, possibly nothing.
    pub sightings: Vec<Sighting>,
    /// Distance travelled since the passage before.
    pub moved: Metres,
    /// Time travelled since the passage before; gaps without a position do not count.
    pub took: Millis,
}

/// Fixes of the last seconds, what was heard around them, and what waits for the next fix.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairing {
    /// Oldest first.
    legs: VecDeque<Leg>,
    /// Passages not yet handed on, oldest first: their fixes come in order of time.
    open: VecDeque<Open>,
    waiting: VecDeque<Waiting>,
    odometer: Odometer,
}

/// A passage that may still grow.
#[derive(Clone, Debug)]
struct Open {
    fix: Fix,
    heard: Gathered,
    moved: Metres,
    took: Millis,
}

impl From<Open> for Passage {
    fn from(open: Open) -> Self {
        Self { fix: open.fix, sightings: open.heard.sightings, moved: open.moved, took: open.took }
    }
}

impl Pairing {
    /// Takes a believable fix, newer than the one before.
    pub fn fix(&mut self, fix: Fix, counts: &mut Counts) -> Vec<Passage> {
        let now = fix.mono;
        let way = self.odometer.advance(&fix);
        self.legs.push_back(Leg::to(&fix, self.legs.back()));
        while self.legs.front().is_some_and(|leg| now - leg.mono > MAX_AGE + HOLD + REPORT_INTERVAL) {
            self.legs.pop_front();
        }
        let opens = self.open.back().is_none_or(|last| {
            now - last.fix.mono >= REPORT_INTERVAL
                || LocalPlane::around(fix.place).distance(last.fix.place).0 >= REPORT_SPACING.0
        });
        if opens {
            self.open.push_back(Open { fix, heard: Gathered::default(), moved: Metres(0.0), took: Millis(0) });
        }
        if let Some(last) = self.open.back_mut() {
            last.moved = Metres(last.moved.0 + way.moved.0);
            last.took = last.took + way.took;
        }
        self.resolve(now, counts);
        self.release(now - HOLD)
    }

    /// Takes one thing heard at `heard.mono`; it is paired as soon as the nearest fix is certain.
    pub fn hear(&mut self, heard: Waiting, counts: &mut Counts) {
        if self.legs.back().is_some_and(|leg| leg.mono >= heard.mono) {
            self.pair(heard, counts);
        } else if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(heard);
        } else {
            counts.drop(Drop::NoFix);
        }
    }

    /// Gives up on what has waited too long at `now`, and hands on what can no longer grow.
    pub fn tick(&mut self, now: Millis, counts: &mut Counts) -> Vec<Passage> {
        self.resolve(now - MAX_AGE, counts);
        // Without new fixes the last one is still the nearest to what waits.
        self.release(now - MAX_AGE - HOLD)
    }

    /// Pairs everything with what there is and hands all of it on: on pause and stop.
    pub fn drain(&mut self, counts: &mut Counts) -> Vec<Passage> {
        self.resolve(Millis(i64::MAX), counts);
        std::mem::take(&mut self.open).into_iter().map(Passage::from).collect()
    }

    fn resolve(&mut self, until: Millis, counts: &mut Counts) {
        // What stays goes once around, and is in its order again.
        for _ in 0..self.waiting.len() {
            match self.waiting.pop_front() {
                Some(heard) if heard.mono <= until => self.pair(heard, counts),
                Some(later) => self.waiting.push_back(later),
                None => break,
            }
        }
    }

    /// Hands on the passages of fixes before `cut`.
    fn release(&mut self, cut: Millis) -> Vec<Passage> {
        let ready = self.open.partition_point(|open| open.fix.mono < cut);
        self.open.drain(..ready).map(Passage::from).collect()
    }

    fn pair(&mut self, heard: Waiting, counts: &mut Counts) {
        let Some((place, speed)) = interpolate(&self.legs, heard.mono) else { return counts.drop(Drop::NoFix) };
        let Some(open) = nearest(&mut self.open, heard.mono) else { return counts.drop(Drop::NoFix) };
        let age = open.fix.mono - heard.mono;
        let speed = open.fix.speed.unwrap_or(0.0).max(speed);
        if age.abs() > MAX_AGE || speed * age.abs().secs() > MAX_WAY.0 {
            return counts.drop(Drop::NoFix);
        }
        open.heard.add(Sighting { age, place, signal: heard.signal, detail: heard.detail }, counts);
    }
}

/// The passage whose fix is nearest in time; the earlier one of two as near.
fn nearest(open: &mut VecDeque<Open>, mono: Millis) -> Option<&mut Open> {
    let after = open.partition_point(|o| o.fix.mono < mono);
    let gap = |at: usize| open.get(at).map(|o| (o.fix.mono - mono).abs());
    let at = match (after.checked_sub(1), gap(after)) {
        (Some(before), Some(later)) if gap(before).is_some_and(|earlier| earlier > later) => after,
        (Some(before), _) => before,
        (None, _) => after,
    };
    open.get_mut(at)
}

/// Room for what is heard at one place of a town; empty passages, which are most, take none.
const USUAL_SIGHTINGS: usize = 32;

/// Sightings of one report: one per emitter.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    sightings: Vec<Sighting>,
    /// Their emitters, in the same order: a repetition is looked for with every sighting.
    keys: Vec<EmitterKey>,
}

impl Gathered {
    /// Adds a sighting; of two of one emitter the better one stays. Services merge by the stronger signal, then by the
    /// smaller age.
    pub fn add(&mut self, sighting: Sighting, counts: &mut Counts) {
        let key = sighting.emitter();
        let Some(at) = self.keys.iter().position(|known| *known == key) else {
            if self.keys.is_empty() {
                self.keys.reserve(USUAL_SIGHTINGS);
                self.sightings.reserve(USUAL_SIGHTINGS);
            }
            self.keys.push(key);
            self.sightings.push(sighting);
            return;
        };
        counts.drop(Drop::Repeated);
        let rank = |s: &Sighting| (s.signal, -s.age.abs().0);
        if rank(&sighting) > rank(&self.sightings[at]) {
            self.sightings[at] = sighting;
        }
    }

    /// All of them.
    pub fn into_sightings(self) -> Vec<Sighting> {
        self.sightings
    }
}

/// Where the phone was at one fix, and the straight way there from the fix before: worked out once, asked with every sighting.
#[derive(Clone, Copy, Debug)]
struct Leg {
    mono: Millis,
    place: LatLng,
    /// None where the fix before is too long ago to tell the way.
    way: Option<Straight>,
}

/// A straight way at constant speed.
#[derive(Clone, Copy, Debug)]
struct Straight {
    from: LocalPlane,
    began: Millis,
    east: f64,
    north: f64,
    secs: f64,
    /// m/s.
    speed: f64,
}

impl Leg {
    fn to(fix: &Fix, before: Option<&Self>) -> Self {
        let near = before.filter(|b| fix.mono - b.mono <= MAX_AGE && fix.mono > b.mono);
        let way = near.map(|b| {
            let from = LocalPlane::around(b.place);
            let (east, north) = from.to_xy(fix.place);
            let secs = (fix.mono - b.mono).secs();
            Straight { from, began: b.mono, east, north, secs, speed: (east * east + north * north).sqrt() / secs }
        });
        Self { mono: fix.mono, place: fix.place, way }
    }
}

/// Where the phone was at a moment, and how fast around it (m/s); the nearest fix's place outside of the known times.
fn interpolate(legs: &VecDeque<Leg>, mono: Millis) -> Option<(LatLng, f64)> {
    let next = legs.partition_point(|leg| leg.mono < mono);
    let (before, after) = (next.checked_sub(1).and_then(|i| legs.get(i)), legs.get(next));
    if let (Some(_), Some(Leg { way: Some(way), .. })) = (before, after) {
        let share = (mono - way.began).secs() / way.secs;
        return Some((way.from.to_place(share * way.east, share * way.north), way.speed));
    }
    let nearest = [before, after].into_iter().flatten().min_by_key(|leg| (leg.mono - mono).abs())?;
    Some((nearest.place, 0.0))
}

/// Distance and time of the way, without what GPS noise adds to a phone that stands.
#[derive(Clone, Debug, Default)]
struct Odometer {
    last: Option<Millis>,
    from: Option<LatLng>,
}

struct Way {
    moved: Metres,
    took: Millis,
}

/// A longer silence of the GPS is a pause, not travelling time.
const MAX_GAP: Millis = Millis(60_000);

impl Odometer {
    /// A step counts when it is longer than the fix's error, so that a phone on a table does not travel.
    fn advance(&mut self, fix: &Fix) -> Way {
        let gap = self.last.map(|last| fix.mono - last);
        self.last = Some(fix.mono);
        let took = gap.filter(|g| *g <= MAX_GAP).unwrap_or_default();
        let step = self.from.map(|from| from.distance(fix.place));
        let noise = fix.accuracy.map_or(10.0, |a| a.0.max(10.0));
        match step {
            Some(step) if step.0 < noise => Way { moved: Metres(0.0), took },
            step => {
                self.from = Some(fix.place);
                let travelled = gap.is_some_and(|g| g <= MAX_GAP);
                Way { moved: step.filter(|_| travelled).unwrap_or_default(), took }
            }
        }
    }
}
