//! The unit that is stored and uploaded.

use super::{Fix, Sighting};

/// A report's number in the store; numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportId(pub i64);

/// A trip's number in the store: one collection from start to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TripId(pub i64);

/// One fix with the sightings paired to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Where and when.
    pub fix: Fix,
    /// What was heard there: one per emitter, never empty.
    pub sightings: Vec<Sighting>,
}
