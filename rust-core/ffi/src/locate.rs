//! Where am I, from what is heard.

use engine::locate::{Estimate, Source};

/// What an estimate was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum EstimateSource {
    /// Access points, perhaps with beacons.
    Wifi,
    /// Beacons alone.
    Beacon,
    /// Cells.
    Cell,
    /// The areas of cells that are not known themselves.
    Area,
}

/// A position worked out from emitters.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres within which the truth is in 68 of 100 cases.
    pub r68_m: f64,
    /// Metres within which the truth is in 95 of 100 cases.
    pub r95_m: f64,
    /// What it was made of.
    pub source: EstimateSource,
    /// How many emitters it rests on.
    pub used: u32,
}

impl From<Estimate> for Position {
    fn from(estimate: Estimate) -> Self {
        Self {
            lat: estimate.place.lat(),
            lon: estimate.place.lon(),
            r68_m: estimate.r68.0,
            r95_m: estimate.r95.0,
            source: match estimate.source {
                Source::Wifi => EstimateSource::Wifi,
                Source::Beacon => EstimateSource::Beacon,
                Source::Cell => EstimateSource::Cell,
                Source::Area => EstimateSource::Area,
            },
            used: estimate.used as u32,
        }
    }
}
