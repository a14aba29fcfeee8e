//! What the user has contributed: counts, points, ranks, streaks and the ground covered.
//!
//! Pure: passages in, sums and decisions out; `store::ledger` keeps them. Nothing here looks at a stored report or sighting,
//! so the ledger neither grows slow with them nor shrinks when they are pruned.

mod board;
mod country;
mod country_names;
mod counts;
mod day;
mod ground;
mod hexagon;
mod points;
mod streak;
mod subject;
mod tally;
mod view;
mod words;

pub(crate) use board::ranked;
pub use board::{Board, Ranked, Standing, Streak, ToBeat, Totals};
pub use country::Country;
pub use counts::Counts;
pub use day::{Day, Month, Week};
pub use ground::Covered;
pub(crate) use ground::{Extent, Walk};
pub use hexagon::{AREA, GROUND, Hexagon};
pub use points::{Points, RULE};
pub(crate) use streak::{Clock, StreakDay};
pub use subject::{Score, Subject};
pub(crate) use tally::Part;
pub use tally::Tally;
pub(crate) use view::LEVELS;
pub use view::View;

use crate::model::{LatLng, Metres, Millis, TripId};

/// One fix and what was heard there, as far as it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// When, in UTC.
    pub utc: Millis,
    /// What the wall clock added to UTC there, in minutes, where known.
    pub utc_offset_min: Option<i16>,
    /// During which trip.
    pub trip: TripId,
    /// Where.
    pub place: LatLng,
    /// Way since the fix before; zero where that is not known.
    pub moved: Metres,
    /// Time since the fix before; zero where that is not known.
    pub took: Millis,
    /// Reports stored of it: 0 or 1.
    pub reports: u32,
    /// Sightings heard, stored or only counted.
    pub sightings: u32,
    /// Access points this phone had never heard.
    pub new_wifi: u32,
    /// Cells this phone had never heard.
    pub new_cells: u32,
    /// Bluetooth beacons this phone had never heard.
    pub new_beacons: u32,
}
