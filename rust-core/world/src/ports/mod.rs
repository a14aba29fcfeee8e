//! How others learn and locate, ported from their published rules, so that Cairn is measured beside them on the same scans.
//!
//! BeaconDB's and ichnaea's are the models of `cairn-service`; microG's and Local-NLP's are here. Pure, and for benches and
//! evaluation only: the rules are in `reference/location-services.md`, parts B to D, and no code is shared with the originals.

mod beacondb;
mod bounds;
mod ichnaea;
mod local_nlp;
mod microg;

use std::fmt;

use cairn::locate::Query;
use cairn::model::{CellKey, Dbm, Detail, LatLng, Mac, Metres, Millis, Report};

pub use beacondb::BeaconDb;
pub use ichnaea::Ichnaea;
pub use local_nlp::LocalNlp;
pub use microg::MicroG;

/// A way to learn where emitters are and to answer where a phone is.
pub trait Port {
    /// Whose it is.
    fn name(&self) -> &'static str;

    /// Learns from reports that come in together.
    fn learn(&mut self, batch: &[Report]);

    /// Where it takes an emitter to be on a day; nothing where it would not use it.
    fn place_of(&self, emitter: Name, utc: Millis) -> Option<LatLng>;

    /// Where a phone is that hears this.
    fn locate(&self, query: &Query, utc: Millis) -> Option<Claim>;
}

/// Every port, with nothing learned yet.
pub fn all() -> Vec<Box<dyn Port>> {
    vec![Box::<BeaconDb>::default(), Box::<Ichnaea>::default(), Box::<MicroG>::default(), Box::<LocalNlp>::default()]
}

/// A position and the one radius that goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// The position.
    pub place: LatLng,
    /// The claimed radius. Each project means another share of the truths by it.
    pub accuracy: Metres,
}

/// What names an emitter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// An access point.
    Wifi(Mac),
    /// A beacon.
    Beacon(Mac),
    /// A cell.
    Cell(CellKey),
}

impl From<&Detail> for Name {
    fn from(detail: &Detail) -> Self {
        match detail {
            Detail::Wifi { mac, .. } => Self::Wifi(*mac),
            Detail::Beacon { mac, .. } => Self::Beacon(*mac),
            Detail::Cell { key, .. } => Self::Cell(*key),
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(..)")
    }
}

/// The access points of a query, then its cells, for ports that take WiFi first and know nothing of beacons.
fn wifi(query: &Query) -> Vec<(Name, Option<Dbm>)> {
    query.wifi.iter().map(|heard| (Name::Wifi(heard.mac), heard.signal)).collect()
}

fn cells(query: &Query) -> Vec<(Name, Option<Dbm>)> {
    query.cells.iter().map(|heard| (Name::Cell(heard.key), heard.signal)).collect()
}

#[cfg(test)]
mod tests;
