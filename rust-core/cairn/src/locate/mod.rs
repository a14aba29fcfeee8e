//! Where am I: positions from what has been learned of emitters, with radii that are true.
//!
//! Pure: what is known comes through [`Known`], which the store implements today and region packs will as well.

mod area;
mod belief;
mod cells;
mod cluster;
mod evaluate;
mod evidence;
mod grid;
mod heard;
mod lanes;
mod learned;
mod memory;
mod observation;
mod posterior;
mod radii;
mod scatter;
mod signal;
mod track;
#[cfg(test)]
mod trial;
mod witness;

pub use area::Area;
use cells::Cells;
pub use evaluate::{Evaluation, evaluate};
pub use evidence::{Evidence, FEATURES, Features};
pub(crate) use heard::SPOTS;
pub use learned::Learned;
pub(crate) use learned::{Columns, Moments, SpotRow};
pub use memory::Memory;
pub(crate) use observation::ASSUMED_ACCURACY;
pub use observation::Observation;
pub use track::Track;
use witness::Gathered;

use crate::model::{CellKey, Dbm, Detail, EmitterKey, HeardCell, LatLng, Mac, Metres, Report, Scan};

/// What is heard where the position is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Access points.
    pub wifi: Vec<HeardMac>,
    /// Beacons.
    pub beacons: Vec<HeardMac>,
    /// Cells that could be named.
    pub cells: Vec<HeardKey>,
}

/// An access point or beacon in a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardMac {
    /// Its address.
    pub mac: Mac,
    /// Its signal.
    pub signal: Option<Dbm>,
}

/// A cell in a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardKey {
    /// Its name.
    pub key: CellKey,
    /// Its signal.
    pub signal: Option<Dbm>,
}

impl Query {
    /// The names of everything in it.
    pub fn keys(&self) -> impl Iterator<Item = EmitterKey> + '_ {
        let wifi = self.wifi.iter().map(|w| EmitterKey::wifi(w.mac));
        let beacons = self.beacons.iter().map(|b| EmitterKey::beacon(b.mac));
        wifi.chain(beacons).chain(self.cells.iter().map(|c| EmitterKey::cell(c.key)))
    }
}

impl From<&Report> for Query {
    /// What a report heard, as a question.
    fn from(report: &Report) -> Self {
        let mut query = Self::default();
        for sighting in &report.sightings {
            let signal = sighting.signal;
            match &sighting.detail {
                Detail::Wifi { mac, .. } => query.wifi.push(HeardMac { mac: *mac, signal }),
                Detail::Beacon { mac, .. } => query.beacons.push(HeardMac { mac: *mac, signal }),
                Detail::Cell { key, .. } => query.cells.push(HeardKey { key: *key, signal }),
            }
        }
        query
    }
}

impl From<&Scan> for Query {
    /// Everything in a scan that has a name.
    fn from(scan: &Scan) -> Self {
        let cell = |c: &HeardCell| Some(HeardKey { key: CellKey::try_from(c.identity).ok()?, signal: c.signal });
        Self {
            wifi: scan.wifi.iter().map(|w| HeardMac { mac: w.mac, signal: w.signal }).collect(),
            beacons: scan.beacons.iter().map(|b| HeardMac { mac: b.mac, signal: b.signal }).collect(),
            cells: scan.cells.iter().filter_map(cell).collect(),
        }
    }
}

/// Where emitters are looked up.
pub trait Known {
    /// What is known of an emitter.
    fn emitter(&self, key: EmitterKey) -> Option<Learned>;
    /// What is known of the area a cell belongs to, where the cell itself is unknown.
    fn area(&self, cell: CellKey) -> Option<Area>;
}

/// A position worked out from emitters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The most likely place.
    pub place: LatLng,
    /// Radius that holds the truth in 68 of 100 cases.
    pub r68: Metres,
    /// Radius that holds the truth in 95 of 100 cases.
    pub r95: Metres,
    /// What it was made of.
    pub source: Source,
    /// How many emitters it rests on.
    pub used: usize,
    /// Who else is known of those that were heard, and why it does not count.
    pub left_out: LeftOut,
}

/// Known emitters that an estimate does not rest on, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// They travel.
    pub mobile: usize,
    /// They were heard elsewhere lately.
    pub moved: usize,
    /// They are further networks of a device that counts already.
    pub twins: usize,
    /// They do not stand where the others say the phone is.
    pub disagree: usize,
}

/// What an estimate was made of, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Access points, perhaps with beacons.
    Wifi,
    /// Beacons alone.
    Beacon,
    /// Cells.
    Cell,
    /// The areas of cells that are not known themselves.
    Area,
}

impl Source {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Beacon => "beacon",
            Self::Cell => "cell",
            Self::Area => "area",
        }
    }
}

/// Works out where something that hears this must be. `None` where too little of it is known, or where what is known does
/// not agree: one access point alone answers nothing (it would give away where its owner lives, and it may have moved).
pub fn estimate(query: &Query, known: &impl Known) -> Option<Estimate> {
    let cells = Cells::of(query, known);
    let Gathered { witnesses, left_out, known } = witness::gather(query, known);
    if let Some(cluster) = cluster::agreeing(witnesses, known, cells.around()) {
        let found = grid::find(&cluster);
        let (r68, r95) = radii::with_doubt(found.evidence.radii(), found.rival);
        let left_out = LeftOut { disagree: found.disagree, ..left_out };
        return Some(Estimate {
            place: found.place,
            r68,
            r95,
            source: found.evidence.source,
            used: found.used,
            left_out,
        });
    }
    cells.find().map(|found| {
        let (r68, r95) = found.evidence.radii();
        Estimate {
            place: found.place,
            r68: Metres(r68),
            r95: Metres(r95),
            source: found.evidence.source,
            used: found.used,
            left_out: LeftOut { mobile: left_out.mobile + found.mobile, disagree: found.disagree, ..left_out },
        }
    })
}

/// Where an estimate would be, and what it would rest on: for fitting the radii.
pub fn evidence(query: &Query, known: &impl Known) -> Option<(LatLng, Evidence)> {
    let Gathered { witnesses, known: share, .. } = witness::gather(query, known);
    let from_witnesses = cluster::agreeing(witnesses, share, None).map(|cluster| grid::find(&cluster));
    let from_cells = || Cells::of(query, known).find().map(|f| (f.place, f.evidence));
    from_witnesses.map(|f| (f.place, f.evidence)).or_else(from_cells)
}

#[cfg(test)]
mod tests;
