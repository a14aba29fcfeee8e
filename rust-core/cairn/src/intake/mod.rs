//! Turns what the sensors tell into passages that can be learned from, counted, stored and uploaded.
//!
//! Pure: fixes and scans in, passages and counters out; no clock, no storage. What is private or useless ends here, each
//! with a reason that is counted.

mod flight;
mod gate;
mod guard;
mod pairing;
mod reason;
mod seen;
mod weigh;
pub mod zone;

pub use guard::Guard;
pub use pairing::{MAX_AGE, Passage};
pub use reason::{Counts, Drop};
pub use seen::{Seen, Worth};
pub use weigh::{Emitters, Known, Verdict, Weighed, weigh};

use crate::locate::ASSUMED_ACCURACY;
use crate::model::{CellKey, Detail, Fix, HeardCell, Millis, Scan, Sighting};
use gate::Gate;
use pairing::{Gathered, Pairing, Waiting};

/// The state of one collection.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    gate: Gate,
    pairing: Pairing,
    counts: Counts,
}

impl Intake {
    /// Takes a fix; answers the passages that can no longer grow.
    pub fn fix(&mut self, fix: Fix) -> Vec<Passage> {
        self.counts.fixes += 1;
        match self.gate.judge(&fix) {
            Ok(()) => self.pairing.fix(fix, &mut self.counts),
            Err(why) => {
                self.counts.drop(why);
                self.pairing.tick(fix.mono, &mut self.counts)
            }
        }
    }

    /// Takes a scan; answers the passages that can no longer grow.
    pub fn scan(&mut self, scan: Scan, guard: &Guard) -> Vec<Passage> {
        let mut newest = None;
        admit(scan, guard, &mut self.counts, |heard, counts| {
            newest = newest.max(Some(heard.mono));
            self.pairing.hear(heard, counts);
        });
        newest.map_or_else(Vec::new, |now| self.pairing.tick(now, &mut self.counts))
    }

    /// Ends a stretch of collecting: everything is paired with what there is and handed on.
    pub fn drain(&mut self) -> Vec<Passage> {
        let rest = self.pairing.drain(&mut self.counts);
        self.gate.reset();
        self.pairing = Pairing::default();
        rest
    }

    /// What was counted since the last call.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }
}

/// A passage from a file: one fix with what was heard there, already paired by whoever wrote it. Entries' monotonic times
/// are relative to the fix's. Rows of files are thinned out and out of order, so each fix is judged alone; a missing accuracy
/// is let through, as services do.
pub fn imported(mut fix: Fix, scan: Scan, guard: &Guard, counts: &mut Counts) -> Option<Passage> {
    counts.fixes += 1;
    let stated = fix.accuracy;
    fix.accuracy = stated.or(Some(ASSUMED_ACCURACY));
    if let Err(why) = Gate::default().judge(&fix) {
        counts.drop(why);
        return None;
    }
    fix.accuracy = stated;
    let mut gathered = Gathered::default();
    admit(scan, guard, counts, |heard, counts| {
        let age = fix.mono - heard.mono;
        if age.abs() > MAX_AGE {
            counts.drop(Drop::NoFix);
            return;
        }
        gathered.add(Sighting { age, place: fix.place, signal: heard.signal, detail: heard.detail }, counts);
    });
    Some(Passage { fix, sightings: gathered.into_sightings(), moved: crate::model::Metres(0.0), took: Millis(0) })
}

/// Applies privacy and the rules of addresses and identities to each thing heard, and hands on what may be recorded.
fn admit(scan: Scan, guard: &Guard, counts: &mut Counts, mut hear: impl FnMut(Waiting, &mut Counts)) {
    let Scan { wifi, cells, beacons, unreadable } = scan;
    counts.raw += (wifi.len() + cells.len() + beacons.len()) as u64 + u64::from(unreadable);
    for _ in 0..unreadable {
        counts.drop(Drop::Unreadable);
    }
    for w in wifi {
        if let Some(why) = guard.wifi(&w) {
            counts.drop(why);
            continue;
        }
        let detail = Detail::Wifi { mac: w.mac, ssid: w.ssid, frequency_mhz: w.frequency_mhz, standard: w.standard };
        hear(Waiting { mono: w.mono, signal: w.signal, detail }, counts);
    }
    for c in cells {
        match cell(&c) {
            Ok(heard) => hear(heard, counts),
            Err(why) => counts.drop(why),
        }
    }
    for b in beacons {
        if let Some(why) = guard.beacon(&b) {
            counts.drop(why);
            continue;
        }
        let detail = Detail::Beacon { mac: b.mac, format: b.format };
        hear(Waiting { mono: b.mono, signal: b.signal, detail }, counts);
    }
}

fn cell(heard: &HeardCell) -> Result<Waiting, Drop> {
    let key = CellKey::try_from(heard.identity).map_err(|_| Drop::NamelessCell)?;
    let radio = key.radio();
    let physical = heard.physical.filter(|p| radio.max_physical().is_some_and(|max| *p <= max));
    let detail = Detail::Cell {
        key,
        serving: heard.serving,
        asu: heard.asu,
        timing_advance: heard.timing_advance,
        physical,
        arfcn: heard.arfcn,
    };
    Ok(Waiting { mono: heard.mono, signal: heard.signal, detail })
}

#[cfg(test)]
mod tests;
