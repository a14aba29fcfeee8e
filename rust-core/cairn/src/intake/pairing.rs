//! Pairs what the radios heard with where the phone was.
//!
//! Pure: fixes and scans in, passages out, all on the monotonic clock. Privacy has been applied to every sighting before it
//! comes here, and nothing here writes.

use std::collections::{BTreeMap, VecDeque};

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
    fixes: VecDeque<Fix>,
    /// Passages not yet handed on, by the time of their fix.
    open: BTreeMap<Millis, Passage>,
    waiting: VecDeque<Waiting>,
    odometer: Odometer,
}

impl Pairing {
    /// Takes a believable fix, newer than the one before.
    pub fn fix(&mut self, fix: Fix, counts: &mut Counts) -> Vec<Passage> {
        let way = self.odometer.advance(&fix);
        let opens = self.open.last_key_value().is_none_or(|(_, last)| {
            fix.mono - last.fix.mono >= REPORT_INTERVAL
                || LocalPlane::around(fix.place).distance(last.fix.place).0 >= REPORT_SPACING.0
        });
        if opens {
            let passage = Passage { fix: fix.clone(), sightings: Vec::new(), moved: Metres(0.0), took: Millis(0) };
            self.open.insert(fix.mono, passage);
        }
        if let Some(mut last) = self.open.last_entry() {
            let last = last.get_mut();
            last.moved = Metres(last.moved.0 + way.moved.0);
            last.took = last.took + way.took;
        }
        let now = fix.mono;
        self.fixes.push_back(fix);
        while self.fixes.front().is_some_and(|f| now - f.mono > MAX_AGE + HOLD + REPORT_INTERVAL) {
            self.fixes.pop_front();
        }
        self.resolve(now, counts);
        self.release(now - HOLD)
    }

    /// Takes one thing heard at `heard.mono`; it is paired as soon as the nearest fix is certain.
    pub fn hear(&mut self, heard: Waiting, counts: &mut Counts) {
        if self.fixes.back().is_some_and(|f| f.mono >= heard.mono) {
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
        std::mem::take(&mut self.open).into_values().collect()
    }

    fn resolve(&mut self, until: Millis, counts: &mut Counts) {
        if self.waiting.iter().all(|w| w.mono > until) {
            return;
        }
        let (ready, rest) = std::mem::take(&mut self.waiting).into_iter().partition(|w: &Waiting| w.mono <= until);
        self.waiting = rest;
        let ready: VecDeque<Waiting> = ready;
        for heard in ready {
            self.pair(heard, counts);
        }
    }

    /// Hands on the passages of fixes before `cut`.
    fn release(&mut self, cut: Millis) -> Vec<Passage> {
        let keep = self.open.split_off(&cut);
        std::mem::replace(&mut self.open, keep).into_values().collect()
    }

    fn pair(&mut self, heard: Waiting, counts: &mut Counts) {
        let before = self.open.range(..=heard.mono).next_back().map(|(m, _)| *m);
        let after = self.open.range(heard.mono..).next().map(|(m, _)| *m);
        let nearest = [before, after].into_iter().flatten().min_by_key(|m| (*m - heard.mono).abs());
        let Some((passage, age)) = nearest.and_then(|m| Some((self.open.get_mut(&m)?, m - heard.mono))) else {
            return counts.drop(Drop::NoFix);
        };
        let Some((place, speed)) = interpolate(&self.fixes, heard.mono) else {
            return counts.drop(Drop::NoFix);
        };
        let speed = passage.fix.speed.unwrap_or(0.0).max(speed);
        if age.abs() > MAX_AGE || speed * age.abs().secs() > MAX_WAY.0 {
            return counts.drop(Drop::NoFix);
        }
        add(&mut passage.sightings, Sighting { age, place, signal: heard.signal, detail: heard.detail }, counts);
    }
}

/// Adds a sighting, one per emitter: services merge by the stronger signal, then by the smaller age.
pub(super) fn add(sightings: &mut Vec<Sighting>, sighting: Sighting, counts: &mut Counts) {
    let key: EmitterKey = sighting.emitter();
    match sightings.iter_mut().find(|s| s.emitter() == key) {
        None => sightings.push(sighting),
        Some(other) => {
            counts.drop(Drop::Repeated);
            let rank = |s: &Sighting| (s.signal, -s.age.abs().0);
            if rank(&sighting) > rank(other) {
                *other = sighting;
            }
        }
    }
}

/// Where the phone was at a moment, and how fast around it (m/s); the nearest fix's place outside of the known times.
fn interpolate(fixes: &VecDeque<Fix>, mono: Millis) -> Option<(LatLng, f64)> {
    let next = fixes.partition_point(|f| f.mono < mono);
    let (before, after) = (next.checked_sub(1).and_then(|i| fixes.get(i)), fixes.get(next));
    match (before, after) {
        (Some(a), Some(b)) if b.mono - a.mono <= MAX_AGE && b.mono > a.mono => {
            let span = (b.mono - a.mono).secs();
            let plane = LocalPlane::around(a.place);
            let ((east, north), share) = (plane.to_xy(b.place), (mono - a.mono).secs() / span);
            Some((plane.to_place(share * east, share * north), (east * east + north * north).sqrt() / span))
        }
        (a, b) => {
            let nearest = [a, b].into_iter().flatten().min_by_key(|f| (f.mono - mono).abs())?;
            Some((nearest.place, 0.0))
        }
    }
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
